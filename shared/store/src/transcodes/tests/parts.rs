//! The parts of a long transcode: each is one worker's at a time, and made once.

use super::*;

const PART: TranscodePart = TranscodePart::Segment(3);

fn made() -> MadePart {
    MadePart::Segment(vec![StoredPiece {
        quality: Quality::Low,
        file: StoredFile {
            size: 7,
            sha256: "digest".to_owned(),
        },
    }])
}

impl World {
    async fn take_part(&self, owner: &str, at: Time) -> PartLease {
        let until = at.after(MINUTE);
        let taken = self.transcodes.take_part(id(1), PART, owner, at, until);
        taken.await.unwrap()
    }

    async fn part(&self) -> PartState {
        let part = self.transcodes.part(id(1), PART).await.unwrap();
        part.unwrap()
    }
}

#[tokio::test]
async fn of_many_that_try_at_once_one_gets_the_part() {
    let world = World::new();
    world.processing(1).await;
    let names: Vec<String> = (0..20).map(|number| format!("worker-{number}")).collect();
    let tries = names.iter().map(|name| world.take_part(name, now()));
    let taken = futures_util::future::join_all(tries).await;
    let got = taken.iter().filter(|lease| **lease == PartLease::Taken);
    assert_eq!(got.count(), 1);
    let held = PartLease::Held(now().after(MINUTE));
    assert_eq!(taken.iter().filter(|lease| **lease == held).count(), 19);
    // Another part, and the whole, are not held by that.
    world.make_part(1, TranscodePart::Sound).await;
    let later = now().after(MINUTE * 2);
    let whole = world
        .transcodes
        .take(id(1), "other", later, later.after(MINUTE));
    assert!(matches!(whole.await.unwrap(), Lease::Taken(_)));
}

#[tokio::test]
async fn whose_lease_on_a_part_lapsed_is_out() {
    let world = World::new();
    world.processing(1).await;
    assert_eq!(world.take_part("worker", now()).await, PartLease::Taken);
    let later = now().after(MINUTE * 2);
    assert_eq!(world.take_part("other", later).await, PartLease::Taken);
    let (table, id) = (&world.transcodes, id(1));
    let out = |result: Result<(), StoreError>| assert!(result.unwrap_err().is_conflict());
    out(table
        .renew_part(id, PART, "worker", later.after(MINUTE))
        .await);
    out(table.note_encoded(id, PART, "worker", 50).await);
    out(table.release_part(id, PART, "worker", None).await);
    out(table.put_part(id, PART, "worker", &made(), later).await);
    table.note_encoded(id, PART, "other", 50).await.unwrap();
    table
        .put_part(id, PART, "other", &made(), later)
        .await
        .unwrap();
    let part = world.part().await;
    assert_eq!(
        (part.made, part.made_by.as_deref()),
        (Some(made()), Some("other"))
    );
}

#[tokio::test]
async fn a_part_is_made_once_unless_it_was_spoilt() {
    let world = World::new();
    world.processing(1).await;
    world.make_part(1, PART).await;
    let later = now().after(MINUTE * 9);
    assert_eq!(world.take_part("other", later).await, PartLease::Made);
    let (table, other) = (&world.transcodes, made());
    let late = table.forget_part(id(1), PART, &other).await;
    assert!(
        late.unwrap_err().is_conflict(),
        "it has been made again since"
    );
    let empty = MadePart::Segment(Vec::new());
    table.forget_part(id(1), PART, &empty).await.unwrap();
    assert_eq!(world.take_part("other", later).await, PartLease::Taken);
}

#[tokio::test]
async fn a_part_that_was_given_up_says_why_and_is_free() {
    let world = World::new();
    world.processing(1).await;
    assert_eq!(world.take_part("worker", now()).await, PartLease::Taken);
    let fault = TranscodeFault::UploadFailed.error();
    let table = &world.transcodes;
    table.note_encoded(id(1), PART, "worker", 50).await.unwrap();
    let given = table.release_part(id(1), PART, "worker", Some(&fault));
    given.await.unwrap();
    let part = world.part().await;
    assert_eq!((part.last_fault, part.encoded), (Some(fault), 0));
    assert!(
        !PartState {
            lease_until: part.lease_until,
            ..PartState::default()
        }
        .is_held(now())
    );
    assert_eq!(world.take_part("other", now()).await, PartLease::Taken);
}

#[tokio::test]
async fn of_what_has_ended_no_part_is_noted() {
    let world = World::new();
    let transcode = world.processing(1).await;
    assert_eq!(world.take_part("worker", now()).await, PartLease::Taken);
    let (table, counters) = (&world.transcodes, &world.counters);
    let cancelled = table.cancel(counters, &world.webhooks, &transcode, now());
    cancelled.await.unwrap();
    let late = table.put_part(id(1), PART, "worker", &made(), now()).await;
    assert!(late.unwrap_err().is_conflict());
    assert_eq!(world.part().await.made, None);
    let raised = table.progress(id(1), None, 90, now()).await;
    assert!(raised.unwrap_err().is_conflict());
}

#[tokio::test]
async fn parts_come_in_the_order_of_the_work_and_are_forgotten_with_the_plan() {
    let world = World::new();
    let transcode = world.processing(1).await;
    let table = &world.transcodes;
    table.keep_plan(id(1), "{}").await.unwrap();
    let parts = [
        TranscodePart::Rendition(Quality::High),
        TranscodePart::Segment(2),
        TranscodePart::Segment(11),
        TranscodePart::Sound,
        TranscodePart::Stream(Quality::Low),
    ];
    for part in [3, 2, 0, 4, 1].map(|index: usize| parts[index]) {
        world.make_part(1, part).await;
    }
    let stored = table.parts(id(1)).await.unwrap();
    let stored: Vec<TranscodePart> = stored.into_iter().map(|(part, _)| part).collect();
    assert_eq!(stored, parts);
    world.complete(&transcode, "worker").await.unwrap();
    let (_, assets) = table.with_assets(id(1)).await.unwrap().unwrap();
    assert_eq!(assets, [asset(1), asset(2)]);
    table.forget_work(id(1)).await.unwrap();
    assert_eq!(table.parts(id(1)).await.unwrap(), []);
    let kept = table.row_names(id(1)).await.unwrap();
    assert_eq!(kept, ["asset#0", "asset#1", "job"]);
}

#[tokio::test]
async fn whoever_raises_the_progress_it_never_falls() {
    let world = World::new();
    world.processing(1).await;
    let table = &world.transcodes;
    table.progress(id(1), None, 40, now()).await.unwrap();
    for lower in [40, 39, 0] {
        let error = table.progress(id(1), None, lower, now()).await;
        assert!(error.unwrap_err().is_conflict(), "{lower}");
    }
    assert_eq!(world.state(1).await.transcode.progress, 40);
}
