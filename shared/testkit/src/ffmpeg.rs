//! The `FFmpeg` that tests draw with, and what it says of a file.

use std::path::{Path, PathBuf};
use std::process::Command;

/// `FFMPEG_PATH`, the local cloud's own, or the one on the PATH.
///
/// # Panics
/// There is none.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration to be handed"
)]
pub fn path() -> PathBuf {
    if let Ok(path) = std::env::var("FFMPEG_PATH") {
        return path.into();
    }
    let local = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.local/ffmpeg/ffmpeg");
    if local.exists() {
        return local;
    }
    let path = std::env::var("PATH").expect("there is a PATH");
    std::env::split_paths(&path)
        .map(|directory| directory.join("ffmpeg"))
        .find(|candidate| candidate.exists())
        .expect("no FFmpeg: set FFMPEG_PATH or run `cargo xtask up` once")
}

/// What a muxer that only copies says of a file: its header lines, and how many packets each
/// of the first two streams has.
///
/// # Panics
/// `FFmpeg` cannot read the file.
pub fn probe(file: &Path) -> (String, [usize; 2]) {
    let output = Command::new(path())
        .args(["-loglevel", "error", "-i"])
        .arg(file)
        .args(["-map", "0", "-c", "copy", "-f", "framecrc", "-"])
        .output()
        .expect("FFmpeg starts");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("the output is text");
    let header = text.lines().filter(|line| line.starts_with('#'));
    let packets = |stream: &str| text.lines().filter(|line| line.starts_with(stream)).count();
    (
        header.collect::<Vec<_>>().join("\n"),
        [packets("0,"), packets("1,")],
    )
}
