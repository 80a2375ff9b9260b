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
use std::time::Instant;

use domain::rendition::{Quality, Rendition};
use serde::{Deserialize, Serialize};

use crate::{Ffmpeg, MediaError};
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
    ffmpeg: &Ffmpeg,
    plan: &LadderPlan,
    segment: &Segment,
    input: &Path,
    directory: &Path,
    deadline: Instant,
    progress: impl Fn(f32),
) -> Result<Vec<Piece>, MediaError> {
    let pieces = encode::encode(ffmpeg, plan, segment, input, directory, deadline, |done| {
        progress(0.98 * done);
    })
    .await?;
    for (piece, rendition) in pieces.iter().zip(&plan.renditions) {
        verify::piece(ffmpeg, plan, rendition, segment, &piece.path, deadline).await?;
    }
    progress(1.0);
    Ok(pieces)
}

/// Joins the pieces of every rendition (in the plan's order; of each its
/// segments in order) with the sound of `input` to `directory/high.mp4`,
/// `medium.mp4` and `low.mp4`, and proves each of them.
///
/// `progress` never falls and ends at 1.
///
/// # Errors
///
/// [`MediaError::CheckFailed`] when pieces do not belong together or an output
/// is not as planned; an input fault when the sound cannot be decoded.
pub async fn assemble(
    ffmpeg: &Ffmpeg,
    plan: &LadderPlan,
    pieces: &[Vec<PathBuf>],
    input: &Path,
    directory: &Path,
    deadline: Instant,
    progress: impl Fn(f32),
) -> Result<Vec<Output>, MediaError> {
    if pieces.len() != plan.renditions.len()
        || pieces
            .iter()
            .any(|pieces| pieces.len() != plan.segments.len())
    {
        return Err(MediaError::check("there is not one piece for each segment"));
    }
    let sound = if plan.has_sound {
        Some(join::make_sound(ffmpeg, plan, input, directory, deadline).await?)
    } else {
        None
    };
    progress(0.4);
    let mut outputs = Vec::new();
    for (rendition, pieces) in plan.renditions.iter().zip(pieces) {
        verify::alike(ffmpeg, pieces, deadline).await?;
        let name = rendition.quality.as_str();
        let path = directory.join(format!("{name}.mp4"));
        let sound = sound.as_deref();
        join::join(ffmpeg, plan, pieces, sound, &path, deadline).await?;
        verify::output(ffmpeg, plan, rendition, &path, deadline).await?;
        outputs.push(Output {
            rendition: *rendition,
            path,
        });
        progress(0.4 + 0.6 * outputs.len() as f32 / plan.renditions.len() as f32);
    }
    progress(1.0);
    Ok(outputs)
}

#[cfg(test)]
mod tests;
