//! What the commands say: progress on stderr, results on stdout.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal, and only through this module"
)]

use std::io::IsTerminal;
use std::time::Instant;

use anyhow::Result;

/// A result, for people and pipes alike: one line on stdout.
pub(crate) fn result(line: &str) {
    println!("{line}");
}

/// What is going on: one line on stderr.
pub(crate) fn note(line: &str) {
    eprintln!("{line}");
}

/// Why a command ends without its result.
pub(crate) fn failure(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// True when a person watches: only then is progress drawn.
pub(crate) fn is_watched() -> bool {
    std::io::stderr().is_terminal() && std::io::stdout().is_terminal()
}

/// Says what is being done, and how long it took when that was noticeable.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    note(&format!("· {what} …"));
    let began = Instant::now();
    let done = work()?;
    let seconds = began.elapsed().as_secs();
    if seconds >= 3 {
        note(&format!("  done in {seconds} s"));
    }
    Ok(done)
}
