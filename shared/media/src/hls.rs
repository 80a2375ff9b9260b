//! HLS of finished renditions, by copy (R107): nothing is encoded again.
//!
//! Each rendition is one file of fragmented mp4, its beginning included, whose
//! segments the playlist names by byte ranges: one signed URL serves it all.

mod segments;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use domain::rendition::{Quality, Rendition};

use crate::input::{self, file_url, strings};
use crate::ladder::Output;
use crate::{MediaError, Probe, Session, inspection};

/// Length of a segment in seconds: three groups of pictures.
const SEGMENT_SECONDS: u32 = 6;

/// The decoder set-up stands in the first bytes of a file.
const HEAD_BYTES: u64 = 64 * 1024;

/// AAC-LC, as every rendition's sound is.
const SOUND_CODEC: &str = "mp4a.40.2";

/// A film to be streamed. All files lie in one folder, and name each other
/// without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HlsPackage {
    /// `master.m3u8`, which names each variant's playlist.
    pub master: PathBuf,
    /// Tallest first.
    pub variants: Vec<Variant>,
}

/// One rendition of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The rendition's quality.
    pub quality: Quality,
    /// `high.m3u8`, which names the media file and nothing else.
    pub playlist: PathBuf,
    /// `high.m4s`: all segments and the beginning they need.
    pub media: PathBuf,
    /// What the master playlist says of it.
    pub line: String,
}

/// Packages finished renditions in `directory/hls`, where the disk has room for
/// all of them.
///
/// # Errors
///
/// [`MediaError::CheckFailed`] when a playlist is not what it has to be.
pub async fn package(
    session: &Session,
    outputs: &[Output],
    directory: &Path,
) -> Result<HlsPackage, MediaError> {
    let mut variants = Vec::new();
    for output in outputs {
        variants.push(package_one(session, output, directory).await?);
    }
    let lines = variants.iter();
    let lines: Vec<_> = lines
        .map(|variant| (variant.quality, variant.line.clone()))
        .collect();
    let path = directory.join("hls/master.m3u8");
    fs::write(&path, master(&lines))?;
    Ok(HlsPackage {
        master: path,
        variants,
    })
}

/// Packages one finished rendition in `directory/hls`.
///
/// # Errors
///
/// [`MediaError::CheckFailed`] when its playlist is not what it has to be.
pub async fn package_one(
    session: &Session,
    output: &Output,
    directory: &Path,
) -> Result<Variant, MediaError> {
    let folder = directory.join("hls");
    fs::create_dir_all(&folder)?;
    let name = output.rendition.quality.as_str();
    let mut variant = Variant {
        quality: output.rendition.quality,
        playlist: folder.join(format!("{name}.m3u8")),
        media: folder.join(format!("{name}.m4s")),
        line: String::new(),
    };
    let arguments = plan(&output.path, &variant);
    session.run_cleanly(arguments).await?;
    let source = Probe::of(&inspection::inspect(session, &output.path).await?)?;
    set_target_duration(&variant.playlist)?;
    variant.line = master_line(&output.rendition, &source, &variant)?;
    Ok(variant)
}

/// The playlist that names each rendition's, by its quality and its [`Variant::line`],
/// tallest first.
pub fn master(lines: &[(Quality, String)]) -> String {
    let mut master = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
    for (quality, line) in lines {
        let _ = writeln!(master, "{line}\n{}.m3u8", quality.as_str());
    }
    master
}

fn plan(rendition: &Path, variant: &Variant) -> Vec<String> {
    let mut arguments = input::arguments(rendition, None);
    arguments.extend(strings(&[
        "-map",
        "0:v:0",
        "-map",
        "0:a:0?",
        "-c",
        "copy",
        "-map_metadata",
        "-1",
        "-f",
        "hls",
        "-hls_segment_type",
        "fmp4",
        "-hls_flags",
        "single_file+independent_segments",
        "-hls_playlist_type",
        "vod",
        "-hls_list_size",
        "0",
    ]));
    arguments.extend(["-hls_time".to_owned(), SEGMENT_SECONDS.to_string()]);
    arguments.extend([
        "-hls_segment_filename".to_owned(),
        variant.media.display().to_string(),
        file_url(&variant.playlist),
    ]);
    arguments
}

/// FFmpeg rounds the longest segment of a clip under half a second to 0, which
/// players take for a missing tag.
fn set_target_duration(playlist: &Path) -> Result<(), MediaError> {
    const TAG: &str = "#EXT-X-TARGETDURATION:";
    let text = fs::read_to_string(playlist)?;
    let target = segments::target_duration(&segments::read(&text));
    let mut changed = String::with_capacity(text.len());
    for line in text.lines() {
        let _ = if line.starts_with(TAG) {
            writeln!(changed, "{TAG}{target}")
        } else {
            writeln!(changed, "{line}")
        };
    }
    fs::write(playlist, changed)?;
    Ok(())
}

/// What the master playlist says of a variant, drawn from its own files.
fn master_line(
    rendition: &Rendition,
    source: &Probe,
    variant: &Variant,
) -> Result<String, MediaError> {
    let missing = || MediaError::check("a rendition has no picture");
    let video = source.video.as_ref().ok_or_else(missing)?;
    let playlist = fs::read_to_string(&variant.playlist)?;
    let segments = segments::read(&playlist);
    let length = fs::metadata(&variant.media)?.len();
    segments::check(&segments, length, video.duration.as_secs_f64())?;
    let rates = segments::bit_rates(&segments);
    let mut codecs = picture_codec(&variant.media)?;
    if source.audio.is_some() {
        let _ = write!(codecs, ",{SOUND_CODEC}");
    }
    Ok(format!(
        "#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},RESOLUTION={}x{},\
         FRAME-RATE={:.3},CODECS=\"{codecs}\"",
        rates.peak,
        rates.average,
        rendition.width,
        rendition.height,
        f64::from(video.frame_rate.0) / f64::from(video.frame_rate.1),
    ))
}

/// `avc1.64001f`: profile, constraints and level, from the `avcC` box.
fn picture_codec(media: &Path) -> Result<String, MediaError> {
    let mut head = Vec::new();
    File::open(media)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    const MARK: &[u8] = b"avcC";
    head.windows(MARK.len() + 4)
        .find(|window| window.starts_with(MARK))
        .map(|window| format!("avc1.{:02x}{:02x}{:02x}", window[5], window[6], window[7]))
        .ok_or_else(|| MediaError::check("a rendition's beginning has no set-up"))
}

#[cfg(test)]
mod tests;
