//! Looks at a finished film with nothing but FFmpeg and its bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use media::{Ffmpeg, Probe, Session};

/// The FFmpeg of the local cloud.
pub(crate) fn ffmpeg() -> Ffmpeg {
    let configured = config::Environment::of_process().optional("FFMPEG_PATH");
    let local = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.local/ffmpeg/ffmpeg");
    let path = configured.map(PathBuf::from);
    Ffmpeg::locate(path.or_else(|| Some(local).filter(|path| path.is_file())))
}

/// A film on the disk.
pub(crate) struct Film {
    path: PathBuf,
    bytes: Vec<u8>,
}

/// A decoded frame: its number in time, and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) time: i64,
    pub(crate) checksum: String,
}

/// What the ear gets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loudness {
    pub(crate) integrated: f64,
    pub(crate) true_peak: f64,
}

impl Film {
    pub(crate) fn save(bytes: Vec<u8>, folder: &Path) -> Result<Self> {
        let path = folder.join("film.mp4");
        fs::write(&path, &bytes)?;
        Ok(Self { path, bytes })
    }

    pub(crate) async fn probe(&self) -> Result<Probe> {
        let deadline = Instant::now() + Duration::from_secs(60);
        let session = Session::new(&ffmpeg(), deadline);
        Ok(media::probe(&session, &self.path).await?)
    }

    /// The profile in the decoder's set-up: 100 is High.
    pub(crate) fn h264_profile(&self) -> Result<u8> {
        let at = self.find(b"avcC").context("no decoder set-up")?;
        let profile = self.bytes.get(at + 5).context("cut off")?;
        Ok(*profile)
    }

    /// Whether a player can begin before it has everything.
    pub(crate) fn starts_fast(&self) -> bool {
        match (self.find(b"moov"), self.find(b"mdat")) {
            (Some(index), Some(data)) => index < data,
            _ => false,
        }
    }

    fn find(&self, name: &[u8]) -> Option<usize> {
        self.bytes.windows(name.len()).position(|part| part == name)
    }

    /// Decodes every frame; any complaint of the decoder is an error.
    pub(crate) fn frames(&self) -> Result<Vec<Frame>> {
        let output = self.run(&[
            "-v",
            "error",
            "-i",
            "FILM",
            "-map",
            "0:v:0",
            "-fps_mode",
            "passthrough",
            "-f",
            "framecrc",
            "-",
        ])?;
        ensure!(
            output.errors.is_empty(),
            "does not decode: {}",
            output.errors
        );
        let lines = output.text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| frame(line).with_context(|| line.to_owned()))
            .collect()
    }

    /// The checksum of its sound, decoded.
    pub(crate) fn sound(&self) -> Result<String> {
        let decoded = [
            "-v", "error", "-i", "FILM", "-map", "0:a:0", "-f", "md5", "-",
        ];
        Ok(self.run(&decoded)?.text)
    }

    /// Measured by the meter of EBU R128.
    pub(crate) fn loudness(&self) -> Result<Loudness> {
        let output = self.run(&[
            "-nostats",
            "-i",
            "FILM",
            "-map",
            "0:a:0",
            "-af",
            "ebur128=peak=true:framelog=quiet",
            "-f",
            "null",
            "-",
        ])?;
        let summary = output
            .errors
            .split("Summary:")
            .nth(1)
            .context("no summary")?;
        let value = |name: &str| -> Result<f64> {
            let rest = summary
                .split(name)
                .nth(1)
                .with_context(|| format!("no {name}"))?;
            let word = rest.split_whitespace().next().context("no value")?;
            Ok(word.parse()?)
        };
        Ok(Loudness {
            integrated: value("I:")?,
            true_peak: value("Peak:")?,
        })
    }

    fn run(&self, arguments: &[&str]) -> Result<Output> {
        let path = self.path.to_string_lossy().into_owned();
        let arguments = arguments.iter().map(|argument| {
            if *argument == "FILM" {
                path.as_str()
            } else {
                argument
            }
        });
        let output = Command::new(ffmpeg().path())
            .args(["-hide_banner", "-nostdin"])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .context("FFmpeg does not start")?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "FFmpeg failed: {errors}");
        Ok(Output {
            text: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors,
        })
    }
}

struct Output {
    text: String,
    errors: String,
}

/// `stream, decoding time, time, length, bytes, checksum`
fn frame(line: &str) -> Option<Frame> {
    let mut columns = line.split(',').map(str::trim);
    let time = columns.nth(2)?.parse().ok()?;
    let checksum = columns.nth(2)?.to_owned();
    Some(Frame { time, checksum })
}

/// How bright a JPEG is on the whole, from 0 to 255.
pub(crate) fn brightness(jpeg: &[u8], folder: &Path) -> Result<u8> {
    let is_whole = jpeg.starts_with(&[0xff, 0xd8, 0xff]) && jpeg.ends_with(&[0xff, 0xd9]);
    ensure!(is_whole, "no JPEG");
    let path = folder.join("picture.jpg");
    fs::write(&path, jpeg)?;
    let output = Command::new(ffmpeg().path())
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(&path)
        .args([
            "-vf",
            "scale=1:1:flags=area,format=gray",
            "-f",
            "rawvideo",
            "-",
        ])
        .stdin(Stdio::null())
        .output()?;
    let pixel = output.stdout.first().copied();
    pixel.context("the picture does not decode")
}
