//! How FFmpeg may open a file: as the local file it is named as, in one of the
//! formats that are known, within bounds. Each option closes a measured hole
//! (playlists that name other files, pictures that need 11 GB).

use std::path::Path;

/// The largest picture that is accepted: 4096x2160, or as tall.
pub(crate) const MAX_PIXELS: u32 = 4096 * 2160;

/// The largest picture that is decoded: FFmpeg counts a width that is rounded up
/// for its decoders.
const MAX_ALIGNED_PIXELS: u32 = 4096 * 2176;

/// Containers that hold what they hold, and name no other file.
const FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mp3,wav,flac,ogg,aac";

/// The name's ending, and FFmpeg's name, of what this crate remuxes a source to.
pub(crate) const REMUX_EXTENSION: &str = "nut";

/// The name of a local file, safe from being read as a protocol or an option.
pub(crate) fn file_url(path: &Path) -> String {
    format!("file:{}", path.display())
}

/// `-i` with its guards, for a file whose contents are not trusted.
pub(crate) fn arguments(path: &Path, threads: Option<u32>) -> Vec<String> {
    let is_remuxed = path
        .extension()
        .is_some_and(|ending| ending == REMUX_EXTENSION);
    let formats = if is_remuxed { REMUX_EXTENSION } else { FORMATS };
    let mut arguments = strings(&["-protocol_whitelist", "file,pipe", "-format_whitelist"]);
    arguments.push(formats.to_owned());
    arguments.extend(["-max_pixels".to_owned(), MAX_ALIGNED_PIXELS.to_string()]);
    if let Some(threads) = threads {
        arguments.extend(["-threads".to_owned(), threads.to_string()]);
    }
    arguments.extend(["-i".to_owned(), file_url(path)]);
    arguments
}

/// Owned copies, for argument lists.
pub(crate) fn strings(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(ToString::to_string).collect()
}

/// A path as a filter's option: escaped once for the option, once for the graph.
pub(crate) fn escaped(path: &Path) -> String {
    let escape = |text: &str, special: &str| {
        text.chars().fold(String::new(), |mut escaped, character| {
            if special.contains(character) {
                escaped.push('\\');
            }
            escaped.push(character);
            escaped
        })
    };
    let option = escape(&path.display().to_string(), "\\':");
    escape(&option, "\\'[],;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_as_a_file() {
        let arguments = arguments(Path::new("/tmp/-i concat:a|b"), Some(2));
        assert_eq!(
            arguments.last().map(String::as_str),
            Some("file:/tmp/-i concat:a|b")
        );
        assert!(
            arguments
                .join(" ")
                .contains("-max_pixels 8912896 -threads 2 -i")
        );
    }
}
