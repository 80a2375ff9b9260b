//! How a picture's light is coded. FFmpeg names it in no list that is written
//! for machines, but in the header of an mp4: so one frame is made into one.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::input::{self, file_url, strings};
use crate::inspection::name_the_fault;
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

/// The transfer of the first frame of `path`, by its tag: HDR is stored with
/// eight bits as well as with more.
pub(crate) async fn read(session: &Session, path: &Path) -> Result<Transfer, MediaError> {
    let scratch = tempfile::tempdir()?;
    let frame = scratch.path().join("frame.mp4");
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
    session.run(arguments).await.map_err(name_the_fault)?;
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
}
