//! Programs that go on in the background: started once, found again, stopped.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::workspace::Workspace;

/// How long a program may take to end by itself: the emulator saves its state then.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);

/// A background program, known by its name.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    pid_file: PathBuf,
    identity_file: PathBuf,
    log: PathBuf,
}

impl Process {
    /// The program `name` of this workspace, running or not.
    pub(crate) fn named(workspace: &Workspace, name: &'static str) -> Result<Self> {
        let folder = workspace.local_folder("run")?;
        Ok(Self {
            name,
            pid_file: folder.join(format!("{name}.pid")),
            identity_file: folder.join(format!("{name}.identity")),
            log: workspace.local_folder("logs")?.join(format!("{name}.log")),
        })
    }

    /// True while it runs: the same process, not another that got its number.
    pub(crate) fn is_running(&self) -> bool {
        self.recorded().is_some()
    }

    /// True while it runs as what `identity` says it should be.
    pub(crate) fn runs_as(&self, identity: &str) -> bool {
        self.is_running()
            && fs::read_to_string(&self.identity_file).is_ok_and(|text| text == identity)
    }

    /// True when it was started and ended without being stopped.
    pub(crate) fn has_died(&self) -> bool {
        self.pid_file.exists() && !self.is_running()
    }

    /// Starts it as what `identity` says, and waits until `is_ready`.
    pub(crate) fn start(
        &self,
        command: &mut Command,
        identity: &str,
        is_ready: impl Fn() -> bool,
    ) -> Result<()> {
        use std::os::unix::process::CommandExt;
        let log = File::create(&self.log)
            .with_context(|| format!("cannot write {}", self.log.display()))?;
        // A group of its own: the terminal's Ctrl-C is not meant for it.
        let mut child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", self.name))?;
        let started = start_time(child.id()).unwrap_or_default();
        fs::write(&self.pid_file, format!("{} {started}", child.id()))?;
        fs::write(&self.identity_file, identity)?;
        self.wait_until(&mut child, is_ready)
    }

    fn wait_until(&self, child: &mut Child, is_ready: impl Fn() -> bool) -> Result<()> {
        let began = Instant::now();
        while !is_ready() {
            if let Some(status) = child.try_wait()? {
                fs::remove_file(&self.pid_file)?;
                bail!(
                    "{} ended at once ({status}): {}",
                    self.name,
                    self.last_words()
                );
            }
            if began.elapsed() > PATIENCE {
                bail!("{} does not answer; see {}", self.name, self.log.display());
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Stops it, at first politely. True when there was something to stop.
    pub(crate) fn stop(&self) -> Result<bool> {
        let Some(pid) = self.recorded() else {
            let _ = fs::remove_file(&self.pid_file);
            return Ok(false);
        };
        let _ = kill_process(pid, Signal::TERM);
        let began = Instant::now();
        while self.is_running() {
            if began.elapsed() > PATIENCE {
                let _ = kill_process(pid, Signal::KILL);
            }
            std::thread::sleep(PAUSE);
        }
        fs::remove_file(&self.pid_file)?;
        Ok(true)
    }

    /// The process of the pid file, while it lives.
    fn recorded(&self) -> Option<Pid> {
        let recorded = fs::read_to_string(&self.pid_file).ok()?;
        let (pid, started) = recorded.split_once(' ')?;
        let pid: u32 = pid.parse().ok()?;
        if start_time(pid)? != started.parse::<u64>().ok()? {
            return None;
        }
        Pid::from_raw(i32::try_from(pid).ok()?)
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.trim().lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }
}

/// When a process started, in the kernel's ticks; none for one that has ended.
fn start_time(pid: u32) -> Option<u64> {
    // pid (name with anything in it) state ppid ... : the 22nd field is the start time.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if state == "Z" {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_a_start_time_as_long_as_it_lives() {
        let mut child = Command::new("sleep").arg("60").spawn().expect("sleep runs");
        let started = start_time(child.id()).expect("it lives");
        assert_eq!(start_time(child.id()), Some(started));
        child.kill().expect("killed");
        child.wait().expect("waited for");
        assert_eq!(start_time(child.id()), None);
    }
}
