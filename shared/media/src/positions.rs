//! Which bytes of an MP4 or MOV file a segment is made of, so that the function that works on
//! it fetches these and not the whole file.
//!
//! Where a frame lies stands in the file's index, when it is shown in FFmpeg's packet list;
//! both are in the order of decoding. What is read besides are the index itself and the first
//! frames, by which FFmpeg finds out what the streams are.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use mp4_atom::{Atom, FourCC, Moov, Stbl, StszSamples};
use serde::{Deserialize, Serialize};
use tracing::subscriber::{NoSubscriber, with_default};

use crate::boxes::{FoundBox, MAX_BOXES, boxes};
use crate::ladder::{LadderPlan, RUN_OUT, Segment};
use crate::packets::PacketList;
use crate::partial::TAIL_BYTES;

/// Bytes of the first frames that are enough for FFmpeg, which reads 5 MB of them at most.
pub(crate) const FIRST_BYTES: u64 = 6 * 1024 * 1024;

/// Seconds before a segment within which FFmpeg may begin to read, and then it goes back to
/// the key frame before: a quarter, and three frames of a slow film.
const BEFORE: f64 = 1.25;

/// Seconds that FFmpeg reads on behind a segment, and what its decoders are ahead of that.
const AFTER: f64 = RUN_OUT + 1.0;

/// Where the frames of a file lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Positions {
    length: u64,
    /// The index, and the first frames.
    common: Vec<Range<u64>>,
    /// In the order of decoding.
    frames: Vec<Frame>,
}

#[derive(Debug, Clone, PartialEq)]
struct Frame {
    /// Seconds from the file's start.
    decoded: f64,
    shown: f64,
    is_key: bool,
    bytes: Range<u64>,
}

/// The bytes of a file that each segment of a plan needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentBytes {
    /// Of the file.
    pub length: u64,
    /// What every segment needs: from one byte to before another.
    common: Vec<(u64, u64)>,
    /// What only it needs, in the order of the segments.
    segments: Vec<(u64, u64)>,
}

impl SegmentBytes {
    /// What a segment needs, in order and without overlaps; none if there is no such segment.
    pub fn of(&self, segment: &Segment) -> Option<Vec<Range<u64>>> {
        let own = self.segments.get(usize::try_from(segment.index).ok()?)?;
        let mut ranges: Vec<_> = self.common.iter().chain([own]).copied().collect();
        ranges.sort_unstable();
        let mut merged: Vec<Range<u64>> = Vec::new();
        for (start, end) in ranges {
            match merged.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => merged.push(start..end),
            }
        }
        Some(merged)
    }
}

impl Positions {
    /// Reads the index of the file at `path`, whose picture has these packets. None for a file
    /// of which not every frame's place is known: of another container, in fragments, with
    /// several pictures, with frames that are left out.
    pub(crate) fn read(path: &Path, picture: &PacketList, first_bytes: u64) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let boxes: Vec<FoundBox> = boxes(&mut file, 0..length).collect::<Result<_, _>>().ok()?;
        // There may be more, of which nothing would be fetched.
        if boxes.len() == MAX_BOXES {
            return None;
        }
        let index = boxes.iter().find(|found| found.kind == *b"moov")?;
        let places = places(&read(&mut file, index.contents.clone())?)?;
        let packets = &picture.packets;
        // Of an empty frame FFmpeg's parsers say nothing.
        let is_odd = |place: &Range<u64>| place.is_empty() || place.end > length;
        if places.len() != packets.len() || places.iter().any(is_odd) {
            return None;
        }
        let frames: Vec<Frame> = packets
            .iter()
            .zip(places)
            .map(|(packet, bytes)| Frame {
                decoded: picture.seconds(packet.decode_time),
                shown: picture.seconds(packet.show_time),
                is_key: packet.is_key,
                bytes,
            })
            .collect();
        let mut common = Vec::new();
        for found in boxes {
            if found.kind != *b"mdat" {
                common.push(found.whole);
                continue;
            }
            common.push(found.whole.start..found.contents.start.min(length));
            if found.contents.contains(&frames.first()?.bytes.start) {
                let first = found.contents.start;
                common.push(first..found.contents.end.min(first.saturating_add(first_bytes)));
            }
        }
        Some(Self {
            length,
            common,
            frames,
        })
    }

    /// The bytes of the segments of a plan.
    pub fn of_segments(&self, plan: &LadderPlan) -> SegmentBytes {
        let own = |segment| {
            let Range { start, end } = self.bytes(plan, segment);
            (start, end)
        };
        SegmentBytes {
            length: self.length,
            common: self.common.iter().map(|r| (r.start, r.end)).collect(),
            segments: plan.segments.iter().map(own).collect(),
        }
    }

    /// From the key frame before a segment to the last frame that is read with it.
    fn bytes(&self, plan: &LadderPlan, segment: &Segment) -> Range<u64> {
        let (from, to) = plan.source_span(segment);
        let begun_by = |frame: &Frame| frame.is_key && frame.shown <= from - BEFORE;
        let first = self.frames.iter().rposition(begun_by).unwrap_or(0);
        let read = |frame: &Frame| frame.decoded.min(frame.shown) <= to + AFTER;
        let last = self.frames.iter().rposition(read).unwrap_or(0);
        let bytes = self.frames.iter().take(last + 1).skip(first);
        let bytes = bytes.map(|frame| &frame.bytes);
        bytes
            .cloned()
            .reduce(|all, next| all.start.min(next.start)..all.end.max(next.end))
            .unwrap_or_default()
    }
}

fn read(file: &mut File, bytes: Range<u64>) -> Option<Vec<u8>> {
    let length = bytes.end.checked_sub(bytes.start)?;
    if length > TAIL_BYTES {
        return None;
    }
    file.seek(SeekFrom::Start(bytes.start)).ok()?;
    let mut contents = Vec::new();
    file.take(length).read_to_end(&mut contents).ok()?;
    Some(contents)
}

/// Where the frames of the only picture lie, by the contents of a `moov` box.
fn places(index: &[u8]) -> Option<Vec<Range<u64>>> {
    // The reader logs every box that it does not know, of which a file may have millions.
    let index = with_default(NoSubscriber::new(), || Moov::decode_body(&mut &index[..])).ok()?;
    if index.mvex.is_some() {
        return None;
    }
    let is_picture = |handler: FourCC| handler == FourCC::new(b"vide");
    let tracks = index.trak.iter().map(|track| &track.mdia);
    let mut pictures = tracks.filter(|media| is_picture(media.hdlr.handler));
    let places = places_of(&pictures.next()?.minf.stbl);
    pictures.next().is_none().then_some(places)?
}

/// A track's frames lie in chunks, one behind the other; a run says how many each of its
/// chunks has. None where the three tables contradict each other.
fn places_of(table: &Stbl) -> Option<Vec<Range<u64>>> {
    let StszSamples::Different { sizes } = &table.stsz.samples else {
        return None;
    };
    let chunks: Vec<u64> = match (&table.stco, &table.co64) {
        (Some(short), None) => short.entries.iter().copied().map(u64::from).collect(),
        (None, Some(long)) => long.entries.clone(),
        _ => return None,
    };
    let runs = &table.stsc.entries;
    if !runs.is_sorted_by(|one, next| one.first_chunk < next.first_chunk) {
        return None;
    }
    let mut sizes = sizes.iter();
    let mut places = Vec::new();
    for (position, run) in runs.iter().enumerate() {
        let first = usize::try_from(run.first_chunk).ok()?.checked_sub(1)?;
        let end = match runs.get(position + 1) {
            Some(next) => usize::try_from(next.first_chunk).ok()?.checked_sub(1)?,
            None => chunks.len(),
        };
        for chunk in chunks.get(first..end)? {
            let mut start = *chunk;
            for size in sizes.by_ref().take(run.samples_per_chunk as usize) {
                let end = start.checked_add(u64::from(*size))?;
                places.push(start..end);
                start = end;
            }
        }
    }
    sizes.next().is_none().then_some(places)
}

#[cfg(test)]
mod tests;
