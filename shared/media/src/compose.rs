//! Makes the film of prepared scenes.
//!
//! A scene is a body between two borders. Bodies are copied; of the borders, which have lost
//! nothing yet, transitions are encoded, and all pieces are joined by copy. Neither work nor
//! memory grows with the length of the scenes. What an earlier film has of the same transitions
//! is copied as well.

mod join;
mod loudness;
mod pieces;
mod sound;
mod verify;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use domain::film::{SceneTiming, Transition};
use domain::preset::Preset;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::inspection;
use crate::prepare::{self, SceneSpec};
use crate::supervisor::Finished;
use crate::{MediaError, Probe, SceneFiles, Session, preview};
use pieces::Piece;

/// What the film is made of; scenes and transitions in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilmPlan {
    /// Width and height.
    pub size: (u32, u32),
    /// Each scene's place.
    pub timings: Vec<SceneTiming>,
    /// How each scene becomes the next: one less than scenes.
    pub transitions: Vec<Transition>,
    /// How its pictures are compressed.
    pub preset: Preset,
}

impl FilmPlan {
    /// The film's length in frames.
    pub fn frames(&self) -> u32 {
        self.timings
            .last()
            .map_or(0, |last| last.start + last.frames)
    }

    /// Of each scene, whether its borders are needed: `same` says of each transition whether an
    /// earlier film has it, and of none when it is empty.
    pub fn needs_borders(&self, same: &[bool]) -> Vec<bool> {
        let is_encoded = |from: usize| {
            let overlap = self
                .timings
                .get(from)
                .map_or(0, |scene| scene.overlap_after);
            overlap > 0 && same.get(from) != Some(&true)
        };
        let is_begun = |scene: usize| scene.checked_sub(1).is_some_and(is_encoded);
        let scenes = 0..self.timings.len();
        scenes
            .map(|scene| is_begun(scene) || is_encoded(scene))
            .collect()
    }
}

/// What a film is composed of.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The prepared scenes, in order; borders where [`FilmPlan::needs_borders`] says so.
    pub scenes: &'a [SceneFiles],
    /// The music, if it is to have any.
    pub music: Option<&'a Path>,
    /// A film that has some of it already.
    pub earlier: Option<Earlier<'a>>,
}

/// A film of the same plan, of which some scenes were others.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    /// The mp4.
    pub film: &'a Path,
    /// Of each transition, whether both of its scenes are the same.
    pub same: &'a [bool],
}

/// The finished film.
#[derive(Debug, Clone, PartialEq)]
pub struct Film {
    /// The mp4.
    pub video: PathBuf,
    /// A picture of the film, as JPEG.
    pub thumbnail: PathBuf,
    /// What the film is, by its own packets.
    pub probe: Probe,
    /// Integrated loudness in LUFS; -70 for silence.
    pub loudness: f64,
    /// The highest true peak in dBTP; -70 at the least.
    pub true_peak: f64,
}

/// Composes a film to `directory/final.mp4` and `directory/thumbnail.jpg`, and proves the
/// result before it returns, of whatever it was composed.
///
/// The directory must exist; what else is left in it is of no use afterwards.
/// `progress` never falls and ends at 1.
///
/// # Errors
///
/// [`MediaError::CheckFailed`] when a scene is not as prepared for this plan, or
/// the film is not as planned; an input fault for music that is not accepted.
pub async fn compose(
    session: &Session,
    plan: &FilmPlan,
    sources: Sources<'_>,
    directory: &Path,
    progress: impl Fn(f32),
) -> Result<Film, MediaError> {
    let scenes = check_scenes(session, plan, &sources).await?;
    progress(0.02);

    let pieces = pieces::divide(plan, sources.earlier, directory);
    make_pieces(session, plan, sources.scenes, &pieces, &progress).await?;
    check_transitions(session, &pieces, &scenes).await?;

    let track = sound::make_track(session, plan, &scenes.sounds, sources.music, directory).await?;
    progress(0.82);

    let video = directory.join("final.mp4");
    join::join(session, &pieces, &track.path, directory, &video).await?;
    progress(0.85);

    let verified = verify::verify(session, plan, &video, track.level).await?;
    progress(0.96);

    let picture = directory.join("thumbnail.jpg");
    preview::thumbnail(session, &video, &verified.probe, &picture).await?;
    progress(1.0);
    Ok(Film {
        video,
        thumbnail: picture,
        probe: verified.probe,
        loudness: verified.loudness.integrated,
        true_peak: verified.loudness.true_peak,
    })
}

/// A scene's sound and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SceneSound {
    path: PathBuf,
    timing: SceneTiming,
}

/// What the checked scenes have in common, and their sound.
struct Scenes {
    parameter_sets: Option<String>,
    sounds: Vec<SceneSound>,
}

/// Makes sure that the scenes are our own encodes for this very plan, and says
/// which of them have sound. Copying any other encode would decode wrongly.
async fn check_scenes(
    session: &Session,
    plan: &FilmPlan,
    sources: &Sources<'_>,
) -> Result<Scenes, MediaError> {
    let scenes = plan.timings.len();
    if scenes == 0 || sources.scenes.len() != scenes || plan.transitions.len() + 1 != scenes {
        return Err(MediaError::check(
            "scenes, timings and transitions do not belong together",
        ));
    }
    let mut checked = Scenes {
        parameter_sets: None,
        sounds: Vec::new(),
    };
    let needs_borders = plan.needs_borders(sources.earlier.map_or(&[], |earlier| earlier.same));
    let prepared = sources.scenes.iter().zip(&plan.timings);
    for ((files, timing), needs_borders) in prepared.zip(needs_borders) {
        let spec = SceneSpec {
            size: plan.size,
            timing: *timing,
            preset: plan.preset,
        };
        let body = inspection::inspect(session, &files.body).await?;
        if prepare::check(&body, &spec)? {
            checked.sounds.push(SceneSound {
                path: files.body.clone(),
                timing: *timing,
            });
        }
        let own = body.parameter_sets();
        let first = checked
            .parameter_sets
            .get_or_insert_with(|| own.clone().unwrap_or_default());
        if own.as_ref() != Some(first) {
            return Err(MediaError::check("the scenes were not all encoded alike"));
        }
        if needs_borders {
            let borders = inspection::inspect(session, &files.borders).await?;
            prepare::check_borders(&borders, &spec)?;
        }
    }
    Ok(checked)
}

/// A transition, encoded or copied, must fit the bodies it stands between: their decoder
/// set-up is the one it will be decoded with.
async fn check_transitions(
    session: &Session,
    pieces: &[Piece<'_>],
    scenes: &Scenes,
) -> Result<(), MediaError> {
    for piece in pieces.iter().filter(|piece| piece.is_transition()) {
        let transition = inspection::inspect(session, &piece.path).await?;
        if transition.parameter_sets() != scenes.parameter_sets {
            return Err(MediaError::check(
                "a transition was not encoded like the scenes",
            ));
        }
    }
    Ok(())
}

/// Copies what is there and encodes the transitions that are not, some at a time.
async fn make_pieces(
    session: &Session,
    plan: &FilmPlan,
    prepared: &[SceneFiles],
    pieces: &[Piece<'_>],
    progress: &impl Fn(f32),
) -> Result<(), MediaError> {
    let encoded = pieces.iter().filter(|piece| piece.is_encoded());
    let total: u32 = encoded.map(|piece| piece.frames).sum();
    let done = AtomicU32::new(0);
    let advance = |frames: u32| {
        let done = done.fetch_add(frames, Ordering::Relaxed) + frames;
        progress(0.02 + 0.68 * done as f32 / total.max(1) as f32);
    };
    let runs: Vec<_> = pieces
        .iter()
        .map(|piece| {
            let arguments = pieces::plan(session.threads(), plan, prepared, piece);
            make_piece(session, piece, arguments, &advance)
        })
        .collect();
    stream::iter(runs)
        .buffer_unordered(encoders_at_once())
        .try_collect()
        .await
}

/// Runs one piece; `advance` is told of each encoded frame once.
async fn make_piece(
    session: &Session,
    piece: &Piece<'_>,
    arguments: Vec<String>,
    advance: &impl Fn(u32),
) -> Result<(), MediaError> {
    let mut reported = 0;
    let counted = if piece.is_encoded() { piece.frames } else { 0 };
    let finished = session
        .run_with_progress(arguments, |report| {
            let frames = u32::try_from(report.frames).unwrap_or(0).min(counted);
            advance(frames.saturating_sub(reported));
            reported = reported.max(frames);
        })
        .await?;
    advance(counted - reported);
    check_piece(piece, &finished)
}

fn check_piece(piece: &Piece<'_>, finished: &Finished) -> Result<(), MediaError> {
    if !finished.errors.is_empty() {
        return Err(MediaError::check(format!(
            "a scene does not decode: {}",
            finished.errors
        )));
    }
    if finished.progress.frames != u64::from(piece.frames) {
        return Err(MediaError::check(format!(
            "a piece has {} frames instead of {}",
            finished.progress.frames, piece.frames
        )));
    }
    Ok(())
}

/// Encoders of one second of film each keep about two cores busy.
pub(crate) fn encoders_at_once() -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    (cores / 2).clamp(1, 4)
}

#[cfg(test)]
mod tests;
