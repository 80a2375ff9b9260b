//! DynamoDB, S3, SQS and Step Functions throttle, fail and lose their answers (reliability F):
//! a client gets what it asked for or 503 with `Retry-After`, nothing is left half done, and
//! nothing is paid for twice.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use end_to_end::{Answer, Faults, Injected, Person, Stack, reconciling, stack, unique_word};
use futures_util::future::try_join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::uploads::{self, small_film};
use crate::{books, short_film};

/// Clients that come at once.
const PEOPLE: usize = 4;
/// How long the calls fail, of each kind. With half of them failing the SDK soon tries no call again, and
/// hardly a request comes through.
const OUTAGE: Duration = Duration::from_secs(15);
/// Beyond the outage, and the time-out of any function: for so long a key may stay with a
/// request that could not let go of it (D42).
const PATIENCE: Duration = Duration::from_secs(150);

/// First every second call fails, then every twentieth.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn what_is_asked_for_in_an_outage_is_answered_and_ends() -> Result<()> {
    let stack = stack()?;
    let faults = Faults::new(&stack);
    let early = &mut visits(&stack).await?;
    let late = &mut visits(&stack).await?;

    let before = faults.set(50).await?;
    let outage = async {
        tokio::time::sleep(OUTAGE).await;
        let between = faults.set(5).await?;
        let made = tokio::join!(tokio::time::sleep(OUTAGE), make(late)).1;
        // Whatever came of it: the tests after this one want a cloud without faults.
        let after = faults.set(0).await?;
        ensure_hit(before, between)?;
        ensure_hit(between, after)?;
        made
    };
    let made = async { Ok(tokio::join!(outage, make(early))) };
    let (late_ones, early_ones) = reconciling(&stack, made).await?;
    late_ones.and(early_ones)?;

    let ends = early.iter().chain(late.iter()).map(Visit::check_end);
    reconciling(&stack, try_join_all(ends)).await?;
    Ok(())
}

async fn visits(stack: &Stack) -> Result<Vec<Visit>> {
    try_join_all((0..PEOPLE).map(|_| Visit::new(stack))).await
}

async fn make(visits: &mut [Visit]) -> Result<()> {
    let made = visits.iter_mut().map(Visit::make);
    try_join_all(made).await.map(drop)
}

/// Each kind of fault was met.
fn ensure_hit(before: Injected, after: Injected) -> Result<()> {
    let met = after.throttled > before.throttled
        && after.failed > before.failed
        && after.lost > before.lost;
    ensure!(met, "from {before:?} to {after:?}");
    Ok(())
}

/// A person who makes a film and publishes a video of which renditions are made.
struct Visit {
    person: Person,
    word: String,
    video: Vec<u8>,
    job: String,
    transcode: String,
}

impl Visit {
    async fn new(stack: &Stack) -> Result<Self> {
        Ok(Self {
            person: Person::sign_up(stack).await?,
            word: unique_word("faults"),
            video: small_film()?,
            job: String::new(),
            transcode: String::new(),
        })
    }

    async fn make(&mut self) -> Result<()> {
        let film = self.create("/api/v1/jobs", &short_film(&self.word)).await?;
        self.job = text(&film["jobId"])?;
        self.transcode = self.publish().await.context("the upload")?;
        let job = format!("/api/v1/jobs/{}", self.job);
        let transcode = format!("/api/jobs/{}", self.transcode);
        for path in [
            "/api/v1/me",
            "/api/v1/jobs",
            &job,
            "/api/gallery/videos",
            &transcode,
        ] {
            self.read(path).await?;
        }
        self.read("/api/gallery/videos?search=film").await
    }

    async fn publish(&self) -> Result<String> {
        let wanted = json!({
            "filename": "film.mp4", "contentType": "video/mp4", "size": self.video.len(),
        });
        let place = self.post("/api/upload/generate-url", &wanted).await?;
        let status = uploads::send(&place, &self.video).await?;
        ensure!(status == 200, "the upload was refused: {status}");
        let key = &place["s3Key"];
        let details = json!({"s3Key": key, "title": self.word});
        self.post("/api/upload/confirm", &details).await?;
        let renditions = json!({"inputSource": key, "outputFormats": ["low"]});
        let created = self.create("/api/jobs", &renditions).await?;
        text(&created["job"]["id"])
    }

    /// What may be asked for twice as it is.
    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = || self.person.request(Method::POST, path).json(body);
        self.ask_well(path, request).await
    }

    /// One creation, whose key lets it be asked for until it is answered. Of a creation that
    /// failed half done the answer says so, and that another key is wanted.
    async fn create(&self, path: &str, body: &Value) -> Result<Value> {
        let mut key = unique_word("key");
        loop {
            let request = || {
                let request = self.person.request(Method::POST, path).json(body);
                request.header("Idempotency-Key", &key)
            };
            let answer = self.ask(request).await?;
            if is_good(&answer) {
                return Ok(answer.body);
            }
            ensure!(answer.body["code"] == "CONFLICT", "{path}: {}", answer.body);
            key = unique_word("key");
        }
    }

    async fn read(&self, path: &str) -> Result<()> {
        let request = || self.person.request(Method::GET, path);
        self.ask_well(path, request).await.map(drop)
    }

    /// The body of a good answer.
    async fn ask_well(&self, path: &str, request: impl Fn() -> RequestBuilder) -> Result<Value> {
        let answer = self.ask(request).await.with_context(|| path.to_owned())?;
        ensure!(
            is_good(&answer),
            "{path}: {} {}",
            answer.status,
            answer.body
        );
        Ok(answer.body)
    }

    /// The first answer that says more than "later".
    async fn ask(&self, request: impl Fn() -> RequestBuilder) -> Result<Answer> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let answer = Answer::of(request()).await?;
            if answer.status != 503 && answer.body["code"] != "IDEMPOTENCY_IN_FLIGHT" {
                return Ok(answer);
            }
            let seconds: u64 = answer.header("retry-after").parse()?;
            ensure!(seconds >= 1, "retry-after: {seconds}");
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
        bail!("no answer in {} s", PATIENCE.as_secs())
    }

    /// Everything that was begun ends, and the books agree.
    async fn check_end(&self) -> Result<()> {
        let course = self.person.watch(&self.job).await?;
        books::check(&self.person, &self.word, course.end()).await?;

        let renditions = self.person.watch_transcode(&self.transcode).await?;
        let end = renditions.last().context("nothing was seen")?;
        let query = format!("/api/gallery/videos?search={}", self.word);
        let found = self.person.get(&query).await?;
        let videos = found.body["videos"].as_array().map_or(0, Vec::len);
        ensure!(videos == 1, "{videos} videos of one upload: {end}");
        Ok(())
    }
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("no text")?.to_owned())
}

fn is_good(answer: &Answer) -> bool {
    (200..300).contains(&answer.status)
}
