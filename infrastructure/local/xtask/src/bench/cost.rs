//! What a request costs, apart from the gateway: the calls it makes and how often it waits
//! for them, processor time, and memory that is not given back. By a process of its own,
//! which we hand events.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::bench::load::round;
use crate::bench::process::{self, Usage};
use crate::bench::relay::{Relay, waits};
use crate::bench::runtime_api::{Environment, Function};

/// Requests before anything is measured.
const WARM_UP: usize = 200;
/// The two functions take turns so often, so that a busy moment hits both alike.
const TURNS: usize = 10;
const MEGABYTE: f64 = 1_000_000.0;

/// A program, its variables, and what it is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The bootstrap.
    pub(super) program: &'a Path,
    /// Its variables.
    pub(super) environment: &'a Environment,
    /// The event.
    pub(super) event: &'a str,
}

/// The calls of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trace {
    /// How many, by operation and table.
    pub(super) calls: BTreeMap<String, usize>,
    /// How often it waits for them.
    pub(super) waits: usize,
}

impl Trace {
    /// How many calls it makes.
    pub(super) fn total(&self) -> usize {
        self.calls.values().sum()
    }
}

/// What many requests used of one process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Work {
    /// Processor time of each, in milliseconds.
    pub(super) cpu_ms: f64,
    /// By how much the process grew, in megabytes.
    pub(super) grown_mb: f64,
}

/// Ours beside the bare function.
#[derive(Debug, Clone)]
pub(super) struct Cost {
    /// The calls of either.
    pub(super) trace: Trace,
    /// Ours.
    pub(super) ours: Work,
    /// The bare function's.
    pub(super) bare: Work,
}

impl Cost {
    /// Measures so many requests of either.
    pub(super) fn measure(
        endpoint: &str,
        ours: Asked<'_>,
        bare: Asked<'_>,
        requests: usize,
    ) -> Result<Self> {
        let traces = [trace(endpoint, ours)?, trace(endpoint, bare)?];
        ensure!(
            traces[0] == traces[1],
            "the bare function makes other calls: {traces:?}"
        );
        let mut running = [Running::start(ours)?, Running::start(bare)?];
        for _ in 0..TURNS {
            for function in &mut running {
                function.ask(requests / TURNS)?;
            }
        }
        let ([trace, _], [ours, bare]) = (traces, &running);
        Ok(Self {
            trace,
            ours: ours.work()?,
            bare: bare.work()?,
        })
    }

    /// Processor time against the bare function's.
    pub(super) fn cpu_ratio(&self) -> f64 {
        self.ours.cpu_ms / self.bare.cpu_ms
    }

    /// Adds the figures to those of a route.
    pub(super) fn add_to(&self, figures: &mut Value) {
        figures["cpuMs"] = json!(round(self.ours.cpu_ms));
        figures["bareCpuMs"] = json!(round(self.bare.cpu_ms));
        figures["cpuRatio"] = json!(round(self.cpu_ratio()));
        figures["grownMb"] = json!(round(self.ours.grown_mb));
        figures["calls"] = json!(self.trace.calls);
        figures["waits"] = json!(self.trace.waits);
    }
}

/// The calls of one request that is not the first.
pub(super) fn trace(endpoint: &str, asked: Asked<'_>) -> Result<Trace> {
    let relay = Relay::to(endpoint)?;
    let mut environment = asked.environment.clone();
    environment.retain(|(name, _)| name != "AWS_ENDPOINT_URL");
    environment.push(("AWS_ENDPOINT_URL".to_owned(), relay.endpoint()));
    let mut function = Function::start(asked.program, &environment)?;
    function.answer(asked.event)?;
    relay.take();
    function.answer(asked.event)?;
    let made = relay.take();
    let mut calls = BTreeMap::new();
    for call in &made {
        *calls.entry(call.name.clone()).or_default() += 1;
    }
    Ok(Trace {
        calls,
        waits: waits(&made),
    })
}

/// A warm function under measurement.
struct Running<'a> {
    function: Function,
    event: &'a str,
    before: Usage,
    requests: usize,
}

impl<'a> Running<'a> {
    fn start(asked: Asked<'a>) -> Result<Self> {
        let mut function = Function::start(asked.program, asked.environment)?;
        for _ in 0..WARM_UP {
            function.answer(asked.event)?;
        }
        Ok(Self {
            before: process::usage(function.process())?,
            function,
            event: asked.event,
            requests: 0,
        })
    }

    fn ask(&mut self, times: usize) -> Result<()> {
        for _ in 0..times {
            self.function.answer(self.event)?;
        }
        self.requests += times;
        Ok(())
    }

    fn work(&self) -> Result<Work> {
        let after = process::usage(self.function.process())?;
        Ok(work(self.before, after, self.requests))
    }
}

fn work(before: Usage, after: Usage, requests: usize) -> Work {
    let cpu: Duration = after.cpu.saturating_sub(before.cpu);
    Work {
        cpu_ms: cpu.as_secs_f64() * 1000.0 / requests.max(1) as f64,
        grown_mb: (after.resident as f64 - before.resident as f64) / MEGABYTE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_the_difference_and_processor_time_is_of_each_request() {
        let usage = |milliseconds, resident| Usage {
            cpu: Duration::from_millis(milliseconds),
            resident,
        };
        let work = work(usage(500, 20_000_000), usage(2_500, 18_500_000), 1_000);
        assert!((work.cpu_ms - 2.0).abs() < 1e-9);
        assert!((work.grown_mb + 1.5).abs() < 1e-9);
    }
}
