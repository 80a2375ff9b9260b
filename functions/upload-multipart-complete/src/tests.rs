use domain::holding::HoldingLimits;
use domain::ids::UploadId;
use domain::upload::PART_BYTES;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{self, Bucket, Tables, now};
use store::{Objects, UsageTable, VideosTable};
use uuid::Uuid;

use super::*;

const KEY: &str = "gallery/owner/1-film.mp4";
const S3_ID: &str = "s3-upload";
const SIZE: usize = PART_BYTES as usize + 1000;

struct World {
    bucket: Bucket,
    uploads: Uploads,
    id: UploadId,
}

impl World {
    /// An upload of `owner` in two parts, of which those of these lengths are stored.
    async fn with_parts(lengths: &[usize]) -> Self {
        let (tables, bucket) = (Tables::default(), Bucket::default());
        let uploads = Uploads {
            videos: VideosTable::new(tables.client(), "videos"),
            usage: UsageTable::new(tables.client(), "usage"),
            objects: Objects::new(bucket.client(), "bucket"),
            clock: domain::time::Clock::fixed(now()),
        };
        let id = UploadId(Uuid::from_u128(2));
        let upload = testing::upload_in_parts(KEY, "owner", SIZE as u64, id, S3_ID);
        let announced = uploads
            .videos
            .announce(&uploads.usage, &upload, HoldingLimits::NONE);
        announced.await.unwrap();
        bucket.put_parts(S3_ID, lengths);
        Self {
            bucket,
            uploads,
            id,
        }
    }

    async fn complete(&self, caller: &str) -> (u16, Value) {
        let path = format!("/api/upload/multipart/{}/complete", self.id);
        let request = request("POST", &path, &json!({}));
        answer(handle(user(caller), request, self.uploads.clone()).await)
    }
}

#[tokio::test]
async fn completing_twice_is_the_same_as_once() {
    let world = World::with_parts(&[PART_BYTES as usize, 1000]).await;
    for _ in 0..2 {
        let (status, body) = world.complete("owner").await;
        assert_eq!((status, &body["fileSize"]), (200, &json!(SIZE)), "{body}");
    }
    assert_eq!(
        world.bucket.object(KEY).map(|object| object.len()),
        Some(SIZE)
    );
}

#[tokio::test]
async fn parts_that_are_missing_or_of_another_length_are_named() {
    let world = World::with_parts(&[1000]).await;
    let (status, body) = world.complete("owner").await;
    assert_eq!((status, &body["code"]), (409, &json!("UPLOAD_INCOMPLETE")));
    assert_eq!(body["details"]["missing"], json!([1, 2]));
    assert!(world.bucket.has_parts(S3_ID));
}

#[tokio::test]
async fn an_upload_of_somebody_else_or_given_up_is_unknown() {
    let world = World::with_parts(&[PART_BYTES as usize, 1000]).await;
    assert_eq!(world.complete("stranger").await.0, 404);
    let objects = &world.uploads.objects;
    objects.abort_parts(KEY, S3_ID).await.unwrap();
    assert_eq!(world.complete("owner").await.0, 404);
}

/// S3's answer was late, or two completions met: the object says that it went well.
#[tokio::test]
async fn a_completion_that_failed_is_held_against_the_object() {
    let world = World::with_parts(&[PART_BYTES as usize, 1000]).await;
    let conflict = || StoreError::Conflict {
        operation: "complete parts",
    };
    let late = || StoreError::Unavailable {
        operation: "complete parts",
        source: "no answer in time".into(),
    };
    let upload = world.uploads.videos.upload(KEY).await.unwrap().unwrap();
    let before = async |error| completed_before(&world.uploads, &upload, error).await;
    let status = |result: Result<u64, ApiError>| result.map_err(|error| error.status().as_u16());
    assert_eq!(status(before(conflict()).await), Err(409));
    assert_eq!(status(before(late()).await), Err(503));
    world.bucket.put(KEY, &[0; 7]);
    assert_eq!(status(before(conflict()).await), Ok(7));
    assert_eq!(status(before(late()).await), Ok(7));
}

#[tokio::test]
async fn while_storage_fails_nothing_is_promised() {
    let world = World::with_parts(&[PART_BYTES as usize, 1000]).await;
    for calls in 0..2 {
        world.bucket.outage().begin_after(calls);
        assert_eq!(world.complete("owner").await.0, 500, "{calls}");
        world.bucket.outage().end();
        assert!(world.bucket.has_parts(S3_ID));
    }
    assert_eq!(world.complete("owner").await.0, 200);
}
