//! The facts about a large file of which only the beginning and the end are at
//! hand: a sparse file of full length. An upload may have 5 GB, and the function
//! that confirms it neither the time nor the room for them.
//!
//! The length of an MP4 or MOV file stands in its index, at either end of
//! the file; FFmpeg seeks behind the last frame by it, and tells when that
//! frame ends. In other containers only the frames themselves would tell.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::boxes::find_box;
use crate::inspection::{self, Inspection};
use crate::packets::PacketList;
use crate::probe::{MAX_DURATION, bounded_duration};
use crate::sniff::sniff;
use crate::{MediaError, Session};

/// Bytes of the beginning that are enough for every container.
pub const HEAD_BYTES: u64 = 8 * 1024 * 1024;

/// Bytes of the end that are enough for the index of a file of four hours.
pub const TAIL_BYTES: u64 = 24 * 1024 * 1024;

/// What is known of a file without reading all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartialFacts {
    /// The media type, by the first bytes.
    pub media_type: String,
    /// Unknown unless an index at hand tells it.
    pub duration: Option<Duration>,
    /// FFmpeg's name of the picture's codec.
    pub video_codec: String,
    /// Width as it is shown: turned, and in square pixels.
    pub width: u32,
    /// Height as it is shown.
    pub height: u32,
    /// How far the stored picture is turned: 0, 90 (either way) or 180.
    pub rotation: u32,
    /// FFmpeg's name of the sound's codec, if there is sound.
    pub audio_codec: Option<String>,
}

/// Reads what can be known of the file at `path`, of which the first
/// [`HEAD_BYTES`] and the last [`TAIL_BYTES`] are at hand and the rest is a hole.
/// Its first frame must be at hand; it is decoded.
///
/// # Errors
///
/// An input fault ([`MediaError::is_input_fault`]) for a file that is no video,
/// or whose index is not at hand; others when the work itself fails.
pub async fn probe_partial(session: &Session, path: &Path) -> Result<PartialFacts, MediaError> {
    let media_type = sniff(&head(path)?)?;
    let index = index_of(path, media_type)?;
    let beginning = inspection::inspect_beginning(session, path).await?;
    let Some((packets, picture)) = &beginning.video else {
        return Err(MediaError::Unsupported("there is no picture".to_owned()));
    };
    let duration = match index {
        Index::Whole(_) => {
            let end =
                inspection::inspect_end(session, path, MAX_DURATION, beginning.audio.is_some())
                    .await?;
            Some(length(&beginning, &end)?)
        }
        Index::InPieces | Index::Unread => None,
    };
    let (width, height) = picture.shown_size();
    Ok(PartialFacts {
        media_type: media_type.to_owned(),
        duration,
        video_codec: packets.codec().to_owned(),
        width,
        height,
        rotation: picture.rotation,
        audio_codec: beginning.audio.as_ref().map(|list| list.codec().to_owned()),
    })
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(4096).read_to_end(&mut head)?;
    Ok(head)
}

/// From the first packet's beginning to the last one's end.
fn length(beginning: &Inspection, end: &[PacketList]) -> Result<Duration, MediaError> {
    let video = beginning.video.as_ref().map(|(packets, _)| packets);
    let first = video
        .into_iter()
        .chain(&beginning.audio)
        .filter_map(|list| Some(list.seconds(list.span()?.0)))
        .fold(f64::INFINITY, f64::min);
    let last = end
        .iter()
        .filter_map(|list| Some(list.seconds(list.span()?.1)))
        .fold(f64::NEG_INFINITY, f64::max);
    bounded_duration(last - first)
}

/// Where a file says in one place which frames it has, if it does.
///
/// # Errors
///
/// An input fault for what is no video; others when the file cannot be read.
pub(crate) fn whole_index(path: &Path) -> Result<Option<Range<u64>>, MediaError> {
    let media_type = sniff(&head(path)?)?;
    Ok(match index_of(path, media_type)? {
        Index::Whole(place) => Some(place),
        Index::InPieces | Index::Unread => None,
    })
}

/// Where a file says which frames it has.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Index {
    /// In one place.
    Whole(Range<u64>),
    /// Beside the frames, all over the file.
    InPieces,
    /// In a way that is not read here.
    Unread,
}

/// Finds the index of an MP4 or MOV file.
fn index_of(path: &Path, media_type: &str) -> Result<Index, MediaError> {
    let is_iso = !matches!(
        media_type,
        "video/x-matroska" | "video/webm" | "video/x-msvideo" | "video/mp2t"
    );
    if !is_iso {
        return Ok(Index::Unread);
    }
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let index = find_box(&mut file, 0..length, *b"moov")?
        .ok_or_else(|| MediaError::Corrupt("there is no index".to_owned()))?;
    let pieces = find_box(&mut file, index.clone(), *b"mvex")?;
    Ok(pieces.map_or(Index::Whole(index), |_| Index::InPieces))
}

#[cfg(test)]
mod tests;
