//! The boxes that an MP4 or MOV file is made of: enough of them to find its index.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::iter;
use std::ops::Range;

use crate::MediaError;

/// Boxes that are read at one level of a file before it is given up.
pub(crate) const MAX_BOXES: usize = 256;

/// The boxes between two places of a file, in order, up to the first one that cannot be read.
pub(crate) fn boxes(
    file: &mut File,
    within: Range<u64>,
) -> impl Iterator<Item = Result<FoundBox, MediaError>> {
    let mut place = within.start;
    let next = move || {
        if place.saturating_add(8) > within.end {
            return None;
        }
        let found = read_box(file, place, within.end);
        place = found.as_ref().map_or(within.end, |found| found.whole.end);
        Some(found)
    };
    iter::from_fn(next).take(MAX_BOXES)
}

/// The contents of the first box of this kind between two places of a file.
pub(crate) fn find_box(
    file: &mut File,
    within: Range<u64>,
    kind: [u8; 4],
) -> Result<Option<Range<u64>>, MediaError> {
    for found in boxes(file, within) {
        let FoundBox {
            kind: its,
            contents,
            ..
        } = found?;
        if its == kind {
            return Ok(Some(contents));
        }
    }
    Ok(None)
}

/// A box of a file.
pub(crate) struct FoundBox {
    pub(crate) kind: [u8; 4],
    /// All of it.
    pub(crate) whole: Range<u64>,
    /// What it holds.
    pub(crate) contents: Range<u64>,
}

/// A box is its length, its kind, and what it holds. Length 1 says that the
/// length stands in the next eight bytes, 0 that it reaches to the end.
fn read_box(file: &mut File, place: u64, end: u64) -> Result<FoundBox, MediaError> {
    file.seek(SeekFrom::Start(place))?;
    let mut header = Vec::with_capacity(16);
    file.take(16).read_to_end(&mut header)?;
    let cut_off = || MediaError::Corrupt("a box is cut off".to_owned());
    let (short, rest) = header.split_first_chunk::<4>().ok_or_else(cut_off)?;
    let (kind, long) = rest.split_first_chunk::<4>().ok_or_else(cut_off)?;
    if *kind == [0; 4] {
        // The hole, or a file of zeros.
        return Err(MediaError::Unsupported(
            "its index is neither at its beginning nor at its end".to_owned(),
        ));
    }
    let (size, header_size) = match (u32::from_be_bytes(*short), long.first_chunk::<8>()) {
        (0, _) => (end - place, 8),
        (1, Some(long)) => (u64::from_be_bytes(*long), 16),
        (size, _) => (u64::from(size), 8),
    };
    if size < header_size {
        return Err(MediaError::Corrupt("a box has no length".to_owned()));
    }
    let end = place.saturating_add(size).min(end);
    Ok(FoundBox {
        kind: *kind,
        whole: place..end,
        contents: place + header_size..end,
    })
}
