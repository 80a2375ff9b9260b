//! What the operating system knows of a process.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// The unit of processor time in `/proc`: a hundredth of a second, whatever the kernel's own.
const TICK: Duration = Duration::from_millis(10);

/// What a process has used so far, and holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    /// Processor time, its own and the kernel's for it.
    pub(super) cpu: Duration,
    /// Memory that is in use, in bytes.
    pub(super) resident: u64,
}

/// What the process of this number uses.
pub(super) fn usage(process: u32) -> Result<Usage> {
    let read = |file: &str| {
        let path = format!("/proc/{process}/{file}");
        fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
    };
    Ok(Usage {
        cpu: cpu(&read("stat")?).context("a process without processor time")?,
        resident: resident(&read("status")?).context("a process without memory")?,
    })
}

/// The fields `utime` and `stime` of `/proc/PID/stat`. The name before them may hold anything.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let user: u32 = times.next()?.parse().ok()?;
    let kernel: u32 = times.next()?.parse().ok()?;
    Some(TICK * (user + kernel))
}

/// `VmRSS` of `/proc/PID/status`, which is in units of 1024 bytes.
fn resident(status: &str) -> Option<u64> {
    let mut lines = status.lines();
    let size = lines.find_map(|line| line.strip_prefix("VmRSS:"))?;
    let units: u64 = size.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(units * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_the_processs_own_and_the_kernels() {
        let stat = "42 (boot) strap) S 1 42 42 0 -1 4194304 1200 7 0 0 150 25 3 4 20 0 1 0 9 0 0";
        assert_eq!(cpu(stat), Some(Duration::from_millis(1750)));
        assert_eq!(cpu("42 (bootstrap) S 1"), None);
    }

    #[test]
    fn memory_is_what_is_resident() {
        let status = "Name:\tbootstrap\nVmSize:\t  999 kB\nVmRSS:\t    16 kB\n";
        assert_eq!(resident(status), Some(16 * 1024));
        assert_eq!(resident("Name:\tbootstrap\n"), None);
    }

    #[test]
    fn the_system_tells_of_this_very_process() {
        let usage = usage(std::process::id()).expect("it is there");
        assert!(usage.resident > 0);
    }
}
