use std::time::Duration;

use domain::ids::JobId;
use domain::webhook::{
    Attempt, DeliveryStatus, EndpointStatus, MOST_WEBHOOKS, NewEndpoint, PauseReason,
    RetrySchedule, SigningSecret, Work,
};
use uuid::Uuid;

use super::*;
use crate::testing::{Tables, job, now, webhooks};
use crate::{Ceilings, Ending, JobsTable, UsageTable};
use domain::webhook::{Delivery, Endpoint};

fn endpoint(number: u128, user_id: &str) -> Endpoint {
    let wanted = NewEndpoint::new("https://example.com/".to_owned(), None, Vec::new()).unwrap();
    let (id, secret) = (
        WebhookId(Uuid::from_u128(number)),
        SigningSecret::new("whsec_a"),
    );
    Endpoint::new(id, user_id, wanted, secret, now())
}

fn event(number: u128, at: Time) -> Event {
    Event::job_ended(JobId(Uuid::from_u128(number)), None, at)
}

fn minutes(number: u64) -> Duration {
    Duration::from_secs(60 * number)
}

#[tokio::test]
async fn a_job_that_ends_lays_out_its_event_and_one_that_does_not_lays_out_none() {
    let tables = Tables::default();
    let (table, job) = (webhooks(&tables), job(1, "user"));
    let jobs = JobsTable::new(tables.client(), "jobs");
    let usage = UsageTable::new(tables.client(), "usage");
    let ceilings = Ceilings::of_quota(1);
    usage.reserve(&jobs, &job, ceilings).await.unwrap();
    let completed = Ending::Completed;
    let settle = || usage.settle(&jobs, &table, &job, &completed, 0, now());
    assert!(settle().await.is_err(), "it has not begun");
    assert!(tables.under("webhooks", "").is_empty());

    jobs.begin(job.job_id, now()).await.unwrap();
    let event = settle().await.unwrap();
    assert_eq!(event, completed.event(&job, now()));
    let due = table.due_work(now().after(minutes(1)), 10).await.unwrap();
    let (user_id, event_id) = ("user".to_owned(), event.event_id);
    assert_eq!(due, [Work::FanOut { user_id, event_id }]);
    let written = table.event("user", event.event_id).await.unwrap();
    assert_eq!(written, Some(event.clone()));
    table.remove_event("user", event.event_id).await.unwrap();
    assert_eq!(table.event("user", event.event_id).await.unwrap(), None);
}

#[tokio::test]
async fn a_user_has_so_many_endpoints_and_no_more() {
    let tables = Tables::default();
    let table = webhooks(&tables);
    for number in 0..u128::from(MOST_WEBHOOKS) {
        let made = table.create_endpoint(&endpoint(number, "user")).await;
        assert!(made.unwrap(), "{number}");
    }
    assert!(!table.create_endpoint(&endpoint(9, "user")).await.unwrap());
    assert!(table.create_endpoint(&endpoint(9, "other")).await.unwrap());
    let first = WebhookId(Uuid::from_u128(0));
    assert!(table.remove_endpoint("user", first).await.unwrap());
    assert!(!table.remove_endpoint("user", first).await.unwrap());
    assert!(table.create_endpoint(&endpoint(9, "user")).await.unwrap());
    assert!(!table.create_endpoint(&endpoint(10, "user")).await.unwrap());
    let there = table.endpoints("user").await.unwrap();
    assert_eq!(there.len(), MOST_WEBHOOKS as usize);
    assert!(there.iter().all(|endpoint| endpoint.user_id == "user"));
    let again = table.create_endpoint(&endpoint(9, "other")).await;
    assert!(again.unwrap_err().is_conflict());
}

#[tokio::test]
async fn of_two_changes_of_an_endpoint_the_second_is_refused() {
    let tables = Tables::default();
    let table = webhooks(&tables);
    let known = endpoint(1, "user");
    table.create_endpoint(&known).await.unwrap();
    assert!(table.note_success(&known, now()).await.unwrap());
    let paused = known.paused(PauseReason::Gone, now());
    table.change_endpoint(&known, &paused).await.unwrap();
    let rotated = known.rotated(SigningSecret::new("whsec_b"), now());
    let refused = table.change_endpoint(&known, &rotated).await;
    assert!(refused.unwrap_err().is_conflict());
    let id = known.webhook_id;
    let there = table.endpoint("user", id).await.unwrap().unwrap();
    assert_eq!(there.status, EndpointStatus::Paused);
    assert_eq!(there.last_success_at, Some(now()), "it is kept");
    assert_eq!(table.endpoint("other", id).await.unwrap(), None);

    table.remove_endpoint("user", id).await.unwrap();
    assert!(table.change_endpoint(&there, &rotated).await.is_err());
    assert!(!table.note_success(&there, now()).await.unwrap());
    assert_eq!(table.endpoint("user", id).await.unwrap(), None);
}

#[tokio::test]
async fn of_two_workers_one_has_a_delivery() {
    let tables = Tables::default();
    let table = webhooks(&tables);
    let delivery = Delivery::new(&endpoint(1, "user"), event(1, now()), now());
    assert!(table.create_delivery("user", &delivery).await.unwrap());
    assert!(!table.create_delivery("user", &delivery).await.unwrap());
    let taken = delivery.taken(now());
    let take = || table.change_delivery("user", &delivery, &taken);
    assert!(take().await.unwrap());
    assert!(!take().await.unwrap());
    assert!(
        table
            .due_work(now().after(minutes(1)), 9)
            .await
            .unwrap()
            .is_empty()
    );
    let due = table.due_work(now().after(minutes(2)), 9).await.unwrap();
    assert!(matches!(&due[..], [Work::Deliver { user_id, .. }] if user_id == "user"));

    let attempt = Attempt {
        at: now(),
        milliseconds: 3,
        response_status: Some(200),
        failure: None,
        retry_after_seconds: None,
    };
    let (done, _) = taken.tried(attempt, &RetrySchedule::default(), None, now(), 0.0);
    assert!(table.change_delivery("user", &taken, &done).await.unwrap());
    assert!(
        table
            .due_work(now().after(minutes(9)), 9)
            .await
            .unwrap()
            .is_empty()
    );
    let (webhook, event) = (delivery.webhook_id, delivery.event.event_id);
    let there = table.delivery("user", webhook, event).await.unwrap();
    assert_eq!(there, Some(done));
}

#[tokio::test]
async fn deliveries_are_listed_newest_first_page_by_page() {
    let tables = Tables::default();
    let table = webhooks(&tables);
    let (mine, other) = (endpoint(1, "user"), endpoint(2, "user"));
    for number in 0..7 {
        let at = now().after(minutes(number));
        for endpoint in [&mine, &other] {
            let delivery = Delivery::new(endpoint, event(number.into(), at), at);
            table.create_delivery("user", &delivery).await.unwrap();
        }
    }
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = table.deliveries("user", mine.webhook_id, 3, after);
        let (page, next) = page.await.unwrap();
        seen.extend(page.into_iter().map(|delivery| delivery.event));
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let expected: Vec<Event> = (0..7)
        .rev()
        .map(|number| event(number.into(), now().after(minutes(number))))
        .collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn what_is_held_is_found_and_is_not_due() {
    let tables = Tables::default();
    let table = webhooks(&tables);
    let enabled = endpoint(1, "user");
    let paused = enabled.paused(PauseReason::Gone, now());
    for (number, endpoint) in [(1, &enabled), (2, &paused)] {
        let delivery = Delivery::new(endpoint, event(number, now()), now());
        table.create_delivery("user", &delivery).await.unwrap();
    }
    let held = table
        .held_deliveries("user", enabled.webhook_id)
        .await
        .unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].status, DeliveryStatus::Held);
    assert_eq!(held[0].event, event(2, now()));
    assert_eq!(
        table
            .due_work(now().after(minutes(9)), 9)
            .await
            .unwrap()
            .len(),
        1
    );
    table.remove_delivery("user", &held[0]).await.unwrap();
    let held = table.held_deliveries("user", enabled.webhook_id).await;
    assert!(held.unwrap().is_empty());
}
