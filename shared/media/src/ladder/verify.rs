//! Proves pieces and renditions by their own packets: FFmpeg's exit status says
//! nothing about what it made.

use std::path::{Path, PathBuf};

use domain::rendition::Rendition;

use super::plan::{LadderPlan, Segment};
use super::settings::SAMPLE_RATE;
use crate::inspection::{self, Inspection};
use crate::packets::PacketList;
use crate::{MediaError, Probe, Session};

/// How far the sound may begin or end from the picture, in seconds: too
/// little to notice.
const SYNC_TOLERANCE: f64 = 0.04;

/// Samples in a packet of AAC.
const PACKET_SAMPLES: f64 = 1024.0;

/// A piece has its segment's frames in its rendition's size, and no sound.
pub(super) async fn piece(
    session: &Session,
    plan: &LadderPlan,
    rendition: &Rendition,
    segment: &Segment,
    path: &Path,
) -> Result<(), MediaError> {
    let inspection = inspection::inspect(session, path).await?;
    check_picture(plan, rendition, segment.frames, &inspection)?;
    if inspection.audio.is_some() {
        return Err(MediaError::check("a piece has sound"));
    }
    Ok(())
}

/// The pieces carry one and the same decoder set-up: else all but the first
/// would be decoded wrongly.
pub(super) async fn alike(session: &Session, pieces: &[PathBuf]) -> Result<(), MediaError> {
    let [first, others @ ..] = pieces else {
        return Ok(());
    };
    if others.is_empty() {
        return Ok(());
    }
    let expected = parameter_sets(session, first).await?;
    for piece in others {
        if parameter_sets(session, piece).await? != expected {
            return Err(MediaError::check("the pieces were not all encoded alike"));
        }
    }
    Ok(())
}

async fn parameter_sets(session: &Session, piece: &Path) -> Result<String, MediaError> {
    let inspection = inspection::inspect(session, piece).await?;
    inspection
        .parameter_sets()
        .ok_or_else(|| MediaError::check("a piece has no decoder set-up"))
}

/// A rendition is what the plan says, picture and sound.
pub(super) async fn output(
    session: &Session,
    plan: &LadderPlan,
    rendition: &Rendition,
    path: &Path,
) -> Result<(), MediaError> {
    let inspection = inspection::inspect(session, path).await?;
    check_picture(plan, rendition, plan.frames, &inspection)?;
    let probe = Probe::of(&inspection)?;
    match &probe.audio {
        Some(_) if !plan.has_sound => Err(MediaError::check("a rendition has sound")),
        None if plan.has_sound => Err(MediaError::check("a rendition has no sound")),
        None => Ok(()),
        Some(_) => check_sound(plan, &probe, &inspection),
    }
}

/// By the number of its packets: their times do not say, since a muxer squeezes
/// in what is encoded behind the end.
fn has_length(plan: &LadderPlan, sound: &PacketList) -> bool {
    let samples = plan.seconds(plan.frames) * f64::from(SAMPLE_RATE);
    let expected = (samples / PACKET_SAMPLES).ceil() as usize;
    sound.packets.len().abs_diff(expected) <= 2
}

/// Whether a sound is as long as the picture.
pub(super) async fn lasts(
    session: &Session,
    plan: &LadderPlan,
    sound: &Path,
) -> Result<bool, MediaError> {
    let inspection = inspection::inspect(session, sound).await?;
    let sound = inspection.audio.as_ref();
    Ok(sound.is_some_and(|sound| has_length(plan, sound)))
}

fn check_sound(
    plan: &LadderPlan,
    probe: &Probe,
    inspection: &Inspection,
) -> Result<(), MediaError> {
    let Some(audio) = &probe.audio else {
        return Err(MediaError::check("a rendition has no sound"));
    };
    if audio.codec != "aac" || audio.sample_rate != SAMPLE_RATE || audio.channels != 2 {
        return Err(MediaError::check(
            "a rendition has another sound than planned",
        ));
    }
    let sound = inspection.audio.as_ref();
    if !sound.is_some_and(|sound| has_length(plan, sound)) {
        return Err(MediaError::check("a rendition's sound has another length"));
    }
    let start = audio.start as f64 / 1e6;
    let end = start + audio.duration.as_secs_f64();
    let late = end - plan.seconds(plan.frames);
    if start.abs() > SYNC_TOLERANCE || late.abs() > SYNC_TOLERANCE {
        return Err(MediaError::check(format!(
            "a rendition's sound begins at {start:.3} s and ends {late:.3} s after the picture"
        )));
    }
    Ok(())
}

fn check_picture(
    plan: &LadderPlan,
    rendition: &Rendition,
    frames: u64,
    inspection: &Inspection,
) -> Result<(), MediaError> {
    let Some((packets, picture)) = &inspection.video else {
        return Err(MediaError::check("a rendition has no picture"));
    };
    let size = (picture.width, picture.height);
    let is_right = size == (rendition.width, rendition.height)
        && picture.pixel_shape == (1, 1)
        && picture.pixel_format == "yuv420p"
        && picture.rotation == 0
        && packets.header("codec_id") == Some("h264");
    if !is_right {
        return Err(MediaError::check(format!(
            "a rendition is {}x{} {}",
            size.0, size.1, picture.pixel_format
        )));
    }
    if packets.time_base() != (1, plan.timescale()) {
        return Err(MediaError::check("a rendition's time is counted otherwise"));
    }
    check_times(packets, frames, i64::from(plan.frame_ticks()))?;
    check_key_frames(packets, plan)
}

/// Every frame at its time, and in an order that can be decoded.
fn check_times(packets: &PacketList, frames: u64, ticks: i64) -> Result<(), MediaError> {
    let packets = &packets.packets;
    if packets.len() as u64 != frames {
        return Err(MediaError::check(format!(
            "a rendition has {} frames instead of {frames}",
            packets.len()
        )));
    }
    let rise = packets
        .windows(2)
        .all(|pair| pair[0].decode_time < pair[1].decode_time);
    if !rise {
        return Err(MediaError::check("decoding times do not rise"));
    }
    let mut times: Vec<i64> = packets.iter().map(|packet| packet.show_time).collect();
    times.sort_unstable();
    if !times
        .into_iter()
        .eq((0..).map(|frame| frame * ticks).take(packets.len()))
    {
        return Err(MediaError::check("frames are not at their times"));
    }
    Ok(())
}

/// Key frames at every second second, and nowhere else.
fn check_key_frames(packets: &PacketList, plan: &LadderPlan) -> Result<(), MediaError> {
    let interval = i64::from(plan.frame_ticks())
        .saturating_mul(i64::try_from(plan.key_frame_interval()).unwrap_or(i64::MAX));
    let is_right = packets
        .packets
        .iter()
        .all(|packet| packet.is_key == (packet.show_time % interval == 0));
    if is_right {
        Ok(())
    } else {
        Err(MediaError::check(
            "key frames are not where they are planned",
        ))
    }
}
