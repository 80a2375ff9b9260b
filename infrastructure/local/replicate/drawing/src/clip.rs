//! A clip: size, length and frame rate as asked, the picture and the words
//! from the prompt.

use super::layers::Canvas;
use super::random::Random;
use super::schemes::Scheme;
use super::title::{self, Lettering};
use super::{FONT_FILE, parameter, text_parameter};
use replicate::registry::{Kind, Model};
use serde_json::Value;
use std::path::Path;

const TITLE_FILE: &str = "title.txt";
const CAPTION_FILE: &str = "caption.txt";
/// What a model without a frame rate of its own makes.
const USUAL_FPS: u32 = 24;

/// A clip to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clip {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) fps: u32,
    pub(super) frames: u64,
    /// Whether the model makes sound as well.
    pub(super) sound: bool,
    pub(super) prompt: String,
    pub(super) seed: u64,
}

impl Clip {
    pub(super) fn new(model: &Model, input: &Value) -> Self {
        let number = |name| parameter(model, input, name).and_then(Value::as_u64);
        let prompt = text_parameter(model, input, &model.parameters.prompt);
        let fps = number("fps")
            .or_else(|| number("frames_per_second"))
            .and_then(|fps| u32::try_from(fps).ok())
            .unwrap_or(USUAL_FPS);
        let frames = match model.parameters.duration.as_ref() {
            Some(duration) if duration.name == "num_frames" => number("num_frames"),
            _ => model
                .seconds_of_output(input)
                .map(|seconds| (seconds * f64::from(fps)).round() as u64),
        };
        let ratio = ratio(text_parameter(model, input, "aspect_ratio"));
        let (width, height) = if model.kind == Kind::Image {
            picture_size(ratio, text_parameter(model, input, "megapixels"))
        } else {
            film_size(ratio, text_parameter(model, input, "resolution"))
        };
        let silenced = parameter(model, input, "generate_audio") == Some(&Value::Bool(false));
        Self {
            width,
            height,
            fps,
            frames: frames.unwrap_or(u64::from(fps) * 5).max(1),
            sound: model.sound && !silenced,
            prompt: prompt.unwrap_or_default().to_owned(),
            seed: number("seed").unwrap_or_default(),
        }
    }

    /// Writes the words to files: no text of a caller's is ever in a filter.
    pub(super) async fn write_texts(&self, directory: &Path) -> std::io::Result<()> {
        let (title, caption) = self.lettering();
        tokio::fs::write(directory.join(TITLE_FILE), title.text).await?;
        tokio::fs::write(directory.join(CAPTION_FILE), caption.text).await
    }

    /// `FFmpeg`'s arguments for the film.
    pub(super) fn film_arguments(&self, scheme: Scheme, name: &str) -> Vec<String> {
        let mut random = Random::new(&self.prompt, self.seed);
        let mut graph = self.graph(scheme, &mut random, true);
        let mut arguments = Vec::new();
        let mut sound = Vec::new();
        if self.sound {
            graph.push_str(&format!(";{}[sound]", self.tone(&mut random)));
            sound = strings(&["-map", "[sound]", "-c:a", "aac", "-b:a", "128k"]);
        }
        arguments.extend(["-filter_complex".into(), graph]);
        arguments.extend(strings(&["-map", "[film]"]));
        arguments.extend(sound);
        arguments.extend(["-frames:v".into(), self.frames.to_string()]);
        arguments.extend(strings(&[
            "-threads",
            "1",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-crf",
            "23",
            "-pix_fmt",
            "yuv420p",
        ]));
        arguments.push(name.into());
        arguments
    }

    /// `FFmpeg`'s arguments for still `number`.
    pub(super) fn still_arguments(&self, number: u64, name: &str) -> Vec<String> {
        let mut random = Random::new(&self.prompt, self.seed.wrapping_add(number));
        let scheme = random.pick(&Scheme::ALL);
        let graph = self.graph(scheme, &mut random, false);
        let mut arguments = strings(&["-filter_complex"]);
        arguments.push(graph);
        arguments.extend(strings(&[
            "-map",
            "[film]",
            "-frames:v",
            "1",
            "-update",
            "1",
        ]));
        arguments.push(name.into());
        arguments
    }

    /// The graph from nothing to `[film]`.
    pub(super) fn graph(&self, scheme: Scheme, random: &mut Random, fades: bool) -> String {
        let picture = scheme.graph(self.canvas(), random);
        let words = self.words(fades);
        let Self { width, height, .. } = self;
        format!(
            "{picture};[picture]scale={width}:{height}:flags=bicubic,setsar=1{words},format=yuv420p[film]"
        )
    }

    /// Half the size where that is still sharp enough to the eye.
    fn canvas(&self) -> Canvas {
        let divisor = if self.width.min(self.height) > 600 {
            2
        } else {
            1
        };
        let half = |length: u32| (length / divisor).next_multiple_of(2);
        Canvas {
            width: half(self.width),
            height: half(self.height),
            fps: self.fps,
        }
    }

    fn lettering(&self) -> (Lettering, Lettering) {
        let (title, caption) = title::split(&self.prompt);
        let short = f64::from(self.width.min(self.height));
        let wide = self.width > self.height;
        let columns = if wide { (26, 76) } else { (15, 40) };
        (
            title::fit(&title, self.width, short * 0.1, columns.0),
            title::fit(&caption, self.width, short * 0.03, columns.1),
        )
    }

    fn words(&self, fades: bool) -> String {
        let (title, caption) = self.lettering();
        let alpha = if fades {
            ":alpha='clip(0.25+t*2.5,0,1)'"
        } else {
            ""
        };
        let write = |file: &str, lettering: &Lettering, y: &str, style: &str| {
            if lettering.text.is_empty() {
                return String::new();
            }
            let size = lettering.size;
            let shadow = (size / 28).max(1);
            format!(
                ",drawtext=fontfile={FONT_FILE}:textfile={file}:expansion=none:fontsize={size}:text_align=C:line_spacing={}:x=(w-tw)/2:y={y}:borderw={shadow}:bordercolor=black@0.4:shadowcolor=black@0.45:shadowx={shadow}:shadowy={}:{style}{alpha}",
                size / 6,
                shadow * 2,
            )
        };
        let plate = format!(
            "fontcolor=white@0.95:box=1:boxcolor=black@0.3:boxborderw={}",
            caption.size / 2
        );
        format!(
            "{}{}",
            write(TITLE_FILE, &title, "h*0.74-th/2", "fontcolor=white"),
            write(CAPTION_FILE, &caption, "h*0.91-th/2", &plate)
        )
    }

    /// A soft chord, for models that make sound.
    fn tone(&self, random: &mut Random) -> String {
        let seconds = self.frames as f64 / f64::from(self.fps);
        let root = random.pick(&[110.0, 130.81, 146.83, 164.81]);
        let voice = |ratio: f64, level: f64| {
            format!(
                "{level}*sin(2*PI*{:.3}*t)*(0.7+0.3*sin({:.2}*t))",
                root * ratio,
                ratio * 1.7
            )
        };
        let voices = [
            voice(1.0, 0.09),
            voice(1.5, 0.06),
            voice(2.0, 0.05),
            voice(2.52, 0.04),
        ];
        let sum = voices.join("+");
        format!(
            "aevalsrc='{sum}|{sum}':s=48000:d={seconds:.5},afade=t=in:d=0.3,afade=t=out:st={:.3}:d=0.4",
            (seconds - 0.4).max(0.0)
        )
    }
}

fn ratio(text: Option<&str>) -> (f64, f64) {
    let parsed = text.and_then(|text| {
        let (width, height) = text.split_once(':')?;
        Some((width.parse().ok()?, height.parse().ok()?))
    });
    parsed.unwrap_or((16.0, 9.0))
}

/// The resolution names the shorter side.
fn film_size((width, height): (f64, f64), resolution: Option<&str>) -> (u32, u32) {
    let short = resolution
        .and_then(|text| text.trim_end_matches('p').parse::<f64>().ok())
        .unwrap_or(1080.0);
    let scale = short / f64::min(width, height);
    (
        multiple_of(2, width * scale),
        multiple_of(2, height * scale),
    )
}

fn picture_size((width, height): (f64, f64), megapixels: Option<&str>) -> (u32, u32) {
    let pixels = megapixels
        .and_then(|text| text.parse::<f64>().ok())
        .unwrap_or(1.0)
        * 1024.0
        * 1024.0;
    let scale = (pixels / (width * height)).sqrt();
    (
        multiple_of(16, width * scale),
        multiple_of(16, height * scale),
    )
}

fn multiple_of(step: u32, length: f64) -> u32 {
    (length / f64::from(step)).round() as u32 * step
}

fn strings(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolutions_name_the_shorter_side() {
        assert_eq!(film_size((16.0, 9.0), Some("1080p")), (1920, 1080));
        assert_eq!(film_size((9.0, 16.0), Some("720p")), (720, 1280));
        assert_eq!(film_size((1.0, 1.0), Some("480p")), (480, 480));
        assert_eq!(film_size((16.0, 9.0), Some("480p")), (854, 480));
    }

    #[test]
    fn pictures_have_about_the_pixels_asked_for() {
        assert_eq!(picture_size((1.0, 1.0), Some("1")), (1024, 1024));
        assert_eq!(picture_size((1.0, 1.0), Some("0.25")), (512, 512));
        assert_eq!(picture_size((16.0, 9.0), None), (1360, 768));
    }
}
