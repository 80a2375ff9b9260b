//! Opens a file that renditions are made of, so that every place in it can be
//! found by its time.
//!
//! In a transport stream times may leap: recordings that were joined, breaks,
//! counters that begin again. FFmpeg corrects them while it reads from the
//! beginning, but not behind a seek. Such a source is remuxed once, by copy,
//! with corrected times.
//!
//! Of an MP4 or MOV file with its index in one place the ends are enough to plan by.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::input::{self, REMUX_EXTENSION, file_url, strings};
use crate::inspection::{self, Inspection, name_the_fault};
use crate::packets::PacketList;
use crate::partial::{TAIL_BYTES, whole_index};
use crate::positions::{FIRST_BYTES, Positions};
use crate::{MediaError, Probe, Session};

/// FFmpeg's names of the containers whose times it corrects.
const CORRECTED: [&str; 2] = ["mpegts", "ogg"];

/// Bytes of a file's beginning that hold its index and its first frames, or its first frames
/// alone, and bytes of its end that hold its index.
pub const ENDS: Ends = Ends {
    head: TAIL_BYTES + FIRST_BYTES,
    tail: TAIL_BYTES,
};

/// Packets of each stream that are read to find out what it is, decoders' delays included.
const FIRST_PACKETS: usize = 32;

/// Codecs, by FFmpeg's names, whose packets have the times and lengths that the index says. For
/// others FFmpeg's parsers find them out, which need their bytes.
const PICTURES_BY_INDEX: [&str; 5] = ["h264", "hevc", "mpeg4", "mpeg2video", "mjpeg"];
const SOUNDS_BY_INDEX: [&str; 3] = ["aac", "opus", "pcm_s16le"];

/// How much of a file's ends is at hand, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// Of its beginning.
    pub head: u64,
    /// Of its end.
    pub tail: u64,
}

impl Ends {
    /// The bytes of a file of this length, in order; `None` where nothing lies between them.
    pub fn of(self, length: u64) -> Option<[Range<u64>; 2]> {
        let tail = length.checked_sub(self.tail)?;
        (self.head < tail).then_some([0..self.head, tail..length])
    }

    /// Whether these bytes of a file of this length are in one of them.
    fn hold(self, length: u64, bytes: &Range<u64>) -> bool {
        let ends = self.of(length).into_iter().flatten();
        let mut holding = ends.filter(|end| end.start <= bytes.start && bytes.end <= end.end);
        holding.next().is_some()
    }
}

/// A source that can be read from any place.
#[derive(Debug)]
pub struct Source {
    /// The file itself, or the one that was remuxed from it.
    pub path: PathBuf,
    /// What `path` is.
    pub probe: Probe,
    /// Where its frames lie, if that can be told.
    pub positions: Option<Positions>,
}

/// Probes `path`; one whose times leap is remuxed into a file in `directory`.
/// That needs as much room again as the source.
///
/// # Errors
///
/// An input fault ([`MediaError::is_input_fault`]) for a file that is not
/// accepted; others when the work itself fails.
pub async fn open(session: &Session, path: &Path, directory: &Path) -> Result<Source, MediaError> {
    let inspection = inspection::inspect_source(session, path).await?;
    if !leaps(session, path, &inspection).await? {
        let packets = inspection.video.as_ref().map(|(packets, _)| packets);
        let positions = packets.and_then(|picture| Positions::read(path, picture, FIRST_BYTES));
        return Ok(Source {
            path: path.to_owned(),
            probe: Probe::of(&inspection)?,
            positions,
        });
    }
    tracing::info!("the source's times leap: it is remuxed");
    let remuxed = directory.join("remuxed").with_extension(REMUX_EXTENSION);
    let run = session.run(remux(path, &remuxed)).await;
    run.map_err(name_the_fault)?;
    let probe = crate::probe(session, &remuxed).await?;
    Ok(Source {
        path: remuxed,
        probe,
        positions: None,
    })
}

/// As [`open`], for a file of which only its ends are at hand and the rest is a hole.
/// `None` where they do not tell for certain what the whole file would.
///
/// # Errors
///
/// When the work itself fails. What is wrong with the file is for who reads all of it to say.
pub async fn open_by_its_ends(
    session: &Session,
    path: &Path,
    ends: Ends,
) -> Result<Option<Source>, MediaError> {
    match look_at_the_ends(session, path, ends).await {
        Err(error) if error.is_input_fault() || matches!(error, MediaError::Failed { .. }) => {
            tracing::info!(%error, "a source is not planned by its ends");
            Ok(None)
        }
        found => found,
    }
}

async fn look_at_the_ends(
    session: &Session,
    path: &Path,
    ends: Ends,
) -> Result<Option<Source>, MediaError> {
    let length = fs::metadata(path)?.len();
    // FFmpeg takes what lies in the hole for a box that it does not know.
    if !whole_index(path)?.is_some_and(|index| ends.hold(length, &index)) {
        return Ok(None);
    }
    let inspection = inspection::inspect_by_index(session, path).await?;
    let Some((picture, _)) = &inspection.video else {
        return Ok(None);
    };
    let sound = inspection.audio.as_ref();
    let is_certain = is_told(picture, &PICTURES_BY_INDEX)
        && sound.is_none_or(|sound| is_told(sound, &SOUNDS_BY_INDEX))
        && !inspection.has_failed_sound
        && !picture.begins_between_key_frames();
    if !is_certain {
        return Ok(None);
    }
    let Some(positions) = Positions::read(path, picture, FIRST_BYTES) else {
        return Ok(None);
    };
    Ok(Some(Source {
        path: path.to_owned(),
        probe: Probe::of(&inspection)?,
        positions: Some(positions),
    }))
}

/// Whether a stream is told by the index, and what it is was not found out from a hole.
fn is_told(stream: &PacketList, by_index: &[&str]) -> bool {
    let mut first = stream.packets.iter().take(FIRST_PACKETS);
    by_index.contains(&stream.codec()) && first.all(|packet| !packet.is_blank)
}

/// Whether a packet's own time is another than the corrected one.
async fn leaps(
    session: &Session,
    path: &Path,
    inspection: &Inspection,
) -> Result<bool, MediaError> {
    if !CORRECTED.contains(&inspection.container.as_str()) {
        return Ok(false);
    }
    let Some((picture, _)) = &inspection.video else {
        return Ok(false);
    };
    let own = inspection::own_times(session, path, inspection).await?;
    let times = |list: &PacketList| -> Vec<i64> {
        let packets = list.packets.iter();
        packets.map(|packet| packet.decode_time).collect()
    };
    Ok(own.first().map(times) != Some(times(picture)))
}

/// A copy of the picture and all sounds.
fn remux(path: &Path, remuxed: &Path) -> Vec<String> {
    let mut arguments = input::arguments(path, Some(1));
    arguments.extend(strings(&["-map", "0:V:0", "-map", "0:a?", "-c", "copy"]));
    arguments.extend(strings(&["-map_metadata", "-1", "-f", "nut"]));
    arguments.push(file_url(remuxed));
    arguments
}

#[cfg(test)]
mod tests;
