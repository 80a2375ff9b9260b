use domain::holding::HoldingLimits;
use domain::ids::UploadId;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{self, Bucket, Tables, now};
use store::{Objects, UsageTable, VideosTable};
use uuid::Uuid;

use super::*;

const KEY: &str = "gallery/owner/1-film.mp4";
const S3_ID: &str = "s3-upload";

struct World {
    tables: Tables,
    bucket: Bucket,
    uploads: Uploads,
    id: UploadId,
}

impl World {
    /// An upload of `owner` in two parts, of which one is stored.
    async fn new() -> Self {
        let (tables, bucket) = (Tables::default(), Bucket::default());
        let uploads = Uploads {
            videos: VideosTable::new(tables.client(), "videos"),
            usage: UsageTable::new(tables.client(), "usage"),
            objects: Objects::new(bucket.client(), "bucket"),
            clock: domain::time::Clock::fixed(now()),
        };
        let id = UploadId(Uuid::from_u128(2));
        let upload = testing::upload_in_parts(KEY, "owner", 9_000_000, id, S3_ID);
        let announced = uploads
            .videos
            .announce(&uploads.usage, &upload, HoldingLimits::NONE);
        announced.await.unwrap();
        bucket.put_parts(S3_ID, &[8 * 1024 * 1024]);
        Self {
            tables,
            bucket,
            uploads,
            id,
        }
    }

    async fn abort(&self, caller: &str) -> (u16, Value) {
        let path = format!("/api/upload/multipart/{}", self.id);
        let request = request("DELETE", &path, &Value::Null);
        answer(handle(user(caller), request, self.uploads.clone()).await)
    }

    async fn is_known(&self) -> bool {
        self.uploads.videos.upload(KEY).await.unwrap().is_some()
    }
}

#[tokio::test]
async fn an_upload_is_given_up_with_its_parts_and_then_unknown() {
    let world = World::new().await;
    assert_eq!(world.abort("owner").await.0, 200);
    assert!(!world.bucket.has_parts(S3_ID));
    assert!(!world.is_known().await);
    assert_eq!(world.abort("owner").await.0, 404);
}

#[tokio::test]
async fn somebody_elses_upload_is_unknown() {
    let world = World::new().await;
    assert_eq!(world.abort("stranger").await.0, 404);
    assert!(world.bucket.has_parts(S3_ID) && world.is_known().await);
}

#[tokio::test]
async fn a_completed_upload_stays_and_can_be_confirmed() {
    let world = World::new().await;
    world.bucket.put(KEY, b"film");
    let (status, body) = world.abort("owner").await;
    assert_eq!((status, &body["code"]), (409, &json!("CONFLICT")));
    assert!(world.bucket.object(KEY).is_some() && world.is_known().await);
}

/// The janitor finds parts without a row; a row without parts could be confirmed never.
#[tokio::test]
async fn while_storage_fails_nothing_is_promised() {
    let world = World::new().await;
    world.tables.outage().begin_after(0);
    assert_eq!(world.abort("owner").await.0, 500);
    world.tables.outage().end();
    world.bucket.outage().begin_after(0);
    assert_eq!(world.abort("owner").await.0, 500);
    world.bucket.outage().end();
    assert!(world.bucket.has_parts(S3_ID) && world.is_known().await);
    assert_eq!(world.abort("owner").await.0, 200);
}
