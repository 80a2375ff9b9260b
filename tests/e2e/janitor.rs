//! The storage janitor over a folder of its own: what no record needs goes, what is
//! shown stays, and the second run finds nothing to do (R114, D25).

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use domain::holding::HoldingLimits;
use domain::ids::{AssetId, TranscodeId, UploadId, VideoId};
use domain::keys;
use domain::rendition::Quality;
use domain::time::Time;
use domain::transcode::{Asset, AssetType, CreateTranscode, Transcode};
use domain::upload::{Multipart, Upload};
use domain::video::{Facts, Renditions, Video, VideoStatus, Visibility};
use end_to_end::{Stack, aws, stack, unique_word};
use serde_json::{Value, json};
use store::{
    Completion, Confirmation, Counters, DynamoDb, Lease, NewVideo, Objects, Rendered, S3,
    TranscodesTable, VideosTable, WebhooksTable,
};
use uuid::Uuid;

/// The shortest grace: no other test has anything in the folder.
const GRACE: Duration = Duration::from_secs(1);
const FILE: &[u8] = b"not really a film";
const WORKER: &str = "worker";

/// A user's folder, and the records that belong to it.
struct Folder {
    stack: Stack,
    user_id: String,
    videos: VideosTable,
    transcodes: TranscodesTable,
    counters: Counters,
    webhooks: WebhooksTable,
    objects: Objects,
    s3: S3,
    bucket: String,
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn what_nobody_needs_goes_and_what_is_shown_stays() -> Result<()> {
    let stack = stack()?;
    let folder = Folder::new(stack)?;
    let shown = folder.video("shown.mp4").await?;
    let lost = folder.video("lost.mp4").await?;
    folder.objects.delete(&lost.s3_key).await?;
    let orphan = folder.key("orphan.mp4");
    folder
        .objects
        .put_bytes(&orphan, FILE.to_vec(), "video/mp4")
        .await?;
    let unconfirmed = folder.upload("unconfirmed.mp4", None).await?;
    let (deleted, outputs) = folder.deleted_video().await?;
    let abandoned = folder.abandoned_upload().await?;

    // Everything is younger than a week.
    let before = folder.everything(&outputs).await?;
    let report = folder.clean(json!({})).await?;
    assert_eq!(report["removed"], json!({}), "{report}");
    assert_eq!(folder.everything(&outputs).await?, before);
    assert_eq!(report["waiting"]["orphan"]["objects"], 1, "{report}");

    tokio::time::sleep(GRACE + Duration::from_secs(1)).await;
    let told = folder
        .clean(json!({"graceSeconds": 1, "dryRun": true}))
        .await?;
    assert_eq!(folder.everything(&outputs).await?, before);
    let done = folder.clean(json!({"graceSeconds": 1})).await?;
    for reason in ["orphan", "unconfirmed", "deleted", "abandoned"] {
        assert_eq!(told["removed"][reason], done["removed"][reason], "{told}");
    }
    let left: BTreeSet<String> = [shown.s3_key.clone()].into();
    assert_eq!(folder.everything(&outputs).await?, left, "{done}");
    let removed = |reason: &str| done["removed"][reason]["objects"].as_u64();
    assert_eq!(removed("orphan"), Some(1), "{done}");
    assert_eq!(removed("unconfirmed"), Some(1), "{done}");
    assert_eq!(removed("deleted"), Some(1 + outputs.len() as u64), "{done}");
    assert_eq!(removed("abandoned"), Some(1), "{done}");
    assert_eq!(done["reclaimedVideos"], 1, "{done}");
    assert_eq!(done["expiredUploads"], 2, "{done}");
    assert_eq!(done["failures"], 0, "{done}");
    let missing = json!([{"videoId": lost.id, "keys": [lost.s3_key]}]);
    assert_eq!(done["missing"], missing, "{done}");

    assert_eq!(folder.videos.upload(&unconfirmed.s3_key).await?, None);
    assert_eq!(folder.videos.upload(&abandoned).await?, None);
    assert_eq!(folder.videos.upload(&deleted.s3_key).await?, None);
    assert!(folder.videos.upload(&shown.s3_key).await?.is_some());
    assert!(folder.videos.get(lost.id).await?.is_some());
    assert_eq!(folder.report(&done).await?["removed"], done["removed"]);

    let again = folder.clean(json!({"graceSeconds": 1})).await?;
    for field in [
        "freedBytes",
        "expiredUploads",
        "reclaimedVideos",
        "failures",
    ] {
        assert_eq!(again[field], 0, "{field}: {again}");
    }
    assert_eq!(again["removed"], json!({}), "{again}");
    assert_eq!(again["stored"]["uploads"]["bytes"], FILE.len(), "{again}");
    Ok(())
}

/// A grace of seconds would take what people are just uploading.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn the_whole_bucket_keeps_its_grace() -> Result<()> {
    let stack = stack()?;
    for request in [
        json!({"graceSeconds": 1}),
        json!({"graceSeconds": 0, "prefix": "gallery/nobody/"}),
        json!({"dryrun": true, "prefix": "gallery/nobody/"}),
    ] {
        let answer = aws::invoke(&stack, "storage-janitor", &request).await?;
        assert!(answer["errorMessage"].is_string(), "{request}: {answer}");
    }
    Ok(())
}

impl Folder {
    fn new(stack: Stack) -> Result<Self> {
        let sdk = crate::sdk(&stack);
        let (s3, dynamo) = (S3::new(&sdk), DynamoDb::new(&sdk));
        let bucket = stack.bucket("assets")?.to_owned();
        Ok(Self {
            user_id: unique_word("janitor"),
            videos: VideosTable::new(dynamo.clone(), stack.table("videos")?),
            transcodes: TranscodesTable::new(dynamo.clone(), stack.table("transcodes")?),
            counters: Counters::new(&dynamo, stack.table("stats")?, stack.table("usage")?),
            webhooks: crate::webhooks_table(&stack)?,
            objects: Objects::new(s3.clone(), &bucket),
            s3,
            bucket,
            stack,
        })
    }

    fn prefix(&self) -> String {
        format!("gallery/{}/", self.user_id)
    }

    fn key(&self, file: &str) -> String {
        keys::gallery_upload(&self.user_id, 1, file)
    }

    /// The janitor's report on this folder.
    async fn clean(&self, mut request: Value) -> Result<Value> {
        request["prefix"] = json!(self.prefix());
        let answer = aws::invoke(&self.stack, "storage-janitor", &request).await?;
        ensure!(answer["complete"] == true, "{answer}");
        Ok(answer)
    }

    /// The same as it lies in the bucket.
    async fn report(&self, answer: &Value) -> Result<Value> {
        let started = answer["startedAt"].as_str().context("no time")?;
        let key = format!("reports/storage-{}.json", started.replace(':', "-"));
        Ok(serde_json::from_slice(&self.objects.read(&key).await?)?)
    }

    /// Every object of the folder and of that transcode, and every unfinished upload.
    async fn everything(&self, outputs: &[String]) -> Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        for listed in self.objects.listing(&self.prefix(), "").await? {
            found.insert(listed.object.key);
        }
        for output in outputs {
            if self.objects.exists(output).await? {
                found.insert(output.clone());
            }
        }
        for upload in self.objects.unfinished_uploads(&self.prefix()).await? {
            found.insert(upload.upload_id);
        }
        Ok(found)
    }

    /// A key that was handed out; its object is there unless it comes in parts.
    async fn upload(&self, file: &str, multipart: Option<Multipart>) -> Result<Upload> {
        let upload = Upload {
            s3_key: self.key(file),
            user_id: self.user_id.clone(),
            video_id: VideoId(Uuid::now_v7()),
            content_type: "video/mp4".to_owned(),
            size: None,
            etag: None,
            created_at: config::clock::now(),
            confirmed_at: None,
            multipart,
        };
        self.videos
            .announce(&self.counters.usage, &upload, HoldingLimits::NONE)
            .await?;
        if upload.multipart.is_none() {
            let bytes = FILE.to_vec();
            self.objects
                .put_bytes(&upload.s3_key, bytes, "video/mp4")
                .await?;
        }
        Ok(upload)
    }

    async fn video(&self, file: &str) -> Result<Video> {
        let upload = self.upload(file, None).await?;
        let now = config::clock::now();
        let video = Video {
            id: upload.video_id,
            user_id: self.user_id.clone(),
            title: file.to_owned(),
            description: String::new(),
            s3_key: upload.s3_key.clone(),
            status: VideoStatus::Uploaded,
            visibility: Visibility::Private,
            facts: facts(),
            views: 0,
            thumbnail_key: None,
            renditions: None,
            created_at: now,
            updated_at: now,
        };
        let confirmation = Confirmation {
            upload: &upload,
            etag: "etag",
        };
        let made = self
            .videos
            .confirm(
                &self.counters,
                confirmation,
                &video,
                HoldingLimits::NONE.stored_bytes,
            )
            .await?;
        assert_eq!(made, NewVideo::Created);
        Ok(video)
    }

    /// With renditions; it, and where they lie.
    async fn deleted_video(&self) -> Result<(Video, Vec<String>)> {
        let video = self.video("deleted.mp4").await?;
        let id = TranscodeId(Uuid::now_v7());
        let outputs: Vec<String> = ["thumbnail.jpg", "preview.gif", "low.mp4", "hls/low.m3u8"]
            .iter()
            .map(|file| keys::transcode_output(id, file))
            .collect();
        for output in &outputs {
            let bytes = FILE.to_vec();
            self.objects.put_bytes(output, bytes, "video/mp4").await?;
        }
        self.transcode(id, &video, &outputs).await?;
        let video = self.videos.get(video.id).await?.context("no video")?;
        ensure!(video.renditions.is_some(), "no renditions");
        self.videos
            .delete(&self.counters.usage, video.clone(), config::clock::now())
            .await?;
        Ok((video, outputs))
    }

    async fn transcode(&self, id: TranscodeId, video: &Video, outputs: &[String]) -> Result<()> {
        let now = config::clock::now();
        let request = CreateTranscode {
            input_source: video.s3_key.clone(),
            output_formats: vec![Quality::Low],
        };
        let transcode = Transcode::accepted(id, &self.user_id, request, Some(video.id), now);
        let (transcodes, counters) = (&self.transcodes, &self.counters);
        transcodes
            .create(counters, &transcode, HoldingLimits::NONE)
            .await?;
        let until = now.after(Duration::from_secs(60));
        let lease = transcodes.take(id, WORKER, now, until).await?;
        ensure!(matches!(lease, Lease::Taken(_)), "{lease:?}");
        transcodes.begin(counters, id, WORKER, now).await?;
        transcodes
            .begin_processing(id, WORKER, &facts(), &[], &[], now)
            .await?;
        let state = transcodes.get(id).await?.context("no transcode")?;
        self.complete(&state.transcode, video.id, outputs, now)
            .await
    }

    async fn complete(
        &self,
        transcode: &Transcode,
        video: VideoId,
        outputs: &[String],
        now: Time,
    ) -> Result<()> {
        let asset = Asset {
            id: AssetId(Uuid::now_v7()),
            asset_type: AssetType::Thumbnail,
            format: "jpg".to_owned(),
            quality: None,
            s3_key: outputs[0].clone(),
            file_size: FILE.len() as u64,
            width: 2,
            height: 2,
        };
        let renditions = Renditions {
            transcode_id: transcode.id,
            preview_key: outputs[1].clone(),
            playlist_key: None,
            files: Vec::new(),
        };
        let made = Completion {
            assets: &[asset],
            playlist_key: None,
            stored_bytes: (FILE.len() * outputs.len()) as u64,
            video: Some(Rendered {
                id: video,
                renditions: &renditions,
                thumbnail_key: &outputs[0],
                facts: &facts(),
            }),
            webhooks: &self.webhooks,
        };
        self.transcodes
            .complete(&self.counters, &self.videos, transcode, WORKER, &made, now)
            .await?;
        Ok(())
    }

    /// One part came, and none after it; its key.
    async fn abandoned_upload(&self) -> Result<String> {
        let key = self.key("abandoned.mp4");
        let s3_upload_id = self.objects.begin_parts(&key, "video/mp4").await?;
        let request = self.s3.upload_part().bucket(&self.bucket).key(&key);
        let part = request.upload_id(&s3_upload_id).part_number(1);
        part.body(FILE.to_vec().into()).send().await?;
        let multipart = Multipart {
            upload_id: UploadId(Uuid::now_v7()),
            s3_upload_id,
        };
        self.upload("abandoned.mp4", Some(multipart)).await?;
        Ok(key)
    }
}

fn facts() -> Facts {
    Facts {
        file_size: FILE.len() as u64,
        duration: Some(1.0),
        width: 2,
        height: 2,
        rotation: 0,
        video_codec: "h264".to_owned(),
        audio_codec: None,
    }
}
