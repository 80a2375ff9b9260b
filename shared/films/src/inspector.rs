//! Whether a finished output is what was asked for: a content type proves nothing.

use std::path::Path;
use std::time::{Duration, Instant};

use domain::attempt::Target;
use domain::failure::StepError;
use media::{Ffmpeg, Session};

use crate::errors::media_error;

/// How long looking into an output may take.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Why an output cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// Another prediction may do better.
    Output(String),
    /// The same output may be had later.
    Later(StepError),
}

/// Looks into finished outputs.
#[derive(Debug)]
pub(crate) enum Inspector {
    /// By FFmpeg.
    Ffmpeg(Ffmpeg),
    /// Takes what begins with `media` for five seconds of it.
    #[cfg(test)]
    Label,
}

impl Inspector {
    /// How long the output lasts, if it has the stream that was asked for.
    pub(crate) async fn inspect(&self, target: Target, file: &Path) -> Result<Duration, Unusable> {
        match self {
            Self::Ffmpeg(ffmpeg) => probe(ffmpeg, target, file).await,
            #[cfg(test)]
            Self::Label => match std::fs::read(file) {
                Ok(bytes) if bytes.starts_with(b"media") => Ok(Duration::from_secs(5)),
                _ => Err(Unusable::Output("no media".to_owned())),
            },
        }
    }
}

async fn probe(ffmpeg: &Ffmpeg, target: Target, file: &Path) -> Result<Duration, Unusable> {
    let session = Session::new(ffmpeg, Instant::now() + TIME_LIMIT);
    let probe = media::probe(&session, file).await.map_err(|error| {
        if error.is_input_fault() {
            Unusable::Output(error.to_string())
        } else {
            Unusable::Later(media_error(error))
        }
    })?;
    let fits = match target {
        Target::Scene(_) => probe.video.is_some(),
        Target::Soundtrack | Target::Plan => probe.audio.is_some(),
    };
    if !fits {
        let reason = "a file without the stream asked for";
        return Err(Unusable::Output(reason.to_owned()));
    }
    Ok(probe.duration)
}
