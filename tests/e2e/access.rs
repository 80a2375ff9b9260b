//! Every route, asked by everyone, for everybody's things. An operation of the
//! contract that has no row in the table fails the test.

mod cast;

use anyhow::{Context, Result, ensure};
use contract::{Access, Method, Operation, operations};
use end_to_end::{Answer, stack};
use serde_json::{Value, json};

use self::cast::{CALLERS, Caller, Cast, IDS, Id};

/// What an operation's path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thing {
    /// Nothing that has an owner.
    None,
    /// The caller's own session, by a cookie that no token stands in for.
    Session,
    Job,
    Video,
    Transcode,
    Upload,
    Webhook,
}

/// The operations and what their paths name.
const TABLE: &[(&str, Thing)] = &[
    ("health", Thing::None),
    ("openapi", Thing::None),
    ("api-docs", Thing::None),
    ("auth-login", Thing::None),
    ("auth-callback", Thing::None),
    ("auth-refresh", Thing::Session),
    ("auth-logout", Thing::None),
    ("me", Thing::None),
    ("live-ticket", Thing::None),
    ("jobs-create", Thing::None),
    ("jobs-list", Thing::None),
    ("jobs-get", Thing::Job),
    ("jobs-resume", Thing::Job),
    ("jobs-cancel", Thing::Job),
    ("jobs-video", Thing::Job),
    ("jobs-preview", Thing::Job),
    ("scenes-regenerate", Thing::Job),
    ("scenes-take", Thing::Job),
    ("soundtrack-regenerate", Thing::Job),
    ("soundtrack-take", Thing::Job),
    ("storyboard-get", Thing::Job),
    ("storyboard-update", Thing::Job),
    ("jobs-animatic", Thing::Job),
    ("storyboard-approve", Thing::Job),
    ("replicate-webhook", Thing::None),
    ("upload-generate-url", Thing::None),
    ("upload-confirm", Thing::None),
    ("upload-multipart-create", Thing::None),
    ("upload-multipart-parts", Thing::Upload),
    ("upload-multipart-list", Thing::Upload),
    ("upload-multipart-complete", Thing::Upload),
    ("upload-multipart-abort", Thing::Upload),
    ("gallery-list", Thing::None),
    ("gallery-publish", Thing::None),
    ("gallery-get", Thing::Video),
    ("gallery-update", Thing::Video),
    ("gallery-delete", Thing::Video),
    ("gallery-stream", Thing::Video),
    ("gallery-playlist", Thing::Video),
    ("share-page", Thing::Video),
    ("share-embed", Thing::Video),
    ("share-oembed", Thing::None),
    ("transcodes-create", Thing::None),
    ("transcodes-list", Thing::None),
    ("transcodes-get", Thing::Transcode),
    ("transcodes-cancel", Thing::Transcode),
    ("transcodes-assets", Thing::Transcode),
    ("transcodes-download", Thing::Transcode),
    ("webhooks-create", Thing::None),
    ("webhooks-list", Thing::None),
    ("webhooks-update", Thing::Webhook),
    ("webhooks-delete", Thing::Webhook),
    ("webhooks-rotate", Thing::Webhook),
    ("webhooks-test", Thing::Webhook),
    ("webhooks-deliveries", Thing::Webhook),
    ("webhooks-redeliver", Thing::Webhook),
    ("admin-jobs", Thing::None),
    ("admin-stats", Thing::None),
    ("admin-restart-failed", Thing::None),
    ("admin-cleanup-old", Thing::None),
    ("admin-dead-letters", Thing::None),
    ("admin-redrive", Thing::None),
    ("admin-discard", Thing::None),
    ("admin-spending", Thing::None),
    ("admin-spending-set", Thing::None),
];

/// What an answer means for who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// 401
    Unknown,
    /// 403
    Forbidden,
    /// 404
    Missing,
    /// Any answer to a caller who may.
    Passed,
}

/// The whole of it. Another user's thing is as unknown as one that is not
/// there, but for the gallery's videos, whose owner may show them (R63).
fn expected(access: Access, thing: Thing, caller: Caller, id: Id) -> Verdict {
    match access {
        _ if thing == Thing::Session => return Verdict::Unknown,
        // What is no id is no page's either.
        Access::Anyone if thing == Thing::Video && id == Id::Malformed => return Verdict::Missing,
        Access::Anyone => return Verdict::Passed,
        Access::Provider => return Verdict::Unknown,
        Access::SignedIn | Access::Admin if !caller.is_signed_in() => return Verdict::Unknown,
        Access::Optional if caller.has_bad_token() => return Verdict::Unknown,
        Access::Admin if caller != Caller::Admin => return Verdict::Forbidden,
        _ => {}
    }
    match (thing, id) {
        (Thing::None | Thing::Session, _) => Verdict::Passed,
        (_, Id::Missing | Id::Malformed) => Verdict::Missing,
        _ if caller.owns(id) => Verdict::Passed,
        (Thing::Video, _) => Verdict::Forbidden,
        _ => Verdict::Missing,
    }
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn every_route_lets_in_whom_it_should_and_nobody_else() -> Result<()> {
    let stack = stack()?;
    let mut operations = operations();
    // What removes comes last: until then the things are there.
    operations.sort_by_key(|operation| operation.method == Method::Delete);
    let half = operations.len().div_ceil(2);
    let (first, second) = operations.split_at(half);
    // A user's minute has 100 requests: each half has its own users.
    let casts = tokio::try_join!(Cast::new(&stack), Cast::new(&stack))?;
    let faults = tokio::try_join!(ask_all(&casts.0, first), ask_all(&casts.1, second))?;
    let faults = [faults.0, faults.1].concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Every caller for every id; what is not as expected.
async fn ask_all(cast: &Cast, operations: &[Operation]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for operation in operations {
        let row = TABLE
            .iter()
            .find(|(function, _)| *function == operation.function);
        let (_, thing) = row.with_context(|| format!("{} has no row", operation.function))?;
        let ids = match thing {
            Thing::None | Thing::Session => &[Id::Own][..],
            _ => &IDS,
        };
        let mut missing: Option<Value> = None;
        let pairs = CALLERS
            .iter()
            .flat_map(|caller| ids.iter().map(move |id| (*caller, *id)));
        // Owners last: nothing that they remove is missing before.
        let (owning, others): (Vec<_>, Vec<_>) = pairs.partition(|(caller, id)| caller.owns(*id));
        for (caller, id) in others.into_iter().chain(owning) {
            let answer = ask(cast, operation, *thing, caller, id).await?;
            let verdict = verdict(&answer)?;
            let expected = expected(operation.access, *thing, caller, id);
            if verdict != expected {
                faults.push(format!(
                    "{} {} by {caller:?} for {id:?}: {} instead of {expected:?}",
                    operation.method, operation.path, answer.status
                ));
            }
            if verdict == Verdict::Missing && id != Id::Malformed {
                let told = told(&answer);
                let first = missing.get_or_insert_with(|| told.clone());
                ensure!(*first == told, "{first} and {told} tell things apart");
            }
        }
    }
    Ok(faults)
}

fn verdict(answer: &Answer) -> Result<Verdict> {
    ensure!(answer.status < 500, "{} {}", answer.status, answer.body);
    Ok(match answer.status {
        401 => Verdict::Unknown,
        403 => Verdict::Forbidden,
        404 => Verdict::Missing,
        _ => Verdict::Passed,
    })
}

/// What a client is told, its moment aside.
fn told(answer: &Answer) -> Value {
    json!([
        answer.body["error"],
        answer.body["code"],
        answer.body["details"]
    ])
}

async fn ask(
    cast: &Cast,
    operation: &Operation,
    thing: Thing,
    caller: Caller,
    id: Id,
) -> Result<Answer> {
    let things = cast.things(id);
    let path = match thing {
        Thing::None | Thing::Session => operation.path.replace("{file}", "index.html"),
        Thing::Job => {
            let path = operation.path.replace("{id}", &things.job);
            path.replace("{index}", "1")
        }
        Thing::Video => {
            let path = operation.path.replace("{id}", &things.video);
            path.replace("{playlist}", "master.m3u8")
        }
        Thing::Transcode => {
            let path = operation.path.replace("{id}", &things.transcode);
            path.replace("{assetId}", &things.asset)
        }
        Thing::Upload => operation.path.replace("{id}", &things.upload),
        Thing::Webhook => {
            let path = operation.path.replace("{webhookId}", &things.webhook);
            path.replace("{deliveryId}", &things.delivery)
        }
    };
    let path = match operation.function {
        "admin-cleanup-old" => format!("{path}?dryRun=true"),
        _ => path,
    };
    let method = operation.method.as_str().parse()?;
    let request = cast.request(caller, method, &path);
    let creates = thing == Thing::None && operation.access == Access::SignedIn;
    let stops_others = operation.function == "admin-spending-set";
    let body = match operation.example() {
        None => return Answer::of(request).await,
        // Refused for its fields, which only a signed-in caller is told.
        Some(_) if creates || stops_others => json!({}),
        Some(example) => example,
    };
    Answer::of(request.json(&body)).await
}
