//! The film's sound, made once over its whole length: the scenes' own sound,
//! cross-faded where scenes overlap, over a music bed that gives way to it
//! (D17); then brought to the loudness of the web and encoded once.

use std::path::{Path, PathBuf};

use domain::film::{SceneTiming, seconds};

use super::loudness::{self, Loudness};
use super::{FilmPlan, SceneSound};
use crate::input::{self, file_url, strings};
use crate::prepare::{SAMPLE_RATE, SAMPLES_PER_FRAME, silence};
use crate::{MediaError, Probe, Session, SoundSource, inspection};

/// The loudness of every film with sound, in LUFS, and how far it may be off.
pub(super) const LOUDNESS: f64 = -14.0;
/// How far the loudness may be off, in LU.
pub(super) const LOUDNESS_TOLERANCE: f64 = 1.0;
/// The highest true peak, in dBTP.
pub(super) const MAX_TRUE_PEAK: f64 = -1.0;

/// Level of the scenes' sound in the mix, in LUFS.
const SCENES_LEVEL: f64 = -18.0;
/// Level of the music, before it gives way to the scenes' sound.
const MUSIC_LEVEL: f64 = -21.0;
/// Samples over which sound begins or ends at a cut, so that it does not click.
const CUT_FADE: u32 = SAMPLE_RATE / 100;
/// How often the loudness is adjusted before it is given up.
const MASTERINGS: u32 = 5;

/// How far peaks may be pushed into the limiter, in dB.
const MAX_LIMITING: f64 = 18.0;

/// The film's sound track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Track {
    pub(super) path: PathBuf,
    pub(super) level: Level,
}

/// What loudness the track came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// The one every film should have.
    Standard,
    /// Less: a few clicks in silence cannot be that loud below the highest
    /// peak. A film that was paid for is not refused for it.
    Quiet,
    /// Neither scenes nor music had anything to be heard.
    Silent,
}

/// Makes the sound track in `directory`.
pub(super) async fn make_track(
    session: &Session,
    plan: &FilmPlan,
    scenes: &[SceneSound],
    music: Option<&Path>,
    directory: &Path,
) -> Result<Track, MediaError> {
    let mixer = Mixer {
        session,
        directory,
        frames: plan.frames(),
    };
    let scenes = mixer.scenes(scenes).await?;
    let music = match music {
        Some(music) => mixer.music(music).await?,
        None => None,
    };
    let path = directory.join("sound.m4a");
    let Some(mix) = mixer.mix(scenes, music).await? else {
        mixer.encode_silence(&path).await?;
        return Ok(Track {
            path,
            level: Level::Silent,
        });
    };
    let level = mixer.master(&mix, &path).await?;
    Ok(Track { path, level })
}

/// Sound that has been written as uncompressed floats, and its loudness.
struct Bus {
    path: PathBuf,
    loudness: Loudness,
}

/// What all steps need.
struct Mixer<'a> {
    session: &'a Session,
    directory: &'a Path,
    frames: u32,
}

impl Mixer<'_> {
    /// All scenes' sound at its place; `None` when there is nothing to hear.
    async fn scenes(&self, scenes: &[SceneSound]) -> Result<Option<Bus>, MediaError> {
        if scenes.is_empty() {
            return Ok(None);
        }
        let inputs = scenes
            .iter()
            .flat_map(|scene| input::arguments(&scene.path, None))
            .collect();
        let graph = scenes_filters(scenes, self.frames);
        self.record("scenes", inputs, &graph).await
    }

    /// The music over the whole film, looped if it is shorter.
    async fn music(&self, music: &Path) -> Result<Option<Bus>, MediaError> {
        let facts = Probe::of(&inspection::inspect_source(self.session, music).await?)?;
        let Some(audio) = facts.audio else {
            return Err(MediaError::Unsupported("the music has no sound".to_owned()));
        };
        let graph = music_filters(&audio.source, self.frames);
        self.record("music", input::arguments(music, None), &graph)
            .await
    }

    /// Music and scenes together, or the one there is.
    async fn mix(
        &self,
        scenes: Option<Bus>,
        music: Option<Bus>,
    ) -> Result<Option<Bus>, MediaError> {
        let (Some(scenes), Some(music)) = (&scenes, &music) else {
            return Ok(scenes.or(music));
        };
        let mut inputs = input::arguments(&scenes.path, None);
        inputs.extend(input::arguments(&music.path, None));
        let graph = mix_filters(
            SCENES_LEVEL - scenes.loudness.integrated,
            MUSIC_LEVEL - music.loudness.integrated,
        );
        self.record("mix", inputs, &graph).await
    }

    /// Writes what comes out of `graph` as `[out]`, and measures it.
    async fn record(
        &self,
        name: &str,
        inputs: Vec<String>,
        graph: &str,
    ) -> Result<Option<Bus>, MediaError> {
        let path = self.directory.join(format!("{name}.wav"));
        let report = self.directory.join(format!("{name}.loudness"));
        let meter = loudness::meter(&report);
        let mut arguments = inputs;
        arguments.extend([
            "-filter_complex".to_owned(),
            format!("{graph};[out]{meter}[metered]"),
        ]);
        arguments.extend(strings(&[
            "-map",
            "[metered]",
            "-c:a",
            "pcm_f32le",
            "-f",
            "wav",
        ]));
        arguments.push(file_url(&path));
        self.run(arguments).await?;
        let loudness = loudness::read(&report)?;
        Ok((!loudness.is_silent()).then_some(Bus { path, loudness }))
    }

    /// Encodes the mix at the film's loudness. A limiter holds the peaks, and
    /// both it and the codec move the figures a little, so what was encoded is
    /// measured and the levels are set again until they are right.
    async fn master(&self, mix: &Bus, output: &Path) -> Result<Level, MediaError> {
        let mut gain = LOUDNESS - mix.loudness.integrated;
        let mut ceiling = MAX_TRUE_PEAK - 0.8;
        let mut measured = mix.loudness;
        for _mastering in 0..MASTERINGS {
            let most = ceiling - mix.loudness.true_peak + MAX_LIMITING;
            let filters = master_filters(gain.min(most), ceiling, self.frames);
            self.encode(&mix.path, &filters, output).await?;
            measured = self.measure(output).await?;
            let error = LOUDNESS - measured.integrated;
            let over = measured.true_peak - MAX_TRUE_PEAK;
            if over <= 0.0 && error.abs() <= LOUDNESS_TOLERANCE / 2.0 {
                return Ok(Level::Standard);
            }
            if over <= 0.0 && error > 0.0 && gain >= most {
                tracing::warn!(loudness = measured.integrated, "the sound stays quiet");
                return Ok(Level::Quiet);
            }
            gain += error;
            ceiling -= if over > 0.0 { over + 0.2 } else { 0.0 };
        }
        Err(MediaError::check(format!(
            "the sound has {:.1} LUFS and {:.1} dBTP",
            measured.integrated, measured.true_peak
        )))
    }

    async fn encode(&self, source: &Path, filters: &str, output: &Path) -> Result<(), MediaError> {
        let mut arguments = input::arguments(source, None);
        arguments.extend(["-af".to_owned(), filters.to_owned()]);
        arguments.extend(encoded(output));
        self.run(arguments).await
    }

    async fn encode_silence(&self, output: &Path) -> Result<(), MediaError> {
        let mut arguments = strings(&["-f", "lavfi", "-i"]);
        arguments.push(silence(self.frames));
        arguments.extend(encoded(output));
        self.run(arguments).await
    }

    async fn measure(&self, encoded: &Path) -> Result<Loudness, MediaError> {
        let report = self.directory.join("master.loudness");
        let mut arguments = input::arguments(encoded, None);
        arguments.extend(["-af".to_owned(), loudness::meter(&report)]);
        arguments.extend(strings(&["-f", "null", "-"]));
        self.run(arguments).await?;
        Ok(loudness::read(&report)?)
    }

    async fn run(&self, arguments: Vec<String>) -> Result<(), MediaError> {
        let finished = self.session.run(arguments).await?;
        if finished.errors.is_empty() {
            return Ok(());
        }
        Err(MediaError::Corrupt(finished.errors))
    }
}

/// AAC, 48 kHz stereo.
fn encoded(output: &Path) -> Vec<String> {
    let mut arguments = strings(&["-c:a", "aac", "-b:a", "192k", "-ar"]);
    arguments.push(SAMPLE_RATE.to_string());
    arguments.extend(strings(&[
        "-ac",
        "2",
        "-map_metadata",
        "-1",
        "-fflags",
        "+bitexact",
        "-f",
        "mp4",
    ]));
    arguments.push(file_url(output));
    arguments
}

/// Each scene faded in and out over its overlaps, and put at its place.
fn scenes_filters(scenes: &[SceneSound], frames: u32) -> String {
    let placed: Vec<String> = scenes
        .iter()
        .enumerate()
        .map(|(index, scene)| format!("[{index}:a:0]{}[s{index}];", scene_filters(&scene.timing)))
        .collect();
    let labels: String = (0..scenes.len())
        .map(|index| format!("[s{index}]"))
        .collect();
    format!(
        "{}{labels}amix=inputs={}:normalize=0:duration=longest,{}[out]",
        placed.concat(),
        scenes.len(),
        whole_length(frames),
    )
}

fn scene_filters(timing: &SceneTiming) -> String {
    let samples = timing.frames * SAMPLES_PER_FRAME;
    let fade_in = (timing.overlap_before * SAMPLES_PER_FRAME).max(CUT_FADE);
    let fade_out = (timing.overlap_after * SAMPLES_PER_FRAME).max(CUT_FADE);
    let delay = timing.start * SAMPLES_PER_FRAME;
    // Two different sounds keep their power through a quarter-sine cross-fade.
    format!(
        "aformat=sample_fmts=fltp:channel_layouts=stereo,\
         afade=t=in:start_sample=0:nb_samples={fade_in}:curve=qsin,\
         afade=t=out:start_sample={}:nb_samples={fade_out}:curve=qsin,\
         adelay=delays={delay}S:all=1",
        samples.saturating_sub(fade_out),
    )
}

/// Looped in memory, sample by sample: a film's length of it at most.
fn music_filters(source: &SoundSource, frames: u32) -> String {
    let samples = frames * SAMPLES_PER_FRAME;
    let fade_out = 2.0_f64.min(seconds(frames) / 2.0);
    format!(
        "[{}]{}aresample={SAMPLE_RATE},aformat=sample_fmts=fltp:channel_layouts=stereo,\
         atrim=end_sample={samples},asetpts=N/SR/TB,aloop=loop=-1:size={samples},{},\
         afade=t=in:d=1,afade=t=out:st={:.6}:d={fade_out:.6}[out]",
        source.stream(),
        source.mix(),
        whole_length(frames),
        seconds(frames) - fade_out,
    )
}

/// The music is turned down while there is something to hear in the scenes.
fn mix_filters(scenes_gain: f64, music_gain: f64) -> String {
    format!(
        "[0:a:0]volume={scenes_gain:.2}dB,asplit[scenes][key];[1:a:0]volume={music_gain:.2}dB[music];\
         [music][key]sidechaincompress=threshold=0.04:ratio=4:attack=60:release=700[bed];\
         [scenes][bed]amix=inputs=2:normalize=0:duration=longest[out]"
    )
}

/// True peaks lie between samples: the limiter works at four times the rate.
fn master_filters(gain: f64, ceiling: f64, frames: u32) -> String {
    let limit = 10_f64.powf(ceiling / 20.0);
    format!(
        "volume={gain:.3}dB,aresample={},\
         alimiter=limit={limit:.5}:attack=5:release=60:level=0:latency=1,\
         aresample={SAMPLE_RATE},{}",
        4 * SAMPLE_RATE,
        whole_length(frames),
    )
}

fn whole_length(frames: u32) -> String {
    let samples = frames * SAMPLES_PER_FRAME;
    format!("apad=whole_len={samples},atrim=end_sample={samples}")
}
