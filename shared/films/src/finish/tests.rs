use domain::keys;
use replicate::Http;
use store::testing::{Bucket, Tables, job, now, secret};
use store::{Ceilings, Secret};

use super::*;
use crate::simulation::settings;

const QUOTA: u32 = 10;

struct World {
    tables: Tables,
    bucket: Bucket,
    finisher: Finisher,
    id: JobId,
}

impl World {
    /// A job that has taken its place in the month.
    async fn new() -> Self {
        let (tables, bucket) = (Tables::default(), Bucket::default());
        let http = Http::in_memory(|_| async { http::Response::new("").into() });
        let key = Secret::new(secret("key"), "key");
        let finisher = Finisher {
            jobs: JobsTable::new(tables.client(), "jobs"),
            usage: UsageTable::new(tables.client(), "usage"),
            objects: Objects::new(bucket.client(), "bucket"),
            provider: Arc::new(Provider::new(settings(), key, http).unwrap()),
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
            finisher,
            id: job.job_id,
        }
    }

    /// The same with a film that was composed and proved.
    async fn with_film() -> Self {
        let world = Self::new().await;
        let key = keys::film(world.id);
        let jobs = &world.finisher.jobs;
        jobs.begin(world.id, now()).await.unwrap();
        jobs.set_film(world.id, &key, "thumbnail").await.unwrap();
        world.bucket.put(&key, b"film");
        world
    }

    async fn finish(&self, outcome: Outcome) -> Option<Status> {
        self.finisher.finish(self.id, outcome).await.ok()
    }

    /// Places of the month that are reserved, and that are used up.
    async fn places(&self) -> (u32, u32) {
        let usage = self
            .finisher
            .usage
            .usage("user", now(), QUOTA)
            .await
            .unwrap();
        (usage.reserved, usage.used)
    }

    async fn job(&self) -> Job {
        self.finisher.jobs.get(self.id).await.unwrap().unwrap()
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
        .delete(&keys::film(world.id))
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
    let unknown = job(2, "user").job_id;
    assert!(
        world
            .finisher
            .finish(unknown, Outcome::Completed)
            .await
            .is_err()
    );
}
