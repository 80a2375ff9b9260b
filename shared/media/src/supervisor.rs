//! Runs FFmpeg so that it ends, whatever is in the file.
//!
//! FFmpeg's stdout carries its progress and is read on one thread; its stderr
//! is drained on another into a bounded tail; a third waits for the end, the
//! deadline, the cancellation, or until FFmpeg stands still. A slow consumer
//! does not hold FFmpeg up: only the latest progress is kept. FFmpeg dies with
//! its future, with its deadline and with its parent. `ffmpeg-sidecar` builds and spawns the command; its
//! event iterator is never used, since a file's title can hang it for ever.

mod seconds;
mod stall;

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{ChildStdout, Command, ExitStatus};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use ffmpeg_sidecar::child::FfmpegChild;
use ffmpeg_sidecar::command::FfmpegCommand;
use tokio::sync::watch;

use self::stall::{Activity, Watchdog};
pub(crate) use crate::progress::Progress;
use crate::{Ffmpeg, MediaError};

/// How much of FFmpeg's stderr is kept, in bytes.
const TAIL_BYTES: usize = 16 * 1024;

/// Options of every run. `level+error` marks each line with its severity.
const COMMON_ARGUMENTS: [&str; 10] = [
    "-y",
    "-nostdin",
    "-hide_banner",
    "-nostats",
    "-loglevel",
    "level+error",
    "-progress",
    "pipe:1",
    "-stats_period",
    "0.25",
];

/// A run that ended with exit status 0. That alone is not success: `errors`
/// may still tell of a damaged input.
#[derive(Debug, Clone)]
pub(crate) struct Finished {
    /// The end of what was written to stderr; empty when nothing was wrong.
    pub(crate) errors: String,
    /// The last progress report.
    pub(crate) progress: Progress,
}

/// What wakes the waiting thread.
enum Event {
    Report(Progress),
    PipeClosed,
    Cancelled,
}

/// How often the process is looked at that reports nothing.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// When a run is given up.
#[derive(Debug, Clone, Copy)]
struct Limits {
    deadline: Instant,
    /// How long it may stand still.
    stall: Duration,
}

/// FFmpeg's priority: a tenth of the time of anything else that wants to run (`nice(2)`).
const NICENESS: i32 = 10;

/// How long a dropped future waits for its FFmpeg to be killed.
const KILLING_TIME: Duration = Duration::from_secs(1);

/// Cancels the run when the future that waits for it is dropped, and returns
/// when FFmpeg is gone: its files can be removed at once.
struct CancelOnDrop {
    events: Sender<Event>,
    ended: Receiver<()>,
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        // The run may be over: then there is nothing to cancel.
        let _ = self.events.send(Event::Cancelled);
        let _ = self.ended.recv_timeout(KILLING_TIME);
    }
}

/// FFmpeg, killed and reaped when it goes out of scope before its end. However it ends, its
/// seconds are counted.
struct Running {
    child: FfmpegChild,
    since: Instant,
}

impl Running {
    fn begin(command: &mut FfmpegCommand) -> io::Result<Self> {
        Ok(Self {
            child: command.spawn().map_err(io::Error::other)?,
            since: Instant::now(),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both are harmless when the process has been waited for already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        seconds::count(self.since.elapsed());
    }
}

/// Runs FFmpeg with `arguments` until it ends, `deadline` comes, or it has stood
/// still for as long as the size of its inputs allows (20 to 60 seconds).
///
/// `on_progress` is called in the calling task with the latest report. Dropping
/// the future kills FFmpeg.
///
/// # Errors
///
/// [`MediaError::TimedOut`] after the deadline, [`MediaError::Stalled`] when it
/// stands still, [`MediaError::Failed`] when its exit status is not 0,
/// [`MediaError::Io`] when it cannot be started.
pub(crate) async fn run(
    ffmpeg: &Ffmpeg,
    arguments: Vec<String>,
    deadline: Instant,
    on_progress: impl FnMut(Progress),
) -> Result<Finished, MediaError> {
    let mut command = FfmpegCommand::new_with_path(ffmpeg.path());
    command.args(COMMON_ARGUMENTS).args(&arguments);
    tracing::debug!(?arguments, "running FFmpeg");
    let limits = Limits {
        deadline,
        stall: stall::limit(input_bytes(&arguments)),
    };
    run_command(command, limits, on_progress).await
}

/// Bytes of all files that are opened by name.
fn input_bytes(arguments: &[String]) -> u64 {
    let files = arguments
        .windows(2)
        .filter(|pair| pair[0] == "-i")
        .filter_map(|pair| pair[1].strip_prefix("file:"));
    files
        .filter_map(|file| std::fs::metadata(file).ok())
        .map(|metadata| metadata.len())
        .sum()
}

async fn run_command(
    command: FfmpegCommand,
    limits: Limits,
    mut on_progress: impl FnMut(Progress),
) -> Result<Finished, MediaError> {
    let (latest, mut reports) = watch::channel(Progress::default());
    let (sender, events) = mpsc::channel();
    // Nothing is ever sent: the other end goes when the run does.
    let (running, ended) = mpsc::channel();
    let _cancel = CancelOnDrop {
        events: sender.clone(),
        ended,
    };
    let mut end = tokio::task::spawn_blocking(move || {
        let _running = running;
        supervise(command, limits, latest, &sender, &events)
    });
    loop {
        tokio::select! {
            biased;
            result = &mut end => return result.map_err(io::Error::other)?,
            Ok(()) = reports.changed() => {
                let report = *reports.borrow_and_update();
                on_progress(report);
            }
        }
    }
}

/// Spawns and waits on this one thread: FFmpeg is told to die with it.
fn supervise(
    mut command: FfmpegCommand,
    limits: Limits,
    latest: watch::Sender<Progress>,
    sender: &Sender<Event>,
    events: &Receiver<Event>,
) -> Result<Finished, MediaError> {
    if events.try_recv().is_ok() {
        return Err(cancelled());
    }
    let inner = command.as_inner_mut();
    // FFmpeg must not see the credentials in the environment.
    inner.env_clear();
    run_behind_parent(inner);
    let mut running = Running::begin(&mut command)?;
    let child = &mut running.child;
    // `ffmpeg-sidecar` insists on a pipe that `-nostdin` never reads.
    drop(child.take_stdin());
    let stdout = child.take_stdout().ok_or_else(|| missing("stdout"))?;
    let stderr = child.take_stderr().ok_or_else(|| missing("stderr"))?;

    let (stdout_sender, stderr_sender) = (sender.clone(), sender.clone());
    let stdout_reader = thread::spawn(move || {
        let last = follow_progress(stdout, &latest, &stdout_sender);
        let _ = stdout_sender.send(Event::PipeClosed);
        last
    });
    let stderr_reader = thread::spawn(move || {
        let tail = drain_to_tail(stderr);
        let _ = stderr_sender.send(Event::PipeClosed);
        tail
    });

    let process = child.as_inner().id();
    wait_for_closed_pipes(events, process, limits)?;
    let status = child.wait()?;
    let progress = stdout_reader.join().map_err(|_| missing("progress"))?;
    let errors = stderr_reader.join().map_err(|_| missing("error lines"))?;
    judge(status, errors, progress)
}

/// Both pipes close when FFmpeg ends. An early return kills it.
fn wait_for_closed_pipes(
    events: &Receiver<Event>,
    process: u32,
    limits: Limits,
) -> Result<(), MediaError> {
    let mut watchdog = Watchdog::new(limits.stall, Instant::now());
    let mut progress = Progress::default();
    let mut open_pipes = 2;
    while open_pipes > 0 {
        let left = limits.deadline.saturating_duration_since(Instant::now());
        match events.recv_timeout(left.min(LOOK_INTERVAL)) {
            Ok(Event::Report(report)) => progress = report,
            Ok(Event::PipeClosed) => open_pipes -= 1,
            Ok(Event::Cancelled) => return Err(cancelled()),
            Err(_nothing_happened) => {}
        }
        let now = Instant::now();
        if open_pipes > 0 && now >= limits.deadline {
            return Err(MediaError::TimedOut);
        }
        let bytes_read = stall::bytes_read(process);
        watchdog.note(
            Activity {
                progress,
                bytes_read,
            },
            now,
        );
        if open_pipes > 0 && watchdog.is_stalled(now) {
            return Err(MediaError::Stalled {
                limit: limits.stall,
            });
        }
    }
    Ok(())
}

fn judge(status: ExitStatus, errors: String, progress: Progress) -> Result<Finished, MediaError> {
    if status.success() {
        return Ok(Finished { errors, progress });
    }
    Err(MediaError::Failed {
        status: status.to_string(),
        tail: errors,
    })
}

/// Reads reports until the pipe closes. The consumer sees the latest, the
/// waiting thread each.
fn follow_progress(
    stdout: ChildStdout,
    latest: &watch::Sender<Progress>,
    events: &Sender<Event>,
) -> Progress {
    let mut progress = Progress::default();
    for line in BufReader::new(stdout).lines() {
        let Ok(line) = line else { break };
        if progress.read_line(&line) {
            latest.send_replace(progress);
            let _ = events.send(Event::Report(progress));
        }
    }
    progress
}

/// Reads everything, keeps the last [`TAIL_BYTES`].
fn drain_to_tail(mut stderr: impl Read) -> String {
    let mut tail = VecDeque::with_capacity(TAIL_BYTES);
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut chunk) {
        tail.extend(&chunk[..count]);
        tail.drain(..tail.len().saturating_sub(TAIL_BYTES));
    }
    String::from_utf8_lossy(tail.make_contiguous())
        .trim()
        .to_owned()
}

/// Asks the kernel to kill the child when the thread that spawned it ends, and to give the
/// processors to everything else first: a lease is renewed and a request answered in time
/// though FFmpeg has a thread for each processor.
#[expect(
    unsafe_code,
    reason = "pre_exec is the only way to set options between fork and exec"
)]
fn run_behind_parent(command: &mut Command) {
    let parent = rustix::process::getpid();
    let set_options = move || {
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
        // Where it may not be set, FFmpeg runs all the same.
        let _ = rustix::process::setpriority_process(None, NICENESS);
        // The parent may have died before the option was set.
        if rustix::process::getppid() == Some(parent) {
            return Ok(());
        }
        Err(io::ErrorKind::Interrupted.into())
    };
    // SAFETY: the closure makes three system calls and allocates nothing, which
    // is all that is allowed in a forked child of a process with threads.
    unsafe { command.pre_exec(set_options) };
}

fn missing(what: &str) -> io::Error {
    io::Error::other(format!("FFmpeg's {what} cannot be read"))
}

/// Never returned to a caller: the future has been dropped.
fn cancelled() -> MediaError {
    io::Error::from(io::ErrorKind::Interrupted).into()
}

#[cfg(test)]
mod tests;
