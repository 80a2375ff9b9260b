//! Proves that the film is what was planned. FFmpeg's exit status says nothing
//! about it: a film is read back packet by packet and decoded to its end.

use std::path::Path;

use super::FilmPlan;
use super::loudness::{self, Loudness};
use super::sound::{LOUDNESS, LOUDNESS_TOLERANCE, Level, MAX_TRUE_PEAK};
use crate::encoder::{FRAME_TICKS, TRACK_TIMESCALE};
use crate::input::{self, strings};
use crate::inspection::{self, Inspection};
use crate::packets::PacketList;
use crate::prepare::SAMPLE_RATE;
use crate::{MediaError, Probe, Session};

/// A film that passed.
pub(super) struct Verified {
    pub(super) probe: Probe,
    pub(super) loudness: Loudness,
}

/// Checks `film` against the plan.
pub(super) async fn verify(
    session: &Session,
    plan: &FilmPlan,
    film: &Path,
    level: Level,
) -> Result<Verified, MediaError> {
    let inspection = inspection::inspect(session, film).await?;
    let probe = Probe::of(&inspection)?;
    check_picture(plan, &inspection)?;
    check_streams(plan, &probe)?;
    let loudness = decode(session, plan, film).await?;
    check_loudness(loudness, level)?;
    Ok(Verified { probe, loudness })
}

/// Every frame at its time, and in an order that can be decoded.
fn check_picture(plan: &FilmPlan, inspection: &Inspection) -> Result<(), MediaError> {
    let Some((packets, picture)) = &inspection.video else {
        return Err(MediaError::check("the film has no picture"));
    };
    if (picture.width, picture.height) != plan.size || picture.pixel_shape != (1, 1) {
        return Err(MediaError::check(format!(
            "the film is {}x{}",
            picture.width, picture.height
        )));
    }
    if packets.time_base() != (1, TRACK_TIMESCALE) {
        return Err(MediaError::check("the film's time is counted otherwise"));
    }
    check_times(packets, plan.frames())
}

fn check_times(packets: &PacketList, frames: u32) -> Result<(), MediaError> {
    let packets = &packets.packets;
    if packets.len() != frames as usize {
        return Err(MediaError::check(format!(
            "the film has {} frames instead of {frames}",
            packets.len()
        )));
    }
    if packets
        .windows(2)
        .any(|pair| pair[0].decode_time >= pair[1].decode_time)
    {
        return Err(MediaError::check("decoding times do not rise"));
    }
    let mut times: Vec<i64> = packets.iter().map(|packet| packet.show_time).collect();
    times.sort_unstable();
    let expected = (0..i64::from(frames)).map(|frame| frame * i64::from(FRAME_TICKS));
    if !times.into_iter().eq(expected) {
        return Err(MediaError::check("frames are not at their times"));
    }
    Ok(())
}

fn check_streams(plan: &FilmPlan, probe: &Probe) -> Result<(), MediaError> {
    let picture_is_right = probe.video.as_ref().is_some_and(|video| {
        video.codec == "h264" && video.pixel_format == "yuv420p" && video.rotation == 0
    });
    let sound_is_right = probe.audio.as_ref().is_some_and(|audio| {
        audio.codec == "aac" && audio.sample_rate == SAMPLE_RATE && audio.channels == 2
    });
    if !picture_is_right || !sound_is_right {
        return Err(MediaError::check("the film has other streams than planned"));
    }
    let frame = domain::film::seconds(1);
    let expected = domain::film::seconds(plan.frames());
    // The encoder's own run-in belongs to the sound's packets, not to the film.
    let sound = probe
        .audio
        .as_ref()
        .map_or(0.0, |audio| audio.duration.as_secs_f64());
    let length = probe.duration.as_secs_f64();
    if (length - expected).abs() > frame || (sound - expected).abs() > frame {
        return Err(MediaError::check(format!(
            "the film is {length:.3} s long instead of {expected:.3} s"
        )));
    }
    Ok(())
}

/// Decodes everything; a single error line fails the film.
async fn decode(session: &Session, plan: &FilmPlan, film: &Path) -> Result<Loudness, MediaError> {
    let report = film.with_extension("loudness");
    let mut arguments = input::arguments(film, session.threads());
    arguments.extend(strings(&[
        "-map",
        "0:v:0",
        "-map",
        "0:a:0",
        "-fps_mode",
        "passthrough",
        "-af",
    ]));
    arguments.push(loudness::meter(&report));
    arguments.extend(strings(&["-f", "null", "-"]));
    let finished = session.run(arguments).await?;
    if !finished.errors.is_empty() {
        return Err(MediaError::check(format!(
            "the film does not decode: {}",
            finished.errors
        )));
    }
    if finished.progress.frames != u64::from(plan.frames()) {
        return Err(MediaError::check(format!(
            "{} frames could be decoded",
            finished.progress.frames
        )));
    }
    Ok(loudness::read(&report)?)
}

fn check_loudness(loudness: Loudness, level: Level) -> Result<(), MediaError> {
    let error = loudness.integrated - LOUDNESS;
    let is_right = match level {
        Level::Standard => error.abs() <= LOUDNESS_TOLERANCE,
        Level::Quiet | Level::Silent => error <= LOUDNESS_TOLERANCE,
    };
    if is_right && loudness.true_peak <= MAX_TRUE_PEAK {
        return Ok(());
    }
    Err(MediaError::check(format!(
        "the film has {:.1} LUFS and {:.1} dBTP",
        loudness.integrated, loudness.true_peak
    )))
}
