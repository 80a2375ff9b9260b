//! The processes that functions run in.

use std::fs;

use anyhow::{Context, Result, ensure};
use end_to_end::Stack;
use rustix::process::{Pid, Signal, kill_process};

/// Those of a stack's functions, at work or waiting for it.
pub(crate) fn functions(stack: &Stack) -> Result<Vec<i32>> {
    let endpoint = format!("AWS_ENDPOINT_URL={}", stack.endpoint_url);
    let is_function = |pid: &i32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        command_line(*pid).contains("bootstrap")
            && variables.any(|variable| variable == endpoint.as_bytes())
    };
    Ok(processes()?.into_iter().filter(is_function).collect())
}

pub(crate) fn processes() -> Result<Vec<i32>> {
    let entries = fs::read_dir("/proc")?.flatten();
    Ok(entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect())
}

/// Empty for a process that is gone.
pub(crate) fn command_line(pid: i32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(crate) fn parent(pid: i32) -> Option<i32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    line.trim().parse().ok().filter(|parent| *parent > 1)
}

pub(crate) fn kill(pid: i32) -> Result<()> {
    let line = command_line(pid);
    ensure!(line.contains("bootstrap"), "{pid} is no function: {line}");
    let pid = Pid::from_raw(pid).context("no process")?;
    Ok(kill_process(pid, Signal::KILL)?)
}
