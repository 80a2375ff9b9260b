//! Every rendition of a source, from one decoding of it (R50, R106, R107, D34).
//!
//! The work is planned in segments that begin with a key frame. Each is encoded
//! by itself, by whichever function has the time, and all are joined by copy.
//! The sound is encoded once over the whole length and copied into each file.

mod encode;
mod join;
mod loss;
pub(crate) mod picture;
mod plan;
mod settings;
mod verify;

use std::path::{Path, PathBuf};

use domain::rendition::{Quality, Rendition};
use serde::{Deserialize, Serialize};

use crate::{MediaError, Session};
pub(crate) use loss::RUN_OUT;
pub use plan::{LadderPlan, Segment};

/// One rendition's picture of one segment, in a file of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Piece {
    /// The rendition it belongs to.
    pub quality: Quality,
    /// The mp4.
    pub path: PathBuf,
}

/// A finished rendition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// What it is.
    pub rendition: Rendition,
    /// The mp4.
    pub path: PathBuf,
}

/// A segment in every rendition of the plan, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedSegment {
    /// Its pieces.
    pub pieces: Vec<Piece>,
    /// Of a source of which only [`SegmentBytes`](crate::SegmentBytes) are at hand, and zeros
    /// elsewhere: whether more of the picture was read, so that the pieces are of no use. Of a
    /// whole one it says nothing.
    pub has_read_a_hole: bool,
}

/// Encodes one segment of `input` in every rendition of the plan, into
/// `directory/piece-high-0000.mp4` and so on. Each piece is proved to have
/// exactly the segment's frames before this returns.
///
/// `progress` never falls and ends at 1.
///
/// # Errors
///
/// An input fault when more than a small share of the segment's frames cannot
/// be decoded; [`MediaError::CheckFailed`] when a piece is not as planned.
pub async fn encode_segment(
    session: &Session,
    plan: &LadderPlan,
    segment: &Segment,
    input: &Path,
    directory: &Path,
    progress: impl Fn(f32),
) -> Result<EncodedSegment, MediaError> {
    let encoded = encode::encode(session, plan, segment, input, directory, |done| {
        progress(0.98 * done);
    })
    .await?;
    for (piece, rendition) in encoded.pieces.iter().zip(&plan.renditions) {
        verify::piece(session, plan, rendition, segment, &piece.path).await?;
    }
    progress(1.0);
    Ok(encoded)
}

/// Encodes the sound of `input`, exactly as long as the picture, for all
/// renditions; none for a silent film.
///
/// # Errors
///
/// An input fault when the sound cannot be decoded.
pub async fn make_sound(
    session: &Session,
    plan: &LadderPlan,
    input: &Path,
    directory: &Path,
) -> Result<Option<PathBuf>, MediaError> {
    if !plan.has_sound {
        return Ok(None);
    }
    let sound = join::make_sound(session, plan, input, directory);
    Ok(Some(sound.await?))
}

/// Joins the pieces of one rendition, in the order of the segments, with the
/// sound to `directory/high.mp4` (or `medium`, `low`), and proves it.
///
/// # Errors
///
/// [`MediaError::CheckFailed`] when pieces do not belong together or the output
/// is not as planned.
pub async fn assemble(
    session: &Session,
    plan: &LadderPlan,
    rendition: &Rendition,
    pieces: &[PathBuf],
    sound: Option<&Path>,
    directory: &Path,
) -> Result<Output, MediaError> {
    if pieces.len() != plan.segments.len() {
        return Err(MediaError::check("there is not one piece for each segment"));
    }
    verify::alike(session, pieces).await?;
    let name = rendition.quality.as_str();
    let path = directory.join(format!("{name}.mp4"));
    join::join(session, plan, pieces, sound, &path).await?;
    verify::output(session, plan, rendition, &path).await?;
    Ok(Output {
        rendition: *rendition,
        path,
    })
}

/// All renditions, for callers with room for all of them: `pieces` are in the
/// order of the plan's renditions.
///
/// # Errors
///
/// As [`make_sound`] and [`assemble`].
pub async fn assemble_all(
    session: &Session,
    plan: &LadderPlan,
    pieces: &[Vec<PathBuf>],
    input: &Path,
    directory: &Path,
) -> Result<Vec<Output>, MediaError> {
    if pieces.len() != plan.renditions.len() {
        return Err(MediaError::check("there are not pieces of each rendition"));
    }
    let sound = make_sound(session, plan, input, directory).await?;
    let mut outputs = Vec::new();
    for (rendition, pieces) in plan.renditions.iter().zip(pieces) {
        let sound = sound.as_deref();
        let output = assemble(session, plan, rendition, pieces, sound, directory);
        outputs.push(output.await?);
    }
    Ok(outputs)
}

#[cfg(test)]
mod tests;
