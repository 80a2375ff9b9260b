//! A film that takes longer than a function lives, with lives of seconds: workers
//! hand it on to each other until it is done, and not a frame is lost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use aws_sdk_sqs::types::{Message as Received, MessageSystemAttributeName};
use config::{Bootstrap, Environment};
use domain::delivery::TranscodeMessage;
use domain::rendition::Quality;
use domain::transcode::{Transcode, TranscodeStatus};
use edge::queue::Message;
use edge::step::Invocation;
use end_to_end::{stack, unique_word};
use transcodes::Worker;

use super::frames;
use crate::transcode_fixture::{self, TranscodeFixture};
use crate::video_file::{self, Film};

/// The first workers live so long; if that is too short for a segment on this
/// machine, the next ones live longer.
const FIRST_LIFE: Duration = Duration::from_secs(1);
const LIVES: usize = 60;
const SECONDS: u32 = 24;
const RATE: u32 = 25;

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn workers_of_short_lives_finish_a_long_film() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let key = fixture
        .source(transcode_fixture::drawn("640x360", RATE, SECONDS)?)
        .await?;
    let transcode = fixture
        .silent(&key, &[Quality::Low], config::clock::now())
        .await?;
    let line = Line::open(&fixture).await?;
    line.send(&TranscodeMessage::new(transcode.id).body())
        .await?;

    let handovers = line.work_off(&transcode).await?;
    assert!(handovers >= 2, "handed on {handovers} times");
    check_film(&fixture, &transcode).await?;
    let files = fixture.files(&transcode.id.to_string()).await?;
    assert!(
        !files.keys().any(|name| name.starts_with("segments/")),
        "{files:?}"
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_stored_piece_that_was_spoilt_is_made_again() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let key = fixture.source(transcode_fixture::drawn("320x240", RATE, SECONDS)?);
    let (key, now) = (key.await?, config::clock::now());
    let transcode = fixture.silent(&key, &[Quality::Low], now).await?;
    let line = Line::open(&fixture).await?;
    let order = TranscodeMessage::new(transcode.id).body();
    let mut life = FIRST_LIFE;
    line.send(&order).await?;
    while fixture.transcodes.segments(transcode.id).await?.is_empty() {
        let received = line.receive().await?;
        if line.live(&received, 0, life).await.is_err() {
            life *= 2;
            line.send(&order).await?;
        }
        line.done(&received).await?;
    }
    let piece = domain::keys::transcode_segment(transcode.id, 0, Quality::Low);
    let spoilt = b"no film any more".to_vec();
    fixture
        .objects
        .put_bytes(&piece, spoilt, "video/mp4")
        .await?;

    let received = line.receive().await?;
    let lived = line.live(&received, 1, Duration::from_secs(200)).await;
    ensure!(lived.is_ok(), "{lived:?}");
    check_film(&fixture, &transcode).await
}

/// The film has every frame.
async fn check_film(fixture: &TranscodeFixture, transcode: &Transcode) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let key = domain::keys::transcode_output(transcode.id, "low.mp4");
    let film = Film::save(fixture.objects.read(&key).await?, folder.path())?;
    let expected = u64::from(SECONDS * RATE);
    assert_eq!(frames(&film.probe().await?), Some(expected));
    Ok(())
}

/// A queue of this test's own and the worker behind it.
struct Line<'a> {
    fixture: &'a TranscodeFixture,
    url: String,
    worker: Worker,
}

impl<'a> Line<'a> {
    async fn open(fixture: &'a TranscodeFixture) -> Result<Self> {
        let queue = fixture
            .queue
            .create_queue()
            .queue_name(unique_word("handover"))
            .send()
            .await?;
        let url = queue.queue_url.context("no queue")?;
        let bucket = fixture.stack.buckets.get("assets").context("no bucket")?;
        let variables = BTreeMap::from([
            (
                "TRANSCODE_TABLE",
                fixture.stack.table("transcodes")?.to_owned(),
            ),
            ("STATS_TABLE", fixture.stack.table("stats")?.to_owned()),
            ("USAGE_TABLE", fixture.stack.table("usage")?.to_owned()),
            ("VIDEO_TABLE", fixture.stack.table("videos")?.to_owned()),
            ("ASSETS_BUCKET", bucket.clone()),
            ("TRANSCODE_QUEUE_URL", url.clone()),
            ("WEBHOOK_TABLE", fixture.stack.table("webhooks")?.to_owned()),
            (
                "WEBHOOK_QUEUE_URL",
                fixture.stack.queue("webhooks")?.to_owned(),
            ),
            ("LEASE_SECONDS", "10".to_owned()),
            ("SEGMENT_SECONDS", "2".to_owned()),
            (
                "FFMPEG_PATH",
                video_file::ffmpeg().path().display().to_string(),
            ),
        ]);
        let environment = Environment::new(move |name| variables.get(name).cloned());
        let clock = config::clock::system();
        let mut bootstrap = Bootstrap::new(environment, fixture.sdk.clone(), clock);
        let worker = Worker::connect(&mut bootstrap);
        bootstrap.finish()?;
        Ok(Self {
            fixture,
            url,
            worker,
        })
    }

    async fn send(&self, body: &str) -> Result<()> {
        let message = self.fixture.queue.send_message().queue_url(&self.url);
        message.message_body(body).send().await?;
        Ok(())
    }

    async fn receive(&self) -> Result<Received> {
        let request = self.fixture.queue.receive_message().queue_url(&self.url);
        let answer = request
            .wait_time_seconds(20)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .send()
            .await?;
        let message = answer.messages.and_then(|mut messages| messages.pop());
        message.context("nothing was handed on")
    }

    async fn done(&self, message: &Received) -> Result<()> {
        let receipt = message.receipt_handle().context("no receipt")?;
        let request = self.fixture.queue.delete_message().queue_url(&self.url);
        request.receipt_handle(receipt).send().await?;
        Ok(())
    }

    /// One worker after the other until it is done; how often it was handed on.
    async fn work_off(&self, transcode: &Transcode) -> Result<u32> {
        let mut life = FIRST_LIFE;
        let mut makers = BTreeMap::new();
        for number in 0..LIVES {
            let received = self.receive().await?;
            let order = TranscodeMessage::read(received.body().unwrap_or_default())?;
            let result = self.live(&received, number, life).await;
            self.done(&received).await?;
            // What was made stays as it was made.
            for segment in self.fixture.transcodes.segments(transcode.id).await? {
                let maker = makers
                    .entry(segment.index)
                    .or_insert(segment.worker.clone());
                assert_eq!(*maker, segment.worker, "segment {} again", segment.index);
            }
            let state = self.fixture.transcodes.get(transcode.id).await?;
            let status = state.context("it is gone")?.transcode.status;
            if status == TranscodeStatus::Completed {
                return Ok(order.handover);
            }
            if let Err(error) = result {
                if life > Duration::from_secs(120) {
                    bail!("no life is long enough: {error}");
                }
                life *= 2;
                self.send(&order.body()).await?;
            }
        }
        bail!("it does not end")
    }

    async fn live(
        &self,
        received: &Received,
        number: usize,
        life: Duration,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let message = Message {
            id: received.message_id().unwrap_or_default().to_owned(),
            receipt: received.receipt_handle().unwrap_or_default().to_owned(),
            body: received.body().unwrap_or_default().to_owned(),
            receives: 1,
        };
        let started = Instant::now();
        let invocation = Invocation {
            request_id: format!("life-{number}"),
            deadline: started + life,
            memory_mb: 1024,
            started,
        };
        self.worker.work(&message, &invocation).await
    }
}
