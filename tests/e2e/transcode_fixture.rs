//! The fixture of the transcode tests: sources are drawn and put where uploads lie, and
//! transcodes are created and watched.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use domain::holding::HoldingLimits;
use domain::ids::{TranscodeId, VideoId};
use domain::keys;
use domain::rendition::Quality;
use domain::time::Time;
use domain::transcode::{CreateTranscode, Transcode};
use domain::upload::Upload;
use domain::video::{Details, Facts, Video, Visibility};
use end_to_end::{Person, Stack, unique_word};
use serde_json::{Value, json};
use store::{
    Confirmation, Counters, DynamoDb, Objects, S3, Sqs, TranscodesTable, VideosTable, WebhooksTable,
};
use uuid::Uuid;

use crate::video_file;

/// A user who transcodes, and the tables, the bucket and the queue behind the API.
pub(crate) struct TranscodeFixture {
    pub(crate) stack: Stack,
    pub(crate) person: Person,
    pub(crate) transcodes: TranscodesTable,
    pub(crate) counters: Counters,
    pub(crate) videos: VideosTable,
    pub(crate) webhooks: WebhooksTable,
    pub(crate) objects: Objects,
    pub(crate) queue: Sqs,
}

impl TranscodeFixture {
    pub(crate) async fn new(stack: &Stack) -> Result<Self> {
        let sdk = crate::sdk(stack);
        let dynamo = DynamoDb::new(&sdk);
        Ok(Self {
            person: Person::sign_up(stack).await?,
            transcodes: TranscodesTable::new(dynamo.clone(), stack.table("transcodes")?),
            counters: Counters::new(&dynamo, stack.table("stats")?, stack.table("usage")?),
            videos: VideosTable::new(dynamo, stack.table("videos")?),
            webhooks: crate::webhooks_table(stack)?,
            objects: Objects::new(S3::new(&sdk), stack.bucket("assets")?),
            queue: Sqs::new(&sdk),
            stack: stack.clone(),
        })
    }

    /// The file of a video of this person's, whatever is in it.
    pub(crate) async fn source(&self, bytes: Vec<u8>) -> Result<String> {
        let size = bytes.len() as u64;
        self.source_counted(bytes, size).await
    }

    /// The file of a video that counts for so many bytes, whatever it has.
    pub(crate) async fn source_of(&self, counted: u64) -> Result<String> {
        self.source_counted(b"no film".to_vec(), counted).await
    }

    async fn source_counted(&self, bytes: Vec<u8>, counted: u64) -> Result<String> {
        let now = config::clock::now();
        let name = format!("{}.mp4", unique_word("source"));
        let key = keys::gallery_upload(&self.person.user_id, now.as_millisecond(), &name);
        let upload = Upload {
            s3_key: key.clone(),
            user_id: self.person.user_id.clone(),
            video_id: VideoId(Uuid::now_v7()),
            content_type: "video/mp4".to_owned(),
            size: None,
            etag: None,
            created_at: now,
            confirmed_at: None,
            multipart: None,
        };
        self.objects.put_bytes(&key, bytes, "video/mp4").await?;
        self.videos
            .announce(&self.counters.usage, &upload, HoldingLimits::NONE)
            .await?;
        self.confirm(&upload, counted).await?;
        Ok(key)
    }

    /// As `upload-confirm` does it, without a look at the file.
    async fn confirm(&self, upload: &Upload, counted: u64) -> Result<()> {
        let object = self.objects.head(&upload.s3_key).await?;
        let object = object.context("no object")?;
        let details = Details {
            title: "Source".to_owned(),
            description: String::new(),
            visibility: Visibility::Private,
        };
        let video = Video::uploaded(
            upload.video_id,
            &upload.user_id,
            &upload.s3_key,
            details,
            facts(counted),
            upload.created_at,
        );
        let etag = &object.etag;
        let confirmation = Confirmation { upload, etag };
        self.videos
            .confirm(
                &self.counters,
                confirmation,
                &video,
                HoldingLimits::NONE.stored_bytes,
            )
            .await?;
        Ok(())
    }

    /// Asks the API for renditions; the transcode's id.
    pub(crate) async fn create(&self, key: &str, formats: &Value) -> Result<String> {
        let body = json!({"inputSource": key, "outputFormats": formats});
        let answer = self.person.post("/api/jobs", &body).await?;
        ensure!(answer.status == 201, "{} {}", answer.status, answer.body);
        let id = answer.body["job"]["id"].as_str().context("no id")?;
        Ok(id.to_owned())
    }

    /// Writes a transcode that no message was sent for.
    pub(crate) async fn silent(
        &self,
        key: &str,
        formats: &[Quality],
        created_at: Time,
    ) -> Result<Transcode> {
        let request = CreateTranscode {
            input_source: key.to_owned(),
            output_formats: formats.to_vec(),
        };
        let id = TranscodeId(Uuid::now_v7());
        let user = &self.person.user_id;
        let transcode = Transcode::accepted(id, user, request, None, created_at);
        self.transcodes
            .create(&self.counters, &transcode, HoldingLimits::NONE)
            .await?;
        Ok(transcode)
    }

    /// Takes a transcode back that no worker has begun.
    pub(crate) async fn withdraw(&self, id: TranscodeId) -> Result<()> {
        let state = self.transcodes.get(id).await?.context("it is gone")?;
        self.transcodes
            .withdraw(&self.counters, &state.transcode)
            .await?;
        Ok(())
    }

    pub(crate) async fn job(&self, id: &str) -> Result<Value> {
        self.person.transcode(id).await
    }

    /// Watches a transcode to its end. Progress that falls is an error.
    pub(crate) async fn watch(&self, id: &str) -> Result<Vec<Value>> {
        self.person.watch_transcode(id).await
    }

    /// How it ended.
    pub(crate) async fn end(&self, id: &str) -> Result<Value> {
        let mut seen = self.watch(id).await?;
        seen.pop().context("nothing was seen")
    }

    pub(crate) async fn assets(&self, id: &str) -> Result<Vec<Value>> {
        let answer = self.person.get(&format!("/api/jobs/{id}/assets")).await?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        let assets = answer.body["assets"].as_array().context("no assets")?;
        Ok(assets.clone())
    }

    /// Everything that lies in a transcode's folder, with its size.
    pub(crate) async fn files(&self, id: &str) -> Result<BTreeMap<String, u64>> {
        let prefix = keys::transcode_folder(id.parse()?);
        let listed = self.objects.listing(&prefix, "").await?;
        let name = |key: &str| key.trim_start_matches(&prefix).to_owned();
        Ok(listed
            .iter()
            .map(|listed| (name(&listed.object.key), listed.object.size))
            .collect())
    }
}

fn facts(file_size: u64) -> Facts {
    Facts {
        file_size,
        duration: Some(1.0),
        width: 320,
        height: 240,
        rotation: 0,
        video_codec: "h264".to_owned(),
        audio_codec: None,
    }
}

/// A film of moving shapes with a tone.
pub(crate) fn drawn(size: &str, rate: u32, seconds: u32) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("drawn.mp4");
    let picture = format!("testsrc2=s={size}:r={rate}:d={seconds}");
    let tone = format!("sine=d={seconds}");
    run_ffmpeg(
        &[
            "-f",
            "lavfi",
            "-i",
            &picture,
            "-f",
            "lavfi",
            "-i",
            &tone,
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
        ],
        &file,
    )?;
    Ok(std::fs::read(&file)?)
}

/// Runs FFmpeg as a person would.
pub(crate) fn run_ffmpeg(arguments: &[&str], output: &Path) -> Result<()> {
    let output = Command::new(video_file::ffmpeg().path())
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments)
        .arg(output)
        .output()
        .context("this test needs FFMPEG_PATH")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{complaint}");
    Ok(())
}

/// How many frames FFmpeg's player shows of a file, a playlist or a link.
pub(crate) fn played(input: &str) -> Result<usize> {
    let folder = tempfile::tempdir()?;
    let list = folder.path().join("frames");
    run_ffmpeg(&["-i", input, "-map", "0:v:0", "-f", "framecrc"], &list)?;
    let text = std::fs::read_to_string(&list)?;
    let frames = text.lines().filter(|line| !line.starts_with('#'));
    Ok(frames.count())
}

/// The event that a queue's message comes in.
pub(crate) fn event(message_id: &str, body: &str) -> Value {
    json!({"Records": [{
        "messageId": message_id, "receiptHandle": "none", "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {}, "eventSource": "aws:sqs",
    }]})
}
