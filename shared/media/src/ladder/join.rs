//! Joins the pieces of a rendition by copy, and gives it the sound.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::plan::LadderPlan;
use super::settings::{self, SAMPLE_RATE};
use super::verify;
use crate::input::{self, REMUX_EXTENSION, file_url, strings};
use crate::inspection::name_the_fault;
use crate::{MediaError, Session, encoder};

/// A gap in the sound's times that is filled with silence, and an overlap that is
/// cut, in seconds: FFmpeg's own.
const USUAL_GAP: f64 = 0.1;

/// The same where the format of the sound changes: each part has some hundredths
/// of a second too much, and they must not add up. Less would cut at every packet
/// of a transport stream, whose times are estimated in the format before.
const CHANGED_GAP: f64 = 0.06;

/// Encodes the source's sound, exactly as long as the picture.
pub(super) async fn make_sound(
    session: &Session,
    plan: &LadderPlan,
    input: &Path,
    directory: &Path,
) -> Result<PathBuf, MediaError> {
    let path = directory.join("sound.m4a");
    let mut arguments = input::arguments(input, session.threads());
    let filters = sound_filters(plan, &plan.sound.stream(), plan.sound.mix(), USUAL_GAP);
    arguments.extend(sound_output(plan, filters, &path));
    arguments.extend(read_for_its_time());
    encode_sound(session, arguments).await?;
    if verify::lasts(session, plan, &path).await? {
        return Ok(path);
    }
    // The sound's rate or channels change: FFmpeg built the graph anew, and every
    // filter that counts began again. So it is evened first, by filters that do not.
    let evened = directory.join("sound").with_extension(REMUX_EXTENSION);
    encode_sound(session, even(session, plan, input, &evened)).await?;
    let mut arguments = vec!["-copyts".to_owned()];
    arguments.extend(input::arguments(&evened, session.threads()));
    let filters = sound_filters(plan, "0:a:0", "", CHANGED_GAP);
    arguments.extend(sound_output(plan, filters, &path));
    encode_sound(session, arguments).await?;
    fs::remove_file(&evened)?;
    Ok(path)
}

async fn encode_sound(session: &Session, arguments: Vec<String>) -> Result<(), MediaError> {
    let finished = session.run(arguments).await.map_err(name_the_fault)?;
    if !finished.errors.is_empty() {
        let last = finished.errors.lines().last();
        tracing::warn!(last, "a sound does not decode cleanly");
    }
    Ok(())
}

/// The picture, read for its time alone, as in every run: see the list of packets.
fn read_for_its_time() -> Vec<String> {
    strings(&["-map", "0:V:0", "-c", "copy", "-f", "null", "-"])
}

fn sound_output(plan: &LadderPlan, filters: String, path: &Path) -> Vec<String> {
    let mut arguments = vec!["-filter_complex".to_owned(), filters];
    arguments.extend(strings(&["-map", "[a]"]));
    arguments.extend(settings::sound_arguments());
    arguments.extend(encoder::mp4_arguments(plan.timescale()));
    arguments.push(file_url(path));
    arguments
}

/// The whole sound at one rate in stereo, with its own times and nothing lost.
fn even(session: &Session, plan: &LadderPlan, input: &Path, evened: &Path) -> Vec<String> {
    let mut arguments = input::arguments(input, session.threads());
    let mix = plan.sound.mix();
    let filters =
        format!("{mix}aresample={SAMPLE_RATE},aformat=channel_layouts=stereo:sample_fmts=s16");
    arguments.extend([
        "-map".to_owned(),
        plan.sound.stream(),
        "-af".to_owned(),
        filters,
    ]);
    arguments.extend(strings(&[
        "-c:a",
        "flac",
        "-avoid_negative_ts",
        "disabled",
        "-f",
        "nut",
    ]));
    arguments.push(file_url(evened));
    arguments.extend(read_for_its_time());
    arguments
}

/// Silence stands where there is none: before its beginning, in its gaps and
/// after its end.
fn sound_filters(plan: &LadderPlan, stream: &str, mix: &str, gap: f64) -> String {
    let samples = (plan.seconds(plan.frames) * f64::from(SAMPLE_RATE)).round();
    format!(
        "[{stream}]{mix}asetpts=PTS-round({:.6}/TB),aresample={SAMPLE_RATE}:async=1:min_hard_comp={gap}:first_pts=0,\
         aformat=channel_layouts=stereo,apad=whole_len={samples},atrim=end_sample={samples}[a]",
        plan.source_seconds(0),
    )
}

/// Writes the rendition to `output`.
pub(super) async fn join(
    session: &Session,
    plan: &LadderPlan,
    pieces: &[PathBuf],
    sound: Option<&Path>,
    output: &Path,
) -> Result<(), MediaError> {
    let scratch = tempfile::tempdir_in(output.parent().unwrap_or(Path::new(".")))?;
    let list = scratch.path().join("pieces.txt");
    fs::write(&list, list_of(plan, pieces)?)?;
    let arguments = join_plan(plan, &list, sound, output);
    let finished = session.run(arguments).await?;
    if finished.errors.is_empty() {
        return Ok(());
    }
    Err(MediaError::check(format!(
        "the pieces do not join: {}",
        finished.errors
    )))
}

/// The list for FFmpeg's concat demuxer, with each length, so that no rounding
/// of a file's own length adds up.
fn list_of(plan: &LadderPlan, pieces: &[PathBuf]) -> Result<String, MediaError> {
    let mut list = "ffconcat version 1.0\n".to_owned();
    let mut start = 0;
    for (piece, segment) in pieces.iter().zip(&plan.segments) {
        let end = (plan.seconds(segment.end()) * 1e6).round() as u64;
        let path = std::path::absolute(piece)?;
        let path = path.to_str().filter(|path| !path.contains(['\'', '\n']));
        let path = path.ok_or_else(|| MediaError::check("a piece has an odd name"))?;
        let length = (end - start) as f64 / 1e6;
        let _ = writeln!(list, "file 'file:{path}'\nduration {length:.6}");
        start = end;
    }
    Ok(list)
}

/// `-auto_convert 0`: with it, headers would be put into the stream and hide a
/// piece that does not fit.
fn join_plan(plan: &LadderPlan, list: &Path, sound: Option<&Path>, output: &Path) -> Vec<String> {
    let mut arguments = strings(&[
        "-protocol_whitelist",
        "file,pipe",
        "-f",
        "concat",
        "-safe",
        "0",
        "-auto_convert",
        "0",
        "-i",
    ]);
    arguments.push(file_url(list));
    if let Some(sound) = sound {
        arguments.extend(input::arguments(sound, None));
    }
    arguments.extend(strings(&["-map", "0:v:0"]));
    if sound.is_some() {
        arguments.extend(strings(&["-map", "1:a:0"]));
    }
    arguments.extend(strings(&["-c", "copy", "-movflags", "+faststart"]));
    arguments.extend(encoder::mp4_arguments(plan.timescale()));
    arguments.push(file_url(output));
    arguments
}
