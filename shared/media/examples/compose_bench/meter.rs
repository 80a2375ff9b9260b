//! Processor time and memory of the children of this process, from `/proc`.

use std::fs;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

/// Clock ticks in a second: the same on every Linux that FFmpeg is run on.
const TICKS: f64 = 100.0;

/// What children cost.
pub(crate) struct Cost {
    /// User and system time, of children that have ended.
    pub(crate) cpu_seconds: f64,
    /// The highest sum of the children's peaks at one time.
    pub(crate) peak_megabytes: f64,
}

/// Measures until it is stopped.
pub(crate) struct Meter {
    ticks_before: f64,
    peak_kilobytes: Arc<AtomicU64>,
    stop: Sender<()>,
    sampler: JoinHandle<()>,
}

impl Meter {
    pub(crate) fn start() -> Result<Self> {
        let peak_kilobytes = Arc::new(AtomicU64::new(0));
        let (stop, stopped) = mpsc::channel();
        let peak = peak_kilobytes.clone();
        let sampler = thread::spawn(move || {
            while stopped.recv_timeout(Duration::from_millis(10)) == Err(RecvTimeoutError::Timeout)
            {
                peak.fetch_max(memory_of_children(), Ordering::Relaxed);
            }
        });
        Ok(Self {
            ticks_before: ticks_of_children()?,
            peak_kilobytes,
            stop,
            sampler,
        })
    }

    /// Processor seconds of the children that have ended since it was started.
    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        Ok((ticks_of_children()? - self.ticks_before) / TICKS)
    }

    pub(crate) fn stop(self) -> Result<Cost> {
        let cpu_seconds = self.cpu_seconds()?;
        self.stop.send(()).context("the sampler has stopped")?;
        self.sampler
            .join()
            .map_err(|_| anyhow!("the sampler failed"))?;
        Ok(Cost {
            cpu_seconds,
            peak_megabytes: self.peak_kilobytes.load(Ordering::Relaxed) as f64 / 1000.0,
        })
    }
}

/// Fields 16 and 17 of `/proc/self/stat`: time of children waited for.
fn ticks_of_children() -> Result<f64> {
    let line = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = line.rsplit_once(") ").context("an odd /proc/self/stat")?;
    let fields: Vec<f64> = fields
        .split(' ')
        .skip(13)
        .take(2)
        .flat_map(str::parse)
        .collect();
    Ok(fields.iter().sum())
}

/// The peak memory of all living children, in kilobytes.
fn memory_of_children() -> u64 {
    let parent = process::id().to_string();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| fs::read_to_string(entry.path().join("status")).ok())
        .filter(|status| field(status, "PPid:") == Some(&parent))
        .filter_map(|status| field(&status, "VmHWM:")?.parse::<u64>().ok())
        .sum()
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()
}
