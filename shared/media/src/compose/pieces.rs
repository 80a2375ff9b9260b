//! The film cut into bodies, which are copied, and transitions, which are encoded from the
//! borders of two scenes, or copied from a film that has the same.

use std::path::{Path, PathBuf};

use domain::film::{FRAME_RATE, seconds};

use super::{Earlier, FilmPlan};
use crate::input::{file_url, strings};
use crate::{SceneFiles, encoder};

/// A run of frames of the film, in a file of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) kind: PieceKind<'a>,
    pub(super) frames: u32,
    pub(super) path: PathBuf,
}

/// Where a piece comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind<'a> {
    /// Copied from a scene.
    Body {
        /// The scene's index.
        scene: usize,
    },
    /// The end of a scene becoming the beginning of the next.
    Transition {
        /// The first scene's index.
        from: usize,
    },
    /// The same, copied from the earlier film.
    SameTransition {
        /// That film.
        film: &'a Path,
        /// Its first frame there.
        start: u32,
    },
}

impl Piece<'_> {
    /// Whether the piece is encoded, not copied.
    pub(super) fn is_encoded(&self) -> bool {
        matches!(self.kind, PieceKind::Transition { .. })
    }

    /// Whether it is between two bodies.
    pub(super) fn is_transition(&self) -> bool {
        !matches!(self.kind, PieceKind::Body { .. })
    }
}

/// The pieces in the order of the film. Together they have all its frames.
pub(super) fn divide<'a>(
    plan: &FilmPlan,
    earlier: Option<Earlier<'a>>,
    directory: &Path,
) -> Vec<Piece<'a>> {
    let film_with = |from: usize| {
        let earlier = earlier.filter(|earlier| earlier.same.get(from) == Some(&true));
        earlier.map(|earlier| earlier.film)
    };
    let mut pieces = Vec::new();
    let mut push = |kind, frames| {
        if frames > 0 {
            let path = directory.join(format!("piece-{:03}.mp4", pieces.len()));
            pieces.push(Piece { kind, frames, path });
        }
    };
    for (scene, timing) in plan.timings.iter().enumerate() {
        push(PieceKind::Body { scene }, timing.body());
        let start = timing.start + timing.frames - timing.overlap_after;
        let transition = match film_with(scene) {
            Some(film) => PieceKind::SameTransition { film, start },
            None => PieceKind::Transition { from: scene },
        };
        push(transition, timing.overlap_after);
    }
    pieces
}

/// The arguments that make one piece.
pub(super) fn plan(
    threads: Option<u32>,
    plan: &FilmPlan,
    prepared: &[SceneFiles],
    piece: &Piece<'_>,
) -> Vec<String> {
    let copied = |start, source: &Path| {
        let mut arguments = from_frame(start, source, threads);
        arguments.extend(strings(&["-map", "0:v:0", "-c", "copy"]));
        arguments
    };
    let mut arguments = match piece.kind {
        PieceKind::Body { scene } => copied(0, &prepared[scene].body),
        PieceKind::SameTransition { film, start } => copied(start, film),
        PieceKind::Transition { from } => {
            let name = plan.transitions[from].as_str();
            let end = plan.timings[from].overlap_before;
            // Pictures without loss are decoded quicker than they are encoded, and each further
            // thread holds some of them.
            let one_thread = Some(1);
            let mut arguments = from_frame(end, &prepared[from].borders, one_thread);
            // One frame more than is needed, so that rounding takes none away.
            let read = seconds(piece.frames + 1);
            arguments.extend(["-t".to_owned(), format!("{read:.6}")]);
            arguments.extend(from_frame(0, &prepared[from + 1].borders, one_thread));
            arguments.extend(["-filter_complex".to_owned(), cross(name, piece.frames)]);
            arguments.extend(strings(&["-map", "[v]"]));
            arguments.extend(encoder::video_arguments(plan.preset, threads));
            arguments
        }
    };
    arguments.extend(["-frames:v".to_owned(), piece.frames.to_string()]);
    arguments.extend(encoder::container_arguments());
    arguments.push(file_url(&piece.path));
    arguments
}

/// Opens a file of ours at one of its key frames.
fn from_frame(frame: u32, file: &Path, threads: Option<u32>) -> Vec<String> {
    let mut arguments = Vec::new();
    if frame > 0 {
        arguments.extend(["-ss".to_owned(), format!("{:.6}", seconds(frame))]);
    }
    arguments.extend(crate::input::arguments(file, threads));
    arguments
}

/// A transition of exactly `frames` frames. Held last frames and `fps` at the
/// end are what every version of `xfade` needs for it.
fn cross(name: &str, frames: u32) -> String {
    let window = format!(
        "trim=end_frame={frames},setpts=PTS-STARTPTS,tpad=stop=2:stop_mode=clone,fps={FRAME_RATE}"
    );
    let duration = seconds(frames);
    format!(
        "[0:v:0]{window}[from];[1:v:0]{window}[to];\
         [from][to]xfade=transition={name}:duration={duration:.6}:offset=0,format=yuv420p,\
         setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709[v]"
    )
}
