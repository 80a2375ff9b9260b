use store::testing::{Bucket, Tables, job, now, webhooks};
use store::{Ceilings, Ending, JobsTable};

use super::*;

const MONTH: Duration = Duration::from_secs(31 * 24 * 3600);

struct World {
    tables: Tables,
    bucket: Bucket,
    usage: UsageTable,
    objects: Objects,
    jobs: JobsTable,
}

impl World {
    /// A month in which `one` made a film and `other` has one under way.
    async fn new() -> Self {
        let (tables, bucket) = (Tables::default(), Bucket::default());
        let world = Self {
            usage: UsageTable::new(tables.client(), "usage"),
            objects: Objects::new(bucket.client(), "bucket"),
            jobs: JobsTable::new(tables.client(), "jobs"),
            tables,
            bucket,
        };
        let webhooks = webhooks(&world.tables);
        let (made, open) = (job(1, "one"), job(2, "other"));
        for job in [&made, &open] {
            world
                .usage
                .reserve(&world.jobs, job, Ceilings::of_quota(10))
                .await
                .unwrap();
            world.jobs.begin(job.job_id, now()).await.unwrap();
        }
        world
            .usage
            .settle(&world.jobs, &webhooks, &made, &Ending::Completed, 0, now())
            .await
            .unwrap();
        world
    }

    async fn close(&self) -> Result<ClosedMonth, StepError> {
        close_month(&self.usage, &self.objects, later()).await
    }

    fn report(&self) -> Option<Value> {
        let key = format!("reports/usage-{}.json", month_before(later()).as_str());
        let bytes = self.bucket.object(&key)?;
        serde_json::from_slice(&bytes).ok()
    }

    async fn closed(&self) -> usize {
        let rows = self.usage.month_rows(&month_before(later())).await.unwrap();
        rows.iter().filter(|row| row.closed).count()
    }
}

/// A moment of the month after.
fn later() -> Time {
    now().after(MONTH)
}

#[tokio::test]
async fn closing_a_month_twice_is_once() {
    let world = World::new().await;
    for _ in 0..2 {
        let closed = world.close().await.unwrap();
        assert_eq!((closed.users, closed.videos), (2, 1));
        assert_eq!(world.closed().await, 2);
        let report = world.report().unwrap();
        assert_eq!(report["videos"], 1);
        assert_eq!(report["users"].as_array().map(Vec::len), Some(2));
    }
}

/// The film that is under way still gives its place back, or uses it.
#[tokio::test]
async fn a_film_that_outlives_its_month_is_settled_in_it() {
    let world = World::new().await;
    world.close().await.unwrap();
    world
        .usage
        .settle(
            &world.jobs,
            &webhooks(&world.tables),
            &job(2, "other"),
            &Ending::Completed,
            0,
            later(),
        )
        .await
        .unwrap();
    let closed = world.close().await.unwrap();
    assert_eq!((closed.users, closed.videos), (2, 2));
}

#[tokio::test]
async fn a_month_that_could_not_be_closed_whole_is_closed_by_the_next_run() {
    let world = World::new().await;
    for calls in 0..3 {
        world.tables.outage().begin_after(calls);
        assert!(world.close().await.is_err(), "{calls}");
        world.tables.outage().end();
    }
    world.bucket.outage().begin_after(0);
    assert!(world.close().await.is_err());
    world.bucket.outage().end();
    assert!(world.report().is_none());
    world.close().await.unwrap();
    assert_eq!(world.closed().await, 2);
}

#[test]
fn the_report_adds_up() {
    let row = |user: &str, used| MonthRow {
        user_id: user.to_owned(),
        used,
        reserved: 0,
        closed: false,
    };
    let month = month_before(Time::from_millisecond(1_795_176_000_000));
    let report = report(&month, &[row("a", 3), row("b", 4)]);
    assert_eq!(report["month"], "2026-10");
    assert_eq!(report["videos"], 7);
    assert_eq!(report["users"][1]["userId"], "b");
}
