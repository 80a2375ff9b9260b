//! Jobs that their owner cancels.

use domain::attempt::{Attempt, AttemptState, IN_FLIGHT, Target};
use domain::webhook::EventType;
use reqwest::{Request, Response};
use serde_json::json;
use store::testing::ExecutionStatus;

use super::*;

const PRICE: u64 = 1_000;

/// The attempt at a scene, made this long ago; with the id `p{scene}` once it is known.
fn attempt(scene: u32, is_known: bool, age: Duration) -> Attempt {
    let created_at = now().before(age);
    Attempt {
        target: Target::Scene(scene),
        attempt_id: format!("attempt-{scene}"),
        prediction_id: is_known.then(|| format!("p{scene}")),
        predicted_nano_usd: PRICE,
        created_at,
        updated_at: created_at,
        ..Attempt::sample(AttemptState::Creating)
    }
}

/// The provider: `p1` runs when it is canceled, `p2` waits, `p3` has succeeded, `p4` has
/// failed. Its list is empty.
fn provider(request: &Request) -> Response {
    let path = request.url().path();
    let status = match path {
        "/v1/predictions/p1/cancel" => "canceled",
        "/v1/predictions/p2/cancel" => "aborted",
        "/v1/predictions/p3/cancel" => "succeeded",
        "/v1/predictions/p4/cancel" => "failed",
        _ => return http::Response::new(r#"{"results": [], "next": null}"#).into(),
    };
    let id = path.split('/').nth(3).unwrap();
    let body = json!({"id": id, "status": status, "input": {}}).to_string();
    http::Response::new(body).into()
}

impl World {
    async fn with_attempts(attempts: &[Attempt]) -> Self {
        let http = Http::in_memory(|request| async move { provider(&request) });
        let world = Self::beside(http).await;
        world.finisher.workflow.start(world.run).await.unwrap();
        for attempt in attempts {
            let jobs = &world.finisher.jobs;
            jobs.put_attempt(world.run.job_id, attempt).await.unwrap();
        }
        world
    }

    async fn cancel(&self) -> Result<Status, CancelError> {
        self.finisher.cancel(self.run.job_id).await
    }

    async fn record(&self) -> JobRecord {
        let record = self.finisher.jobs.load(self.run.job_id).await.unwrap();
        record.unwrap()
    }
}

#[tokio::test]
async fn what_ran_is_charged_and_what_never_began_is_not() {
    let known = |scene| attempt(scene, true, Duration::ZERO);
    let world = World::with_attempts(&[known(1), known(2), known(3), known(4)]).await;
    assert_eq!(world.cancel().await.ok(), Some(Status::Cancelled));

    let record = world.record().await;
    let states = record.attempts.iter().map(|attempt| attempt.state);
    let expected = [
        AttemptState::Canceled,
        AttemptState::Void,
        // A resumed job takes its output.
        AttemptState::Running,
        AttemptState::Failed,
    ];
    assert_eq!(states.collect::<Vec<_>>(), expected);
    let charged = record.ledger.iter().map(|line| line.actual_nano_usd);
    let expected = [Some(PRICE), Some(0), Some(PRICE), Some(0)];
    assert_eq!(charged.collect::<Vec<_>>(), expected);
    assert_eq!(spending::paid(&record.attempts, &record.ledger), 2 * PRICE);
    let name = world.run.to_string();
    assert_eq!(
        world.executions.status(&name),
        Some(ExecutionStatus::Aborted)
    );
    let account = world.finisher.usage.account("user", now(), QUOTA).await;
    let usage = account.unwrap().usage;
    assert_eq!((usage.paid_failures, usage.paid_nano_usd), (1, 2 * PRICE));
}

#[tokio::test]
async fn a_film_that_lost_against_its_cancelling_is_none() {
    let world = World::with_film().await;
    let cancelled = world.finisher.begin_cancelling(world.run.job_id).await;
    assert_eq!(cancelled.ok(), Some(Status::Cancelling));
    for outcome in [
        Outcome::Completed,
        Outcome::Failed(Failure::TimedOut),
        Outcome::Cancelled,
    ] {
        assert_eq!(world.finish(outcome).await, Some(Status::Cancelled));
        assert_eq!(world.places().await, (0, 0));
    }
    assert_eq!(world.job().await.error, None);
}

#[tokio::test]
async fn cancelled_again_it_answers_the_same_and_is_told_once() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(world.cancel().await.ok(), Some(Status::Cancelled));
        assert_eq!(world.places().await, (0, 0));
    }
    assert_eq!(world.messages.sent().len(), 1);
    let event = Ending::Cancelled.event(&world.job().await, now());
    assert_eq!(event.event_type, EventType::JobCancelled);
    let webhooks = testing::webhooks(&world.tables);
    let written = webhooks.event("user", event.event_id).await.unwrap();
    assert_eq!(written, Some(event));
}

#[tokio::test]
async fn a_job_that_has_ended_is_not_cancelled() {
    let film = World::with_film().await;
    film.finish(Outcome::Completed).await;
    let failed = World::new().await;
    failed.finish(Outcome::Failed(Failure::TimedOut)).await;
    for world in [film, failed] {
        let before = world.job().await;
        assert!(matches!(world.cancel().await, Err(CancelError::Ended)));
        assert_eq!(world.job().await, before);
    }
}

#[tokio::test]
async fn a_job_that_nobody_cancels_is_not_ended_so() {
    let world = World::new().await;
    let status = world.finish(Outcome::Cancelled).await;
    assert_eq!(status, Some(Status::Pending));
    assert_eq!(world.places().await, (1, 0));
}

/// The create may yet arrive, and its prediction would run for a cancelled job.
#[tokio::test]
async fn a_job_stays_cancelling_while_a_create_may_be_on_its_way() {
    let fresh = attempt(1, false, Duration::ZERO);
    let world = World::with_attempts(&[fresh]).await;
    assert_eq!(world.cancel().await.ok(), Some(Status::Cancelling));
    assert_eq!(world.places().await, (1, 0));

    let lost = attempt(1, false, IN_FLIGHT + Duration::from_secs(1));
    let world = World::with_attempts(&[lost]).await;
    assert_eq!(world.cancel().await.ok(), Some(Status::Cancelled));
    assert_eq!(world.record().await.attempts[0].state, AttemptState::Void);
    let account = world.finisher.usage.account("user", now(), QUOTA).await;
    assert_eq!(account.unwrap().usage.paid_failures, 0);
}

#[tokio::test]
async fn nothing_is_begun_for_a_job_that_is_being_cancelled() {
    let world = World::new().await;
    let id = world.run.job_id;
    world.finisher.begin_cancelling(id).await.unwrap();
    let jobs = &world.finisher.jobs;
    let attempt = attempt(1, false, Duration::ZERO);
    let begun = jobs.put_attempt(id, &attempt).await;
    assert!(begun.is_err_and(|error| error.is_conflict()));
    let begun = jobs.begin(id, now()).await;
    assert!(begun.is_err_and(|error| error.is_conflict()));
}
