//! `bench gallery`: list, search, detail and stream beside a bare function that makes the same
//! DynamoDB calls, and those calls in a gallery of 100 to 100,000 videos.
//!
//! The functions are those of the local cloud, deployed once more on a table of their own, so
//! that no user's gallery is filled with made-up videos.

use anyhow::{Context, Result};
use devcloud::addresses::{ACCESS_KEY, SECRET_KEY};
use devcloud::{Stack, aws};
use serde_json::{Map, Value, json};

use crate::bench::cost::{self, Asked};
use crate::bench::example;
use crate::bench::routes::{self, Addresses, CONNECTIONS, Measured, Route};
use crate::bench::setup::Bench;
use crate::bench::target::{self, Bound, Target};
use crate::command;
use crate::http::wait;
use crate::say;
use crate::workspace::Workspace;

const TABLE: &str = "omnigen-bench-videos";
/// Requests per second are measured here: the emulator sorts all of a list's rows for each
/// query, so that with many videos its own time is what would be measured.
const FEW: u64 = 100;
/// Here calls are counted only.
const MANY: [u64; 3] = [1_000, 10_000, 100_000];
/// By so many it is measured what a request costs.
const REQUESTS: usize = 1_000;

/// Runs it; takes about a quarter of an hour, most of it to fill the table.
pub(crate) fn run(workspace: &Workspace) -> Result<Value> {
    let bench = Bench::of_requests(workspace)?;
    let addresses = Addresses {
        ours: deploy_gallery(workspace, &bench)?,
        bare: bench.deploy_bare(workspace, TABLE)?,
    };
    create_table(&bench.stack)?;
    let figures = measure(&bench, &addresses);
    delete_table(&bench.stack)?;
    figures
}

fn measure(bench: &Bench, addresses: &Addresses) -> Result<Value> {
    add_videos(&bench.stack, 0, FEW)?;
    let routes = routes(bench, &addresses.ours)?;
    let measured = routes::measure(bench, addresses, &routes, REQUESTS)?;

    let mut calls = Map::new();
    for route in &measured {
        let trace = &route.cost.trace;
        calls.insert(
            route.name.to_owned(),
            json!({ FEW.to_string(): trace.calls }),
        );
    }
    let mut there = FEW;
    for videos in MANY {
        add_videos(&bench.stack, there, videos)?;
        there = videos;
        for route in &routes {
            calls[route.name][videos.to_string()] = count_calls(bench, route)?;
        }
    }
    let mut figures = json!({
        "bench": "gallery",
        "videos": FEW,
        "connections": CONNECTIONS,
        "requests": REQUESTS,
        "routes": routes::figures(&measured),
        "callsByVideos": calls,
    });
    let targets: Vec<Target> = measured.iter().flat_map(targets).collect();
    target::judge(&mut figures, &targets);
    Ok(figures)
}

fn targets(measured: &Measured) -> Vec<Target> {
    let mut targets = measured.targets().to_vec();
    if measured.name == "list" {
        let trace = &measured.cost.trace;
        targets.extend([
            Target::new(
                "list, DynamoDB calls",
                trace.total() as f64,
                Bound::AtMost(3.0),
            ),
            Target::new(
                "list, waits for them",
                trace.waits as f64,
                Bound::AtMost(2.0),
            ),
        ]);
    }
    targets
}

/// DynamoDB calls of one request.
fn count_calls(bench: &Bench, route: &Route) -> Result<Value> {
    let asked = Asked {
        program: bench.program(route.program)?,
        environment: &bench.environment_of(&route.function)?,
        event: &bench.event(&route.path),
    };
    let trace = cost::trace(&bench.stack.endpoint_url, asked)?;
    Ok(json!(trace.calls))
}

/// What is asked for: the first page, a search that one video in a hundred answers, and the
/// newest video.
fn routes(bench: &Bench, gallery: &str) -> Result<[Route; 4]> {
    let list = "/api/gallery/videos";
    let answer = bench.get(&format!("{gallery}{list}"))?;
    let id = answer["videos"][0]["id"].as_str();
    let id = id.context("the gallery shows none of its videos")?;
    let route = |name, program: &'static str, path: String| Route {
        name,
        program,
        function: format!("omnigen-bench-{program}"),
        path,
    };
    Ok([
        route("list", "gallery-list", list.to_owned()),
        route("search", "gallery-list", format!("{list}?search=kind07")),
        route("detail", "gallery-get", format!("{list}/{id}")),
        route("stream", "gallery-stream", format!("{list}/{id}/stream")),
    ])
}

/// Deploys the gallery's readers as a stack of their own; gives their address.
fn deploy_gallery(workspace: &Workspace, bench: &Bench) -> Result<String> {
    let stack = &bench.stack;
    let parameters = json!({
        "VideoTable": TABLE,
        "AssetsBucket": stack.bucket("assets")?,
        "UsageTable": stack.table("usage")?,
        "UserPoolId": stack.user_pool_id,
        "ClientId": stack.client_id,
        "JwksUrl": stack.jwks_url,
    });
    let template = "infrastructure/local/bench/gallery.yaml";
    say::step("Deploying the gallery on a table of its own", || {
        bench.deploy(workspace, template, "omnigen-bench-gallery", &parameters)
    })
}

/// Makes the table as template.yaml describes the gallery's, empty.
fn create_table(stack: &Stack) -> Result<()> {
    let videos = stack.table("videos")?;
    let described = dynamodb(stack, "DescribeTable", &json!({"TableName": videos}))?;
    let table = &described["Table"];
    let indexes = table["GlobalSecondaryIndexes"].as_array();
    let indexes: Vec<Value> = indexes
        .into_iter()
        .flatten()
        .map(|index| {
            json!({
                "IndexName": index["IndexName"],
                "KeySchema": index["KeySchema"],
                "Projection": index["Projection"],
            })
        })
        .collect();
    // One that a bench left behind which was interrupted.
    let _ = delete_table(stack);
    let wanted = json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": table["AttributeDefinitions"],
        "KeySchema": table["KeySchema"],
        "GlobalSecondaryIndexes": indexes,
    });
    dynamodb(stack, "CreateTable", &wanted).map(drop)
}

fn delete_table(stack: &Stack) -> Result<()> {
    dynamodb(stack, "DeleteTable", &json!({"TableName": TABLE})).map(drop)
}

fn dynamodb(stack: &Stack, operation: &str, body: &Value) -> Result<Value> {
    wait(aws::dynamodb(stack, operation, body))
}

/// Writes the videos from number `from` to before number `to`, by the store's own writes.
fn add_videos(stack: &Stack, from: u64, to: u64) -> Result<()> {
    let mut example = example::command("gallery", "gallery_videos");
    example
        .args([TABLE, &from.to_string(), &to.to_string()])
        .env("AWS_ENDPOINT_URL", &stack.endpoint_url)
        .env("AWS_REGION", &stack.region)
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    say::step(&format!("Writing videos up to {to}"), || {
        command::run(&mut example)
    })
}
