//! Messages that are lost, or hidden in the queue with a worker that died.

use super::*;

const HOURS: usize = 24;

#[tokio::test]
async fn a_message_that_nobody_has_comes_again_after_two_leases() {
    let world = World::new().await;
    world.pass(LEASE * 2 - Duration::from_secs(1));
    assert_eq!(world.resends().await, 0);
    world.pass(Duration::from_secs(1));
    assert_eq!((world.resends().await, world.resends().await), (1, 0));
    assert_eq!(world.messages.take(), [TranscodeMessage::new(id()).body()]);
    assert_eq!(world.messages.tenants(), ["user"]);
    world.pass(LEASE * 2);
    assert_eq!(world.resends().await, 1);
}

#[tokio::test]
async fn a_message_whose_worker_died_at_work_comes_again_two_leases_after_its_lease() {
    let world = World::new().await;
    assert!(matches!(world.take("dead").await, Lease::Taken(_)));
    world.pass(LEASE * 3 - Duration::from_secs(1));
    assert_eq!(world.resends().await, 0);
    world.pass(Duration::from_secs(1));
    assert_eq!(world.resends().await, 1);
}

/// It waits behind others, and so do the messages that are sent again.
#[tokio::test]
async fn in_a_long_queue_a_transcode_is_sent_again_about_once_an_hour() {
    let world = World::new().await;
    world.messages.let_others_wait(1);
    for _ in 0..HOURS * 60 {
        world.pass(MINUTE);
        world.resends().await;
    }
    // After 15, 30 and 60 minutes, then every hour.
    assert_eq!(world.messages.take().len(), HOURS + 2);
}

#[tokio::test]
async fn what_has_ended_is_not_sent_again() {
    for is_cancelled in [false, true] {
        let world = World::new().await;
        if is_cancelled {
            world.canceller.cancel(id(), "user").await.unwrap();
        } else {
            world.handler.handle(&first_message()).await.unwrap();
        }
        for _ in 0..3 {
            world.pass(MINUTE * 61);
            assert_eq!(world.resends().await, 0);
        }
    }
}

#[tokio::test]
async fn one_lost_message_that_cannot_be_sent_is_no_failure_of_the_round() {
    let world = World::new().await;
    world.pass(LEASE * 2);
    // The queue is looked at.
    world.messages.outage().begin_after(1);
    assert_eq!(world.resends().await, 0);
    world.messages.outage().end();
    world.pass(LEASE * 2);
    assert_eq!(world.resends().await, 1);
}
