//! From the picture as it is stored to the picture as it is shown, small.

use crate::VideoStream;
use crate::alpha::over_black;
use crate::ladder::picture::to_standard_light;
use crate::prepare::source_matrix;

/// Wide colours without more light.
const FROM_WIDE: &str = "zscale=transferin=bt709:primariesin=bt2020:matrixin=bt2020nc:\
                         transfer=bt709:primaries=bt709:matrix=bt709:range=tv";

/// `size`, scaled down so that no side is longer than `longest`. Never up.
pub(super) fn fitted((width, height): (u32, u32), longest: u32) -> (u32, u32) {
    let (width, height) = (width.max(1), height.max(1));
    let factor = (f64::from(longest) / f64::from(width.max(height))).min(1.0);
    let side = |length: u32| ((f64::from(length) * factor).round() as u32).clamp(1, longest);
    (side(width), side(height))
}

/// Square pixels of `size` in the JPEG's colours: BT.601 at full range. Made
/// small first, since all else costs by the pixel.
///
/// The fields of an interlaced frame are told apart within the frame: its
/// neighbours have not been decoded.
pub(super) fn small(video: &VideoStream, size: (u32, u32)) -> String {
    let scale = format!("scale={}:{}:flags=bicubic", size.0, size.1);
    let to_jpeg = "out_color_matrix=bt601:out_range=pc,format=yuvj420p,setsar=1";
    let fields = format!("{}{}", deinterlaced(video), over_black(video));
    match to_standard_range(video) {
        // The mapping knows no half colours at an odd side.
        Some(map) => format!("{fields}{scale},format=yuv444p10le,{map},scale={to_jpeg}"),
        None => {
            let matrix = source_matrix(video);
            format!("{fields}{scale}:in_color_matrix={matrix}:{to_jpeg}")
        }
    }
}

/// HDR and wide colours are mapped to what every screen shows.
fn to_standard_range(video: &VideoStream) -> Option<String> {
    let is_wide = video
        .color_space
        .as_deref()
        .is_some_and(|space| space.starts_with("bt2020"));
    to_standard_light(video).or_else(|| is_wide.then(|| FROM_WIDE.to_owned()))
}

/// Frames that are not interlaced pass untouched. The tiniest pictures are
/// refused by the filter.
fn deinterlaced(video: &VideoStream) -> &'static str {
    if video.width.min(video.height) < 16 {
        return "";
    }
    "estdif=mode=frame:deint=interlaced,"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_made_smaller_and_never_larger() {
        assert_eq!(fitted((1920, 1080), 1280), (1280, 720));
        assert_eq!(fitted((1080, 1920), 480), (270, 480));
        assert_eq!(fitted((319, 241), 480), (319, 241));
        assert_eq!(fitted((4096, 2), 480), (480, 1));
        assert_eq!(fitted((1, 1), 480), (1, 1));
        assert_eq!(fitted((0, 0), 480), (1, 1));
    }
}
