//! For this crate's tests: the FFmpeg to test with, and clips it draws.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Ffmpeg, Session};

/// FFmpeg from `FFMPEG_PATH`, the layer or `PATH`; a loud skip if there is none.
pub(crate) fn ffmpeg() -> Option<Ffmpeg> {
    let configured = std::env::var_os("FFMPEG_PATH").map(PathBuf::from);
    let must_exist = configured.is_some();
    let ffmpeg = Ffmpeg::locate(configured);
    let runs = Command::new(ffmpeg.path())
        .arg("-version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(runs || !must_exist, "FFMPEG_PATH names no FFmpeg");
    if !runs {
        eprintln!("SKIPPED: there is no FFmpeg; set FFMPEG_PATH");
    }
    runs.then_some(ffmpeg)
}

/// A minute's work with `ffmpeg`.
pub(crate) fn session(ffmpeg: &Ffmpeg) -> Session {
    Session::new(ffmpeg, soon())
}

/// A minute from now.
pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// Runs FFmpeg as a person would; its output if it succeeds.
pub(crate) fn draw(ffmpeg: &Ffmpeg, arguments: &[&str], output: &Path) {
    let status = Command::new(ffmpeg.path())
        .args(["-v", "error", "-nostdin", "-y"])
        .args(arguments)
        .arg(output)
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?}");
}

/// A file named `holed` in `directory`, as long as `whole`, that has these bytes of it and a
/// hole elsewhere.
pub(crate) fn holed(whole: &Path, bytes: &[Range<u64>], directory: &Path) -> PathBuf {
    let whole = fs::read(whole).unwrap();
    let path = directory.join("holed");
    let mut file = File::create(&path).unwrap();
    file.set_len(whole.len() as u64).unwrap();
    for range in bytes {
        file.seek(SeekFrom::Start(range.start)).unwrap();
        let at_hand = &whole[range.start as usize..range.end as usize];
        file.write_all(at_hand).unwrap();
    }
    path
}

/// What FFmpeg writes to stdout.
pub(crate) fn output_of(ffmpeg: &Ffmpeg, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(ffmpeg.path())
        .args(["-v", "error", "-nostdin"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
