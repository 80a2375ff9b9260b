use domain::job::{SceneStatus, Stage, Status};

use super::*;
use crate::testing::{Tables, client_of, failure, job, now};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_smithy_mocks::{Rule, mock};
use std::collections::HashMap;
use std::time::Duration;

/// A job with one scene in the given status, in tables in memory.
fn with_scene(status: SceneStatus) -> (Tables, JobsTable, JobId) {
    let tables = Tables::default();
    let job = job(1, "someone");
    let scene = Scene {
        index: 1,
        title: "One".to_owned(),
        status,
        updated_at: now(),
        previews: Vec::new(),
    };
    let id = job.job_id;
    tables.put("jobs", item(id, JOB_ROW, &job).unwrap());
    tables.put("jobs", item(id, &scene_row(1), &scene).unwrap());
    let jobs = JobsTable::new(tables.client(), "jobs");
    (tables, jobs, id)
}

#[tokio::test]
async fn a_scene_moves_on_once_and_is_counted_once() {
    let (_, jobs, id) = with_scene(SceneStatus::Pending);
    for to in [
        SceneStatus::Generating,
        SceneStatus::Generated,
        SceneStatus::Complete,
    ] {
        jobs.advance_scene(id, 1, to, now()).await.unwrap();
        for again in [SceneStatus::Generating, to] {
            let error = jobs.advance_scene(id, 1, again, now()).await;
            assert!(error.unwrap_err().is_conflict(), "{again:?} after {to:?}");
        }
    }
    let job = jobs.get(id).await.unwrap().unwrap();
    assert_eq!((job.scenes_generated, job.scenes_prepared), (1, 1));
}

#[tokio::test]
async fn the_takes_that_can_be_seen_stay_while_the_scene_moves_on() {
    let (_, jobs, id) = with_scene(SceneStatus::Generated);
    jobs.set_previews(id, 1, &[1]).await.unwrap();
    jobs.set_previews(id, 1, &[1, 2]).await.unwrap();
    let moved = jobs.advance_scene(id, 1, SceneStatus::Complete, now());
    moved.await.unwrap();
    assert_eq!(jobs.scene(id, 1).await.unwrap().unwrap().previews, [1, 2]);
    assert!(jobs.set_previews(id, 2, &[1]).await.is_err());
}

#[tokio::test]
async fn scenes_only_move_forwards() {
    use SceneStatus::{Complete, Failed, Generated, Generating, Pending};
    let all = [Pending, Generating, Generated, Complete, Failed];
    let allowed = [
        (Pending, Generating),
        (Pending, Generated),
        (Generating, Generated),
        (Generated, Complete),
        (Pending, Failed),
        (Generating, Failed),
        (Generated, Failed),
    ];
    for from in all {
        for to in all {
            let (tables, jobs, id) = with_scene(from);
            let moved = jobs.advance_scene(id, 1, to, now()).await;
            assert_eq!(
                moved.is_ok(),
                allowed.contains(&(from, to)),
                "{from:?} {to:?}"
            );
            let scene = tables.row("jobs", &id.to_string(), "scene#001").unwrap();
            let expected = if moved.is_ok() { to } else { from };
            let status = AttributeValue::S(expected.as_str().to_owned());
            assert_eq!(scene["status"], status);
        }
    }
}

#[tokio::test]
async fn a_job_that_has_ended_takes_no_scene() {
    for status in [Status::Completed, Status::Failed] {
        let (tables, jobs, id) = with_scene(SceneStatus::Pending);
        let mut ended = job(1, "someone");
        ended.status = status;
        tables.put("jobs", item(id, JOB_ROW, &ended).unwrap());
        let moved = jobs
            .advance_scene(id, 1, SceneStatus::Generated, now())
            .await;
        assert!(moved.unwrap_err().is_conflict());
        let scene = tables.row("jobs", &id.to_string(), "scene#001").unwrap();
        assert_eq!(scene["status"], AttributeValue::S("pending".to_owned()));
    }
}

#[tokio::test]
async fn a_scene_that_is_not_there_is_a_conflict() {
    let (_, jobs, id) = with_scene(SceneStatus::Pending);
    let moved = jobs
        .advance_scene(id, 2, SceneStatus::Generated, now())
        .await;
    assert!(moved.unwrap_err().is_conflict());
}

#[tokio::test]
async fn composing_never_goes_back() {
    let (_, jobs, id) = with_scene(SceneStatus::Complete);
    jobs.begin(id, now()).await.unwrap();
    assert!(
        jobs.begin_composing(id, now())
            .await
            .unwrap_err()
            .is_conflict()
    );
    let (tables, jobs, id) = with_scene(SceneStatus::Complete);
    let mut generating = job(1, "someone");
    generating.stage = Stage::Generating;
    tables.put("jobs", item(id, JOB_ROW, &generating).unwrap());
    jobs.begin_composing(id, now()).await.unwrap();
    jobs.compose_percent(id, 40, now()).await.unwrap();
    jobs.begin_composing(id, now().after(Duration::from_secs(9)))
        .await
        .unwrap();
    for lower in [0, 39, 40] {
        let raised = jobs.compose_percent(id, lower, now()).await;
        assert!(raised.unwrap_err().is_conflict(), "{lower}");
    }
    let job = jobs.get(id).await.unwrap().unwrap();
    assert_eq!((job.compose_percent, job.composing_at), (40, Some(now())));
}

#[tokio::test]
async fn a_page_is_the_users_newest_jobs_from_a_position_on() {
    let after = Position {
        job_id: job(9, "someone").job_id,
        created_at: now(),
    };
    let query = mock!(Client::query)
        .match_requests(|input| {
            let start = input.exclusive_start_key().unwrap();
            let text = |name: &str| start[name].as_s().unwrap().as_str();
            input.index_name() == Some("byUser")
                && input.scan_index_forward() == Some(false)
                && input.limit() == Some(3)
                && input.expression_attribute_values().unwrap()[":user"]
                    == AttributeValue::S("someone".to_owned())
                && text("userId") == "someone"
                && text("sk") == "job"
                && text("createdAt") == now().to_string()
                && text("jobId") == "00000000-0000-0000-0000-000000000009"
        })
        .then_output(|| page(&[8, 7, 6], true));
    let jobs = JobsTable::new(client_of(&[query, rows()]), "jobs");
    let (found, next) = jobs.list("someone", None, 2, Some(&after)).await.unwrap();
    assert_eq!(found, [job(8, "someone"), job(7, "someone")]);
    assert_eq!(next.unwrap().job_id, job(7, "someone").job_id);
}

#[tokio::test]
async fn a_page_cut_short_by_its_size_leads_on() {
    let query = mock!(Client::query).then_output(|| page(&[8], true));
    let jobs = JobsTable::new(client_of(&[query, rows()]), "jobs");
    let (found, next) = jobs.list("someone", None, 2, None).await.unwrap();
    assert_eq!(found, [job(8, "someone")]);
    assert_eq!(next.unwrap().job_id, job(8, "someone").job_id);
}

#[tokio::test]
async fn the_last_page_leads_nowhere() {
    for numbers in [&[3, 2][..], &[1], &[]] {
        let query = mock!(Client::query).then_output(move || page(numbers, false));
        let jobs = JobsTable::new(client_of(&[query, rows()]), "jobs");
        let (found, next) = jobs.list("someone", None, 2, None).await.unwrap();
        assert_eq!((found.len(), next), (numbers.len(), None));
    }
}

/// Rows of an index, which holds keys only.
fn page(numbers: &[u128], more: bool) -> QueryOutput {
    let rows = numbers.iter().map(|number| {
        let job = job(*number, "someone");
        let text = |text: String| AttributeValue::S(text);
        let mut row = key(job.job_id, JOB_ROW);
        row.insert("userId".to_owned(), text(job.user_id));
        row.insert("createdAt".to_owned(), text(job.created_at.to_string()));
        row
    });
    let rows: Vec<_> = rows.collect();
    let last = rows.last().filter(|_| more).cloned();
    QueryOutput::builder()
        .set_items(Some(rows))
        .set_last_evaluated_key(last)
        .build()
}

/// The rows of the jobs that are asked for, without an attribute.
fn rows_without(attribute: &'static str) -> Rule {
    mock!(Client::batch_get_item).then_compute_output(move |input| {
        let keys = input.request_items().unwrap()["jobs"].keys();
        let rows = keys.iter().map(|key| {
            let id: JobId = key["jobId"].as_s().unwrap().parse().unwrap();
            let mut row = item(id, JOB_ROW, &job(id.0.as_u128(), "someone")).unwrap();
            row.remove(attribute);
            row
        });
        let rows = HashMap::from([("jobs".to_owned(), rows.collect())]);
        BatchGetItemOutput::builder()
            .set_responses(Some(rows))
            .build()
    })
}

fn rows() -> Rule {
    rows_without("")
}

/// Jobs of two users in all statuses by turns; every third is the other's.
fn many(number: u128) -> Job {
    let user_id = if number.is_multiple_of(3) {
        "other"
    } else {
        "someone"
    };
    Job {
        status: Status::ALL[(number % 7) as usize],
        ..job(number, user_id)
    }
}

#[tokio::test]
async fn pages_by_status_put_together_are_all_in_it_and_nobody_elses() {
    use Status::{Cancelled, Completed, Failed, Pending};
    let tables = Tables::default();
    let jobs = JobsTable::new(tables.client(), "jobs");
    for job in (1..=60).map(many) {
        tables.put("jobs", item(job.job_id, JOB_ROW, &job).unwrap());
    }
    for (only, limit) in [
        (&[Failed][..], 1),
        (&[Failed, Cancelled], 3),
        (&[Pending, Completed], 10),
        (&Status::ALL, 7),
    ] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = jobs.list("someone", Some(only), limit, after.as_ref());
            let (page, next) = page.await.unwrap();
            assert!(page.len() == limit || next.is_none(), "{only:?}");
            found.extend(page);
            after = next;
            if after.is_none() {
                break;
            }
        }
        let all = (1..=60).rev().map(many);
        let wanted = all.filter(|job| job.user_id == "someone" && only.contains(&job.status));
        assert!(wanted.eq(found), "{only:?}");
    }
}

#[tokio::test]
async fn what_is_rare_is_sought_among_so_many_jobs_and_the_page_leads_on() {
    let tables = Tables::default();
    let jobs = JobsTable::new(tables.client(), "jobs");
    for number in 0..=MOST_LOOKED_AT as u128 {
        let status = match number {
            0 => Status::Failed,
            _ => Status::Completed,
        };
        let job = Job {
            status,
            ..job(number, "someone")
        };
        tables.put("jobs", item(job.job_id, JOB_ROW, &job).unwrap());
    }
    let failed = async |after: Option<Position>| {
        let page = jobs.list("someone", Some(&[Status::Failed]), 10, after.as_ref());
        let (page, next) = page.await.unwrap();
        (page.len(), next, tables.rows_read())
    };
    let (none, next, read) = failed(None).await;
    assert_eq!((none, read), (0, 2 * MOST_LOOKED_AT + 1));
    assert!(next.is_some());
    assert_eq!(failed(next).await, (1, None, 2));

    // A page whose jobs are all young reads no others.
    let page = jobs.list("someone", Some(&[Status::Completed]), 10, None);
    assert_eq!(page.await.unwrap().0.len(), 10);
    assert_eq!(tables.rows_read(), MOST_LOOKED_AT + 1 + LOOKED_AT_ONCE);
}

#[tokio::test]
async fn a_row_that_is_no_job_is_unreadable() {
    let query = mock!(Client::query).then_output(|| page(&[1], false));
    let rows = rows_without("status");
    let jobs = JobsTable::new(client_of(&[query, rows]), "jobs");
    let error = jobs.list("someone", None, 2, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error:?}");
}

#[tokio::test]
async fn open_jobs_are_read_by_the_keys_of_their_index() {
    let query = mock!(Client::query)
        .match_requests(|input| input.index_name() == Some("openJobs"))
        .then_output(|| page(&[2, 1], false));
    let jobs = JobsTable::new(client_of(&[query, rows()]), "jobs");
    let open = jobs.open().await.unwrap();
    assert_eq!(open, [job(2, "someone"), job(1, "someone")]);
}

#[tokio::test]
async fn a_failing_list_is_told_by_its_meaning() {
    let throttled = mock!(Client::query)
        .sequence()
        .http_response(|| failure("ThrottlingException"))
        .http_response(|| failure("AccessDeniedException"))
        .build();
    let jobs = JobsTable::new(client_of(&[throttled]), "jobs");
    let error = jobs.list("someone", None, 2, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let error = jobs.list("someone", None, 2, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Failed { .. }), "{error:?}");
}
