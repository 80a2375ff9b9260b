//! `bench api`: the request path beside a bare function that makes the same DynamoDB calls:
//! requests a second, processor time, calls, waits, and memory.

use anyhow::Result;
use devcloud::users::Name;
use devcloud::{Api, Stack};
use serde_json::{Value, json};

use crate::bench::routes::{self, Addresses, CONNECTIONS, Measured, Route};
use crate::bench::setup::Bench;
use crate::bench::target::{self, Bound, Target};
use crate::http::wait;
use crate::say;
use crate::workspace::Workspace;

/// Warm requests of one process.
const REQUESTS: usize = 10_000;

/// Runs it.
pub(crate) fn run(workspace: &Workspace) -> Result<Value> {
    let bench = Bench::of_requests(workspace)?;
    let addresses = Addresses {
        ours: bench.stack.api_url.clone(),
        bare: bench.deploy_bare(workspace, bench.stack.table("videos")?)?,
    };
    let job = any_job(&bench.stack)?;
    let routes = [
        Route {
            name: "me",
            program: "me",
            function: bench.stack.function("me")?.to_owned(),
            path: "/api/v1/me".to_owned(),
        },
        Route {
            name: "jobs-get",
            program: "jobs-get",
            function: bench.stack.function("jobs-get")?.to_owned(),
            path: format!("/api/v1/jobs/{job}"),
        },
    ];
    let measured = routes::measure(&bench, &addresses, &routes, REQUESTS)?;
    let mut figures = json!({
        "bench": "api",
        "connections": CONNECTIONS,
        "requests": REQUESTS,
        "routes": routes::figures(&measured),
    });
    let targets: Vec<Target> = measured.iter().flat_map(targets).collect();
    target::judge(&mut figures, &targets);
    Ok(figures)
}

fn targets(measured: &Measured) -> Vec<Target> {
    let (name, cost) = (measured.name, &measured.cost);
    let mut targets = measured.targets().to_vec();
    targets.push(Target::new(
        format!("{name}, DynamoDB calls"),
        cost.trace.total() as f64,
        Bound::AtMost(2.0),
    ));
    targets.push(Target::new(
        format!("{name}, MB that {REQUESTS} warm requests add to the process"),
        cost.ours.grown_mb,
        Bound::AtMost(5.0),
    ));
    targets
}

/// A finished job of the demo user's; a short film is made if there is none.
fn any_job(stack: &Stack) -> Result<String> {
    let api = wait(Api::of(stack, Name::Demo))?;
    if let Some(job) = wait(api.newest_job())? {
        return Ok(job.job_id.to_string());
    }
    say::step("Making a film to ask for", || {
        let wanted = json!({
            "prompt": "A lighthouse blinks in the fog",
            "category": "ad-creative",
            "scenes": 1,
            "durationSeconds": 6,
        });
        let id = wait(api.create_job(&wanted))?.job_id.to_string();
        wait(api.watch_job(&id, |_| {}))?;
        Ok(id)
    })
}
