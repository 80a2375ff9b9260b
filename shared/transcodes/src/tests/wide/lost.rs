//! Parts whose messages are hidden in the queue with a worker that died, or wait there.

use super::*;

/// How often the reconciler looks.
const ROUND: Duration = Duration::from_secs(60);
const HOURS: usize = 24;
const LOST: TranscodePart = TranscodePart::Segment(1);
const HELD: TranscodePart = TranscodePart::Segment(2);

/// A transcode whose parts are asked for; their messages.
async fn begun() -> (World, Vec<String>) {
    let world = world().await;
    assert!(world.works(&first_message()).await);
    let sent = world.messages.take();
    assert_eq!(sent.len(), SEGMENTS + 1);
    (world, sent)
}

fn part_of(body: &str) -> Option<TranscodePart> {
    TranscodeMessage::read(body).unwrap().part
}

/// Works on these messages, and on all that are sent meanwhile.
async fn work_to_the_end(world: &World, mut queued: Vec<String>) {
    while let Some(body) = queued.pop() {
        assert!(world.works(&message(body, 1)).await);
        queued.extend(world.messages.take());
    }
    check_completed(world).await;
}

/// A worker that lives goes on with its part, and tells of it.
async fn beat(world: &World) {
    let (table, now) = (&world.transcodes, world.now());
    let renewed = table.renew_part(id(), HELD, "other", now.after(LEASE));
    renewed.await.unwrap();
    let percent = world.state().await.transcode.progress + 1;
    table.progress(id(), None, percent, now).await.unwrap();
}

/// Whether the parts were received at once, or waited in the queue.
#[tokio::test]
async fn who_dies_with_a_part_at_once_is_replaced_within_two_leases_and_a_round() {
    for minutes_in_the_queue in [0, 5] {
        let (world, queued) = begun().await;
        let asked_at = world.now();
        world.messages.let_others_wait(1);
        for _ in 0..minutes_in_the_queue {
            world.pass(MINUTE);
            assert_eq!(world.resends().await, 0, "it may wait there");
        }
        world.messages.let_others_wait(0);
        let died_at = world.now();
        let until = died_at.after(LEASE);
        let taken = world
            .transcodes
            .take_part(id(), HELD, "other", died_at, until);
        taken.await.unwrap();
        for body in queued {
            if ![Some(LOST), Some(HELD)].contains(&part_of(&body)) {
                assert!(world.works(&message(body, 1)).await);
            }
        }
        world.pass(Duration::from_secs(1));
        while world.resends().await == 0 {
            world.pass(ROUND);
            assert!(world.now().since(died_at) <= LEASE * 2 + ROUND);
            beat(&world).await;
        }
        assert!(world.now().since(asked_at) >= LEASE * 2);
        let mut sent = world.messages.take();
        assert_eq!(sent, [order().of_part(LOST).body()]);
        world.pass(LEASE * 2);
        sent.push(order().of_part(HELD).body());
        work_to_the_end(&world, sent).await;
    }
}

#[tokio::test]
async fn parts_that_wait_in_a_long_queue_are_not_multiplied() {
    let (world, queued) = begun().await;
    world.messages.let_others_wait(queued.len());
    for _ in 0..HOURS * 60 {
        world.pass(MINUTE);
        world.resends().await;
    }
    let sent = world.messages.take();
    assert_eq!(asked(&sent), HashSet::from([None]));
    assert_eq!(sent.len(), HOURS);
}

#[tokio::test]
async fn parts_whose_workers_always_die_are_sent_again_later_and_later() {
    let (world, queued) = begun().await;
    let mut rounds = 0;
    for _ in 0..HOURS * 60 {
        world.pass(MINUTE);
        let sent = world.messages.take();
        assert!(sent.is_empty() || asked(&sent) == asked(&queued));
        rounds += usize::from(world.resends().await > 0);
    }
    // After 2, 4, 8, 16, 32 and 64 minutes, then every hour.
    assert_eq!(rounds, 6 + HOURS - 2);
}

#[tokio::test]
async fn who_dies_between_parts_and_renditions_or_before_the_end_is_replaced() {
    let (world, mut queued) = begun().await;
    let joined = [TranscodePart::Rendition, TranscodePart::Stream].map(|of| Some(of(Quality::Low)));
    for next in [HashSet::from(joined), HashSet::from([None])] {
        for body in queued {
            assert!(world.works(&message(body, 1)).await);
        }
        let lost = world.messages.take();
        assert_eq!(asked(&lost), HashSet::from([None]));
        world.pass(LEASE * 2 - Duration::from_secs(1));
        assert_eq!(world.resends().await, 0);
        world.pass(Duration::from_secs(1));
        assert_eq!(world.resends().await, next.len());
        queued = world.messages.take();
        assert_eq!(asked(&queued), next);
    }
    work_to_the_end(&world, queued).await;
}

#[tokio::test]
async fn nothing_of_a_transcode_that_has_ended_is_sent_again() {
    let (completed, queued) = begun().await;
    work_to_the_end(&completed, queued).await;
    let (cancelled, _) = begun().await;
    cancelled.canceller.cancel(id(), "user").await.unwrap();
    let (failed, _) = begun().await;
    let mut last = order();
    while let Some(next) = last.handed_on() {
        last = next;
    }
    let letter = message(last.of_part(LOST).body(), TRIES);
    failed.handler.handle(&letter).await.unwrap();
    for (world, status) in [
        (completed, TranscodeStatus::Completed),
        (cancelled, TranscodeStatus::Cancelled),
        (failed, TranscodeStatus::Failed),
    ] {
        assert_eq!(world.status().await, status);
        for _ in 0..3 {
            world.pass(MINUTE * 61);
            assert_eq!(world.resends().await, 0, "{status:?}");
        }
    }
}
