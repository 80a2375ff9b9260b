mod ledger;
mod review;

use super::*;
use crate::testing::{Tables, canceled, client_of, failure, job, now};
use crate::{JobsTable, StoreError, WebhooksTable};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsOutput;
use aws_smithy_mocks::{Rule, mock};
use domain::failure::JobError;
use domain::job::{Job, Status};
use domain::quota::Reservation;
use std::time::Duration;

const QUOTA: u32 = 10;

fn tables_of(client: &Client) -> (JobsTable, UsageTable) {
    (
        JobsTable::new(client.clone(), "jobs"),
        UsageTable::new(client.clone(), "usage"),
    )
}

#[tokio::test]
async fn every_request_is_one_call_and_the_hundred_and_first_is_refused() {
    let tables = Tables::default();
    let (_, usage) = tables_of(&tables.client());
    for number in 1..=100 {
        let verdict = usage.count_request("someone", now(), 100).await.unwrap();
        assert!(verdict.allowed);
        assert_eq!(verdict.remaining, 100 - number);
    }
    // Those beyond it are counted once and then only looked at.
    for _ in 0..3 {
        let verdict = usage.count_request("someone", now(), 100).await.unwrap();
        assert!(!verdict.allowed);
        assert_eq!(verdict.remaining, 0);
        let later = now().after(Duration::from_secs(verdict.reset_seconds));
        assert!(verdict.reset_seconds > 0 && later > now());
    }
    let row = tables.row("usage", "someone", "rate").unwrap();
    assert_eq!(number(&row, &bucket(minute_of(now()))), 101);

    let other = usage.count_request("other", now(), 100).await.unwrap();
    assert_eq!(other.remaining, 99);
}

#[tokio::test]
async fn who_waits_as_told_gets_through() {
    let tables = Tables::default();
    let (_, usage) = tables_of(&tables.client());
    let mut verdict = usage.count_request("someone", now(), 5).await.unwrap();
    while verdict.allowed {
        verdict = usage.count_request("someone", now(), 5).await.unwrap();
    }
    let later = now().after(Duration::from_secs(verdict.reset_seconds));
    let verdict = usage.count_request("someone", later, 5).await.unwrap();
    assert!(verdict.allowed);
}

#[tokio::test]
async fn old_minutes_are_forgotten() {
    let tables = Tables::default();
    let (_, usage) = tables_of(&tables.client());
    for minute in 0..200 {
        let time = now().after(Duration::from_secs(60 * minute));
        usage.count_request("someone", time, 100).await.unwrap();
    }
    let row = tables.row("usage", "someone", "rate").unwrap();
    let buckets = row.keys().filter(|name| name.starts_with('m')).count();
    assert_eq!(buckets, 2, "{row:?}");
}

#[tokio::test]
async fn a_failing_table_is_told_by_its_meaning() {
    for (code, passes) in [
        ("ThrottlingException", true),
        ("ProvisionedThroughputExceededException", true),
        ("RequestLimitExceeded", true),
        ("TransactionConflictException", true),
        ("AccessDeniedException", false),
        ("ResourceNotFoundException", false),
    ] {
        let update = mock!(Client::update_item)
            .sequence()
            .http_response(move || failure(code))
            .build();
        let (_, usage) = tables_of(&client_of(std::slice::from_ref(&update)));
        let error = usage.count_request("someone", now(), 5).await.unwrap_err();
        let told = match error {
            StoreError::Unavailable { .. } => true,
            StoreError::Failed { .. } => false,
            other => panic!("{code}: {other:?}"),
        };
        assert_eq!(told, passes, "{code}");
        assert_eq!(update.num_calls(), 1);
    }
}

/// A service that fails by itself is not what a client did wrong (D7).
#[tokio::test]
async fn a_table_that_fails_by_itself_is_unavailable() {
    for status in [500, 502, 503] {
        let update = mock!(Client::update_item)
            .sequence()
            .http_response(move || HttpResponse::new(status.try_into().unwrap(), "{}".into()))
            .build();
        let (_, usage) = tables_of(&client_of(std::slice::from_ref(&update)));
        let error = usage.count_request("someone", now(), 5).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Unavailable { .. }),
            "{status}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_month_is_read_with_the_users_own_quota() {
    let row = |sk: &str, figures: &[(&str, u64)]| {
        let mut row = key("someone", sk);
        for (name, figure) in figures {
            row.insert((*name).to_owned(), AttributeValue::N(figure.to_string()));
        }
        row
    };
    let month = month_row(&Month::of(now()));
    let both = mock!(Client::batch_get_item).then_output(move || {
        let rows = vec![
            row(
                &month,
                &[
                    ("used", 3),
                    ("reserved", 2),
                    ("taken", 5),
                    ("risked", 6),
                    ("paidNanoUsd", 5_000_000_000),
                ],
            ),
            row("quota", &[("quota", 50)]),
            row("holding", &[("transcodes", 4), ("storedBytes", 7)]),
        ];
        BatchGetItemOutput::builder()
            .responses("usage", rows)
            .build()
    });
    let (_, usage) = tables_of(&client_of(&[both]));
    let read = usage.account("someone", now(), QUOTA).await.unwrap();
    assert_eq!(
        read.usage,
        Usage {
            used: 3,
            reserved: 2,
            quota: 50,
            paid_failures: 4,
            paid_nano_usd: 5_000_000_000,
        }
    );
    assert_eq!((read.holding.transcodes, read.holding.stored_bytes), (4, 7));

    let none = mock!(Client::batch_get_item).then_output(|| BatchGetItemOutput::builder().build());
    let (_, usage) = tables_of(&client_of(&[none]));
    let read = usage.account("someone", now(), QUOTA).await.unwrap();
    assert_eq!(read.holding, Holding::default());
    assert_eq!(
        read.usage,
        Usage {
            used: 0,
            reserved: 0,
            quota: QUOTA,
            paid_failures: 0,
            paid_nano_usd: 0,
        }
    );
}

#[tokio::test]
async fn a_month_read_in_part_is_not_told_as_the_whole() {
    let partly = mock!(Client::batch_get_item).then_output(|| {
        let left = KeysAndAttributes::builder()
            .keys(key("someone", "quota"))
            .build()
            .unwrap();
        BatchGetItemOutput::builder()
            .unprocessed_keys("usage", left)
            .build()
    });
    let (_, usage) = tables_of(&client_of(&[partly]));
    let error = usage.account("someone", now(), QUOTA).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
}

/// Answers `reserve`'s question for the user's own quota.
fn own_quota(quota: Option<u32>) -> Rule {
    mock!(Client::get_item).then_output(move || {
        let row = quota.map(|quota| {
            let mut row = key("someone", "quota");
            row.insert("quota".to_owned(), AttributeValue::N(quota.to_string()));
            row
        });
        GetItemOutput::builder().set_item(row).build()
    })
}

#[tokio::test]
async fn a_refused_reservation_says_which_part_refused() {
    for (reasons, expected) in [
        (["ConditionalCheckFailed", "None"], "quota"),
        // The job itself is not as it was, so that it takes no place.
        (
            ["ConditionalCheckFailed", "ConditionalCheckFailed"],
            "conflict",
        ),
        (["None", "ConditionalCheckFailed"], "conflict"),
        (["ThrottlingError", "None"], "throttled"),
        (["None", "ProvisionedThroughputExceeded"], "throttled"),
        (["ValidationError", "None"], "unavailable"),
    ] {
        let transact = mock!(Client::transact_write_items)
            .sequence()
            .http_response(move || canceled(&reasons))
            .build();
        let (jobs, usage) = tables_of(&client_of(&[own_quota(None), transact.clone()]));
        let refused = usage
            .reserve(&jobs, &job(1, "someone"), Ceilings::of_quota(QUOTA))
            .await;
        let told = match refused.unwrap_err() {
            ReserveError::QuotaExceeded => "quota",
            ReserveError::TooManyRunning => "running",
            ReserveError::TooManyFailures => "failures",
            ReserveError::SpendingLimit => "day",
            ReserveError::Store(StoreError::Conflict { .. }) => "conflict",
            ReserveError::Store(StoreError::Unavailable { .. }) => "throttled",
            ReserveError::Store(_) => "unavailable",
        };
        assert_eq!(told, expected, "{reasons:?}");
        assert_eq!(transact.num_calls(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn creations_that_meet_wait_their_turn() {
    let transact = mock!(Client::transact_write_items)
        .sequence()
        .http_response(|| canceled(&["TransactionConflict", "None"]))
        .times(3)
        .output(|| TransactWriteItemsOutput::builder().build())
        .build();
    let (jobs, usage) = tables_of(&client_of(&[own_quota(None), transact.clone()]));
    let reserved = usage
        .reserve(&jobs, &job(1, "someone"), Ceilings::of_quota(QUOTA))
        .await;
    assert!(reserved.is_ok(), "{reserved:?}");
    assert_eq!(transact.num_calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn creations_that_never_stop_meeting_are_asked_to_come_back() {
    let transact = mock!(Client::transact_write_items)
        .sequence()
        .http_response(|| canceled(&["TransactionConflict", "None"]))
        .repeatedly()
        .build();
    let (jobs, usage) = tables_of(&client_of(&[own_quota(None), transact.clone()]));
    let error = usage
        .reserve(&jobs, &job(1, "someone"), Ceilings::of_quota(QUOTA))
        .await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, ReserveError::Store(StoreError::Unavailable { .. })),
        "{error:?}"
    );
    assert_eq!(transact.num_calls(), 13);
}

#[tokio::test]
async fn an_operators_quota_goes_before_the_default() {
    let transact = mock!(Client::transact_write_items)
        .match_requests(|input| {
            let update = input.transact_items()[0].update().unwrap();
            let values = update.expression_attribute_values().unwrap();
            values
                .values()
                .any(|value| value == &AttributeValue::N("3".to_owned()))
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    let (jobs, usage) = tables_of(&client_of(&[own_quota(Some(3)), transact.clone()]));
    let reserved = usage
        .reserve(&jobs, &job(1, "someone"), Ceilings::of_quota(QUOTA))
        .await;
    assert!(reserved.is_ok(), "{reserved:?}");

    // A quota of none is refused before any write.
    let (jobs, usage) = tables_of(&client_of(&[own_quota(Some(0))]));
    let error = usage
        .reserve(&jobs, &job(1, "someone"), Ceilings::of_quota(QUOTA))
        .await;
    assert!(matches!(error, Err(ReserveError::QuotaExceeded)));
}

#[tokio::test]
async fn settling_what_is_settled_is_a_conflict() {
    for reasons in [
        ["ConditionalCheckFailed", "None"],
        ["None", "ConditionalCheckFailed"],
    ] {
        let transact = mock!(Client::transact_write_items)
            .sequence()
            .http_response(move || canceled(&reasons))
            .build();
        let client = client_of(&[transact]);
        let (jobs, usage) = tables_of(&client);
        let webhooks = WebhooksTable::new(client, "webhooks");
        let settled = usage
            .settle(
                &jobs,
                &webhooks,
                &job(1, "someone"),
                &Ending::Completed,
                0,
                now(),
            )
            .await;
        assert!(settled.unwrap_err().is_conflict());
    }
}
