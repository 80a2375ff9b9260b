//! Runs one file through everything, within its bounds.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use media::{MediaError, Session};
use nix::sys::resource::{UsageWho, getrusage};

use crate::case::{Case, MARKER};
use crate::motion;
use crate::outputs::{self, Made};

/// How long one file may take, all in all.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// The most memory one FFmpeg may take, in KiB.
pub(crate) const MEMORY: i64 = 1024 * 1024;

/// How a file must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// With this error.
    Refused(&'static str),
    /// With outputs of a picture of this width and height.
    Made(u32, u32),
    /// With any fault of the input, or with outputs: either is right.
    Either,
}

pub(crate) const UNSUPPORTED: Expected = Expected::Refused("UNSUPPORTED_MEDIA");
pub(crate) const CORRUPT: Expected = Expected::Refused("CORRUPT_MEDIA");
pub(crate) const TOO_LARGE: Expected = Expected::Refused("MEDIA_TOO_LARGE");

/// Makes the file, processes it, and checks how it ended.
pub(crate) async fn check(file_name: &str, make: impl FnOnce(&Case), expected: Expected) {
    let Some(case) = Case::open(file_name) else {
        return;
    };
    make(&case);
    let begun = Instant::now();
    let end = outputs::make_all(&case, &Session::new(&case.ffmpeg, begun + LIMIT)).await;
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!(
        "{seconds:.2} s, {} MiB: {}",
        peak_memory() / 1024,
        in_words(&end)
    );

    judge(&end, expected);
    assert!(begun.elapsed() <= LIMIT, "took {seconds:.1} s");
    assert!(peak_memory() <= MEMORY, "took {} KiB", peak_memory());
    nothing_connected(&case);
    nothing_runs(&case);
    no_marker_in(&case.out());
    if let Ok(made) = end {
        motion::check(&case, &made.plan, &made.outputs);
    }
}

fn in_words(end: &Result<Made, MediaError>) -> String {
    match end {
        Ok(_) => "outputs".to_owned(),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

fn judge(end: &Result<Made, MediaError>, expected: Expected) {
    match (end, expected) {
        (Err(error), Expected::Refused(code)) => assert_eq!(error.code(), code, "{error}"),
        (Err(error), Expected::Either) => assert!(error.is_input_fault(), "{error:?}"),
        (Ok(made), Expected::Made(width, height)) => {
            let video = made.probe.video.as_ref().unwrap();
            assert_eq!((video.width, video.height), (width, height));
        }
        (Ok(_), Expected::Either) => {}
        (end, expected) => panic!("{} instead of {expected:?}", in_words(end)),
    }
}

/// The highest peak of all children so far, in KiB, those that drew the file
/// included.
fn peak_memory() -> i64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss()
}

fn nothing_connected(case: &Case) {
    let call = case.listener.accept();
    assert!(
        matches!(&call, Err(error) if error.kind() == ErrorKind::WouldBlock),
        "{call:?}"
    );
}

/// No process has this case in its command line.
fn nothing_runs(case: &Case) {
    let root = case.root().to_str().unwrap();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        assert!(!line.contains(root), "still running: {line}");
    }
}

fn no_marker_in(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            no_marker_in(&path);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let is_marked = bytes
            .windows(MARKER.len())
            .any(|window| window == MARKER.as_bytes());
        assert!(!is_marked, "{} has the canary's marker", path.display());
    }
}
