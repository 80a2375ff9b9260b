mod histories;
mod holding;
mod lists;

use std::time::Duration;

use super::*;
use crate::change::to_item;
use crate::testing::{self, Tables, facts, now};
use crate::transaction;
use crate::{Counters, HoldError};
use domain::holding::{Holding, HoldingLimits, HoldingRefusal};
use domain::ids::{TranscodeId, UploadId};
use domain::search::SearchQuery;
use domain::time::Time;
use domain::upload::{Multipart, Upload};
use domain::video::{Details, Renditions, UpdateVideo, VideoStatus, Visibility};
use serde_json::{Value, json};
use uuid::Uuid;

/// As many as the histories come to.
const LIMITS: HoldingLimits = HoldingLimits {
    at_once: 20,
    stored_bytes: 100_000,
};

struct World {
    tables: Tables,
    videos: VideosTable,
    counters: Counters,
}

impl World {
    fn new() -> Self {
        let tables = Tables::default();
        let client = tables.client();
        Self {
            videos: VideosTable::new(client.clone(), "videos"),
            counters: Counters::new(&client, "stats", "usage"),
            tables,
        }
    }

    async fn hand_out(&self, upload: &Upload) -> Result<(), HoldError> {
        let usage = &self.counters.usage;
        self.videos.announce(usage, upload, LIMITS).await
    }

    async fn forget(&self, upload: &Upload) -> Result<(), StoreError> {
        let usage = &self.counters.usage;
        self.videos.forget_upload(usage, upload).await
    }

    async fn delete(&self, video: &Video) -> bool {
        let usage = &self.counters.usage;
        let deleted = self.videos.delete(usage, video.clone(), now());
        deleted.await.unwrap()
    }

    async fn holding(&self, user_id: &str, now: Time) -> Holding {
        self.counters.usage.holding(user_id, now).await.unwrap()
    }

    async fn announce(&self, number: u128, user_id: &str) -> Upload {
        let upload = upload(number, user_id);
        self.hand_out(&upload).await.unwrap();
        upload
    }

    async fn confirm(&self, upload: &Upload, video: &Video) -> NewVideo {
        let confirmation = Confirmation {
            upload,
            etag: "\"etag\"",
        };
        let confirmed =
            self.videos
                .confirm(&self.counters, confirmation, video, LIMITS.stored_bytes);
        confirmed.await.unwrap()
    }

    /// An upload that became this video.
    async fn add(&self, video: &Video) {
        let number = video.id.0.as_u128();
        let upload = self.announce(number, &video.user_id).await;
        assert_eq!(self.confirm(&upload, video).await, NewVideo::Created);
    }

    /// The same without the calls, for many of them; nothing is counted.
    fn put(&self, video: &Video) {
        let feed = video.feed();
        let mut row = to_item(&VideoRow::of(video, &feed)).unwrap();
        row.extend(video_key(video.id));
        self.tables.put("videos", row);
        for write in self.videos.put_words(video).unwrap() {
            self.tables.put("videos", write.put.unwrap().item);
        }
    }

    async fn publish(&self, film: &Video) -> NewVideo {
        let upload = &Upload::of_film(film);
        let etag = "\"e\"";
        let confirmation = Confirmation { upload, etag };
        self.videos.publish(confirmation, film).await.unwrap()
    }

    async fn found(&self, id: VideoId) -> Video {
        self.videos.get(id).await.unwrap().unwrap()
    }

    async fn update(&self, video: &Video, body: &Value) -> Option<Video> {
        let text = |name: &str| body[name].as_str();
        let visibility = text("visibility").map(|name| name.parse().unwrap());
        let update = UpdateVideo::new(text("title"), text("description"), visibility).unwrap();
        let later = now().after(Duration::from_secs(60));
        let updated = self.videos.update(video.clone(), &update, later).await;
        updated.unwrap()
    }

    fn count(&self, counted: &str) -> i64 {
        let row = self
            .tables
            .row("videos", &format!("count#{counted}"), "count");
        row.map_or(0, |row| row["videos"].as_n().unwrap().parse().unwrap())
    }

    fn words(&self) -> Vec<(String, String)> {
        self.tables.under("videos", "term#")
    }
}

fn upload(number: u128, user_id: &str) -> Upload {
    let key = format!("gallery/{user_id}/{number}-a.mp4");
    testing::upload(&key, user_id, id(number), Some(1000))
}

fn id(number: u128) -> VideoId {
    VideoId(Uuid::from_u128(number))
}

/// A video that was confirmed so many seconds after the first one.
pub(super) fn video(number: u128, user_id: &str, visibility: Visibility, title: &str) -> Video {
    let details = Details {
        title: title.to_owned(),
        description: String::new(),
        visibility,
    };
    let key = format!("gallery/{user_id}/{number}-a.mp4");
    let seconds = u64::try_from(number).unwrap();
    let at = now().after(Duration::from_secs(seconds));
    Video::uploaded(id(number), user_id, &key, details, facts(), at)
}

fn renditions(transcode: u128) -> Renditions {
    Renditions {
        transcode_id: TranscodeId(Uuid::from_u128(transcode)),
        preview_key: "preview.gif".to_owned(),
        playlist_key: None,
        files: Vec::new(),
    }
}

#[tokio::test]
async fn an_upload_is_confirmed_once() {
    let world = World::new();
    let upload = world.announce(1, "one").await;
    let row = |world: &World| {
        let partition = format!("upload#{}", upload.s3_key);
        world.tables.row("videos", &partition, "upload").unwrap()
    };
    assert!(row(&world).contains_key("expiresAt"));

    let film = video(1, "one", Visibility::Public, "Amazing");
    assert_eq!(world.confirm(&upload, &film).await, NewVideo::Created);
    let again = video(1, "one", Visibility::Private, "Other words");
    assert_eq!(world.confirm(&upload, &again).await, NewVideo::Existed);

    assert_eq!(world.found(film.id).await, film);
    let confirmed = world.videos.upload(&upload.s3_key).await.unwrap().unwrap();
    assert_eq!(confirmed.confirmed_at, Some(film.created_at));
    let row = row(&world);
    assert!(!row.contains_key("expiresAt"), "it would go by itself");
    assert_eq!(row["etag"], text("\"etag\""));
    assert_eq!((world.count("public"), world.count("owner#one")), (1, 1));
    assert_eq!(world.words().len(), 1);
    assert_eq!(world.counters.stats.upload_bytes().await.unwrap(), 1000);
}

#[tokio::test]
async fn an_upload_becomes_nobody_elses_video() {
    let world = World::new();
    let upload = world.announce(1, "one").await;
    let stolen = video(1, "other", Visibility::Public, "Mine");
    assert_eq!(world.confirm(&upload, &stolen).await, NewVideo::Existed);
    assert_eq!(world.videos.get(stolen.id).await.unwrap(), None);
    assert_eq!(world.words(), []);
}

#[tokio::test]
async fn a_key_is_handed_out_once_and_forgotten_only_before_it_is_confirmed() {
    let world = World::new();
    let mut upload = upload(1, "one");
    let upload_id = UploadId(Uuid::from_u128(7));
    upload.multipart = Some(Multipart {
        upload_id,
        s3_upload_id: "s3".to_owned(),
    });
    world.hand_out(&upload).await.unwrap();
    let again = world.hand_out(&upload).await.unwrap_err();
    assert!(matches!(again, HoldError::Store(error) if error.is_conflict()));
    let found = world.videos.multipart(upload_id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&upload));

    world.forget(&upload).await.unwrap();
    assert_eq!(world.videos.multipart(upload_id).await.unwrap(), None);
    assert_eq!(world.tables.under("videos", ""), []);

    world.hand_out(&upload).await.unwrap();
    let film = video(1, "one", Visibility::Public, "Film");
    world.confirm(&upload, &film).await;
    let refused = world.forget(&upload).await.unwrap_err();
    assert!(refused.is_conflict());
}

#[tokio::test]
async fn each_reading_of_the_details_counts() {
    let world = World::new();
    let film = video(1, "one", Visibility::Public, "Film");
    world.add(&film).await;
    for views in 1..=3 {
        let viewer = [None, Some("one"), Some("other")][views - 1];
        let seen = world.videos.view(film.id, viewer).await.unwrap();
        assert_eq!(seen.views, views as u64);
    }
    // A change in between loses no view.
    let renamed = world.update(&film, &json!({"title": "Renamed"})).await;
    assert_eq!(renamed.unwrap().title, "Renamed");
    let seen = world.videos.view(film.id, None).await.unwrap();
    assert_eq!((seen.views, seen.title.as_str()), (4, "Renamed"));
}

#[tokio::test]
async fn only_its_owner_views_what_is_private() {
    let world = World::new();
    let private = video(1, "one", Visibility::Private, "Secret");
    world.add(&private).await;
    for viewer in [None, Some("other"), Some("")] {
        let refused = world.videos.view(private.id, viewer).await;
        assert!(matches!(refused, Err(ViewError::Forbidden)), "{viewer:?}");
    }
    assert_eq!(world.found(private.id).await.views, 0);
    let seen = world.videos.view(private.id, Some("one")).await.unwrap();
    assert_eq!(seen.views, 1);

    let nothing = world.videos.view(id(9), None).await;
    assert!(matches!(nothing, Err(ViewError::Missing)));
    assert_eq!(
        world.tables.under("videos", &format!("video#{}", id(9))),
        []
    );

    let unlisted = video(2, "one", Visibility::Unlisted, "By its link");
    world.add(&unlisted).await;
    assert!(world.videos.view(unlisted.id, None).await.is_ok());
}

#[tokio::test]
async fn a_change_moves_the_video_with_its_words_and_counters() {
    let world = World::new();
    let film = video(1, "one", Visibility::Public, "Red fox");
    world.add(&film).await;
    let change = json!({"title": "Blue fox", "visibility": "private"});
    let changed = world.update(&film, &change).await.unwrap();

    assert_eq!(changed.visibility, Visibility::Private);
    assert_eq!(world.found(film.id).await, changed);
    assert_eq!((world.count("public"), world.count("private#one")), (0, 1));
    assert_eq!(world.count("owner#one"), 1);
    let partitions: Vec<String> = world.words().into_iter().map(|key| key.0).collect();
    assert_eq!(partitions, ["term#private#one#b", "term#private#one#f"]);
}

#[tokio::test]
async fn a_change_that_is_overtaken_is_made_on_what_is_left() {
    let world = World::new();
    let film = video(1, "one", Visibility::Public, "Red fox");
    world.add(&film).await;
    world.update(&film, &json!({"title": "Blue fox"})).await;
    // This one read the video before the change above.
    let changed = world.update(&film, &json!({"visibility": "private"})).await;
    assert_eq!(changed.unwrap().title, "Blue fox");
    let partitions: Vec<String> = world.words().into_iter().map(|key| key.0).collect();
    assert_eq!(partitions, ["term#private#one#b", "term#private#one#f"]);
}

#[tokio::test]
async fn a_deleted_video_is_nowhere_but_in_the_trash() {
    let world = World::new();
    let film = video(1, "one", Visibility::Public, "Red fox");
    world.add(&film).await;
    world.update(&film, &json!({"title": "Blue fox"})).await;
    // As it was read before the change.
    assert!(world.delete(&film).await);
    assert!(!world.delete(&film).await);

    assert_eq!(world.videos.get(film.id).await.unwrap(), None);
    assert_eq!(world.update(&film, &json!({"title": "No"})).await, None);
    assert_eq!(world.words(), []);
    assert_eq!((world.count("public"), world.count("owner#one")), (0, 0));
    let trash = world.tables.under("videos", "trash");
    assert_eq!(trash.len(), 1);
    let row = world.tables.row("videos", "trash", &trash[0].1).unwrap();
    assert_eq!(row["s3Key"], text(&film.s3_key));
    assert_eq!(row["source"], text("upload"));
}

#[tokio::test]
async fn a_transcode_gives_renditions_and_takes_only_its_own() {
    let world = World::new();
    let film = video(1, "one", Visibility::Public, "Film");
    world.add(&film).await;
    let table = &world.videos;
    let give = |id, transcode: u128| {
        let renditions = renditions(transcode);
        let write = table.renditions_write(id, &renditions, "picture", &facts(), now());
        transaction::commit(&table.client, "give", vec![write.unwrap()])
    };
    let take = |transcode: u128| {
        let transcode = TranscodeId(Uuid::from_u128(transcode));
        let write = table.forget_renditions_write(film.id, transcode);
        transaction::commit(&table.client, "take", vec![write.unwrap()])
    };
    give(film.id, 10).await.unwrap();
    let ready = world.found(film.id).await;
    assert_eq!(ready.status, VideoStatus::Ready);
    assert_eq!(ready.thumbnail_key.as_deref(), Some("picture"));
    assert_eq!(ready.renditions, Some(renditions(10)));

    give(film.id, 11).await.unwrap();
    assert!(take(10).await.unwrap_err().is_conflict());
    take(11).await.unwrap();
    let plain = world.found(film.id).await;
    assert_eq!(plain.status, VideoStatus::Uploaded);
    assert_eq!((plain.renditions, plain.thumbnail_key), (None, None));
    assert!(give(id(9), 12).await.unwrap_err().is_conflict());
}

#[tokio::test]
async fn a_film_keeps_its_own_picture() {
    let world = World::new();
    let mut film = video(1, "one", Visibility::Public, "Film");
    film.s3_key = format!("{}/final.mp4", film.id);
    film.thumbnail_key = Some("own.jpg".to_owned());
    assert_eq!(world.publish(&film).await, NewVideo::Created);
    assert_eq!(world.publish(&film).await, NewVideo::Existed);
    assert_eq!(world.count("public"), 1);

    let table = &world.videos;
    let made = renditions(10);
    let give = table.renditions_write(film.id, &made, "made.jpg", &facts(), now());
    transaction::commit(&table.client, "give", vec![give.unwrap()])
        .await
        .unwrap();
    let picture = world.found(film.id).await.thumbnail_key;
    assert_eq!(picture.as_deref(), Some("made.jpg"));
    let take = table.forget_renditions_write(film.id, made.transcode_id);
    transaction::commit(&table.client, "take", vec![take.unwrap()])
        .await
        .unwrap();
    let picture = world.found(film.id).await.thumbnail_key;
    assert_eq!(picture.as_deref(), Some("own.jpg"));

    // Taken out of the gallery and shown again: the same video.
    assert!(world.delete(&film).await);
    assert_eq!(world.publish(&film).await, NewVideo::Created);
    assert_eq!(world.found(film.id).await, film);
}

#[tokio::test]
async fn two_films_of_a_video_that_are_deleted_at_one_moment_are_both_in_the_trash() {
    let world = World::new();
    let mut film = video(1, "one", Visibility::Public, "Film");
    let folder = film.id;
    for name in ["final.mp4", "redo-5/final.mp4"] {
        film.s3_key = format!("{folder}/{name}");
        assert_eq!(world.publish(&film).await, NewVideo::Created);
        assert!(world.delete(&film).await);
    }
    let trash = world.tables.under("videos", "trash");
    assert_eq!(trash.len(), 2);
}
