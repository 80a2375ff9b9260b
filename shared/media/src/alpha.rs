//! Pictures with transparent parts.

use crate::VideoStream;

/// The beginnings of FFmpeg's names of pixel formats that have transparency.
const TRANSPARENT: [&str; 11] = [
    "yuva", "gbrap", "rgba", "bgra", "argb", "abgr", "ya8", "ya16", "yaf", "ayuv", "vuya",
];

/// The filter, with its comma, that shows transparent parts over black; nothing
/// where there are none. Without it, their hidden colour would be seen.
pub(crate) fn over_black(video: &VideoStream) -> &'static str {
    let format = video.pixel_format.as_str();
    let is_transparent =
        format == "pal8" || TRANSPARENT.iter().any(|name| format.starts_with(name));
    if is_transparent {
        "premultiply=inplace=1,"
    } else {
        ""
    }
}
