//! What a user's transcodes hold: places and bytes.

use super::*;

#[tokio::test]
async fn of_parallel_transcodes_no_more_are_open_than_may_be() {
    let world = World::new();
    let limits = HoldingLimits {
        at_once: 3,
        ..HoldingLimits::NONE
    };
    let wanted: Vec<Transcode> = (1..=20).map(transcode).collect();
    let created = wanted
        .iter()
        .map(|transcode| world.transcodes.create(&world.counters, transcode, limits));
    let refused = futures_util::future::join_all(created).await;
    let refused = refused.iter().filter(|result| result.is_err());
    assert_eq!(refused.count(), 17);
    assert_eq!(world.holding().await.transcodes, 3);
    let stats = world.counters.stats.transcodes().await.unwrap();
    assert_eq!(stats.pending, 3);
}

#[tokio::test]
async fn what_is_made_counts_until_it_is_removed_and_refuses_the_next() {
    let world = World::new();
    let made = world.processing(1).await;
    world.complete(&made, "worker").await.unwrap();
    assert!(world.complete(&made, "worker").await.is_err());
    let held = world.holding().await;
    assert_eq!((held.transcodes, held.stored_bytes), (0, 300));

    let limits = HoldingLimits {
        at_once: 3,
        stored_bytes: 300,
    };
    let (table, counters) = (&world.transcodes, &world.counters);
    let next = transcode(2);
    let refused = table.create(counters, &next, limits).await.unwrap_err();
    assert!(matches!(
        refused,
        HoldError::Refused(HoldingRefusal::StoredBytes)
    ));

    let ended = world.state(1).await.transcode;
    let removed = table.remove(counters, &world.videos, &ended);
    removed.await.unwrap();
    assert_eq!(world.holding().await, Holding::default());
    table.create(counters, &next, limits).await.unwrap();
}

#[tokio::test]
async fn a_failed_one_gives_its_place_back_and_takes_one_to_be_tried_again() {
    let world = World::new();
    let failed = world.processing(1).await;
    let error = TranscodeFault::TranscodingFailed.error();
    let (table, counters) = (&world.transcodes, &world.counters);
    for is_first in [true, false] {
        let owner = Some("worker");
        let ended = table.fail(counters, &world.webhooks, &failed, owner, &error, now());
        assert_eq!(ended.await.is_ok(), is_first);
        assert_eq!(world.holding().await.transcodes, 0);
    }
    let limits = HoldingLimits {
        at_once: 1,
        ..HoldingLimits::NONE
    };
    table.create(counters, &transcode(2), limits).await.unwrap();
    let refused = table.restart(counters, &failed, limits, now()).await;
    assert!(matches!(
        refused.unwrap_err(),
        HoldError::Refused(HoldingRefusal::Transcodes)
    ));
    let state = world.state(1).await.transcode;
    assert_eq!(state.status, TranscodeStatus::Failed);

    table.withdraw(counters, &transcode(2)).await.unwrap();
    table
        .restart(counters, &failed, limits, now())
        .await
        .unwrap();
    assert_eq!(world.holding().await.transcodes, 1);
}
