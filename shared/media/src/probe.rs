//! What a file is: codecs, the picture as a viewer sees it, true length.
//!
//! Nothing is believed that a file says about itself where it can be counted:
//! lengths, frames and rates come from its packets.

use std::path::Path;
use std::time::Duration;

use domain::video::Facts;
use serde::{Deserialize, Serialize};

use crate::input::MAX_PIXELS;
use crate::inspection::{self, Inspection, Picture};
use crate::packets::PacketList;
use crate::rate::constant_rate;
pub use crate::transfer::Transfer;
use crate::{MediaError, Session, SoundSource};

/// The longest file that is accepted.
pub const MAX_DURATION: Duration = Duration::from_secs(4 * 60 * 60);

/// The highest frame rate that is accepted, in frames a second.
pub const MAX_FRAME_RATE: u32 = 240;

/// How far a time may be from itself in another unit, in microseconds.
const ROUNDING: i64 = 1000;

/// The facts about a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// From the first packet's beginning to the last one's end.
    pub duration: Duration,
    /// The first stream of moving pictures. A cover is not one.
    pub video: Option<VideoStream>,
    /// The default sound, or else the first that decodes.
    pub audio: Option<AudioStream>,
    /// There are sounds, and none of them decodes: what is made is silent.
    #[serde(default)]
    pub has_unreadable_sound: bool,
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoStream {
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Width as it is shown: turned, and in square pixels.
    pub width: u32,
    /// Height as it is shown.
    pub height: u32,
    /// How far the stored picture is turned to be shown, in degrees: 0, 90
    /// (either way round: FFmpeg knows which) or 180.
    pub rotation: u32,
    /// Frames a second as a fraction; the average where it varies.
    pub frame_rate: (u32, u32),
    /// The constant rate at which hardly a frame is lost or late; nothing in
    /// plans of releases that took the average.
    #[serde(default)]
    pub constant_rate: Option<(u32, u32)>,
    /// Frames that are shown, counted.
    pub frames: u64,
    /// The frames as they are decoded and turned; nothing in plans of releases
    /// that did not know it.
    #[serde(default)]
    pub coded: Option<CodedFrame>,
    /// FFmpeg's name of the pixel format.
    pub pixel_format: String,
    /// FFmpeg's name of the colour matrix, if the file names one.
    pub color_space: Option<String>,
    /// What the picture's values mean in light.
    #[serde(default)]
    pub transfer: Transfer,
    /// When the first frame is shown, in microseconds from the file's start.
    #[serde(default)]
    pub start: i64,
    /// Length of the picture alone.
    pub duration: Duration,
    /// How much later than the file says a frame leaves the decoder, in
    /// microseconds: not 0 where the file has no times of showing.
    #[serde(default)]
    pub decoder_delay: i64,
}

/// A decoded frame, before its pixels are made square.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodedFrame {
    /// Width in its own pixels.
    pub width: u32,
    /// Height in its own pixels.
    pub height: u32,
    /// Width and height of a pixel.
    pub pixel_shape: (u32, u32),
}

/// The sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AudioStream {
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Samples a second.
    pub sample_rate: u32,
    /// Number of channels.
    pub channels: u32,
    /// When the sound begins, in microseconds from the file's start.
    #[serde(default)]
    pub start: i64,
    /// Length of the sound alone.
    pub duration: Duration,
    /// Which sound of the file it is.
    #[serde(default)]
    pub source: SoundSource,
}

/// Reads a whole file's packets and decodes its first frame.
///
/// # Errors
///
/// An input fault ([`MediaError::is_input_fault`]) for a file that is not
/// accepted; others when the work itself fails.
pub async fn probe(session: &Session, path: &Path) -> Result<Probe, MediaError> {
    let inspection = inspection::inspect_source(session, path).await?;
    Probe::of(&inspection)
}

impl Probe {
    /// What is kept of the file.
    ///
    /// # Errors
    ///
    /// [`MediaError::Unsupported`] when there is no picture.
    pub fn facts(&self, file_size: u64) -> Result<Facts, MediaError> {
        let no_picture = || MediaError::Unsupported("the file has no picture".to_owned());
        let video = self.video.as_ref().ok_or_else(no_picture)?;
        Ok(Facts {
            file_size,
            duration: Some(self.duration.as_secs_f64()),
            width: video.width,
            height: video.height,
            rotation: video.rotation,
            video_codec: video.codec.clone(),
            audio_codec: self.audio.as_ref().map(|audio| audio.codec.clone()),
        })
    }

    /// Draws the facts from an inspection, within the bounds.
    pub(crate) fn of(inspection: &Inspection) -> Result<Self, MediaError> {
        let video = inspection
            .video
            .as_ref()
            .map(|(packets, picture)| video_stream(packets, picture))
            .transpose()?;
        let audio = inspection
            .audio
            .as_ref()
            .map(|packets| audio_stream(packets, inspection.sound))
            .transpose()?;
        let lists = inspection.video.iter().map(|(packets, _)| packets);
        let spans: Vec<(f64, f64)> = lists
            .chain(&inspection.audio)
            .filter_map(|packets| {
                let (start, end) = packets.span()?;
                Some((packets.seconds(start), packets.seconds(end)))
            })
            .collect();
        let start = spans
            .iter()
            .map(|span| span.0)
            .fold(f64::INFINITY, f64::min);
        let end = spans
            .iter()
            .map(|span| span.1)
            .fold(f64::NEG_INFINITY, f64::max);
        let duration = bounded_duration(end - start)?;
        Ok(Self {
            duration,
            video,
            audio,
            has_unreadable_sound: inspection.has_unreadable_sound(),
        })
    }
}

fn video_stream(packets: &PacketList, picture: &Picture) -> Result<VideoStream, MediaError> {
    let span = packets
        .span()
        .filter(|(start, end)| end > start)
        .ok_or_else(|| MediaError::Corrupt("the picture has no length".to_owned()))?;
    let times = shown_times(packets, picture);
    let frames = times.len() as u64;
    let span = (times.first().map_or(span.0, |first| *first), span.1);
    let frame_rate = frame_rate(packets, frames, span);
    if frame_rate.0 / frame_rate.1 > MAX_FRAME_RATE {
        return Err(MediaError::TooLarge("too many frames a second".to_owned()));
    }
    let seconds: Vec<f64> = times.iter().map(|time| packets.seconds(*time)).collect();
    if u64::from(picture.width) * u64::from(picture.height) > u64::from(MAX_PIXELS) {
        return Err(MediaError::TooLarge(
            "the picture has too many pixels".to_owned(),
        ));
    }
    let (width, height) = picture.shown_size();
    let start = microseconds(packets, span.0);
    let decoder_delay = decoder_delay(packets, picture, start);
    Ok(VideoStream {
        codec: packets.codec().to_owned(),
        width,
        height,
        rotation: picture.rotation,
        frame_rate,
        constant_rate: Some(constant_rate(frame_rate, &seconds)),
        frames,
        coded: Some(CodedFrame {
            width: picture.width,
            height: picture.height,
            pixel_shape: picture.pixel_shape,
        }),
        pixel_format: picture.pixel_format.clone(),
        color_space: picture.color_space.clone(),
        transfer: picture.transfer,
        start: start + decoder_delay,
        duration: bounded_duration(packets.seconds(span.1) - packets.seconds(span.0))?,
        decoder_delay,
    })
}

/// When frames are shown, in the stream's units.
fn shown_times(packets: &PacketList, picture: &Picture) -> Vec<i64> {
    let mut times = packets.show_times();
    if let Some(first) = picture
        .first_frame
        .filter(|_| packets.begins_between_key_frames())
    {
        times.retain(|time| microseconds(packets, *time) >= first - ROUNDING);
    }
    times
}

/// Without times of showing, frames have those at which the decoder gives them
/// out: all of them as much later as the first one.
fn decoder_delay(packets: &PacketList, picture: &Picture, start: i64) -> i64 {
    let first_frame = picture.first_frame.filter(|_| packets.lacks_show_times);
    first_frame.map_or(0, |time| time - start)
}

fn audio_stream(packets: &PacketList, source: SoundSource) -> Result<AudioStream, MediaError> {
    let number = |name| packets.header(name).and_then(|value| value.parse().ok());
    let (start, end) = packets.span().unwrap_or_default();
    Ok(AudioStream {
        codec: packets.codec().to_owned(),
        sample_rate: number("sample_rate").unwrap_or(0),
        channels: packets.header("channel_layout_name").map_or(0, channels),
        start: microseconds(packets, start),
        duration: bounded_duration(packets.seconds(end) - packets.seconds(start))?,
        source,
    })
}

fn microseconds(packets: &PacketList, time: i64) -> i64 {
    (packets.seconds(time) * 1e6).round() as i64
}

/// Counts the channels of a layout by its name.
fn channels(layout: &str) -> u32 {
    let number = |text: &str| text.parse::<u32>().ok();
    match layout {
        "mono" => 1,
        "stereo" | "downmix" => 2,
        "quad" => 4,
        "hexagonal" => 6,
        "octagonal" => 8,
        "hexadecagonal" => 16,
        // "6 channels (FL+FR+...)"
        _ if layout.contains(' ') => layout.split(' ').next().and_then(number).unwrap_or(0),
        // "5.1(side)", "7.1.4"
        _ => layout
            .split('(')
            .next()
            .into_iter()
            .flat_map(|name| name.split('.'))
            .filter_map(number)
            .sum(),
    }
}

/// Frames over the time they are shown, in lowest terms.
fn frame_rate(packets: &PacketList, frames: u64, (start, end): (i64, i64)) -> (u32, u32) {
    let (numerator, denominator) = packets.time_base();
    let frames = u128::from(frames) * u128::from(denominator);
    let length = u128::from(end.abs_diff(start)) * u128::from(numerator);
    let divisor = greatest_common_divisor(frames, length.max(1));
    let (mut top, mut bottom) = (frames / divisor, length.max(1) / divisor);
    while top > u128::from(u32::MAX) || bottom > u128::from(u32::MAX) {
        (top, bottom) = (top / 2, (bottom / 2).max(1));
    }
    (
        u32::try_from(top).unwrap_or(u32::MAX),
        u32::try_from(bottom).unwrap_or(u32::MAX),
    )
}

fn greatest_common_divisor(first: u128, second: u128) -> u128 {
    if second == 0 {
        first.max(1)
    } else {
        greatest_common_divisor(second, first % second)
    }
}

pub(crate) fn bounded_duration(seconds: f64) -> Result<Duration, MediaError> {
    let duration = Duration::try_from_secs_f64(seconds)
        .map_err(|_| MediaError::Corrupt("the length makes no sense".to_owned()))?;
    if duration > MAX_DURATION {
        return Err(MediaError::TooLarge("the film is too long".to_owned()));
    }
    Ok(duration)
}

#[cfg(test)]
mod tests;
