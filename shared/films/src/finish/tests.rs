use std::time::Duration;

use domain::keys;
use domain::storyboard::Storyboard;
use replicate::Http;
use store::testing::{self, Bucket, Executions, Messages, Tables, job, now, secret};
use store::{Ceilings, Ending, History, Secret};

mod cancelled;

use super::*;
use crate::simulation::settings;

const QUOTA: u32 = 10;

struct World {
    tables: Tables,
    bucket: Bucket,
    messages: Messages,
    executions: Executions,
    finisher: Finisher,
    run: JobRun,
}

impl World {
    /// A job that has taken its place in the month.
    async fn new() -> Self {
        let http = Http::in_memory(|_| async { http::Response::new("").into() });
        Self::beside(http).await
    }

    /// The same beside a provider.
    async fn beside(http: Http) -> Self {
        let (tables, bucket) = (Tables::default(), Bucket::default());
        let (messages, executions) = (Messages::default(), Executions::default());
        let key = Secret::new(secret("key"), "key");
        let finisher = Finisher {
            jobs: JobsTable::new(tables.client(), "jobs"),
            usage: UsageTable::new(tables.client(), "usage"),
            outbox: testing::outbox(&tables, &messages),
            objects: Objects::new(bucket.client(), "bucket"),
            workflow: Workflow::new(executions.client(), "arn:stateMachine:films"),
            provider: Arc::new(Provider::new(settings(), key, http).unwrap()),
            times: FilmClock {
                history: History::new(tables.client(), "stats"),
            },
            clock: Clock::fixed(now()),
        };
        let job = job(1, "user");
        finisher
            .usage
            .reserve(&finisher.jobs, &job, Ceilings::of_quota(QUOTA))
            .await
            .unwrap();
        Self {
            tables,
            bucket,
            messages,
            executions,
            finisher,
            run: job.latest_run(),
        }
    }

    /// The same with a film that was composed and proved.
    async fn with_film() -> Self {
        let world = Self::new().await;
        let jobs = &world.finisher.jobs;
        jobs.begin(world.run.job_id, now()).await.unwrap();
        let job = world.job().await;
        let film = job.new_film();
        jobs.set_film(&job, &film).await.unwrap();
        world.bucket.put(&film.video_key, b"film");
        world
    }

    async fn finish(&self, outcome: Outcome) -> Option<Status> {
        self.finisher.finish(self.run, outcome).await.ok()
    }

    /// Places of the month that are reserved, and that are used up.
    async fn places(&self) -> (u32, u32) {
        let usage = self
            .finisher
            .usage
            .account("user", now(), QUOTA)
            .await
            .unwrap()
            .usage;
        (usage.reserved, usage.used)
    }

    async fn job(&self) -> Job {
        self.finisher
            .jobs
            .get(self.run.job_id)
            .await
            .unwrap()
            .unwrap()
    }
}

#[tokio::test]
async fn a_film_that_stands_uses_its_place_once() {
    let world = World::with_film().await;
    assert_eq!(world.places().await, (1, 0));
    for outcome in [
        Outcome::Completed,
        Outcome::Completed,
        Outcome::Failed(Failure::TimedOut),
    ] {
        assert_eq!(world.finish(outcome).await, Some(Status::Completed));
        assert_eq!(world.places().await, (0, 1));
    }
}

#[tokio::test]
async fn the_owners_webhooks_are_told_of_an_ending_once() {
    let world = World::with_film().await;
    for _ in 0..2 {
        world.finish(Outcome::Completed).await;
    }
    let event = Ending::Completed.event(&world.job().await, now());
    let webhooks = testing::webhooks(&world.tables);
    let written = webhooks.event("user", event.event_id).await.unwrap();
    assert_eq!(written, Some(event.clone()));
    let sent = world.messages.sent();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].contains(&event.event_id.to_string()));
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_keeps_no_job_from_ending() {
    let world = World::with_film().await;
    world.messages.outage().begin_after(0);
    let status = world.finish(Outcome::Completed).await;
    assert_eq!(status, Some(Status::Completed));
    let later = now().after(Duration::from_secs(60));
    let webhooks = testing::webhooks(&world.tables);
    let due = webhooks.due_work(later, 10).await.unwrap();
    assert_eq!(due.len(), 1, "it is left to the reconciler");
}

#[tokio::test]
async fn a_failed_job_gives_its_place_back_once_and_says_why() {
    let world = World::new().await;
    let outcome = Outcome::Failed(Failure::ContentRefused);
    for again in [
        outcome,
        Outcome::Failed(Failure::TimedOut),
        Outcome::Completed,
    ] {
        assert_eq!(world.finish(again).await, Some(Status::Failed));
        assert_eq!(world.places().await, (0, 0));
    }
    let expected = JobError::new(Failure::ContentRefused, Stage::Queued);
    assert_eq!(world.job().await.error, Some(expected));
}

#[tokio::test]
async fn a_film_that_stands_counts_whatever_failed_after_it() {
    let world = World::with_film().await;
    let outcome = Outcome::Failed(Failure::StoreUnavailable);
    assert_eq!(world.finish(outcome).await, Some(Status::Completed));
    assert_eq!(world.places().await, (0, 1));
}

#[tokio::test]
async fn a_job_without_its_film_is_not_completed() {
    let world = World::with_film().await;
    world
        .finisher
        .objects
        .delete(&keys::film(world.run.job_id))
        .await
        .unwrap();
    assert_eq!(world.finish(Outcome::Completed).await, Some(Status::Failed));
    assert_eq!(world.places().await, (0, 0));
}

#[tokio::test]
async fn while_storage_fails_the_job_stays_open_and_its_place_taken() {
    let world = World::with_film().await;
    // The job is read, then settled in one transaction.
    for calls in 0..2 {
        world.tables.outage().begin_after(calls);
        assert_eq!(world.finish(Outcome::Completed).await, None, "{calls}");
        world.tables.outage().end();
        assert_eq!(world.places().await, (1, 0));
    }
    world.bucket.outage().begin_after(0);
    assert_eq!(world.finish(Outcome::Completed).await, None);
    world.bucket.outage().end();
    assert!(!world.job().await.status.is_final());
    assert_eq!(
        world.finish(Outcome::Completed).await,
        Some(Status::Completed)
    );
}

#[tokio::test]
async fn a_job_that_was_never_written_is_a_fault() {
    let world = World::new().await;
    let unknown = job(2, "user").latest_run();
    assert!(
        world
            .finisher
            .finish(unknown, Outcome::Completed)
            .await
            .is_err()
    );
}

/// A review ends by its lapse alone; late news of the execution that planned it change nothing.
#[tokio::test]
async fn a_job_in_review_is_ended_by_its_lapse_and_by_nothing_else() {
    let world = World::new().await;
    let (jobs, id) = (&world.finisher.jobs, world.run.job_id);
    jobs.begin(id, now()).await.unwrap();
    let lapsed = Outcome::Failed(Failure::ReviewLapsed);
    assert_eq!(world.finish(lapsed).await, Some(Status::Processing));
    let storyboard = Storyboard::by_rules(&world.job().await.request);
    let saved = jobs.save_storyboard(id, &storyboard, Some(now()), now());
    saved.await.unwrap();
    for news in [Outcome::Completed, Outcome::Failed(Failure::TimedOut)] {
        assert_eq!(world.finish(news).await, Some(Status::AwaitingReview));
        assert_eq!(world.places().await, (1, 0));
    }
    assert_eq!(world.finish(lapsed).await, Some(Status::Failed));
    assert_eq!(world.places().await, (0, 0));
    assert_eq!(world.job().await.error.unwrap().code, "REVIEW_LAPSED");
}
