//! Parts that are given up, lost or cancelled.

use super::*;

#[tokio::test]
async fn a_part_that_is_given_up_ends_the_transcode_with_its_cause() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    world.worker.kept_source.clear().await;
    let part = message(order().of_part(TranscodePart::Segment(1)).body(), TRIES);
    let until = world.now().after(LEASE);
    let taken =
        world
            .transcodes
            .take_part(id(), TranscodePart::Segment(1), "other", world.now(), until);
    taken.await.unwrap();
    assert!(
        world.handler.handle(&part).await.is_err(),
        "a worker has it"
    );
    world.pass(LEASE * 2);
    world.bucket.outage().begin_after(0);
    assert!(!world.works(&part).await);
    world.bucket.outage().end();
    world.handler.handle(&part).await.unwrap();
    let error = world.state().await.transcode.error.unwrap();
    assert_eq!(error.code, "DOWNLOAD_FAILED");
    assert_eq!(world.letters().await, 1);
}

/// The others' work is not lost because the workers of one part died, three of them.
#[tokio::test]
async fn a_part_whose_workers_died_is_asked_for_again_a_counted_number_of_times() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    world.messages.take();
    let mut order = order();
    loop {
        let part = order.of_part(TranscodePart::Segment(1));
        let dead = message(part.body(), TRIES);
        world.handler.handle(&dead).await.unwrap();
        let sent = world.messages.take();
        let Some(next) = sent.first() else {
            break;
        };
        assert_eq!(world.status().await, TranscodeStatus::Processing);
        order = TranscodeMessage::read(next).unwrap();
        assert_eq!(order.part, None);
    }
    assert_eq!(order.handover, MAX_HANDOVERS);
    let error = world.state().await.transcode.error.unwrap();
    assert_eq!(error.code, "PROCESSING_INTERRUPTED");
}

#[tokio::test]
async fn a_part_that_was_made_is_not_given_up() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    let part = message(order().of_part(TranscodePart::Segment(1)).body(), TRIES);
    assert!(world.works(&part).await);
    world.messages.take();
    world.handler.handle(&part).await.unwrap();
    assert_eq!(world.status().await, TranscodeStatus::Processing);
    assert_eq!(world.letters().await, 0);
    // Who made it may have died before the work went on.
    assert_eq!(asked(&world.messages.take()), HashSet::from([None]));
}

/// It came twice, or its worker died after the parts were asked for.
#[tokio::test]
async fn parts_are_not_given_up_with_the_message_that_asked_for_them() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    world.messages.take();
    world.handler.handle(&first_message()).await.unwrap();
    assert_eq!(world.status().await, TranscodeStatus::Processing);
    assert_eq!(asked(&world.messages.take()), HashSet::from([None]));
}

/// What went wrong once and not again is no reason to give up.
#[tokio::test]
async fn an_old_fault_of_a_part_is_forgotten_by_who_tries_again() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    world.worker.kept_source.clear().await;
    world.messages.take();
    let part = TranscodePart::Segment(1);
    let asked_for = message(order().of_part(part).body(), 1);
    world.bucket.outage().begin_after(0);
    assert!(!world.works(&asked_for).await);
    world.bucket.outage().end();
    let until = world.now().after(LEASE);
    let taken = world
        .transcodes
        .take_part(id(), part, "dead", world.now(), until);
    taken.await.unwrap();
    world.pass(LEASE * 2);
    world.handler.handle(&asked_for).await.unwrap();
    assert_eq!(world.status().await, TranscodeStatus::Processing);
    assert_eq!(asked(&world.messages.take()), HashSet::from([None]));
}

#[tokio::test]
async fn a_cancelled_transcode_loses_the_workers_of_its_parts() {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    let part = TranscodePart::Segment(0);
    let asked = message(order().of_part(part).body(), 1);
    let until = world.now().after(LEASE);
    let taken = world
        .transcodes
        .take_part(id(), part, "worker", world.now(), until);
    taken.await.unwrap();
    let run = run("worker");
    let run = TranscodeRun::new(&world.worker, order().of_part(part), &asked, &run);
    world.canceller.cancel(id(), "user").await.unwrap();
    tokio::time::pause();
    assert!(matches!(run.keep_the_lease().await, RunError::LeaseLost));
    tokio::time::resume();
    assert!(world.works(&asked).await);
    assert_eq!(world.bucket.keys(&keys::transcode_folder(id())), [""; 0]);
}
