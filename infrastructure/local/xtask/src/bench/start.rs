//! `bench start`: from the start of a process to its first answer, and how large it is,
//! against a function that does nothing and one that makes the same calls.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};

use crate::bench::load::round;
use crate::bench::runtime_api::{Environment, Function};
use crate::bench::setup::{BARE, Bench, HELLO};
use crate::bench::target::{self, Bound, Target};
use crate::command::capture;
use crate::say;
use crate::setup::bootstraps;
use crate::setup::python;
use crate::workspace::Workspace;

/// Starts per function; they take turns, so that a busy moment hits all alike.
const ROUNDS: usize = 15;
/// The functions whose start is timed, and the path that each answers.
const TIMED: [(&str, &str); 2] = [("health", "/api/v1/health"), ("me", "/api/v1/me")];
const MEGABYTE: f64 = 1_000_000.0;

/// Runs it.
pub(crate) fn run(workspace: &Workspace) -> Result<Value> {
    let bench = Bench::of_all(workspace)?;
    bench.deploy_bare(workspace, bench.stack.table("videos")?)?;
    let (mut functions, mut targets) = (Map::new(), Vec::new());
    for (function, path) in TIMED {
        let timed = say::step(&format!("Timing the start of {function}"), || {
            Timed::of(&bench, function, path)
        })?;
        targets.extend(timed.targets(function));
        functions.insert(function.to_owned(), timed.figures());
    }
    let mut programs = BTreeMap::new();
    for function in workspace.functions()? {
        let bootstrap = bootstraps::bootstrap(workspace, &function);
        programs.insert(function, bootstrap);
    }
    for yardstick in [HELLO, BARE] {
        let program = bench.program(yardstick)?;
        programs.insert(yardstick.to_owned(), program.to_owned());
    }
    let sizes = sizes(workspace, &programs)?;
    targets.extend(largest(workspace, &sizes)?);
    let mut figures = json!({"bench": "start", "functions": functions, "bytes": sizes});
    target::judge(&mut figures, &targets);
    Ok(figures)
}

/// How long a start takes.
#[derive(Debug, Clone, Copy)]
struct Start {
    /// Until the process asks for an event.
    ready: Duration,
    /// Until its first answer.
    answered: Duration,
}

impl Start {
    fn of(program: &Path, environment: &Environment, event: &str) -> Result<Self> {
        let function = Function::start(program, environment)?;
        Ok(Self {
            ready: function.ready(),
            answered: function.first_answer(event)?,
        })
    }
}

/// The medians of a function and of both yardsticks.
#[derive(Debug, Clone, Copy)]
struct Timed {
    ours: Start,
    hello: Start,
    bare: Start,
}

impl Timed {
    fn of(bench: &Bench, function: &str, path: &str) -> Result<Self> {
        let ours = bench.environment_of(bench.stack.function(function)?)?;
        let bare = bench.environment_of_bare()?;
        let programs = [(function, &ours), (HELLO, &bare), (BARE, &bare)];
        let mut starts = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for ((program, environment), starts) in programs.iter().zip(&mut starts) {
                let program = bench.program(program)?;
                starts.push(Start::of(program, environment, &bench.event(path))?);
            }
        }
        let [ours, hello, bare] = starts.map(|starts| median(&starts));
        Ok(Self { ours, hello, bare })
    }

    /// How much later it is ready than the bare function.
    fn ready_ratio(&self) -> f64 {
        ratio(self.ours.ready, self.bare.ready)
    }

    /// How much later it answers than the function that does nothing.
    fn first_answer_ratio(&self) -> f64 {
        ratio(self.ours.answered, self.hello.answered)
    }

    fn targets(&self, function: &str) -> [Target; 2] {
        [
            Target::new(
                format!("{function}, ready against the bare function"),
                self.ready_ratio(),
                Bound::AtMost(1.5),
            ),
            Target::new(
                format!("{function}, first answer against a function that does nothing"),
                self.first_answer_ratio(),
                Bound::AtMost(2.5),
            ),
        ]
    }

    fn figures(&self) -> Value {
        let start = |start: Start| {
            json!({
                "readyMs": round(milliseconds(start.ready)),
                "firstAnswerMs": round(milliseconds(start.answered)),
            })
        };
        json!({
            "ours": start(self.ours),
            "hello": start(self.hello),
            "bare": start(self.bare),
            "readyRatio": round(self.ready_ratio()),
            "readyRatioToHello": round(ratio(self.ours.ready, self.hello.ready)),
            "firstAnswerRatio": round(ratio(self.ours.answered, self.bare.answered)),
            "firstAnswerRatioToHello": round(self.first_answer_ratio()),
        })
    }
}

fn median(starts: &[Start]) -> Start {
    let middle = |time: fn(&Start) -> Duration| {
        let mut sorted: Vec<Duration> = starts.iter().map(time).collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    };
    Start {
        ready: middle(|start| start.ready),
        answered: middle(|start| start.answered),
    }
}

fn ratio(ours: Duration, yardstick: Duration) -> f64 {
    ours.as_secs_f64() / yardstick.as_secs_f64()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The largest function behind the API, zipped.
fn largest(workspace: &Workspace, sizes: &Value) -> Result<Option<Target>> {
    let behind_the_api = functions_of_the_api(workspace)?;
    let zipped = behind_the_api
        .iter()
        .filter_map(|function| Some((sizes[function]["zipped"].as_f64()?, function)));
    let largest = zipped.max_by(|(one, _), (other, _)| one.total_cmp(other));
    Ok(largest.map(|(bytes, function)| {
        Target::new(
            format!("MB of {function} zipped, the largest function behind the API"),
            bytes / MEGABYTE,
            Bound::AtMost(4.0),
        )
    }))
}

/// Bytes of each program, as it is and as an archive holds it.
fn sizes(workspace: &Workspace, programs: &BTreeMap<String, PathBuf>) -> Result<Value> {
    let python = python::environment(workspace, python::CLOUD)?;
    let script = "import json,sys,zlib\n\
        data = {path: open(path, 'rb').read() for path in sys.argv[1:]}\n\
        print(json.dumps([[len(d), len(zlib.compress(d, 9))] for d in data.values()]))";
    let mut measure = python::python_command(workspace, &python);
    measure.args(["-c", script]).args(programs.values());
    let measured: Vec<(u64, u64)> = serde_json::from_str(&capture(&mut measure)?)?;
    Ok(programs
        .keys()
        .zip(measured)
        .map(|(name, (raw, zipped))| (name.clone(), json!({"raw": raw, "zipped": zipped})))
        .collect::<serde_json::Map<String, Value>>()
        .into())
}

/// The functions behind the API: those of the router of `cargo lambda watch`, which a test
/// holds against template.yaml.
fn functions_of_the_api(workspace: &Workspace) -> Result<BTreeSet<String>> {
    let manifest = fs::read_to_string(workspace.path("Cargo.toml"))?;
    let functions = routed(&toml::from_str(&manifest)?);
    ensure!(!functions.is_empty(), "Cargo.toml has no routes");
    Ok(functions)
}

fn routed(manifest: &Value) -> BTreeSet<String> {
    let router = &manifest["workspace"]["metadata"]["lambda"]["watch"]["router"];
    let routes = router.as_object().into_iter().flat_map(Map::values);
    let methods = routes.filter_map(Value::as_array).flatten();
    methods
        .filter_map(|method| Some(method["function"].as_str()?.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_of_each_time_by_itself() {
        let start = |ready, answered| Start {
            ready: Duration::from_millis(ready),
            answered: Duration::from_millis(answered),
        };
        let middle = median(&[start(3, 10), start(1, 30), start(2, 20)]);
        assert_eq!(middle.ready, Duration::from_millis(2));
        assert_eq!(middle.answered, Duration::from_millis(20));
    }

    #[test]
    fn the_functions_behind_the_api_are_those_that_routes_lead_to() {
        let functions = functions_of_the_api(&Workspace::locate()).expect("Cargo.toml is there");
        assert!(functions.contains("me") && functions.contains("replicate-webhook"));
        assert!(!functions.contains("composer"));
    }
}
