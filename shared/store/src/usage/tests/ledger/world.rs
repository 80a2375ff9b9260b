//! Jobs of one user, what can happen to them, and what must hold whenever it has.

use super::*;
use crate::change::to_item;
use crate::testing::Item;
use domain::attempt::Target;
use domain::job::{Place, Redo, Scene, SceneStatus};
use domain::storyboard::Storyboard;
use std::collections::BTreeMap;

/// Jobs there may be.
pub(super) const JOBS: u128 = 5;
pub(super) const CEILINGS: Ceilings = Ceilings {
    paid_failures: 3,
    ..Ceilings::of_quota(SMALL_QUOTA)
};
pub(super) const SMALL_QUOTA: u32 = 3;

#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    Create,
    Begin,
    BeginComposing,
    Complete,
    Fail,
    /// After money was spent.
    FailPaid,
    /// Its owner lets it go on.
    Resume,
    /// A step of its first execution, which may be over, gives up.
    FailFirst,
    /// Its owner cancels it, and what runs is stopped.
    Cancel,
    /// Its owner has a part made anew.
    Redo(Target),
    /// Its owner chooses another take.
    Choose(Target),
}

pub(super) fn events() -> impl Strategy<Value = Vec<(u128, Event)>> {
    let part = prop_oneof![Just(Target::Scene(1)), Just(Target::Soundtrack)];
    let event = prop_oneof![
        3 => Just(Event::Create),
        2 => Just(Event::Begin),
        1 => Just(Event::BeginComposing),
        2 => Just(Event::Complete),
        2 => Just(Event::Fail),
        2 => Just(Event::FailPaid),
        2 => Just(Event::Resume),
        1 => Just(Event::FailFirst),
        1 => Just(Event::Cancel),
        3 => part.clone().prop_map(Event::Redo),
        1 => part.prop_map(Event::Choose),
    ];
    prop::collection::vec((0..JOBS, event), 1..60)
}

pub(super) struct World {
    pub(super) tables: Tables,
    pub(super) jobs: JobsTable,
    pub(super) usage: UsageTable,
    webhooks: WebhooksTable,
    /// Those that were taken up.
    paid_failures: std::cell::Cell<u32>,
    /// Films, and redone parts beyond the free ones.
    used: std::cell::Cell<u32>,
}

/// What can be told of a job's row without trusting the code under test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) status: String,
    pub(super) reservation: String,
    pub(super) open: bool,
    /// What a change of a film holds.
    pub(super) redo: Option<String>,
    /// What was paid for it, as it ended last.
    pub(super) paid: u32,
}

impl World {
    pub(super) fn new() -> Self {
        let tables = Tables::default();
        let (jobs, usage) = tables_of(&tables.client());
        Self {
            webhooks: crate::testing::webhooks(&tables),
            tables,
            jobs,
            usage,
            paid_failures: std::cell::Cell::default(),
            used: std::cell::Cell::default(),
        }
    }

    pub(super) async fn settle(
        &self,
        job: &Job,
        ending: &Ending,
        now: Time,
    ) -> Result<(), StoreError> {
        self.settle_paid(job, ending, 0, now).await
    }

    pub(super) async fn settle_paid(
        &self,
        job: &Job,
        ending: &Ending,
        paid: u64,
        now: Time,
    ) -> Result<(), StoreError> {
        let (jobs, webhooks) = (&self.jobs, &self.webhooks);
        let settled = self.usage.settle(jobs, webhooks, job, ending, paid, now);
        settled.await.map(drop)
    }

    /// The row of a job's first scene, which changes of its film touch.
    fn put_scene(&self, job: &Job) {
        let scene = Scene {
            index: 1,
            title: "One".to_owned(),
            status: SceneStatus::Complete,
            updated_at: now(),
            previews: Vec::new(),
        };
        let mut row = to_item(&scene).unwrap();
        let id = job.job_id.to_string();
        row.insert("jobId".to_owned(), AttributeValue::S(id));
        let name = AttributeValue::S("scene#001".to_owned());
        row.insert("sk".to_owned(), name);
        self.tables.put("jobs", row);
    }

    /// Whether the event was taken up.
    pub(super) async fn happen(&self, number: u128, event: Event) -> bool {
        let first = job(number, "someone");
        let job = self.jobs.get(first.job_id).await.unwrap();
        let job = job.unwrap_or_else(|| first.clone());
        let failed = Ending::Failed(JobError::workflow_failed());
        let result = match event {
            Event::Create => {
                let taken = is_taken(self.usage.reserve(&self.jobs, &first, CEILINGS).await);
                if taken {
                    self.put_scene(&first);
                }
                return taken;
            }
            Event::Resume => {
                let Some(record) = self.jobs.load(job.job_id).await.unwrap() else {
                    return false;
                };
                let Some(resumed) = job.resumed(0, now(), Duration::from_secs(60)) else {
                    return false;
                };
                let (jobs, usage) = (&self.jobs, &self.usage);
                return is_taken(usage.resume(jobs, &record, &resumed, CEILINGS).await);
            }
            Event::FailFirst => {
                let settled = self.settle(&first, &failed, now()).await;
                assert!(job.run == 1 || settled.is_err());
                settled
            }
            Event::Begin => self.jobs.begin(job.job_id, now()).await,
            Event::BeginComposing => self.jobs.begin_composing(job.job_id, now()).await,
            Event::Complete => {
                // A change of a film is settled when it was composed.
                let composed = Job {
                    redone_film: job.redo.as_ref().map(|_| job.new_film()),
                    ..job.clone()
                };
                let done = Ending::Completed;
                let settled = self.settle(&composed, &done, now()).await;
                let counts = settled.is_ok() && job.place() == Place::Counted;
                self.used.set(self.used.get() + u32::from(counts));
                settled
            }
            Event::Cancel => {
                let _ = self.jobs.begin_cancelling(job.job_id, now()).await;
                self.settle(&job, &Ending::Cancelled, now()).await
            }
            Event::Redo(target) | Event::Choose(target) => {
                let place = match event {
                    Event::Choose(_) => Place::None,
                    _ => job.redo_place(),
                };
                let part = Storyboard::by_rules(&job.request).part(target);
                let redo = Redo {
                    part: part.unwrap(),
                    place,
                };
                let limit = Duration::from_secs(60);
                let Some(redone) = job.redone(redo, None, 0, now(), limit) else {
                    return false;
                };
                let (jobs, usage) = (&self.jobs, &self.usage);
                return is_taken(usage.redo(jobs, &job, &redone, CEILINGS).await);
            }
            Event::Fail => self.settle(&job, &failed, now()).await,
            Event::FailPaid => {
                let settled = self
                    .settle_paid(&job, &failed, job.paid_nano_usd + 7, now())
                    .await;
                let counts = settled.is_ok() && job.place() != Place::None;
                let so_far = self.paid_failures.get();
                self.paid_failures.set(so_far + u32::from(counts));
                settled
            }
        };
        if let Err(error) = &result {
            assert!(error.is_conflict(), "{error:?}");
        }
        result.is_ok()
    }

    pub(super) fn seen(&self) -> BTreeMap<u128, Seen> {
        let see = |film: u128| {
            let id = job(film, "someone").job_id.to_string();
            let row = self.tables.row("jobs", &id, "job")?;
            let seen = Seen {
                status: text(&row, "status"),
                reservation: text(&row, "reservation"),
                open: row.contains_key("open"),
                redo: row
                    .get("redo")
                    .map(|redo| text(redo.as_m().unwrap(), "place")),
                paid: number(&row, "paidNanoUsd"),
            };
            Some((film, seen))
        };
        (0..JOBS).filter_map(see).collect()
    }

    pub(super) fn month(&self) -> Item {
        let month = month_row(&Month::of(now()));
        let row = self.tables.row("usage", "someone", &month);
        row.unwrap_or_default()
    }

    pub(super) fn check(&self) {
        let seen = self.seen();
        let held = |place: Option<&str>| {
            let held = seen.values().filter(|job| job.reservation == "held");
            held.filter(|job| job.redo.as_deref() == place).count() as u32
        };
        let month = self.month();
        // Read as they are: `number` would hide a sum below zero.
        let sum = |name: &str| {
            month
                .get(name)
                .map_or("0", |value| value.as_n().unwrap())
                .parse::<u32>()
                .unwrap()
        };
        assert_eq!(
            sum("reserved"),
            held(None) + held(Some("counted")),
            "{seen:?}"
        );
        assert_eq!(sum("redoing"), held(Some("free")), "{seen:?}");
        assert_eq!(sum("used"), self.used.get(), "{seen:?}");
        assert_eq!(sum("taken"), sum("used") + sum("reserved"));
        assert!(sum("taken") <= SMALL_QUOTA);
        let paid_failures = self.paid_failures.get();
        assert_eq!(
            sum("risked"),
            sum("reserved") + sum("redoing") + paid_failures
        );
        assert!(paid_failures <= CEILINGS.paid_failures);
        let paid: u32 = seen.values().map(|job| job.paid).sum();
        assert_eq!(sum("paidNanoUsd"), paid, "{seen:?}");
        for job in seen.values() {
            let expected = match job.status.as_str() {
                "completed" => ("committed", false),
                "failed" | "cancelled" => ("released", false),
                _ => ("held", true),
            };
            assert_eq!((job.reservation.as_str(), job.open), expected, "{job:?}");
        }
    }
}

/// Whether a place was taken; everything but a conflict or a ceiling is a fault.
pub(super) fn is_taken(result: Result<(), ReserveError>) -> bool {
    match result {
        Ok(()) => true,
        Err(ReserveError::Store(error)) => {
            assert!(error.is_conflict(), "{error:?}");
            false
        }
        Err(_) => false,
    }
}

pub(super) fn has_film(job: &Seen) -> bool {
    job.status == "completed" || job.redo.is_some()
}

/// The transition table of the domain, by the names in the row.
pub(super) fn is_legal(before: &str, after: &str) -> bool {
    let status = |name: &str| {
        let mut all = Status::ALL.into_iter();
        all.find(|status| status.as_str() == name).unwrap()
    };
    before == after || status(before).can_become(status(after))
}
