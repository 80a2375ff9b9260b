//! What a user holds: open uploads and stored bytes, never more than may be (fault S3).

use super::*;
use domain::upload::LINK_LIFE;
use futures_util::future::join_all;

const TWO: HoldingLimits = HoldingLimits {
    at_once: 2,
    stored_bytes: 2500,
};

impl World {
    async fn hand_out_of_two(&self, upload: &Upload) -> Result<(), HoldError> {
        let usage = &self.counters.usage;
        self.videos.announce(usage, upload, TWO).await
    }

    async fn confirm_of_two(&self, number: u128) -> Result<NewVideo, HoldError> {
        let upload = upload(number, "one");
        let confirmation = Confirmation {
            upload: &upload,
            etag: "etag",
        };
        let video = video(number, "one", Visibility::Public, "Film");
        self.videos
            .confirm(&self.counters, confirmation, &video, TWO.stored_bytes)
            .await
    }

    async fn open_uploads(&self) -> u32 {
        self.holding("one", now()).await.open_uploads
    }
}

fn refusal<T>(result: Result<T, HoldError>) -> Option<HoldingRefusal> {
    match result {
        Ok(_) => None,
        Err(HoldError::Refused(refusal)) => Some(refusal),
        Err(HoldError::Store(error)) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn of_parallel_uploads_no_more_are_open_than_may_be() {
    let world = World::new();
    let uploads: Vec<Upload> = (0..30).map(|number| upload(number, "one")).collect();
    let announced = uploads.iter().map(|upload| world.hand_out_of_two(upload));
    let refused = join_all(announced).await.into_iter().filter_map(refusal);
    assert_eq!(refused.collect::<Vec<_>>(), [HoldingRefusal::Uploads; 28]);
    assert_eq!(world.open_uploads().await, 2);
    assert_eq!(world.tables.under("videos", "").len(), 2);
    let others = upload(99, "other");
    assert_eq!(refusal(world.hand_out_of_two(&others).await), None);
}

#[tokio::test]
async fn a_place_is_given_back_once_by_confirming_or_giving_up() {
    let world = World::new();
    let (one, other) = (upload(1, "one"), upload(2, "one"));
    world.hand_out_of_two(&one).await.unwrap();
    world.hand_out_of_two(&other).await.unwrap();
    for _ in 0..2 {
        world.confirm_of_two(1).await.unwrap();
        assert_eq!(world.open_uploads().await, 1);
    }
    world.forget(&other).await.unwrap();
    assert!(world.forget(&other).await.unwrap_err().is_conflict());
    assert_eq!(world.open_uploads().await, 0);
}

#[tokio::test]
async fn a_place_that_nobody_confirms_is_free_when_its_link_has_expired() {
    let world = World::new();
    for number in 1..=2 {
        world.hand_out_of_two(&upload(number, "one")).await.unwrap();
    }
    let later = |number, at| Upload {
        created_at: at,
        ..upload(number, "one")
    };
    let before = now().after(LINK_LIFE).before(Duration::from_secs(1));
    let refused = world.hand_out_of_two(&later(3, before)).await;
    assert_eq!(refusal(refused), Some(HoldingRefusal::Uploads));
    let expired = now().after(LINK_LIFE);
    assert_eq!(world.holding("one", expired).await.open_uploads, 0);
    world.hand_out_of_two(&later(4, expired)).await.unwrap();
    // What has expired does not stay in the row, and may be confirmed all the same.
    let row = world.tables.row("usage", "one", "holding").unwrap();
    let open = row.keys().filter(|name| name.starts_with("upload_"));
    assert_eq!(open.count(), 1);
    world.confirm_of_two(1).await.unwrap();
    assert_eq!(world.holding("one", expired).await.open_uploads, 1);
}

#[tokio::test]
async fn an_upload_in_parts_is_open_for_a_day() {
    let world = World::new();
    let multipart = Multipart {
        upload_id: UploadId(Uuid::from_u128(7)),
        s3_upload_id: "s3".to_owned(),
    };
    let upload = Upload {
        multipart: Some(multipart),
        ..upload(1, "one")
    };
    world.hand_out_of_two(&upload).await.unwrap();
    let day = LINK_LIFE * 24;
    let before = now().after(day).before(Duration::from_secs(1));
    assert_eq!(world.holding("one", before).await.open_uploads, 1);
    assert_eq!(world.holding("one", now().after(day)).await.open_uploads, 0);
}

#[tokio::test]
async fn an_upload_is_handed_out_only_where_its_size_fits() {
    let world = World::new();
    world
        .add(&video(1, "one", Visibility::Public, "Film"))
        .await;
    let sized = |number, size| Upload {
        size: Some(size),
        ..upload(number, "one")
    };
    let refused = world.hand_out_of_two(&sized(2, 1501)).await;
    assert_eq!(refusal(refused), Some(HoldingRefusal::StoredBytes));
    assert_eq!(world.open_uploads().await, 0);
    assert_eq!(refusal(world.hand_out_of_two(&sized(3, 1500)).await), None);
}

#[tokio::test]
async fn parallel_confirmations_never_store_more_than_may_be() {
    let world = World::new();
    for number in 0..6 {
        let upload = upload(number, "one");
        world.hand_out(&upload).await.unwrap();
    }
    // Each has a thousand bytes.
    let confirmed = join_all((0..6).map(|number| world.confirm_of_two(number))).await;
    let refused = confirmed.into_iter().filter_map(refusal);
    assert_eq!(
        refused.collect::<Vec<_>>(),
        [HoldingRefusal::StoredBytes; 4]
    );
    let held = world.holding("one", now()).await;
    assert_eq!((held.stored_bytes, held.open_uploads), (2000, 4));

    // What is deleted is free again, once.
    let shown: Vec<Video> = world
        .videos
        .list(
            &Listing::Visible {
                viewer: None,
                only: None,
            },
            10,
            0,
            None,
        )
        .await
        .unwrap()
        .videos;
    assert!(world.delete(&shown[0]).await);
    assert!(!world.delete(&shown[0]).await);
    assert_eq!(world.holding("one", now()).await.stored_bytes, 1000);
}

#[tokio::test]
async fn a_file_larger_than_all_that_may_be_stored_is_refused() {
    let world = World::new();
    world.announce(1, "one").await;
    let (upload, film) = (
        upload(1, "one"),
        video(1, "one", Visibility::Public, "Film"),
    );
    let confirmation = Confirmation {
        upload: &upload,
        etag: "etag",
    };
    let confirmed = world
        .videos
        .confirm(&world.counters, confirmation, &film, 999);
    assert_eq!(refusal(confirmed.await), Some(HoldingRefusal::StoredBytes));
    assert_eq!(world.videos.get(film.id).await.unwrap(), None);
}
