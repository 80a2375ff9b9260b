//! How a picture's light is coded. FFmpeg names it in no list that is written
//! for machines, but in the header of an mp4: so one frame is made into one.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::input::{self, file_url, strings};
use crate::{MediaError, Session};

/// What a picture's values mean in light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transfer {
    /// For any screen.
    #[default]
    Standard,
    /// HDR after SMPTE ST 2084.
    Pq,
    /// HDR as broadcasters have it, ARIB STD-B67.
    Hlg,
}

impl Transfer {
    /// Reads the code of ITU-T H.273.
    fn from_code(code: u16) -> Self {
        match code {
            16 => Self::Pq,
            18 => Self::Hlg,
            _ => Self::Standard,
        }
    }
}

/// Whether a picture could be HDR: that has more than eight bits.
pub(crate) fn may_be_hdr(pixel_format: &str) -> bool {
    pixel_format.ends_with("le") || pixel_format.ends_with("be")
}

/// The transfer of the first frame of `path`.
pub(crate) async fn read(
    session: &Session,
    path: &Path,
    scratch: &Path,
) -> Result<Transfer, MediaError> {
    let frame = scratch.join("frame.mp4");
    let mut arguments = input::arguments(path, Some(1));
    arguments.extend(strings(&[
        "-map",
        "0:V:0",
        "-frames:v",
        "1",
        "-vf",
        "scale=16:16,format=yuv420p",
        "-c:v",
        "libx264",
        "-f",
        "mp4",
    ]));
    arguments.push(file_url(&frame));
    session.run(arguments).await?;
    Ok(of_header(&fs::read(&frame)?))
}

/// The box is `colr`, its kind `nclx`: primaries, transfer, matrix.
fn of_header(bytes: &[u8]) -> Transfer {
    const MARK: &[u8] = b"colrnclx";
    bytes
        .windows(MARK.len() + 4)
        .find(|window| window.starts_with(MARK))
        .and_then(|window| window.last_chunk::<2>())
        .map_or(Transfer::Standard, |code| {
            Transfer::from_code(u16::from_be_bytes(*code))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_stands_behind_the_primaries() {
        assert_eq!(of_header(b"..colrnclx\0\x09\0\x10\0\x09"), Transfer::Pq);
        assert_eq!(of_header(b"colrnclx\0\x09\0\x12"), Transfer::Hlg);
        assert_eq!(of_header(b"colrnclx\0\x10\0\x01"), Transfer::Standard);
        assert_eq!(of_header(b"colrnclx\0\x09\0"), Transfer::Standard);
        assert_eq!(of_header(b""), Transfer::Standard);
    }

    #[test]
    fn eight_bits_are_no_hdr() {
        assert!(may_be_hdr("yuv420p10le") && may_be_hdr("p010le") && may_be_hdr("gbrp12le"));
        assert!(!may_be_hdr("yuv420p") && !may_be_hdr("nv12") && !may_be_hdr("yuvj420p"));
    }
}
