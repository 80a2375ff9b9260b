//! Brings any clip to the film's format: its body encoded as the film is, its borders without
//! loss. Each scene is prepared once, beside the others; composing then has to encode only the
//! transitions.

use std::path::Path;

use domain::film::{FRAME_RATE, SceneTiming};
use domain::preset::Preset;

use crate::alpha::over_black;
use crate::input::{self, strings};
use crate::inspection::{self, Inspection};
use crate::ladder::picture::to_standard_light;
use crate::preview::{self, ScenePart};
use crate::probe::VideoStream;
use crate::scene::{self, SceneFiles, Share};
use crate::supervisor::Finished;
use crate::{MediaError, Probe, Session, SoundSource};

/// Samples a second of every film's sound.
pub(crate) const SAMPLE_RATE: u32 = 48_000;

/// Samples of sound in one frame of picture: exact.
pub(crate) const SAMPLES_PER_FRAME: u32 = SAMPLE_RATE / FRAME_RATE;

/// What the encoder gets of every scene: else its parameter sets would differ.
pub(crate) const FILM_PICTURE: &str = "format=yuv420p,setsar=1,\
     setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709";

/// A clip that is a little too short is slowed at most this much.
const MAX_SLOWING: f64 = 1.25;

/// How much of a picture may be cut off for it to fill the frame.
const MAX_CROPPED: f64 = 0.12;

/// What a clip becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SceneSpec {
    /// The film's width and height.
    pub size: (u32, u32),
    /// The scene's place in the film.
    pub timing: SceneTiming,
    /// The film's.
    pub preset: Preset,
}

/// What a clip has become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prepared {
    /// Whether the clip came with sound.
    pub has_audio: bool,
}

/// Writes `input` to `files` in the film's format: exact size and number of frames, the body in
/// H.264 with the one encoder setting, the borders without loss, sound as lossless stereo.
///
/// A longer clip is cut; a shorter one is slowed by at most a quarter, or
/// repeated. A picture of another shape fills the frame when little is lost by
/// it, and else stands before a blurred copy of itself.
///
/// The same run writes `part`: every frame is decoded and brought to the film's format once.
///
/// # Errors
///
/// An input fault when the clip is not accepted or does not decode cleanly;
/// [`MediaError::CheckFailed`] when the output is not as asked for.
pub async fn prepare_scene(
    session: &Session,
    input: &Path,
    spec: &SceneSpec,
    part: Option<&ScenePart<'_>>,
    files: &SceneFiles,
    progress: impl Fn(f32) + Send + 'static,
) -> Result<Prepared, MediaError> {
    let source = inspection::inspect_source(session, input).await?;
    let source = Probe::of(&source)?;
    let arguments = plan(session.threads(), input, &source, spec, part, files)?;
    let frames = spec.timing.body();
    let finished = session
        .run_with_progress(arguments, move |report| {
            progress((report.frames as f32 / frames as f32).min(1.0));
        })
        .await;
    accept(finished)?;
    let has_audio = check(&inspection::inspect(session, &files.body).await?, spec)?;
    if has_audio != source.audio.is_some() {
        return Err(MediaError::check("the scene's sound is missing"));
    }
    if spec.timing.borders() > 0 {
        let borders = inspection::inspect(session, &files.borders).await?;
        check_borders(&borders, spec)?;
    }
    Ok(Prepared { has_audio })
}

/// Writes the borders of `input` alone to `output`: the very frames that [`prepare_scene`]
/// writes.
///
/// # Errors
///
/// As [`prepare_scene`].
pub async fn prepare_borders(
    session: &Session,
    input: &Path,
    spec: &SceneSpec,
    output: &Path,
) -> Result<(), MediaError> {
    let source = inspection::inspect_source(session, input).await?;
    let source = Probe::of(&source)?;
    let (video, pace) = picture_of(&source, spec)?;
    let graph = video_filters(video, spec, pace);
    let graph = format!("{graph};{}", scene::divide(&spec.timing, &[Share::Borders]));
    let threads = session.threads();
    let mut arguments = reading(threads, input, spec, pace);
    arguments.extend(["-filter_complex".to_owned(), graph]);
    arguments.extend(scene::borders_output(threads, output));
    accept(session.run(arguments).await)?;
    check_borders(&inspection::inspect(session, output).await?, spec)
}

/// Makes sure that the clip could be read to its end.
fn accept(finished: Result<Finished, MediaError>) -> Result<(), MediaError> {
    let errors = finished.map_err(blame_broken_input)?.errors;
    if errors.is_empty() {
        return Ok(());
    }
    Err(MediaError::Corrupt(errors))
}

fn blame_broken_input(error: MediaError) -> MediaError {
    match error {
        MediaError::Failed { tail, .. } if tail.contains("Invalid data found") => {
            MediaError::Corrupt(tail)
        }
        other => other,
    }
}

/// Says whether the body of a prepared scene has sound, if it is what `spec` asks for.
pub(crate) fn check(prepared: &Inspection, spec: &SceneSpec) -> Result<bool, MediaError> {
    scene::check_picture(prepared, spec.size, spec.timing.body())?;
    let Some(sound) = &prepared.audio else {
        return Ok(false);
    };
    let length = sound.span().map_or(0.0, |(start, end)| {
        sound.seconds(end) - sound.seconds(start)
    });
    if (length - spec.timing.seconds()).abs() > 1.0 / f64::from(SAMPLE_RATE) {
        return Err(MediaError::check(format!(
            "a scene's sound is {length} s long"
        )));
    }
    Ok(true)
}

/// Makes sure that the borders of a prepared scene are what `spec` asks for.
pub(crate) fn check_borders(prepared: &Inspection, spec: &SceneSpec) -> Result<(), MediaError> {
    scene::check_picture(prepared, spec.size, spec.timing.borders())
}

/// The arguments of the whole preparation.
fn plan(
    threads: Option<u32>,
    input: &Path,
    source: &Probe,
    spec: &SceneSpec,
    part: Option<&ScenePart<'_>>,
    files: &SceneFiles,
) -> Result<Vec<String>, MediaError> {
    let (video, pace) = picture_of(source, spec)?;
    let mut shares = scene::shares(&spec.timing);
    shares.extend(part.map(|_| Share::Whole));
    let mut graph = vec![
        video_filters(video, spec, pace),
        scene::divide(&spec.timing, &shares),
    ];
    let frames = spec.timing.frames;
    if let Some(audio) = &source.audio {
        graph.push(audio_filters(&audio.source, frames, pace));
    }
    let has_sound = source.audio.is_some();
    let mut sound = "[sound]";
    if part.is_some() {
        graph.push(part_filters(has_sound, frames));
        sound = "[body_sound]";
    }

    let mut arguments = reading(threads, input, spec, pace);
    arguments.extend(["-filter_complex".to_owned(), graph.join(";")]);
    let lossless = ["-map", sound, "-c:a", "flac", "-sample_fmt", "s16"];
    let sound = if has_sound {
        strings(&lossless)
    } else {
        Vec::new()
    };
    arguments.extend(scene::outputs(spec, threads, &sound, files));
    if let Some(part) = part {
        arguments.extend(part.output(spec, "[part]", "[part_sound]"));
    }
    Ok(arguments)
}

/// The clip's picture, and how its length is brought to the scene's.
fn picture_of<'a>(
    source: &'a Probe,
    spec: &SceneSpec,
) -> Result<(&'a VideoStream, Pace), MediaError> {
    let video = source
        .video
        .as_ref()
        .ok_or_else(|| MediaError::Unsupported("the clip has no picture".to_owned()))?;
    let pace = Pace::of(video.duration.as_secs_f64(), spec.timing.seconds());
    Ok((video, pace))
}

/// The arguments that read the clip.
fn reading(threads: Option<u32>, input: &Path, spec: &SceneSpec, pace: Pace) -> Vec<String> {
    let mut arguments = Vec::new();
    if pace == Pace::Repeat {
        arguments.extend(strings(&["-stream_loop", "-1"]));
    }
    // Bounds what is read of a file whose times leap by hours.
    let read = spec.timing.seconds() + 1.0;
    arguments.extend(["-t".to_owned(), format!("{read:.3}")]);
    arguments.extend(input::arguments(input, threads));
    arguments
}

/// The streams of the scene's part; silence where the clip has no sound.
fn part_filters(has_sound: bool, frames: u32) -> String {
    let sound = if has_sound {
        "[sound]asplit[body_sound][part_sound]".to_owned()
    } else {
        format!("{}[part_sound]", silence(frames))
    };
    format!("[whole]{}[part];{sound}", preview::to_part())
}

/// How a clip's length is brought to its scene's.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pace {
    /// Long enough: the rest is left away.
    Cut,
    /// Slowed by this factor.
    Slow(f64),
    /// Played again from the beginning.
    Repeat,
}

impl Pace {
    fn of(source: f64, target: f64) -> Self {
        let slowing = target / source;
        if source + 0.5 / f64::from(FRAME_RATE) >= target {
            Self::Cut
        } else if slowing <= MAX_SLOWING {
            Self::Slow(slowing)
        } else {
            Self::Repeat
        }
    }
}

/// Rate, then size, then colours: the scene's frames and no more. The last is held if the clip,
/// against its own packets, ends early.
fn video_filters(video: &VideoStream, spec: &SceneSpec, pace: Pace) -> String {
    let slow = match pace {
        Pace::Slow(factor) => format!("setpts=PTS*{factor:.6},"),
        Pace::Cut | Pace::Repeat => String::new(),
    };
    let rate = format!(
        "{}{}{slow}fps={FRAME_RATE}:start_time=0,\
         tpad=stop=-1:stop_mode=clone,trim=end_frame={}",
        deinterlace(video),
        over_black(video),
        spec.timing.frames,
    );
    let (colours, matrix) = to_standard_range(video);
    let shape = fill_frame((video.width, video.height), spec.size, matrix);
    format!("[0:V:0]{rate}{colours},{shape},{FILM_PICTURE}[picture]")
}

/// Frames that are not interlaced pass `bwdif` untouched and for nothing. It
/// refuses the tiniest pictures.
pub(crate) fn deinterlace(video: &VideoStream) -> &'static str {
    if video.width.min(video.height) < 16 {
        return "";
    }
    "bwdif=mode=send_frame:deint=interlaced,"
}

/// The filters that map HDR and wide colours to what every screen shows, and the
/// matrix of what comes out of them.
fn to_standard_range(video: &VideoStream) -> (String, &'static str) {
    const WIDE: &str = ",scale=out_color_matrix=bt709:out_range=tv:out_transfer=bt709:\
                        out_primaries=bt709,format=yuv420p";
    if let Some(map) = to_standard_light(video) {
        // The mapping takes no halved colours at an odd side.
        return (format!(",format=yuv444p10le,{map},format=yuv444p"), "bt709");
    }
    match video.color_space.as_deref() {
        Some(space) if space.starts_with("bt2020") => (WIDE.to_owned(), "bt709"),
        _ => (String::new(), source_matrix(video)),
    }
}

/// The matrix a picture is read by. One that names none is BT.601 up to the size
/// of a DVD and BT.709 above, as players guess.
pub(crate) fn source_matrix(video: &VideoStream) -> &'static str {
    const SD_LINES: u32 = 576;
    const HD_WIDTH: u32 = 1280;
    let (width, lines) = match video.rotation {
        90 => (video.height, video.width),
        _ => (video.width, video.height),
    };
    match video.color_space {
        Some(_) => "auto",
        None if lines <= SD_LINES && width < HD_WIDTH => "bt601",
        None => "bt709",
    }
}

/// Scales to `to`: filling it where little is lost, else before a blurred copy.
fn fill_frame(from: (u32, u32), to: (u32, u32), matrix: &str) -> String {
    let colours = format!("in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv");
    let (width, height) = to;
    let cover = scaled(from, to, f64::max);
    let fit = scaled(from, to, f64::min);
    let shown = f64::from(width) * f64::from(height) / (f64::from(cover.0) * f64::from(cover.1));
    if 1.0 - shown <= MAX_CROPPED {
        return format!(
            "scale={}:{}:{colours},crop={width}:{height}",
            cover.0, cover.1
        );
    }
    // The backdrop is blurred when it is small, which costs next to nothing.
    let small = (even(f64::from(width) / 8.0), even(f64::from(height) / 8.0));
    let small_cover = scaled(from, small, f64::max);
    let (x, y) = (even_offset(width, fit.0), even_offset(height, fit.1));
    format!(
        "split[near][far];\
         [far]scale={}:{}:flags=area:{colours},crop={}:{},format=yuv420p,gblur=sigma=5,\
         scale={width}:{height}:flags=bilinear,lutyuv=y=16+(val-16)*0.6[backdrop];\
         [near]scale={}:{}:{colours},format=yuv420p[front];\
         [backdrop][front]overlay={x}:{y}:format=yuv420",
        small_cover.0, small_cover.1, small.0, small.1, fit.0, fit.1,
    )
}

/// `from`, scaled by the larger or smaller of the two ratios to `to`.
fn scaled(from: (u32, u32), to: (u32, u32), choose: fn(f64, f64) -> f64) -> (u32, u32) {
    let (from_width, from_height) = (f64::from(from.0.max(1)), f64::from(from.1.max(1)));
    let (width, height) = (f64::from(to.0), f64::from(to.1));
    let factor = choose(width / from_width, height / from_height);
    let bounded = |side: f64| even(side.min(16_384.0));
    let (scaled_width, scaled_height) =
        (bounded(from_width * factor), bounded(from_height * factor));
    if choose(0.0, 1.0) > 0.0 {
        (scaled_width.max(to.0), scaled_height.max(to.1))
    } else {
        (scaled_width.min(to.0), scaled_height.min(to.1))
    }
}

/// The nearest even number from 2 upwards: colours are stored for two pixels.
fn even(length: f64) -> u32 {
    ((length / 2.0).round() as u32).max(1) * 2
}

fn even_offset(outer: u32, inner: u32) -> u32 {
    outer.saturating_sub(inner) / 4 * 2
}

/// A source of silence as long as so many frames.
pub(crate) fn silence(frames: u32) -> String {
    let samples = frames * SAMPLES_PER_FRAME;
    format!("anullsrc=r={SAMPLE_RATE}:cl=stereo,atrim=end_sample={samples}")
}

/// Exactly as long as the picture, to the sample.
fn audio_filters(source: &SoundSource, frames: u32, pace: Pace) -> String {
    let slow = match pace {
        Pace::Slow(factor) => format!(",atempo={:.6}", 1.0 / factor),
        Pace::Cut | Pace::Repeat => String::new(),
    };
    let samples = frames * SAMPLES_PER_FRAME;
    format!(
        "[{}]{}aresample={SAMPLE_RATE}:async=1:first_pts=0{slow},\
         aformat=sample_fmts=s16:channel_layouts=stereo,\
         apad=whole_len={samples},atrim=end_sample={samples}[sound]",
        source.stream(),
        source.mix(),
    )
}

#[cfg(test)]
mod tests;
