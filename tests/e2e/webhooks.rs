//! Webhooks of API clients: what a receiver is told, and what becomes of one that does not
//! answer.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use end_to_end::{
    Answer, Person, Provider, Received, Receiver, Stack, reconciling, stack, unique_word,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::short_film;
use crate::transcode_fixture::{TranscodeFixture, drawn};

/// Longer than any event takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// Longer than a film takes.
const LONG_PATIENCE: Duration = Duration::from_secs(420);
/// Between two looks at a delivery.
const POLL: Duration = Duration::from_millis(700);

/// A webhook of a person, and its receiver.
struct Hook<'a> {
    person: &'a Person,
    receiver: Receiver,
    path: String,
    secret: String,
}

impl<'a> Hook<'a> {
    async fn new(person: &'a Person) -> Result<Self> {
        let receiver = Receiver::start().await?;
        let body = json!({ "url": receiver.url() });
        let made = person.post("/api/v1/webhooks", &body).await?;
        ensure!(made.status == 201, "{} {}", made.status, made.body);
        let id = made.body["webhook"]["webhookId"]
            .as_str()
            .context("no id")?;
        let secret = made.body["secret"].as_str().context("no secret")?;
        Ok(Self {
            person,
            receiver,
            path: format!("/api/v1/webhooks/{id}"),
            secret: secret.to_owned(),
        })
    }

    /// The next event, proven to be ours.
    async fn next(&mut self) -> Result<Received> {
        let event = self.receiver.next(PATIENCE).await?;
        event.verify(&self.secret)?;
        Ok(event)
    }

    async fn send_test(&self) -> Result<String> {
        let sent = self.post("/test").await?;
        ensure!(sent.status == 202, "{} {}", sent.status, sent.body);
        let id = sent.body["deliveryId"].as_str().context("no delivery")?;
        Ok(id.to_owned())
    }

    async fn post(&self, end: &str) -> Result<Answer> {
        let path = format!("{}{end}", self.path);
        self.person.post(&path, &json!({})).await
    }

    async fn update(&self, change: &Value) -> Result<Value> {
        let request = self.person.request(Method::PUT, &self.path).json(change);
        let answer = Answer::of(request).await?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        Ok(answer.body)
    }

    async fn deliveries(&self) -> Result<Vec<Value>> {
        let path = format!("{}/deliveries", self.path);
        let answer = self.person.get(&path).await?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        let deliveries = answer.body["deliveries"].as_array();
        Ok(deliveries.context("no deliveries")?.clone())
    }

    /// A delivery once it has come to this status.
    async fn delivery(&self, id: &str, status: &str) -> Result<Value> {
        let found = async {
            loop {
                let deliveries = self.deliveries().await?;
                let found = deliveries.into_iter().find(|one| one["deliveryId"] == id);
                if let Some(found) = found.filter(|one| one["status"] == status) {
                    return anyhow::Ok(found);
                }
                tokio::time::sleep(POLL).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        found.with_context(|| format!("{id} did not come to be {status}"))?
    }

    async fn view(&self) -> Result<Value> {
        let list = self.person.get("/api/v1/webhooks").await?;
        let webhooks = list.body["webhooks"].as_array().context("no list")?.clone();
        let own = |one: &Value| {
            let id = one["webhookId"].as_str();
            id.is_some_and(|id| self.path.ends_with(id))
        };
        webhooks.into_iter().find(own).context("it is not listed")
    }
}

fn statuses(delivery: &Value) -> Vec<Value> {
    let attempts = delivery["attempts"].as_array().into_iter().flatten();
    attempts
        .map(|attempt| attempt["responseStatus"].clone())
        .collect()
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_receiver_is_told_once_of_a_film_and_of_a_transcode() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let person = &fixture.person;
    let mut hook = Hook::new(person).await?;

    let job = person.create(&short_film(&unique_word("hook"))).await?;
    let event = hook.receiver.next(LONG_PATIENCE).await?;
    event.verify(&hook.secret)?;
    assert_eq!(event.body["type"], "job.completed");
    assert_eq!(
        event.body["data"],
        json!({"jobId": job, "status": "completed"})
    );
    assert_eq!(person.job(&job).await?["status"], "completed");

    let key = fixture.source(drawn("320x240", 10, 1)?).await?;
    let transcode = fixture.create(&key, &json!(["low"])).await?;
    let event = hook.receiver.next(LONG_PATIENCE).await?;
    event.verify(&hook.secret)?;
    assert_eq!(event.body["type"], "transcode.completed");
    let data = &event.body["data"];
    assert_eq!(data["transcodeId"], json!(transcode));
    assert_eq!(data["status"], "COMPLETED");

    let delivered = hook.delivery(event.header("webhook-id"), "delivered");
    assert_eq!(statuses(&delivered.await?), [json!(204)]);
    let deliveries = hook.deliveries().await?;
    assert_eq!(deliveries.len(), 2, "{deliveries:?}");
    assert!(hook.receiver.is_empty(), "each once");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_receiver_is_told_why_a_film_failed_and_nothing_of_its_prompt() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let mut hook = Hook::new(&person).await?;
    let word = unique_word("refused");
    let provider = Provider::new(&stack);
    provider.misbehave(&word, "refuse", &json!({})).await?;
    let job = person.create(&short_film(&word)).await?;
    let event = hook.receiver.next(LONG_PATIENCE).await?;
    event.verify(&hook.secret)?;
    assert_eq!(event.body["type"], "job.failed");
    let (data, ended) = (&event.body["data"], person.job(&job).await?);
    assert_eq!(
        (&data["jobId"], &data["status"]),
        (&json!(job), &json!("failed"))
    );
    assert_eq!(data["error"]["code"], ended["error"]["code"]);
    assert!(data["error"]["code"].is_string(), "{data}");
    let text = String::from_utf8_lossy(&event.bytes).into_owned();
    assert!(!text.contains(&word), "{text}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_receiver_that_fails_gets_the_event_again_under_the_same_name() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let mut hook = Hook::new(&person).await?;
    hook.receiver.answer_with(&[500, 302, 200]);
    let id = hook.send_test().await?;
    let mut bodies = Vec::new();
    for answered in [500, 302, 200] {
        let event = hook.next().await?;
        assert_eq!(event.answered, answered);
        assert_eq!(event.header("webhook-id"), id);
        assert_eq!(event.path, "/hook", "the redirect is not followed");
        bodies.push(event.bytes);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    let delivery = hook.delivery(&id, "delivered").await?;
    assert_eq!(statuses(&delivery), [json!(500), json!(302), json!(200)]);
    assert_eq!(delivery["attempts"][1]["failure"], "REDIRECTED");

    let again = hook.post(&format!("/deliveries/{id}/redeliver")).await?;
    assert_eq!(again.status, 202, "{}", again.body);
    assert_eq!(hook.next().await?.header("webhook-id"), id);
    let delivery = hook.delivery(&id, "delivered").await?;
    assert_eq!(statuses(&delivery).len(), 4);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_dead_receiver_is_paused_and_gets_what_it_missed_once_it_is_enabled() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let mut hook = Hook::new(&person).await?;
    hook.receiver.answer_with(&[500, 500, 500, 500]);
    let id = hook.send_test().await?;
    hook.delivery(&id, "failed").await?;
    for _ in 0..4 {
        hook.next().await?;
    }
    let view = hook.view().await?;
    assert_eq!(view["status"], "paused");
    assert_eq!(view["pausedBecause"], "unreachable");
    assert!(view["pausedAt"].is_string(), "{view}");
    assert_eq!(hook.post("/test").await?.status, 409);

    // What happens meanwhile is held.
    let event = held_event(&stack, &person).await?;
    let held = hook.delivery(&event, "held").await?;
    assert_eq!(held["attempts"], json!([]));
    assert!(hook.receiver.is_empty());

    let view = hook.update(&json!({"enabled": true})).await?;
    assert_eq!(view["status"], "enabled");
    assert_eq!(view.get("pausedBecause"), None);
    assert_eq!(hook.next().await?.header("webhook-id"), event);
    hook.delivery(&event, "delivered").await?;
    Ok(())
}

/// A job ends whose event no message is sent for: the reconciler finds it. The event's name.
async fn held_event(stack: &Stack, person: &Person) -> Result<String> {
    use domain::failure::JobError;
    use domain::job::{Job, JobId};
    use domain::request::CreateJob;
    use store::{Ceilings, Ending};

    let (jobs, usage) = crate::tables(stack)?;
    let webhooks = crate::webhooks_table(stack)?;
    let (id, now) = (JobId(uuid::Uuid::now_v7()), config::clock::now());
    // Its event was due a while ago, so that its message must be thought lost.
    let ended = now.before(Duration::from_secs(120));
    let limit = Duration::from_secs(600);
    let job = Job::accepted(id, &person.user_id, CreateJob::sample(), now, limit);
    usage.reserve(&jobs, &job, Ceilings::of_quota(10)).await?;
    let ending = Ending::Failed(JobError::workflow_failed());
    let settled = usage.settle(&jobs, &webhooks, &job, &ending, 0, ended);
    let event = settled.await?.event_id;
    reconciling(stack, async {
        loop {
            if webhooks.event(&person.user_id, event).await?.is_none() {
                return Ok(event.to_string());
            }
            tokio::time::sleep(POLL).await;
        }
    })
    .await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_receiver_that_is_gone_is_paused_at_once() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let hook = Hook::new(&person).await?;
    hook.receiver.answer_with(&[410]);
    let id = hook.send_test().await?;
    let delivery = hook.delivery(&id, "failed").await?;
    assert_eq!(statuses(&delivery), [json!(410)]);
    assert_eq!(hook.view().await?["pausedBecause"], "gone");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn while_a_secret_is_replaced_either_verifies() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let mut hook = Hook::new(&person).await?;
    let rotated = hook.post("/secret").await?;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    let new = rotated.body["secret"].as_str().context("no secret")?;
    assert_ne!(new, hook.secret);
    hook.send_test().await?;
    let event = hook.next().await?;
    event.verify(new)?;
    assert_eq!(event.header("webhook-signature").split(' ').count(), 2);
    assert!(
        event
            .verify("whsec_bm90IHRoaXMgb25lLCBub3QgdGhpcyBvbmU=")
            .is_err()
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_webhook_is_made_once_for_one_key_and_five_at_most() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let body = json!({"url": "https://example.com/hook"});
    let create = |key: &'static str| {
        let request = person.request(Method::POST, "/api/v1/webhooks").json(&body);
        Answer::of(request.header("idempotency-key", key))
    };
    let (first, again) = (create("one").await?, create("one").await?);
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body, "the secret too");
    let attempts = (0..8).map(|_| person.post("/api/v1/webhooks", &body));
    let answers = futures_util::future::try_join_all(attempts).await?;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 4);
    let refused = answers.iter().find(|answer| answer.status == 409);
    let refused = refused.context("none was refused")?;
    assert_eq!(refused.body["code"], "TOO_MANY_WEBHOOKS");
    let list = person.get("/api/v1/webhooks").await?;
    assert!(!list.body.to_string().contains("whsec_"), "{}", list.body);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn no_private_address_can_be_named() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    for url in [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://user@example.com/",
        "https://[::1]/",
    ] {
        let answer = person
            .post("/api/v1/webhooks", &json!({"url": url}))
            .await?;
        assert_eq!(answer.status, 400, "{url}: {}", answer.body);
        assert_eq!(answer.body["details"]["field"], "url", "{url}");
    }
    Ok(())
}
