//! Opens a file that renditions are made of, so that every place in it can be
//! found by its time.
//!
//! In a transport stream times may leap: recordings that were joined, breaks,
//! counters that begin again. FFmpeg corrects them while it reads from the
//! beginning, but not behind a seek. Such a source is remuxed once, by copy,
//! with corrected times.

use std::path::{Path, PathBuf};

use crate::input::{self, REMUX_EXTENSION, file_url, strings};
use crate::inspection::{self, Inspection, name_the_fault};
use crate::packets::PacketList;
use crate::positions::{self, Positions};
use crate::{MediaError, Probe, Session};

/// FFmpeg's names of the containers whose times it corrects.
const CORRECTED: [&str; 2] = ["mpegts", "ogg"];

/// A source that can be read from any place.
#[derive(Debug)]
pub struct Source {
    /// The file itself, or the one that was remuxed from it.
    pub path: PathBuf,
    /// What `path` is.
    pub probe: Probe,
    /// Where its frames lie, if that can be told.
    pub positions: Option<Positions>,
}

/// Probes `path`; one whose times leap is remuxed into a file in `directory`.
/// That needs as much room again as the source.
///
/// # Errors
///
/// An input fault ([`MediaError::is_input_fault`]) for a file that is not
/// accepted; others when the work itself fails.
pub async fn open(session: &Session, path: &Path, directory: &Path) -> Result<Source, MediaError> {
    let inspection = inspection::inspect_source(session, path).await?;
    if !leaps(session, path, &inspection).await? {
        let packets = inspection.video.as_ref().map(|(packets, _)| packets);
        let positions =
            packets.and_then(|picture| Positions::read(path, picture, positions::FIRST_BYTES));
        return Ok(Source {
            path: path.to_owned(),
            probe: Probe::of(&inspection)?,
            positions,
        });
    }
    tracing::info!("the source's times leap: it is remuxed");
    let remuxed = directory.join("remuxed").with_extension(REMUX_EXTENSION);
    let run = session.run(remux(path, &remuxed)).await;
    run.map_err(name_the_fault)?;
    let probe = crate::probe(session, &remuxed).await?;
    Ok(Source {
        path: remuxed,
        probe,
        positions: None,
    })
}

/// Whether a packet's own time is another than the corrected one.
async fn leaps(
    session: &Session,
    path: &Path,
    inspection: &Inspection,
) -> Result<bool, MediaError> {
    if !CORRECTED.contains(&inspection.container.as_str()) {
        return Ok(false);
    }
    let Some((picture, _)) = &inspection.video else {
        return Ok(false);
    };
    let own = inspection::own_times(session, path, inspection).await?;
    let times = |list: &PacketList| -> Vec<i64> {
        let packets = list.packets.iter();
        packets.map(|packet| packet.decode_time).collect()
    };
    Ok(own.first().map(times) != Some(times(picture)))
}

/// A copy of the picture and all sounds.
fn remux(path: &Path, remuxed: &Path) -> Vec<String> {
    let mut arguments = input::arguments(path, Some(1));
    arguments.extend(strings(&["-map", "0:V:0", "-map", "0:a?", "-c", "copy"]));
    arguments.extend(strings(&["-map_metadata", "-1", "-f", "nut"]));
    arguments.push(file_url(remuxed));
    arguments
}
