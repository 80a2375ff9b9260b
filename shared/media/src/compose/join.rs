//! Joins the pieces and the sound, without decoding anything.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use domain::film::seconds;

use super::pieces::Piece;
use crate::input::{file_url, strings};
use crate::{MediaError, Session, encoder};

/// Writes the film to `output`.
pub(super) async fn join(
    session: &Session,
    pieces: &[Piece<'_>],
    sound: &Path,
    directory: &Path,
    output: &Path,
) -> Result<(), MediaError> {
    let list = directory.join("pieces.txt");
    fs::write(&list, list_of(pieces))?;
    let finished = session.run(plan(&list, sound, output)).await?;
    if finished.errors.is_empty() {
        return Ok(());
    }
    Err(MediaError::check(format!(
        "the pieces do not join: {}",
        finished.errors
    )))
}

/// The list for FFmpeg's concat demuxer: names of our own beside the list, and
/// each length, so that no rounding of a file's own length adds up.
fn list_of(pieces: &[Piece<'_>]) -> String {
    let mut list = "ffconcat version 1.0\n".to_owned();
    let (mut start, mut frames) = (0.0, 0);
    for piece in pieces {
        frames += piece.frames;
        let end = (seconds(frames) * 1e6).round() / 1e6;
        let name = piece.path.file_name().unwrap_or_default().display();
        let _ = writeln!(list, "file {name}\nduration {:.6}", end - start);
        start = end;
    }
    list
}

/// `-auto_convert 0`: with it, headers would be put into the stream and hide a
/// piece that does not fit.
fn plan(list: &Path, sound: &Path, output: &Path) -> Vec<String> {
    let mut arguments = strings(&[
        "-protocol_whitelist",
        "file,pipe",
        "-f",
        "concat",
        "-safe",
        "1",
        "-auto_convert",
        "0",
        "-i",
    ]);
    arguments.push(file_url(list));
    arguments.extend(crate::input::arguments(sound, None));
    arguments.extend(strings(&[
        "-map",
        "0:v:0",
        "-map",
        "1:a:0",
        "-c",
        "copy",
        "-movflags",
        "+faststart",
    ]));
    arguments.extend(encoder::container_arguments());
    arguments.push(file_url(output));
    arguments
}
