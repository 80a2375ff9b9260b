use domain::holding::HoldingLimits;
use domain::ids::VideoId;
use domain::time::Clock;
use domain::video::Visibility;
use edge::http::testing::{answer, request, user};
use serde_json::Value;
use store::testing::{self, Bucket, Tables, now};
use store::{Confirmation, Counters, Links, Objects, VideosTable};
use uuid::Uuid;

use super::*;

const KEY: &str = "gallery/owner/1-film.mp4";

struct World {
    tables: Tables,
    bucket: Bucket,
    gallery: Gallery,
    usage: UsageTable,
}

impl World {
    /// With a public video of `owner`, whose file is in the bucket.
    async fn new() -> Self {
        let (tables, bucket) = (Tables::default(), Bucket::default());
        let gallery = Gallery {
            videos: VideosTable::new(tables.client(), "videos"),
            objects: Objects::new(bucket.client(), "bucket"),
            links: Links::new(bucket.client(), "bucket", None),
            clock: Clock::fixed(now()),
        };
        let upload = testing::upload(KEY, "owner", id(), None);
        let counters = Counters::new(&tables.client(), "stats", "usage");
        let announced = gallery
            .videos
            .announce(&counters.usage, &upload, HoldingLimits::NONE);
        announced.await.unwrap();
        let confirmation = Confirmation {
            upload: &upload,
            etag: "etag",
        };
        let video = testing::video(&upload, Visibility::Public);
        let confirmed = gallery
            .videos
            .confirm(&counters, confirmation, &video, 1000);
        confirmed.await.unwrap();
        bucket.put(KEY, b"film");
        Self {
            tables,
            bucket,
            gallery,
            usage: counters.usage,
        }
    }

    async fn delete(&self, caller: &str) -> u16 {
        let path = format!("/api/gallery/videos/{}", id());
        let request = request("DELETE", &path, &Value::Null);
        answer(
            handle(
                user(caller),
                request,
                self.gallery.clone(),
                self.usage.clone(),
            )
            .await,
        )
        .0
    }

    async fn is_there(&self) -> bool {
        self.gallery.videos.get(id()).await.unwrap().is_some()
    }
}

fn id() -> VideoId {
    VideoId(Uuid::from_u128(1))
}

/// The janitor removes the file when its grace is over (D25).
#[tokio::test]
async fn a_deleted_video_is_gone_at_once_and_its_file_later() {
    let world = World::new().await;
    assert_eq!(world.delete("owner").await, 200);
    assert!(!world.is_there().await);
    assert!(world.bucket.object(KEY).is_some());
    assert_eq!(world.delete("owner").await, 404);
}

#[tokio::test]
async fn somebody_elses_video_stays() {
    let world = World::new().await;
    assert_eq!(world.delete("stranger").await, 403);
    assert!(world.is_there().await);
}

#[tokio::test]
async fn while_the_table_fails_the_video_stays() {
    let world = World::new().await;
    for calls in 0..2 {
        world.tables.outage().begin_after(calls);
        assert_eq!(world.delete("owner").await, 500, "{calls}");
        world.tables.outage().end();
        assert!(world.is_there().await);
    }
    assert_eq!(world.delete("owner").await, 200);
}
