mod histories;
mod holding;
mod parts;
mod reading;

use std::time::Duration;

use super::*;
use crate::testing::{Tables, now};
use crate::{Counters, HoldError, TranscodeStats};
use domain::holding::{Holding, HoldingLimits, HoldingRefusal};
use domain::rendition::Quality;
use domain::time::Time;
use domain::transcode::{
    AssetType, CreateTranscode, TranscodeFault, TranscodePart, TranscodeWarning,
};
use domain::webhook::Event;
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);

struct World {
    tables: Tables,
    transcodes: TranscodesTable,
    counters: Counters,
    videos: crate::VideosTable,
    webhooks: crate::WebhooksTable,
}

impl World {
    fn new() -> Self {
        let tables = Tables::default();
        let client = tables.client();
        Self {
            transcodes: TranscodesTable::new(client.clone(), "transcodes"),
            counters: Counters::new(&client, "stats", "usage"),
            videos: crate::VideosTable::new(client.clone(), "videos"),
            webhooks: crate::WebhooksTable::new(client, "webhooks"),
            tables,
        }
    }

    async fn create(&self, transcode: &Transcode) {
        self.transcodes
            .create(&self.counters, transcode, HoldingLimits::NONE)
            .await
            .unwrap();
    }

    async fn state(&self, number: u128) -> TranscodeState {
        self.transcodes.get(id(number)).await.unwrap().unwrap()
    }

    /// Brings a new transcode so far that it may be completed by `worker`.
    async fn processing(&self, number: u128) -> Transcode {
        self.create(&transcode(number)).await;
        let taken = self.take(number, "worker").await;
        assert!(matches!(taken, Lease::Taken(_)));
        let (table, id) = (&self.transcodes, id(number));
        table
            .begin(&self.counters, id, "worker", now())
            .await
            .unwrap();
        let warnings = [TranscodeWarning::sound_unreadable()];
        table
            .begin_processing(id, "worker", &facts(), &[], &warnings, now())
            .await
            .unwrap();
        let transcode = self.state(number).await.transcode;
        assert_eq!(transcode.warnings, warnings);
        transcode
    }

    async fn holding(&self) -> Holding {
        self.counters.usage.holding("someone", now()).await.unwrap()
    }

    async fn take(&self, number: u128, owner: &str) -> Lease {
        let until = now().after(MINUTE);
        let taken = self.transcodes.take(id(number), owner, now(), until);
        taken.await.unwrap()
    }

    /// A worker makes a part.
    async fn make_part(&self, number: u128, part: TranscodePart) {
        let (table, id) = (&self.transcodes, id(number));
        let taken = table.take_part(id, part, "worker", now(), now().after(MINUTE));
        assert_eq!(taken.await.unwrap(), PartLease::Taken);
        let made = MadePart::Segment(Vec::new());
        let put = table.put_part(id, part, "worker", &made, now());
        put.await.unwrap();
    }

    async fn complete(&self, transcode: &Transcode, owner: &str) -> Result<Event, StoreError> {
        let assets = [asset(1), asset(2)];
        let made = Completion {
            assets: &assets,
            playlist_key: Some("master"),
            stored_bytes: 300,
            video: None,
            webhooks: &self.webhooks,
        };
        let later = now().after(MINUTE);
        self.transcodes
            .complete(&self.counters, &self.videos, transcode, owner, &made, later)
            .await
    }
}

fn id(number: u128) -> TranscodeId {
    TranscodeId(Uuid::from_u128(number))
}

fn transcode(number: u128) -> Transcode {
    let request = CreateTranscode {
        input_source: "gallery/someone/1-a.mp4".to_owned(),
        output_formats: Quality::ALL.to_vec(),
    };
    Transcode::accepted(id(number), "someone", request, None, now())
}

fn facts() -> domain::video::Facts {
    domain::video::Facts {
        file_size: 1000,
        duration: Some(12.5),
        width: 1920,
        height: 1080,
        rotation: 0,
        video_codec: "h264".to_owned(),
        audio_codec: None,
    }
}

fn asset(number: u128) -> Asset {
    Asset {
        id: AssetId(Uuid::from_u128(number)),
        asset_type: AssetType::Video,
        format: "mp4".to_owned(),
        quality: Some(Quality::High),
        s3_key: format!("videos/output/x/{number}.mp4"),
        file_size: 100,
        width: 1920,
        height: 1080,
    }
}

#[tokio::test]
async fn of_many_that_try_at_once_one_gets_the_lease() {
    let world = World::new();
    world.create(&transcode(1)).await;
    let names: Vec<String> = (0..20).map(|number| format!("worker-{number}")).collect();
    let tries = names.iter().map(|name| world.take(1, name));
    let taken = futures_util::future::join_all(tries).await;
    let got = taken
        .iter()
        .filter(|lease| matches!(lease, Lease::Taken(_)));
    assert_eq!(got.count(), 1);
    let until = now().after(MINUTE);
    let left = taken.iter().filter(|lease| **lease == Lease::Held(until));
    assert_eq!(left.count(), 19);
}

#[tokio::test]
async fn a_lease_that_lapsed_is_anybodys_and_its_owner_is_out() {
    let world = World::new();
    let transcode = world.processing(1).await;
    let (table, id) = (&world.transcodes, id(1));
    let later = now().after(MINUTE * 2);
    let taken = table.take(id, "other", later, later.after(MINUTE)).await;
    assert!(matches!(taken.unwrap(), Lease::Taken(_)));

    let out = |result: Result<(), StoreError>| assert!(result.unwrap_err().is_conflict());
    out(table.renew(id, "worker", later.after(MINUTE * 9)).await);
    out(table.release(id, "worker", None, later).await);
    out(table.progress(id, Some("worker"), 50, later).await);
    out(world.complete(&transcode, "worker").await.map(drop));
    let error = TranscodeFault::Corrupt.error();
    let failed = table.fail(
        &world.counters,
        &world.webhooks,
        &transcode,
        Some("worker"),
        &error,
        later,
    );
    out(failed.await.map(drop));
}

#[tokio::test]
async fn who_has_the_lease_keeps_it_as_long_as_it_is_renewed() {
    let world = World::new();
    world.create(&transcode(1)).await;
    world.take(1, "worker").await;
    let (table, later) = (&world.transcodes, now().after(MINUTE * 5));
    table
        .renew(id(1), "worker", later.after(MINUTE))
        .await
        .unwrap();
    let other = table.take(id(1), "other", later, later.after(MINUTE)).await;
    assert_eq!(other.unwrap(), Lease::Held(later.after(MINUTE)));

    let fault = TranscodeFault::UploadFailed.error();
    let given = table.release(id(1), "worker", Some(&fault), later).await;
    given.unwrap();
    assert_eq!(world.state(1).await.last_fault, Some(fault));
    let other = table.take(id(1), "other", later, later.after(MINUTE)).await;
    assert!(matches!(other.unwrap(), Lease::Taken(_)));
}

#[tokio::test]
async fn there_is_nothing_to_take_of_what_is_over_or_never_was() {
    let world = World::new();
    assert_eq!(world.take(1, "worker").await, Lease::Missing);
    let transcode = world.processing(1).await;
    world.complete(&transcode, "worker").await.unwrap();
    let ended = Lease::Ended(TranscodeStatus::Completed);
    assert_eq!(world.take(1, "other").await, ended);
}

/// Its worker cannot write any more, and the counters follow.
#[tokio::test]
async fn a_cancelled_one_ends_whoever_works_on_it() {
    let world = World::new();
    let (table, counters) = (&world.transcodes, &world.counters);
    let stale = Transcode {
        status: TranscodeStatus::Pending,
        ..world.processing(1).await
    };
    let too_old = table.cancel(counters, &world.webhooks, &stale, now()).await;
    assert!(too_old.unwrap_err().is_conflict());

    let transcode = world.state(1).await.transcode;
    let cancel = || table.cancel(counters, &world.webhooks, &transcode, now());
    cancel().await.unwrap();
    assert!(cancel().await.unwrap_err().is_conflict());
    let late = world.complete(&transcode, "worker").await;
    assert!(late.unwrap_err().is_conflict());
    let renewed = table.renew(id(1), "worker", now().after(MINUTE)).await;
    assert!(renewed.unwrap_err().is_conflict());
    let ended = Lease::Ended(TranscodeStatus::Cancelled);
    assert_eq!(world.take(1, "other").await, ended);
    let stats = counters.stats.transcodes().await.unwrap();
    let expected = TranscodeStats {
        cancelled: 1,
        ..TranscodeStats::default()
    };
    assert_eq!(stats, expected);
    assert_eq!(world.holding().await.transcodes, 0);
}

#[tokio::test]
async fn a_completed_one_shows_everything_at_once() {
    let world = World::new();
    let transcode = world.processing(1).await;
    let before = world.transcodes.with_assets(id(1)).await.unwrap().unwrap();
    assert_eq!(before.1, []);
    world.complete(&transcode, "worker").await.unwrap();
    let (after, assets) = world.transcodes.with_assets(id(1)).await.unwrap().unwrap();
    assert_eq!(
        (after.status, after.progress),
        (TranscodeStatus::Completed, 100)
    );
    assert_eq!(assets, [asset(1), asset(2)]);
    assert_eq!(after.processing_time(), Some(MINUTE));
    assert_eq!(after.duration, Some(12.5));
    let found = world.transcodes.asset(id(1), asset(2).id).await.unwrap();
    assert_eq!(found.unwrap().1, asset(2));
    assert_eq!(
        world.transcodes.asset(id(1), asset(3).id).await.unwrap(),
        None
    );
    let stats = world.counters.stats.transcodes().await.unwrap();
    let expected = TranscodeStats {
        completed: 1,
        processing_ms: 60_000,
        stored_bytes: 300,
        ..TranscodeStats::default()
    };
    assert_eq!(stats, expected);
}

#[tokio::test]
async fn progress_never_falls() {
    let world = World::new();
    world.processing(1).await;
    let table = &world.transcodes;
    table
        .progress(id(1), Some("worker"), 40, now())
        .await
        .unwrap();
    for lower in [40, 39, 10] {
        let error = table.progress(id(1), Some("worker"), lower, now()).await;
        assert!(error.unwrap_err().is_conflict(), "{lower}");
    }
    assert_eq!(world.state(1).await.transcode.progress, 40);
}

#[tokio::test]
async fn the_first_plan_is_everybodys() {
    let world = World::new();
    let table = &world.transcodes;
    assert_eq!(table.kept_plan(id(1)).await.unwrap(), None);
    assert_eq!(table.keep_plan(id(1), "one").await.unwrap(), "one");
    assert_eq!(table.keep_plan(id(1), "other").await.unwrap(), "one");
    let kept = table.kept_plan(id(1)).await.unwrap();
    assert_eq!(kept.as_deref(), Some("one"));
}

#[tokio::test]
async fn only_an_untouched_one_can_be_withdrawn() {
    let world = World::new();
    world.create(&transcode(1)).await;
    world.create(&transcode(2)).await;
    world.take(2, "worker").await;
    let (table, counters) = (&world.transcodes, &world.counters);
    table.withdraw(counters, &transcode(1)).await.unwrap();
    assert_eq!(table.get(id(1)).await.unwrap(), None);
    let error = table.withdraw(counters, &transcode(2)).await.unwrap_err();
    assert!(error.is_conflict());
    assert_eq!(counters.stats.transcodes().await.unwrap().pending, 1);
}

#[tokio::test]
async fn nobody_ends_what_somebody_works_on() {
    let world = World::new();
    let transcode = world.processing(1).await;
    let error = TranscodeFault::WorkerLost.error();
    let (table, counters) = (&world.transcodes, &world.counters);
    let early = table
        .fail(counters, &world.webhooks, &transcode, None, &error, now())
        .await;
    assert!(early.unwrap_err().is_conflict());
    let later = now().after(MINUTE * 2);
    table
        .fail(counters, &world.webhooks, &transcode, None, &error, later)
        .await
        .unwrap();
    let state = world.state(1).await;
    assert_eq!(state.transcode.status, TranscodeStatus::Failed);
    assert_eq!(state.transcode.error, Some(error));
    assert_eq!(state.lease_state.lease_until, None);
}

#[tokio::test]
async fn a_long_one_is_removed_with_all_its_rows() {
    let world = World::new();
    let transcode = world.processing(1).await;
    for index in 0..200 {
        world.make_part(1, TranscodePart::Segment(index)).await;
    }
    let (table, counters, videos) = (&world.transcodes, &world.counters, &world.videos);
    let open = table
        .remove(counters, videos, &transcode)
        .await
        .unwrap_err();
    assert!(open.is_conflict());
    world.complete(&transcode, "worker").await.unwrap();
    let ended = world.state(1).await.transcode;
    table.remove(counters, videos, &ended).await.unwrap();
    assert_eq!(table.row_names(id(1)).await.unwrap(), [""; 0]);
    assert_eq!(
        counters.stats.transcodes().await.unwrap(),
        TranscodeStats::default()
    );
    let again = table.remove(counters, videos, &ended).await.unwrap_err();
    assert!(again.is_conflict());
}
