use domain::failure::JobError;
use edge::http::testing::{answer, request, user};
use serde_json::{Value, json};
use store::testing::{Bucket, Tables, job, now, webhooks};
use store::{Ceilings, Ending, JobsTable, Links, UsageTable};

use super::*;

const USER: &str = "user";

struct World {
    tables: Tables,
    usage: UsageTable,
    reader: JobReader,
}

impl World {
    /// Nine films, the first of which failed, the second was made and the third is being
    /// made, and so on; and one of somebody else's that failed.
    async fn new() -> Self {
        let (tables, bucket) = (Tables::default(), Bucket::default());
        let world = Self {
            usage: UsageTable::new(tables.client(), "usage"),
            reader: JobReader {
                jobs: JobsTable::new(tables.client(), "jobs"),
                links: Links::new(bucket.client(), "bucket", None),
            },
            tables,
        };
        let failed = Ending::Failed(JobError::workflow_failed());
        let made = Ending::Completed;
        let endings = [Some(&failed), Some(&made), None].into_iter();
        for (number, ending) in (1..10).zip(endings.cycle()) {
            world.begin(number, USER, ending).await;
        }
        world.begin(10, "other", Some(&failed)).await;
        world
    }

    /// A film that was begun, and has ended so if it has.
    async fn begin(&self, number: u128, user_id: &str, ending: Option<&Ending>) {
        let (jobs, job) = (&self.reader.jobs, job(number, user_id));
        let ceilings = Ceilings::of_quota(u32::MAX);
        let reserved = self.usage.reserve(jobs, &job, ceilings);
        reserved.await.unwrap();
        jobs.begin(job.job_id, now()).await.unwrap();
        if let Some(ending) = ending {
            let hooks = webhooks(&self.tables);
            let settled = self.usage.settle(jobs, &hooks, &job, ending, 0, now());
            settled.await.unwrap();
        }
    }

    async fn list(&self, query: &str) -> (u16, Value) {
        let request = request("GET", &format!("/api/v1/jobs?{query}"), &Value::Null);
        answer(handle(user(USER), request, self.reader.clone()).await)
    }

    /// The numbers of the films on a page, and where the next one begins.
    async fn page(&self, query: &str) -> (Vec<u128>, Option<String>) {
        let (status, body) = self.list(query).await;
        assert_eq!(status, 200, "{body}");
        let jobs = body["jobs"].as_array().unwrap().iter();
        let ids = jobs.map(|job| job["jobId"].as_str().unwrap().replace('-', ""));
        let numbers = ids.map(|id| u128::from_str_radix(&id, 16).unwrap());
        let next = body["nextCursor"].as_str().map(str::to_owned);
        (numbers.collect(), next)
    }

    /// All pages of two films, put together.
    async fn pages(&self, query: &str) -> Vec<u128> {
        let (mut all, mut next) = self.page(&format!("{query}&limit=2")).await;
        while let Some(cursor) = next {
            let query = format!("{query}&limit=2&cursor={cursor}");
            let (more, after) = self.page(&query).await;
            all.extend(more);
            next = after;
        }
        all
    }
}

#[tokio::test]
async fn pages_put_together_are_the_callers_films_in_these_statuses() {
    let world = World::new().await;
    for (query, expected) in [
        ("", &[9_u128, 8, 7, 6, 5, 4, 3, 2, 1][..]),
        ("status=failed", &[7, 4, 1]),
        ("status=failed,processing", &[9, 7, 6, 4, 3, 1]),
        ("status=completed,completed", &[8, 5, 2]),
        ("status=awaiting_review", &[]),
    ] {
        assert_eq!(world.pages(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_cursor_holds_for_its_statuses_in_any_order() {
    let world = World::new().await;
    let (_, next) = world.page("status=failed,processing&limit=2").await;
    let cursor = format!("cursor={}", next.unwrap());
    let (rest, _) = world
        .page(&format!("status=processing,failed&{cursor}"))
        .await;
    assert_eq!(rest, [6, 4, 3, 1]);
    for other in ["", "status=failed&"] {
        let (status, body) = world.list(&format!("{other}{cursor}")).await;
        assert_eq!((status, &body["details"]["field"]), (400, &json!("cursor")));
    }
}

#[tokio::test]
async fn what_is_no_status_is_refused() {
    let world = World::new().await;
    for wrong in ["", "done", "FAILED", "failed,", "failed,done"] {
        let (status, body) = world.list(&format!("status={wrong}")).await;
        assert_eq!((status, &body["code"]), (400, &json!("VALIDATION_ERROR")));
        assert_eq!(body["details"]["field"], "status", "{wrong}");
        let constraint = body["details"]["constraint"].as_str();
        assert!(constraint.is_some_and(|names| names.contains("awaiting_review")));
    }
}
