//! The outputs of the look-alike: clips, music and stills that `FFmpeg` draws from the prompt.

mod clip;
mod ffmpeg;
mod layers;
mod music;
mod palette;
mod random;
mod scheme_picker;
mod schemes;
mod title;

#[cfg(test)]
mod tests;

use anyhow::Context;
use clip::Clip;
use ffmpeg::Ffmpeg;
use music::Music;
use replicate::registry::{Kind, Model};
use scheme_picker::SchemePicker;
use schemes::Scheme;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;

/// `FFmpeg` runs at a time.
const SIDE_BY_SIDE: usize = 2;
const FONT: &[u8] = include_bytes!("../assets/Montserrat-Bold.ttf");
/// Where the font lies, as seen from a prediction's directory.
const FONT_FILE: &str = "../font.ttf";

/// What is to be made for a prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct Work(Task);

#[derive(Debug, Clone, PartialEq)]
enum Task {
    Clip(Clip),
    Music(Music),
    /// Stills, in this format.
    Pictures {
        look: Clip,
        count: u64,
        format: &'static str,
    },
}

impl Work {
    /// What `input`, already validated, asks `model` for.
    pub fn new(model: &Model, input: &Value) -> Self {
        Self(match model.kind {
            Kind::Music => Task::Music(Music::new(model, input)),
            Kind::Image => Task::Pictures {
                look: Clip::new(model, input),
                count: parameter(model, input, "num_outputs")
                    .and_then(Value::as_u64)
                    .unwrap_or(1),
                format: match text_parameter(model, input, "output_format") {
                    Some("jpg" | "jpeg") => "jpg",
                    Some("webp") => "webp",
                    _ => "png",
                },
            },
            Kind::TextToVideo | Kind::Language => Task::Clip(Clip::new(model, input)),
        })
    }
}

/// The value of an input or its default in the schema.
fn parameter<'a>(model: &'a Model, input: &'a Value, name: &str) -> Option<&'a Value> {
    let given = input.get(name).filter(|value| !value.is_null());
    given.or_else(|| {
        model
            .input_schema
            .get("properties")?
            .get(name)?
            .get("default")
    })
}

fn text_parameter<'a>(model: &'a Model, input: &'a Value, name: &str) -> Option<&'a str> {
    parameter(model, input, name)?.as_str()
}

/// The media type of an output by its name.
pub fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("mp4") => "video/mp4",
        Some("mp3") => "audio/mpeg",
        Some("wav") => "audio/wav",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("webp") => "image/webp",
        _ => "application/octet-stream",
    }
}

/// Outputs of an earlier run: the predictions they belong to are forgotten.
fn remove_orphans(outputs: &Path, id_length: usize) -> std::io::Result<()> {
    for entry in std::fs::read_dir(outputs)? {
        let entry = entry?;
        let is_id = entry.file_name().len() == id_length;
        if is_id && entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Makes outputs, each in a directory of its own.
#[derive(Debug)]
pub struct OutputRenderer {
    ffmpeg: Ffmpeg,
    outputs: PathBuf,
    slots: Semaphore,
    schemes_given: Mutex<SchemePicker>,
}

impl OutputRenderer {
    /// Writes below `state`; `id_length` tells the directories of predictions, which are
    /// removed, from anything else there.
    ///
    /// # Errors
    /// The state directory cannot be written, or there is no `FFmpeg`.
    pub fn new(ffmpeg: &Path, state: &Path, id_length: usize) -> anyhow::Result<Self> {
        let outputs = state.join("outputs");
        std::fs::create_dir_all(&outputs)
            .and_then(|()| std::fs::write(outputs.join("font.ttf"), FONT))
            .with_context(|| format!("{} cannot be written", outputs.display()))?;
        remove_orphans(&outputs, id_length)?;
        Ok(Self {
            ffmpeg: Ffmpeg::new(ffmpeg)?,
            outputs,
            slots: Semaphore::new(SIDE_BY_SIDE),
            schemes_given: Mutex::default(),
        })
    }

    /// Makes the outputs of a prediction and names them.
    ///
    /// # Errors
    /// The directory cannot be written, or `FFmpeg` fails: the end of what it says.
    pub async fn make(&self, id: &str, work: &Work) -> anyhow::Result<Vec<String>> {
        let directory = self.outputs.join(id);
        tokio::fs::create_dir_all(&directory).await?;
        let _slot = self.slots.acquire().await?;
        match &work.0 {
            Task::Clip(clip) => {
                let name = "output.mp4".to_owned();
                clip.write_texts(&directory).await?;
                self.ffmpeg
                    .run(&directory, clip.film_arguments(self.scheme(clip), &name))
                    .await?;
                Ok(vec![name])
            }
            Task::Music(music) => {
                let name = format!("output.{}", music.format);
                self.ffmpeg.run(&directory, music.arguments(&name)).await?;
                Ok(vec![name])
            }
            Task::Pictures {
                look,
                count,
                format,
            } => {
                look.write_texts(&directory).await?;
                let mut names = Vec::new();
                for number in 0..*count {
                    let name = format!("output-{number}.{format}");
                    let arguments = look.still_arguments(number, &name);
                    self.ffmpeg.run(&directory, arguments).await?;
                    names.push(name);
                }
                Ok(names)
            }
        }
    }

    fn scheme(&self, clip: &Clip) -> Scheme {
        let schemes_given = self.schemes_given.lock();
        let mut schemes_given = schemes_given.unwrap_or_else(PoisonError::into_inner);
        schemes_given.scheme(&clip.prompt, clip.seed)
    }

    /// The path of an output that the server named itself.
    pub fn output(&self, id: &str, name: &str) -> Option<PathBuf> {
        let plain = |text: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
                && !text.starts_with('.')
        };
        (plain(id) && name.starts_with("output") && plain(name))
            .then(|| self.outputs.join(id).join(name))
    }

    /// Removes a prediction's outputs; there may be none.
    pub async fn remove(&self, id: &str) {
        let _ = tokio::fs::remove_dir_all(self.outputs.join(id)).await;
    }
}
