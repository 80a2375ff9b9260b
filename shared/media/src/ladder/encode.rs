//! Encodes one segment: one FFmpeg, one decoding, all renditions.

use std::path::Path;

use super::loss::Lists;
use super::plan::{LadderPlan, Segment};
use super::{EncodedSegment, Piece, loss, picture, settings};
use crate::input::{self, file_url, strings};
use crate::inspection::name_the_fault;
use crate::{MediaError, Session, frames};

/// How long before its first frame a segment is read, in seconds: enough for a
/// filter to see the frame before, then for a container without an index, where
/// a seek may land between key frames.
const RUN_UPS: [f64; 2] = [0.25, 15.0];

/// Encodes `segment`; `progress` is told the share that is done.
pub(super) async fn encode(
    session: &Session,
    plan: &LadderPlan,
    segment: &Segment,
    input: &Path,
    directory: &Path,
    progress: impl Fn(f32),
) -> Result<EncodedSegment, MediaError> {
    let scratch = tempfile::tempdir_in(directory)?;
    let seek = seek_point(session, plan, segment, input, scratch.path()).await?;
    let pieces = pieces_of(plan, segment, directory);
    let lists = Lists::in_directory(scratch.path());
    let mut arguments = Vec::new();
    if picture::takes_changes(&plan.picture) {
        arguments.extend(strings(&["-reinit_filter:v", "0"]));
    }
    arguments.extend(source(input, seek, session.threads()));
    arguments.extend(["-filter_complex".to_owned(), picture::graph(plan, segment)]);
    for (index, piece) in pieces.iter().enumerate() {
        arguments.extend(["-map".to_owned(), picture::pad(index)]);
        arguments.extend(settings::video_arguments(
            plan,
            piece.quality,
            session.threads(),
        ));
        if index == 0 {
            arguments.extend(lists.shown_arguments());
        }
        arguments.push(file_url(&piece.path));
    }
    let shown = shown(plan, segment);
    arguments.extend(lists.outputs(plan, shown.1));

    let frames = segment.frames;
    let finished = session
        .run_with_progress(arguments, |report| {
            progress((report.frames as f32 / frames as f32).min(1.0));
        })
        .await
        .map_err(name_the_fault)?;
    if !finished.errors.is_empty() {
        let last = finished.errors.lines().last();
        tracing::warn!(last, "a source does not decode cleanly");
    }
    let picture = lists.picture()?;
    loss::check(&lists, &picture, plan, segment, shown)?;
    Ok(EncodedSegment {
        pieces,
        has_read_a_hole: picture.packets.iter().any(|packet| packet.is_blank),
    })
}

fn pieces_of(plan: &LadderPlan, segment: &Segment, directory: &Path) -> Vec<Piece> {
    let renditions = plan.renditions.iter();
    renditions
        .map(|rendition| {
            let quality = rendition.quality;
            let name = format!("piece-{}-{:04}.mp4", quality.as_str(), segment.index);
            Piece {
                quality,
                path: directory.join(name),
            }
        })
        .collect()
}

/// The source's time the segment stands for. The first one begins with the
/// first frame that is shown, the last one reaches as far as there is anything.
fn shown(plan: &LadderPlan, segment: &Segment) -> (f64, f64) {
    let from = if segment.first_frame == 0 {
        plan.picture.start as f64 / 1e6 - plan.seconds(1) / 2.0
    } else {
        plan.source_seconds(segment.first_frame)
    };
    let to = if segment.end() == plan.frames {
        f64::INFINITY
    } else {
        plan.source_seconds(segment.end())
    };
    (from, to)
}

/// `-i` from a time on. Times stay the source's own, counted from its start,
/// wherever reading begins. Where it ends is for the outputs to say: FFmpeg
/// would count an input's length from the key frame it sought.
fn source(input: &Path, seek: Option<f64>, threads: Option<u32>) -> Vec<String> {
    let mut arguments = strings(&["-copyts", "-start_at_zero", "-noaccurate_seek"]);
    if let Some(seek) = seek {
        arguments.extend(["-ss".to_owned(), format!("{seek:.6}")]);
    }
    arguments.extend(input::arguments(input, threads));
    arguments
}

/// Where to begin to read, so that the frame that is shown when the segment
/// begins is decoded; `None` for the source's beginning.
async fn seek_point(
    session: &Session,
    plan: &LadderPlan,
    segment: &Segment,
    input: &Path,
    scratch: &Path,
) -> Result<Option<f64>, MediaError> {
    if segment.first_frame == 0 {
        return Ok(None);
    }
    let needed = plan.source_seconds(segment.first_frame);
    let list = scratch.join("first");
    for run_up in RUN_UPS {
        let seek = needed - run_up;
        if seek <= 0.0 {
            break;
        }
        let mut arguments = source(input, Some(seek), Some(1));
        arguments.extend(first_frame(plan, &list));
        let run = session.run(arguments).await;
        if let Err(
            error @ (MediaError::TimedOut | MediaError::Stalled { .. } | MediaError::Io(_)),
        ) = run
        {
            return Err(error);
        }
        let times = frames::times(&list).unwrap_or_default();
        if times.first().is_some_and(|first| *first <= needed) {
            return Ok(Some(seek));
        }
    }
    Ok(None)
}

/// Decodes one frame and lists its time; the sound is opened as in every run.
fn first_frame(plan: &LadderPlan, list: &Path) -> Vec<String> {
    let mut arguments = strings(&["-frames:v", "1"]);
    arguments.extend(loss::frames_output(list, f64::INFINITY));
    if plan.has_sound {
        arguments.extend(["-map".to_owned(), plan.sound.stream()]);
        arguments.extend(strings(&[
            "-c",
            "copy",
            "-frames:a",
            "1",
            "-f",
            "null",
            "-",
        ]));
    }
    arguments
}
