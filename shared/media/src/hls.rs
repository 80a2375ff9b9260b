//! HLS of finished renditions, by copy (R107): nothing is encoded again.
//!
//! Each rendition is one file of fragmented mp4, its beginning included, whose
//! segments the playlist names by byte ranges: one signed URL serves it all.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use domain::rendition::{Quality, Rendition};

use crate::input::{self, file_url, strings};
use crate::ladder::Output;
use crate::{MediaError, Probe, Session, probe};

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
    line: String,
}

/// Packages finished renditions in `directory/hls`, for whoever has the room for
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
    Ok(HlsPackage {
        master: write_master(&variants, directory)?,
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
    let finished = session.run(arguments).await?;
    if !finished.errors.is_empty() {
        return Err(MediaError::check(finished.errors));
    }
    let source = probe(session, &output.path).await?;
    variant.line = master_line(&output.rendition, &source, &variant)?;
    Ok(variant)
}

/// Writes `directory/hls/master.m3u8`, which names these variants, tallest first.
///
/// # Errors
///
/// [`MediaError::Io`] when the disk fails.
pub fn write_master(variants: &[Variant], directory: &Path) -> Result<PathBuf, MediaError> {
    let mut master = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
    for variant in variants {
        let _ = writeln!(
            master,
            "{}\n{}.m3u8",
            variant.line,
            variant.quality.as_str()
        );
    }
    let path = directory.join("hls/master.m3u8");
    fs::write(&path, master)?;
    Ok(path)
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

/// What the master playlist says of a variant, drawn from its own files.
fn master_line(
    rendition: &Rendition,
    source: &Probe,
    variant: &Variant,
) -> Result<String, MediaError> {
    let missing = || MediaError::check("a rendition has no picture");
    let video = source.video.as_ref().ok_or_else(missing)?;
    let segments = segments(&fs::read_to_string(&variant.playlist)?);
    let length = fs::metadata(&variant.media)?.len();
    check(&segments, length, video.duration.as_secs_f64())?;
    let seconds: f64 = segments.iter().map(|segment| segment.seconds).sum();
    let peak = segments.iter().map(Segment::bits).fold(0.0, f64::max);
    let mut codecs = picture_codec(&variant.media)?;
    if source.audio.is_some() {
        let _ = write!(codecs, ",{SOUND_CODEC}");
    }
    Ok(format!(
        "#EXT-X-STREAM-INF:BANDWIDTH={:.0},AVERAGE-BANDWIDTH={:.0},RESOLUTION={}x{},\
         FRAME-RATE={:.3},CODECS=\"{codecs}\"",
        peak.ceil(),
        (length as f64 * 8.0 / seconds).ceil(),
        rendition.width,
        rendition.height,
        f64::from(video.frame_rate.0) / f64::from(video.frame_rate.1),
    ))
}

/// A segment as a variant's playlist names it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Segment {
    seconds: f64,
    bytes: u64,
    offset: u64,
}

impl Segment {
    /// Bits a second.
    fn bits(&self) -> f64 {
        self.bytes as f64 * 8.0 / self.seconds
    }
}

/// Reads `#EXTINF:6.000000,` and `#EXT-X-BYTERANGE:236615@1374`.
fn segments(playlist: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut seconds = 0.0;
    for line in playlist.lines() {
        if let Some(length) = line.strip_prefix("#EXTINF:") {
            seconds = length.trim_end_matches(',').parse().unwrap_or(0.0);
        }
        let range = line.strip_prefix("#EXT-X-BYTERANGE:");
        if let Some((bytes, offset)) = range.and_then(|range| range.split_once('@')) {
            segments.push(Segment {
                seconds,
                bytes: bytes.parse().unwrap_or(0),
                offset: offset.parse().unwrap_or(0),
            });
        }
    }
    segments
}

/// The segments follow each other to the end of the file, and last as long as
/// the picture.
fn check(segments: &[Segment], file: u64, duration: f64) -> Result<(), MediaError> {
    let follow = segments
        .windows(2)
        .all(|pair| pair[0].offset + pair[0].bytes == pair[1].offset);
    let ends = segments
        .last()
        .is_some_and(|last| last.offset + last.bytes <= file);
    let seconds: f64 = segments.iter().map(|segment| segment.seconds).sum();
    let is_positive = segments.iter().all(|segment| segment.seconds > 0.0);
    if follow && ends && is_positive && (seconds - duration).abs() < 0.1 {
        return Ok(());
    }
    Err(MediaError::check(format!(
        "a playlist has {} segments and {seconds:.3} s instead of {duration:.3} s",
        segments.len()
    )))
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
