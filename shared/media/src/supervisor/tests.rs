use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{Key, KeyName, Metadata, SharedString, Unit};

use super::*;
use crate::input::strings;
use crate::testing::{ffmpeg, soon};

/// Draws in real time, for `seconds`. The mark tells the process from others.
fn slow_run(mark: &str, seconds: u32) -> Vec<String> {
    let mut arguments = strings(&["-re", "-f", "lavfi", "-i"]);
    arguments.push(format!("testsrc2=s=64x64:d={seconds}"));
    arguments.push("-metadata".to_owned());
    arguments.push(format!("mark={mark}"));
    arguments.extend(strings(&["-f", "null", "-"]));
    arguments
}

/// The process with `mark` in its command line.
fn process_with(mark: &str) -> Option<i32> {
    let mark = format!("mark={mark}\0");
    let has_mark = |path: &std::path::Path| {
        fs::read(path.join("cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&mark))
    };
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let found = entries
        .map(|entry| entry.path())
        .find(|path| has_mark(path));
    found?.file_name()?.to_str()?.parse().ok()
}

fn is_running(mark: &str) -> bool {
    process_with(mark).is_some()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn a_dropped_future_leaves_nothing_behind() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let runtime = runtime();
    runtime.block_on(async {
        let started = Arc::new(tokio::sync::Notify::new());
        let notify = started.clone();
        let run = run(&ffmpeg, slow_run("dropped", 100), soon(), move |_| {
            notify.notify_one();
        });
        tokio::pin!(run);
        tokio::select! {
            _ = &mut run => panic!("ended too early"),
            () = started.notified() => {}
        }
        assert!(is_running("dropped"));
    });
    // Waits for the supervising thread.
    let ended = Instant::now();
    drop(runtime);
    assert!(!is_running("dropped"));
    assert!(
        ended.elapsed() < Duration::from_secs(20),
        "killed by its deadline"
    );
}

/// Files of a dropped run can be removed at once: nothing writes them again.
#[tokio::test]
async fn a_dropped_future_is_dropped_with_its_ffmpeg() {
    let Some(ffmpeg) = ffmpeg() else { return };
    for round in 0..10 {
        let mark = format!("gone{round}");
        let started = Arc::new(tokio::sync::Notify::new());
        let notify = started.clone();
        let run = Box::pin(run(&ffmpeg, slow_run(&mark, 100), soon(), move |_| {
            notify.notify_one();
        }));
        let begun = tokio::select! {
            result = run => Err(result),
            () = started.notified() => Ok(()),
        };
        begun.unwrap();
        assert!(!is_running(&mark));
    }
}

#[tokio::test]
async fn a_killed_ffmpeg_is_no_fault_of_the_input() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let result = run(&ffmpeg, slow_run("killed", 100), soon(), |_| {
        let process = process_with("killed").unwrap();
        let process = rustix::process::Pid::from_raw(process).unwrap();
        rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
    })
    .await;
    let Err(MediaError::Failed { status, .. }) = result else {
        panic!("{result:?}")
    };
    assert!(status.contains("signal: 9"), "{status}");
}

#[test]
fn a_panic_leaves_nothing_behind() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let runtime = runtime();
    let panicked = runtime.block_on(async {
        tokio::spawn(async move {
            run(&ffmpeg, slow_run("panicked", 100), soon(), |_| {
                panic!("the consumer fails")
            })
            .await
        })
        .await
    });
    assert!(panicked.unwrap_err().is_panic());
    let ended = Instant::now();
    drop(runtime);
    assert!(!is_running("panicked"));
    assert!(
        ended.elapsed() < Duration::from_secs(20),
        "killed by its deadline"
    );
}

#[tokio::test]
async fn the_deadline_ends_a_run() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let begun = Instant::now();
    let deadline = begun + Duration::from_millis(700);
    let result = run(&ffmpeg, slow_run("late", 100), deadline, |_| {}).await;
    assert!(matches!(result, Err(MediaError::TimedOut)), "{result:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(!is_running("late"));
}

/// Keeps what is counted by the one counter.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicU64>);

impl metrics::Recorder for Counted {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> metrics::Counter {
        assert_eq!(key.name(), "FfmpegSeconds");
        metrics::Counter::from_arc(self.0.clone())
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> metrics::Gauge {
        metrics::Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> metrics::Histogram {
        metrics::Histogram::noop()
    }
}

#[test]
fn seconds_are_counted_however_a_run_ends() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let supervised = |arguments: Vec<String>, deadline: Instant| {
        let mut command = FfmpegCommand::new_with_path(ffmpeg.path());
        command.args(COMMON_ARGUMENTS).args(arguments);
        let (latest, (sender, events)) = (watch::Sender::default(), mpsc::channel());
        let stall = Duration::from_secs(20);
        let limits = Limits { deadline, stall };
        supervise(command, limits, latest, &sender, &events)
    };
    let seconds = Counted::default();
    metrics::with_local_recorder(&seconds, || {
        supervised(slow_run("counted", 2), soon()).unwrap();
        let late = Instant::now() + Duration::from_millis(1_200);
        let result = supervised(slow_run("counted too", 100), late);
        assert!(matches!(result, Err(MediaError::TimedOut)), "{result:?}");
    });
    // One second of the first run, which drew its beginning at once, and the deadline.
    let seconds = seconds.0.load(Ordering::Relaxed);
    assert!((2..20).contains(&seconds), "{seconds}");
}

#[test]
fn ffmpeg_dies_with_the_thread_that_spawned_it() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let path = ffmpeg.path().to_owned();
    let mut orphan = thread::spawn(move || {
        let mut command = Command::new(path);
        command
            .args(slow_run("orphan", 100))
            .stderr(std::process::Stdio::null());
        run_behind_parent(&mut command);
        command.spawn().unwrap()
    })
    .join()
    .unwrap();
    assert_eq!(orphan.wait().unwrap().signal(), Some(9));
}

/// What else runs comes first, in all of FFmpeg's threads.
#[test]
fn ffmpeg_stands_behind_everything_else() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let seen = Mutex::new(Vec::new());
    let watched = runtime().block_on(run(&ffmpeg, slow_run("behind", 2), soon(), |_| {
        if let Some(process) = process_with("behind") {
            seen.lock().unwrap().extend(priorities(process));
        }
    }));
    watched.unwrap();
    let seen = seen.into_inner().unwrap();
    assert!(
        seen.len() > 1 && seen.iter().all(|priority| *priority == NICENESS),
        "{seen:?}"
    );
}

/// The priority of each thread of a process.
fn priorities(process: i32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter();
    threads
        .flat_map(|threads| threads.flatten())
        .filter_map(|thread| {
            let thread: i32 = thread.file_name().to_str()?.parse().ok()?;
            let thread = rustix::process::Pid::from_raw(thread);
            rustix::process::getpriority_process(thread).ok()
        })
        .collect()
}

#[tokio::test]
async fn a_slow_consumer_does_not_hold_ffmpeg_up() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let directory = tempfile::tempdir().unwrap();
    let output = directory.path().join("frames");
    let mut arguments = slow_run("slow", 3);
    arguments.truncate(arguments.len() - 3);
    arguments.extend(strings(&["-f", "rawvideo"]));
    arguments.push(crate::input::file_url(&output));
    let reports = Arc::new(Mutex::new(Vec::new()));
    let seen = reports.clone();
    let begun = directory.path().join("begun");
    fs::write(&begun, "").unwrap();
    let finished = run(&ffmpeg, arguments, soon(), move |report| {
        thread::sleep(Duration::from_secs(1));
        seen.lock().unwrap().push(report.frames);
    })
    .await
    .unwrap();
    // Reliability M6: a tenth more than without a consumer, and FFmpeg's start.
    let written = |path| fs::metadata(path).unwrap().modified().unwrap();
    let took = written(&output).duration_since(written(&begun)).unwrap();
    assert!(took < Duration::from_millis(3300 + 400), "{took:?}");
    assert_eq!(finished.progress.frames, 75);
    assert!(finished.progress.finished);
    let reports = reports.lock().unwrap();
    assert!((1..=5).contains(&reports.len()), "{reports:?}");
}

#[tokio::test]
async fn a_failure_carries_status_and_tail() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let arguments = strings(&["-i", "file:/nonexistent/file", "-f", "null", "-"]);
    let result = run(&ffmpeg, arguments, soon(), |_| {}).await;
    let Err(MediaError::Failed { status, tail }) = result else {
        panic!("{result:?}")
    };
    assert!(status.contains("exit status"), "{status}");
    assert!(
        tail.contains("[error]") && tail.contains("No such file"),
        "{tail}"
    );
}

#[tokio::test]
async fn a_missing_binary_is_an_error() {
    let ffmpeg = Ffmpeg::new("/nonexistent/ffmpeg".into(), None);
    let result = run(&ffmpeg, Vec::new(), soon(), |_| {}).await;
    assert!(matches!(result, Err(MediaError::Io(_))), "{result:?}");
}

#[test]
fn only_the_end_of_stderr_is_kept() {
    let flood = "x".repeat(TAIL_BYTES * 3) + "the end";
    let tail = drain_to_tail(flood.as_bytes());
    assert_eq!(tail.len(), TAIL_BYTES);
    assert!(tail.ends_with("xthe end"));
}

/// Runs FFmpeg with a limit for standing still that a test can wait for.
async fn run_watched(
    ffmpeg: &Ffmpeg,
    arguments: Vec<String>,
    stall: Duration,
    on_progress: impl FnMut(Progress),
) -> Result<Finished, MediaError> {
    let mut command = FfmpegCommand::new_with_path(ffmpeg.path());
    command.args(COMMON_ARGUMENTS).args(arguments);
    let limits = Limits {
        deadline: soon(),
        stall,
    };
    run_command(command, limits, on_progress).await
}

#[tokio::test]
async fn a_process_that_stops_is_killed_as_stalled() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let stall = Duration::from_secs(2);
    let mut stopped_at = None;
    let result = run_watched(&ffmpeg, slow_run("stopped", 100), stall, |_| {
        if stopped_at.is_none() {
            let process = process_with("stopped").unwrap();
            let process = rustix::process::Pid::from_raw(process).unwrap();
            rustix::process::kill_process(process, rustix::process::Signal::STOP).unwrap();
            stopped_at = Some(Instant::now());
        }
    })
    .await;
    assert!(
        matches!(result, Err(MediaError::Stalled { .. })),
        "{result:?}"
    );
    assert!(stopped_at.unwrap().elapsed() < Duration::from_secs(20));
    assert!(!is_running("stopped"));
}

/// FFmpeg waits in its opening: it reports nothing at all.
#[tokio::test]
async fn an_input_that_never_comes_is_a_stall() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    // Open for writing as well, so that opening it for reading does not wait.
    let writer = fs::File::options()
        .read(true)
        .write(true)
        .open(&pipe)
        .unwrap();
    let mut arguments = vec!["-i".to_owned(), crate::input::file_url(&pipe)];
    arguments.extend(strings(&["-f", "null", "-"]));
    let begun = Instant::now();
    let result = run_watched(&ffmpeg, arguments, Duration::from_secs(1), |_| {}).await;
    assert!(
        matches!(result, Err(MediaError::Stalled { .. })),
        "{result:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(20));
    drop(writer);
}

/// The first frame is a long way from where decoding begins: nothing is written
/// for seconds, and the run works all the while.
#[tokio::test]
async fn a_run_that_reads_and_writes_nothing_is_no_stall() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let directory = tempfile::tempdir().unwrap();
    let film = directory.path().join("film.avi");
    let source = "testsrc2=s=256x256:r=25:d=5";
    let raw = [
        "-f", "lavfi", "-i", source, "-c:v", "rawvideo", "-pix_fmt", "yuv420p",
    ];
    crate::testing::draw(&ffmpeg, &raw, &film);
    let mut arguments = strings(&["-re", "-i"]);
    arguments.push(crate::input::file_url(&film));
    arguments.extend(strings(&["-ss", "4.9", "-f", "null", "-"]));
    let result = run_watched(&ffmpeg, arguments, Duration::from_secs(2), |_| {}).await;
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn the_inputs_are_known_by_the_arguments() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("x");
    fs::write(&file, [0; 100]).unwrap();
    let url = crate::input::file_url(&file);
    let arguments = strings(&["-i", &url, "-i", "file:/nonexistent", "-i", &url, &url]);
    assert_eq!(input_bytes(&arguments), 200);
}
