//! Transcodes that are handed on too often, or cancelled.

use super::*;

#[tokio::test]
async fn the_work_is_handed_on_until_it_was_done_too_often() {
    let world = World::new().await;
    let mut order = TranscodeMessage::new(id());
    let mut handovers = 0;
    loop {
        let message = message(order.body(), 1);
        let run = run("worker");
        let run = TranscodeRun::new(&world.worker, order, &message, &run);
        match run.hand_on("user").await {
            Ok(()) => {}
            Err(RunError::Fault { fault, .. }) => {
                assert_eq!(fault, TranscodeFault::TooManyHandovers);
                assert!(fault.is_final());
                break;
            }
            Err(RunError::LeaseLost) => panic!("no lease is needed"),
        }
        let sent = world.messages.take();
        assert_eq!(sent.len(), 1);
        order = TranscodeMessage::read(&sent[0]).unwrap();
        handovers += 1;
    }
    assert_eq!(handovers, MAX_HANDOVERS);
    assert!(world.messages.sent().is_empty());
}

/// What it holds is its owner's again at once; the worker is told by its lease.
#[tokio::test(start_paused = true)]
async fn a_cancelled_transcode_is_its_workers_no_more() {
    let world = World::new().await;
    assert!(matches!(world.take("worker").await, Lease::Taken(_)));
    let (message, run) = (first_message(), run("worker"));
    let order = TranscodeMessage::new(id());
    let run = TranscodeRun::new(&world.worker, order, &message, &run);
    let stored = keys::transcode_segment(id(), 1, Quality::High);
    world.bucket.put(&stored, b"piece");

    for _ in 0..2 {
        let cancelled = world.canceller.cancel(id(), "user").await.unwrap();
        assert_eq!(cancelled.status, TranscodeStatus::Cancelled);
    }
    let lost = run.keep_the_lease().await;
    assert!(matches!(lost, RunError::LeaseLost));
    assert!(world.works(&first_message()).await);
    assert!(world.bucket.object(&stored).is_none());

    let usage = &world.counters.usage;
    let account = usage.account("user", world.now(), 0).await.unwrap();
    assert_eq!(account.holding.transcodes, 0);
    let later = world.now().after(MINUTE);
    let due = testing::webhooks(&world.tables).due_work(later, 10).await;
    assert_eq!(due.unwrap().len(), 1);
}

#[tokio::test]
async fn only_its_owner_cancels_it_and_only_before_its_end() {
    let world = World::new().await;
    let foreign = world.canceller.cancel(id(), "somebody-else").await;
    assert!(matches!(foreign, Err(CancelError::Missing)));
    world.handler.handle(&first_message()).await.unwrap();
    let late = world.canceller.cancel(id(), "user").await;
    assert!(matches!(late, Err(CancelError::Ended)));
    assert_eq!(world.status().await, TranscodeStatus::Failed);
}
