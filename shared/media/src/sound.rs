//! Which of a source's sounds is taken, and how it becomes stereo.
//!
//! Containers announce sounds that FFmpeg has no decoder for, that have no
//! packets, or whose channels have no places. So each is tried in the way it
//! will be used, and the first that decodes is taken.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::input::{self, strings};
use crate::{MediaError, Session};

/// Sounds of a file that are tried at most.
const MAX_STREAMS: u32 = 8;

/// The sound that is taken from a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SoundSource {
    stream: SoundStream,
    mix: Mix,
}

/// A stream of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum SoundStream {
    /// The first that the file marks as its default.
    Default,
    /// By its number among the sounds.
    Index(u32),
}

impl Default for SoundStream {
    fn default() -> Self {
        Self::Index(0)
    }
}

/// How channels become stereo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Mix {
    /// By the places of their layout.
    #[default]
    Layout,
    /// The first two, where the layout has no places (ambisonics).
    FirstTwo,
    /// The only one.
    First,
}

impl SoundSource {
    /// The stream as FFmpeg's `-map` and a graph's label name it, of the first input.
    pub(crate) fn stream(&self) -> String {
        match self.stream {
            SoundStream::Default => "0:a:disp:default:0".to_owned(),
            SoundStream::Index(index) => format!("0:a:{index}"),
        }
    }

    /// What stands before the filters of the sound: nothing, or a filter and its
    /// comma.
    pub(crate) fn mix(&self) -> &'static str {
        match self.mix {
            Mix::Layout => "",
            Mix::FirstTwo => "pan=stereo|c0=c0|c1=c1,",
            Mix::First => "pan=stereo|c0=c0|c1=c0,",
        }
    }
}

/// What was found of a file's sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The sound to take, if any decodes.
    pub(crate) source: Option<SoundSource>,
    /// One that was tried does not decode.
    pub(crate) has_failed: bool,
}

/// Tries the default sound, then all in their order.
///
/// # Errors
///
/// When FFmpeg could not be run to its end. A sound that does not decode is no
/// error.
pub(crate) async fn choose(session: &Session, path: &Path) -> Result<Choice, MediaError> {
    let mut has_failed = false;
    let all = (0..MAX_STREAMS).map(SoundStream::Index);
    for stream in [SoundStream::Default].into_iter().chain(all) {
        match try_stream(session, path, stream).await? {
            Trial::Decodes(source) => {
                return Ok(Choice {
                    source: Some(source),
                    has_failed,
                });
            }
            Trial::Fails => has_failed = true,
            // A file may mark none as its default.
            Trial::Missing if stream == SoundStream::Default => {}
            Trial::Missing => break,
        }
    }
    Ok(Choice {
        source: None,
        has_failed,
    })
}

/// How a trial ended.
enum Trial {
    Decodes(SoundSource),
    Fails,
    Missing,
}

async fn try_stream(
    session: &Session,
    path: &Path,
    stream: SoundStream,
) -> Result<Trial, MediaError> {
    for mix in [Mix::Layout, Mix::FirstTwo, Mix::First] {
        let source = SoundSource { stream, mix };
        match session.run(plan(path, &source)).await {
            Ok(_) => return Ok(Trial::Decodes(source)),
            Err(MediaError::Failed { status, tail }) if !status.contains("signal") => {
                if tail.contains("matches no streams") {
                    return Ok(Trial::Missing);
                }
                tracing::info!(?source, tail, "a sound does not decode");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Trial::Fails)
}

/// Decodes one frame and brings it to stereo.
fn plan(path: &Path, source: &SoundSource) -> Vec<String> {
    let mut arguments = input::arguments(path, Some(1));
    arguments.extend(["-map".to_owned(), source.stream()]);
    arguments.push("-af".to_owned());
    arguments.push(format!(
        "{}aresample=48000,aformat=channel_layouts=stereo",
        source.mix()
    ));
    arguments.extend(strings(&["-frames:a", "1", "-f", "null", "-"]));
    arguments
}
