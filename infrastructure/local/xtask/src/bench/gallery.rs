//! `bench gallery`: list, search, detail and stream under load against a function that does
//! nothing, and their DynamoDB calls in a gallery of 100 to 100,000 videos.
//!
//! The functions are those of the local cloud, deployed once more on a table of their own, so
//! that nobody's gallery is filled with made-up videos.

use std::time::Duration;

use anyhow::{Context, Result};
use devcloud::addresses::{ACCESS_KEY, SECRET_KEY};
use devcloud::users::{self, Name, TokenKind};
use devcloud::{Answer, Stack, aws};
use serde_json::{Map, Value, json};

use crate::bench::load::Load;
use crate::bench::{api, example, turns};
use crate::cloud::{self, deploy};
use crate::command;
use crate::http::wait;
use crate::workspace::Workspace;
use crate::{http, say};

const TABLE: &str = "omnigen-bench-videos";
/// Requests per second are measured here: the emulator sorts all of a list's rows for each
/// query, so that with many videos its own time is what would be measured.
const FEW: u64 = 100;
/// Here calls are counted only.
const MANY: [u64; 3] = [1_000, 10_000, 100_000];
const CONNECTIONS: usize = 8;
const TIME: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;

/// Runs it; takes about a quarter of an hour, most of it to fill the table.
pub(crate) fn run(workspace: &Workspace) -> Result<Value> {
    let stack = cloud::up(workspace, &cloud::Options::measured())?;
    let hello = api::deploy_hello(workspace, &stack)?;
    let gallery = deploy_gallery(workspace, &stack)?;
    create_table(&stack)?;
    let figures = measure(workspace, &stack, &hello, &gallery);
    delete_table(&stack)?;
    figures
}

fn measure(workspace: &Workspace, stack: &Stack, hello: &str, gallery: &str) -> Result<Value> {
    let token = wait(users::token(stack, Name::Demo, TokenKind::Access))?;
    add_videos(stack, 0, FEW)?;
    let paths = paths(gallery, &token)?;
    let mut loads = vec![("hello", load(hello, None))];
    let ours = paths
        .iter()
        .map(|(name, url)| (*name, load(url, Some(&token))));
    loads.extend(ours);
    let measured = say::step("Loading the gallery", || {
        turns::load(workspace, ROUNDS, &loads)
    })?;

    let mut calls = Map::new();
    for (name, line) in turns::calls(&measured[1..]) {
        calls.insert(name, json!({ FEW.to_string(): line }));
    }
    let mut there = FEW;
    for videos in MANY {
        add_videos(stack, there, videos)?;
        there = videos;
        for (name, line) in count_calls(workspace, &loads[1..], videos)? {
            calls[&name][videos.to_string()] = line;
        }
    }
    let mut figures = json!({"bench": "gallery", "videos": FEW, "connections": CONNECTIONS});
    for (name, line) in turns::figures(&measured) {
        figures[name] = line;
    }
    figures["callsByVideos"] = Value::Object(calls);
    Ok(figures)
}

/// DynamoDB calls of each address, one reader at a time.
fn count_calls(
    workspace: &Workspace,
    loads: &[(&'static str, Load)],
    videos: u64,
) -> Result<Map<String, Value>> {
    let loads: Vec<(&str, Load)> = loads
        .iter()
        .cloned()
        .map(|(name, load)| {
            (
                name,
                Load {
                    connections: 1,
                    ..load
                },
            )
        })
        .collect();
    let counted = say::step(&format!("Counting the calls among {videos} videos"), || {
        turns::load(workspace, 1, &loads)
    })?;
    Ok(turns::calls(&counted))
}

fn load(url: &str, token: Option<&str>) -> Load {
    Load {
        url: url.to_owned(),
        token: token.map(str::to_owned),
        connections: CONNECTIONS,
        time: TIME,
    }
}

/// What is asked for: the first page, a search that one video in a hundred answers, and the
/// newest video.
fn paths(gallery: &str, token: &str) -> Result<[(&'static str, String); 4]> {
    let list = format!("{gallery}/api/gallery/videos");
    let request = http::client(Duration::from_secs(30))?.get(&list);
    let answer = wait(Answer::of(request.bearer_auth(token)))?;
    let id = answer.body["videos"][0]["id"].as_str();
    let id = id.context("the gallery shows none of its videos")?;
    Ok([
        ("list", list.clone()),
        ("search", format!("{list}?search=kind07")),
        ("detail", format!("{list}/{id}")),
        ("stream", format!("{list}/{id}/stream")),
    ])
}

/// Deploys the gallery's readers as a stack of their own; gives their address.
fn deploy_gallery(workspace: &Workspace, stack: &Stack) -> Result<String> {
    let parameters = json!({
        "VideoTable": TABLE,
        "AssetsBucket": stack.bucket("assets")?,
        "UsageTable": stack.table("usage")?,
        "UserPoolId": stack.user_pool_id,
        "ClientId": stack.client_id,
        "JwksUrl": stack.jwks_url,
    });
    let template = workspace.path("infrastructure/local/bench/gallery.yaml");
    let deployed = say::step("Deploying the gallery on a table of its own", || {
        deploy::run(
            workspace,
            &stack.endpoint_url,
            &template,
            "omnigen-bench-gallery",
            &parameters,
        )
    })?;
    let deployed: Value = serde_json::from_str(&deployed)?;
    let id = deployed["outputs"]["ApiId"].as_str();
    let id = id.context("the gallery has no API")?;
    Ok(format!(
        "{}/_aws/execute-api/{id}/$default",
        stack.endpoint_url
    ))
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
