//! Races about a storyboard in review (D44): the second writer finds a conflict, and the
//! month and the day hold what is held.

use super::*;
use domain::film::FRAME_RATE;
use domain::job::Stage;
use domain::spending::Day;
use domain::storyboard::Storyboard;

const HOUR: Duration = Duration::from_secs(3600);
const DAY_LIMIT: u64 = 1_000;

struct World {
    tables: Tables,
    jobs: JobsTable,
    usage: UsageTable,
    waiting: Job,
}

impl World {
    /// A job with a quote of 300 whose storyboard waits for an hour.
    async fn new() -> Self {
        let tables = Tables::default();
        let (jobs, usage) = tables_of(&tables.client());
        let job = Job {
            quote_nano_usd: 300,
            ..job(1, "someone")
        };
        let ceilings = Ceilings::of_quota(QUOTA);
        usage.reserve(&jobs, &job, ceilings).await.unwrap();
        jobs.begin(job.job_id, now()).await.unwrap();
        let (storyboard, until) = (Storyboard::by_rules(&job.request), now().after(HOUR));
        let saved = jobs.save_storyboard(job.job_id, &storyboard, Some(until), now());
        saved.await.unwrap();
        let waiting = jobs.get(job.job_id).await.unwrap().unwrap();
        Self {
            tables,
            jobs,
            usage,
            waiting,
        }
    }

    async fn there(&self) -> Job {
        let job = self.jobs.get(self.waiting.job_id).await;
        job.unwrap().unwrap()
    }

    /// The same film with its first scenes only.
    fn shortened(&self, scenes: u32) -> Job {
        let mut storyboard = self.waiting.storyboard.clone().unwrap();
        storyboard.scenes.truncate(scenes as usize);
        storyboard.scenes[scenes as usize - 1].timing.overlap_after = 0;
        self.waiting.with_edit(storyboard, now())
    }

    async fn approve(&self, quote: u64) -> Result<(), ApproveError> {
        let approved = self.waiting.approved(quote, now(), HOUR);
        let (jobs, waiting) = (&self.jobs, &self.waiting);
        self.usage
            .approve(jobs, waiting, &approved, DAY_LIMIT)
            .await
    }

    async fn lapse(&self) -> Result<(), StoreError> {
        let webhooks = crate::testing::webhooks(&self.tables);
        let lapsed = Ending::Failed(JobError::workflow_failed());
        let (jobs, job) = (&self.jobs, &self.waiting);
        let settled = self.usage.settle(jobs, &webhooks, job, &lapsed, 0, now());
        settled.await.map(drop)
    }

    /// Taken of the day, and places that are held in the month.
    fn held(&self) -> (u32, u32) {
        let row = |user: &str, row: &str| self.tables.row("usage", user, row).unwrap();
        let day = row(
            "installation",
            &format!("spending#{}", Day::of(now()).as_str()),
        );
        let month = row("someone", &month_row(&Month::of(now())));
        (number(&day, "taken"), number(&month, "reserved"))
    }
}

fn is_changed(result: &Result<(), ApproveError>) -> bool {
    matches!(result, Err(ApproveError::Changed))
}

#[tokio::test]
async fn a_storyboard_in_review_waits_with_nothing_begun() {
    let world = World::new().await;
    let job = &world.waiting;
    assert_eq!(job.status, Status::AwaitingReview);
    assert_eq!((job.stage, job.progress()), (Stage::Planning, 2));
    assert!(job.is_in_review(now()) && !job.is_in_review(now().after(2 * HOUR)));
    assert!(!job.is_worked_on_by(job.latest_run()));
    let again = world.jobs.begin(job.job_id, now()).await;
    assert!(again.unwrap_err().is_conflict());
}

#[tokio::test]
async fn of_two_editors_one_is_told_of_the_others_change() {
    let world = World::new().await;
    let (one, other) = (world.shortened(2), world.shortened(4));
    let edits = tokio::join!(
        world.jobs.edit_storyboard(&world.waiting, &one),
        world.jobs.edit_storyboard(&world.waiting, &other),
    );
    let conflicts = [edits.0, edits.1].into_iter().filter_map(Result::err);
    let conflicts: Vec<StoreError> = conflicts.collect();
    assert_eq!(conflicts.len(), 1);
    assert!(conflicts[0].is_conflict());
    let there = world.there().await;
    assert!(there == one || there == other);
    assert_eq!(there.storyboard_version, 2);
}

#[tokio::test]
async fn an_edit_changes_the_scenes_the_length_and_keeps_what_was_planned() {
    let world = World::new().await;
    let shorter = world.shortened(2);
    let edited = world.jobs.edit_storyboard(&world.waiting, &shorter).await;
    edited.unwrap();
    let record = world.jobs.load(shorter.job_id).await.unwrap().unwrap();
    let indices: Vec<u32> = record.scenes.iter().map(|scene| scene.index).collect();
    assert_eq!(indices, [1, 2]);
    let frames = record.job.storyboard.as_ref().unwrap().total_frames();
    assert_eq!(record.job.request.scenes, 2);
    assert_eq!(
        record.job.request.duration_seconds,
        frames.div_ceil(FRAME_RATE)
    );

    let back = record
        .job
        .with_edit(world.waiting.storyboard.clone().unwrap(), now());
    let edited = world.jobs.edit_storyboard(&record.job, &back).await;
    edited.unwrap();
    let record = world.jobs.load(shorter.job_id).await.unwrap().unwrap();
    assert_eq!(record.scenes.len(), 5);
    assert_eq!(record.job.planned_storyboard, world.waiting.storyboard);
    assert_eq!(record.job, back);
}

#[tokio::test]
async fn an_edit_before_an_approval_makes_it_a_conflict_and_none_follows_it() {
    let world = World::new().await;
    let edit = world.shortened(2);
    world
        .jobs
        .edit_storyboard(&world.waiting, &edit)
        .await
        .unwrap();
    assert!(is_changed(&world.approve(200).await));
    assert_eq!(world.held(), (300, 1));

    let world = World::new().await;
    world.approve(200).await.unwrap();
    let late = world.jobs.edit_storyboard(&world.waiting, &edit).await;
    assert!(late.unwrap_err().is_conflict());
}

#[tokio::test]
async fn of_two_approvals_one_begins_a_run_and_takes_the_difference() {
    let world = World::new().await;
    let approvals = tokio::join!(world.approve(500), world.approve(500));
    let changed = [approvals.0, approvals.1];
    let changed = changed.iter().filter(|approval| is_changed(approval));
    assert_eq!(changed.count(), 1);
    assert_eq!(world.held(), (500, 1));
    let job = world.there().await;
    assert_eq!(
        (job.status, job.stage),
        (Status::Processing, Stage::Generating)
    );
    assert_eq!((job.run, job.review_until), (2, None));
    assert_eq!(job.quote_nano_usd, 500);
    assert_eq!(job, world.waiting.approved(500, now(), HOUR));
}

#[tokio::test]
async fn an_approval_and_a_lapse_exclude_each_other() {
    let world = World::new().await;
    world.approve(200).await.unwrap();
    assert!(world.lapse().await.unwrap_err().is_conflict());
    assert_eq!(world.held(), (200, 1));

    let world = World::new().await;
    world.lapse().await.unwrap();
    assert!(is_changed(&world.approve(200).await));
    assert_eq!(world.held(), (0, 0));
}

#[tokio::test]
async fn a_dearer_film_must_fit_into_the_day_and_a_cheaper_one_gives_back() {
    for too_dear in [DAY_LIMIT + 1, 3 * DAY_LIMIT, u64::MAX / 4] {
        let world = World::new().await;
        let refused = world.approve(too_dear).await;
        assert!(matches!(refused, Err(ApproveError::SpendingLimit)));
        assert_eq!(world.held(), (300, 1));
        assert_eq!(world.there().await, world.waiting);
    }
    for quote in [DAY_LIMIT, 300, 0] {
        let world = World::new().await;
        world.approve(quote).await.unwrap();
        assert_eq!(world.held(), (quote as u32, 1));
    }
}
