//! Webhooks that the provider did not send, or sent about something else (D12).

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use end_to_end::{Answer, Person, Provider, reconciling, stack, unique_word};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::refusals::check_error;
use crate::short_film;

/// What the local cloud waits before it asks for a prediction itself.
const GRACE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(90);

/// A job whose prediction has ended, and whose webhook was lost.
struct Untold {
    word: String,
    job: String,
    prediction: Value,
    asked: Instant,
}

impl Untold {
    async fn make(person: &Person, provider: &Provider) -> Result<Self> {
        let word = unique_word("untold");
        provider
            .misbehave(&word, "lose-webhook", &Value::Null)
            .await?;
        // Before it is answered: the reconciler's grace begins with the prediction.
        let asked = Instant::now();
        let job = person.create(&short_film(&word)).await?;
        let prediction = ended_prediction(provider, &word).await?;
        Ok(Self {
            word,
            job,
            prediction,
            asked,
        })
    }

    /// Where the provider would report to.
    fn url(&self) -> Result<&str> {
        self.prediction["webhook"].as_str().context("no webhook")
    }
}

async fn ended_prediction(provider: &Provider, word: &str) -> Result<Value> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let creates = provider.creates(word).await?;
        if let Some(id) = creates.predictions.first() {
            let prediction = provider.prediction(id).await?;
            if prediction["status"] == "succeeded" {
                return Ok(prediction);
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    bail!("no prediction of {word} succeeded")
}

/// A signed message as the provider sends it, `age` seconds ago.
async fn send(url: &str, secret: &str, body: &Value, age: i64) -> Result<Answer> {
    let body = body.to_string();
    let id = unique_word("msg");
    let time = config::clock::now().as_second() - age;
    let signature = Webhook::new(secret)?.sign(&id, time, body.as_bytes())?;
    let request = reqwest::Client::new()
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", time.to_string())
        .header("webhook-signature", signature)
        .body(body);
    Answer::of(request).await
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn only_the_providers_own_word_about_this_attempt_counts() -> Result<()> {
    let stack = stack()?;
    let provider = Provider::new(&stack);
    let person = Person::sign_up(&stack).await?;
    let secret = provider.webhook_secret().await?;
    let (one, two) = tokio::try_join!(
        Untold::make(&person, &provider),
        Untold::make(&person, &provider)
    )?;

    let forged = "whsec_bm90IHRoZSBwcm92aWRlcidzIHNlY3JldA==";
    refused(&send(one.url()?, forged, &one.prediction, 0).await?);
    refused(&send(one.url()?, &secret, &one.prediction, 3600).await?);
    let unsigned = reqwest::Client::new().post(one.url()?);
    refused(&Answer::of(unsigned.json(&one.prediction)).await?);

    for (about, url) in strange_news(&one, &two)? {
        let answer = send(&url, &secret, &about, 0).await?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["result"], "ignored", "{url}");
    }

    let genuine = send(one.url()?, &secret, &one.prediction, 0).await?;
    assert_eq!(genuine.status, 200, "{}", genuine.body);
    // Unless the reconciler was faster, which it may be after its grace.
    if one.asked.elapsed() < GRACE {
        assert_eq!(genuine.body["result"], "settled");
    }
    let again = send(one.url()?, &secret, &one.prediction, 0).await?;
    assert_eq!(again.body["result"], "ignored");

    for untold in [&one, &two] {
        let course = reconciling(&stack, person.watch(&untold.job)).await?;
        assert_eq!(course.status(), "completed", "{}", course.end());
        assert_eq!(provider.creates(&untold.word).await?.paid, 1);
    }
    assert_eq!(person.usage().await?, (2, 0, 8));
    Ok(())
}

fn refused(answer: &Answer) {
    check_error(answer, 401, "UNAUTHORIZED");
}

/// Truly signed, but of no attempt that waits for it.
fn strange_news(one: &Untold, two: &Untold) -> Result<Vec<(Value, String)>> {
    let (mine, theirs) = (one.url()?.to_owned(), two.url()?.to_owned());
    let base = mine.split('?').next().unwrap_or_default().to_owned();
    let nobody = "0198c0de-0000-7000-8000-00000000dead";
    // Another prediction that claims to be this attempt's.
    let mut impostor = one.prediction.clone();
    impostor["id"] = json!("an0ther0prediction");
    let mut failed = two.prediction.clone();
    failed["status"] = json!("failed");
    Ok(vec![
        (one.prediction.clone(), theirs),
        (failed, mine.clone()),
        (impostor, mine.clone()),
        (one.prediction.clone(), base.clone()),
        (one.prediction.clone(), format!("{base}?job=x&attempt=y")),
        (one.prediction.clone(), mine.replace(&one.job, nobody)),
    ])
}

/// What is signed but no prediction asks for no second try.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn signed_nonsense_is_refused() -> Result<()> {
    let stack = stack()?;
    let secret = Provider::new(&stack).webhook_secret().await?;
    let url = format!("{}/api/v1/webhooks/replicate", stack.api_url);
    for nonsense in [json!([]), json!({"hello": "world"}), Value::Null] {
        let answer = send(&url, &secret, &nonsense, 0).await?;
        check_error(&answer, 400, "INVALID_REQUEST");
    }
    Ok(())
}
