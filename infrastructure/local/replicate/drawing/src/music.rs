//! A piece of music: four chords in a key, with bass, plucked notes and a
//! soft beat; key, mode, tempo and order from the prompt.

use super::random::Random;
use super::{parameter, text_parameter};
use replicate::registry::Model;
use serde_json::Value;

/// Length when a model has none.
const USUAL_SECONDS: f64 = 30.0;

/// A piece to be played.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Music {
    pub(super) seconds: f64,
    /// "mp3" or "wav"
    pub(super) format: &'static str,
    rate: u32,
    prompt: String,
    seed: u64,
}

impl Music {
    pub(super) fn new(model: &Model, input: &Value) -> Self {
        let prompt = text_parameter(model, input, &model.parameters.prompt);
        let seed = parameter(model, input, "seed").and_then(Value::as_u64);
        let format = text_parameter(model, input, "output_format").unwrap_or("mp3");
        Self {
            seconds: model.seconds_of_output(input).unwrap_or(USUAL_SECONDS),
            format: if format.starts_with("wav") {
                "wav"
            } else {
                "mp3"
            },
            rate: if format == "wav" { 48_000 } else { 44_100 },
            prompt: prompt.unwrap_or_default().to_owned(),
            seed: seed.unwrap_or_default(),
        }
    }

    /// `FFmpeg`'s arguments for the piece.
    pub(super) fn arguments(&self, name: &str) -> Vec<String> {
        let codec: &[&str] = match self.format {
            "wav" => &["-c:a", "pcm_s16le"],
            _ => &["-c:a", "libmp3lame", "-b:a", "160k"],
        };
        let graph = self.graph();
        let start = ["-filter_complex", &graph, "-map", "[music]", "-ac", "2"];
        start
            .iter()
            .chain(codec)
            .chain(&[name])
            .map(ToString::to_string)
            .collect()
    }

    /// Four bars are calculated once and then repeated.
    fn graph(&self) -> String {
        let mut random = Random::new(&self.prompt, self.seed);
        let rate = self.rate;
        let score = Score::roll(&mut random);
        // A whole number of samples, or the beat would drift off the loop.
        let bar = (score.bar_seconds() * f64::from(rate)).round() / f64::from(rate);
        let samples = (4.0 * bar * f64::from(rate)).round();
        let bars: Vec<String> = (0..4)
            .map(|number| {
                let [left, right] = score.bar(number);
                format!("aevalsrc='{left}|{right}':s={rate}:d={bar:.9}[bar{number}]")
            })
            .collect();
        let seconds = self.seconds;
        let fade = (seconds / 4.0).min(1.5);
        format!(
            "{};[bar0][bar1][bar2][bar3]concat=n=4:v=0:a=1,aloop=loop=-1:size={samples},lowpass=f=6500,aecho=0.85:0.6:{:.0}|{:.0}:0.22|0.14,atrim=end={seconds:.5},volume=2.2,alimiter=limit=0.7:level=0,afade=t=in:d={fade:.3},afade=t=out:st={:.3}:d={fade:.3}[music]",
            bars.join(";"),
            score.beat() * 750.0,
            score.beat() * 1500.0,
            (seconds - fade).max(0.0)
        )
    }
}

/// What is played.
struct Score {
    /// Frequency of the key's lowest note, hertz.
    root: f64,
    /// The scale's steps in semitones.
    scale: [u8; 7],
    /// Degrees of the scale the four chords stand on.
    chords: [usize; 4],
    /// Beats in a minute.
    tempo: f64,
    beat_level: f64,
}

const MAJOR: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];
const MINOR: [u8; 7] = [0, 2, 3, 5, 7, 8, 10];

impl Score {
    fn roll(random: &mut Random) -> Self {
        let major: [[usize; 4]; 3] = [[0, 4, 5, 3], [0, 5, 3, 4], [3, 0, 4, 5]];
        let minor: [[usize; 4]; 3] = [[0, 5, 2, 6], [0, 3, 5, 6], [0, 6, 5, 6]];
        let (scale, chords) = random.pick(&[(MAJOR, major), (MINOR, minor)]);
        let semitones = random.pick(&[0.0, 2.0, 3.0, 5.0, 7.0, 8.0, 10.0]);
        Self {
            root: 110.0 * f64::powf(2.0, semitones / 12.0),
            scale,
            chords: random.pick(&chords),
            tempo: random.pick(&[76.0, 84.0, 92.0, 100.0, 112.0]),
            beat_level: random.pick(&[0.0, 0.14, 0.2]),
        }
    }

    /// Seconds of a beat.
    fn beat(&self) -> f64 {
        60.0 / self.tempo
    }

    fn bar_seconds(&self) -> f64 {
        4.0 * self.beat()
    }

    /// The frequency of a degree of the scale, over as many octaves as it takes.
    fn note(&self, degree: usize) -> f64 {
        let octave = (degree / 7) as f64;
        let semitones = f64::from(self.scale[degree % 7]) + 12.0 * octave;
        self.root * f64::powf(2.0, semitones / 12.0)
    }

    /// A bar's expressions, left and right: a held chord, slightly apart in
    /// tune on the two sides; plucked notes; bass; beat. All end in silence,
    /// so that bars join without a click.
    fn bar(&self, number: usize) -> [String; 2] {
        let degree = self.chords[number];
        let bar = self.bar_seconds();
        let triad = [degree, degree + 2, degree + 4];
        let swell = format!("min(1,t/0.25)*min(1,({bar:.6}-t)/0.2)");
        let bass = self.note(degree) / 2.0;
        let beat = self.beat();
        let kick = format!(
            "{}*sin(2*PI*52*mod(t,{beat:.6}))*exp(-14*mod(t,{beat:.6}))",
            self.beat_level
        );
        let hat = format!(
            "{:.3}*(random(0)-0.5)*exp(-55*mod(t+{:.6},{beat:.6}))",
            self.beat_level * 0.35,
            beat / 2.0
        );
        let common = format!(
            "{swell}*0.15*(sin(2*PI*{bass:.4}*t)+0.3*sin(2*PI*{:.4}*t))+{kick}+{hat}+{}",
            bass * 2.0,
            self.plucked(degree)
        );
        [0.9985, 1.0015].map(|detune| {
            let voices: Vec<String> = triad
                .iter()
                .map(|degree| {
                    let frequency = self.note(*degree) * detune;
                    format!("sin(2*PI*{frequency:.4}*t)+0.28*sin(4*PI*{frequency:.4}*t)")
                })
                .collect();
            format!("{swell}*0.055*({})+{common}", voices.join("+"))
        })
    }

    /// Eight eighths up and down the chord, an octave up.
    fn plucked(&self, degree: usize) -> String {
        let eighth = self.beat() / 2.0;
        let steps = [7, 9, 11, 14, 11, 9, 11, 9];
        let frequency = steps
            .iter()
            .enumerate()
            .map(|(index, step)| {
                format!(
                    "eq(floor(t/{eighth:.6}),{index})*{:.4}",
                    self.note(degree + step)
                )
            })
            .collect::<Vec<_>>()
            .join("+");
        format!(
            "0.1*sin(2*PI*({frequency})*mod(t,{eighth:.6}))*exp(-7*mod(t,{eighth:.6}))*min(1,200*mod(t,{eighth:.6}))*min(1,({:.6}-t)/0.02)",
            self.bar_seconds()
        )
    }
}
