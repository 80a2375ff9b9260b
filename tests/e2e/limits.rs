//! The month's quota and the minute's limit, with everybody pushing at once
//! (R65, R66, R83-R86, D8-D11).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use domain::failure::JobError;
use domain::job::{Job, JobId};
use domain::request::CreateJob;
use end_to_end::{Answer, Person, Provider, come_again, stack, unique_word};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use store::{Ceilings, Ending, ReserveError};

use crate::refusals::check_error;
use crate::{short_film, tables, webhooks_table};

const LIMIT: usize = 100;
const HOUR: Duration = Duration::from_secs(3600);

/// The transaction by itself, without the limiter before it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn of_two_hundred_parallel_reservations_ten_are_made() -> Result<()> {
    let stack = stack()?;
    let (jobs, usage) = tables(&stack)?;
    let user = unique_word("crowd");
    let now = config::clock::now();
    let reservations = (0..200).map(|_| {
        let (jobs, usage, user) = (jobs.clone(), usage.clone(), user.clone());
        tokio::spawn(async move {
            let id = JobId(uuid::Uuid::now_v7());
            let job = Job::accepted(id, &user, CreateJob::sample(), now, HOUR);
            usage
                .reserve(&jobs, &job, Ceilings::of_quota(10))
                .await
                .map(|()| job)
        })
    });
    let running: Vec<_> = reservations.collect();
    let mut made = Vec::new();
    for reservation in running {
        match reservation.await? {
            Ok(job) => made.push(job),
            Err(
                ReserveError::QuotaExceeded
                | ReserveError::TooManyRunning
                | ReserveError::TooManyFailures
                | ReserveError::SpendingLimit,
            ) => {}
            Err(ReserveError::Store(error)) => return Err(error.into()),
        }
    }
    let month = usage.account(&user, now, 10).await?.usage;
    let (listed, _) = jobs.list(&user, None, 100, None).await?;
    let webhooks = webhooks_table(&stack)?;
    // Before the reconciler takes them for jobs whose creator has died.
    let ending = Ending::Failed(JobError::workflow_failed());
    for job in &made {
        usage.settle(&jobs, &webhooks, job, &ending, 0, now).await?;
    }

    assert_eq!(made.len(), 10);
    assert_eq!((month.used, month.reserved, month.remaining()), (0, 10, 0));
    assert_eq!(listed.len(), 10, "jobs without a place in the month");
    let month = usage.account(&user, now, 10).await?.usage;
    assert_eq!((month.used, month.reserved, month.remaining()), (0, 0, 10));
    for job in &made {
        let again = usage.settle(&jobs, &webhooks, job, &ending, 0, now).await;
        assert!(
            again.is_err_and(|error| error.is_conflict()),
            "settled twice"
        );
    }
    Ok(())
}

/// The whole way: each of 200 requests passes the gateway, the gate and the
/// table. The limiter lets a hundred of them through to the quota.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn of_two_hundred_parallel_creations_ten_are_accepted() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let word = unique_word("rush");
    // A place comes back when its job fails, so none may end before all have asked.
    let provider = Provider::new(&stack);
    provider.misbehave(&word, "hang", &Value::Null).await?;
    let film = short_film(&word);

    let answers: Vec<Answer> = stream::iter(0..200)
        .map(|_| creation(&person, &film))
        .buffer_unordered(64)
        .collect::<Vec<Result<Answer>>>()
        .await
        .into_iter()
        .collect::<Result<_>>()?;

    let mut outcomes: BTreeMap<(u16, &str), usize> = BTreeMap::new();
    for answer in &answers {
        let code = answer.body["code"].as_str().unwrap_or_default();
        *outcomes.entry((answer.status, code)).or_default() += 1;
    }
    let count = |status, code| outcomes.get(&(status, code)).copied().unwrap_or(0);
    assert_eq!(count(202, ""), 10, "{outcomes:?}");
    let over_quota = count(429, "QUOTA_EXCEEDED");
    assert!(over_quota > 0, "{outcomes:?}");
    let refused = over_quota + count(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(refused, 190, "{outcomes:?}");
    for refused in answers.iter().filter(|answer| answer.status != 202) {
        let code = refused.body["code"].as_str().context("no code")?;
        check_error(refused, 429, code);
        let seconds: u64 = refused.header("retry-after").parse()?;
        assert!(seconds > 0);
    }
    let (_, usage) = tables(&stack)?;
    let month = usage
        .account(&person.user_id, config::clock::now(), 10)
        .await?
        .usage;
    assert_eq!((month.used, month.reserved, month.remaining()), (0, 10, 0));
    Ok(())
}

/// Comes back when it is told to: a stampede may find the keys not yet fetched.
async fn creation(person: &Person, film: &Value) -> Result<Answer> {
    come_again(11, || person.post("/api/v1/jobs", film)).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn the_hundred_and_first_request_of_a_minute_waits() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    // Within one clock minute the figures are exact.
    let into_minute = config::clock::now().as_second().rem_euclid(60) as u64;
    if into_minute > 40 {
        tokio::time::sleep(Duration::from_secs(61 - into_minute)).await;
    }

    let answers: Vec<Answer> = stream::iter(0..LIMIT)
        .map(|_| person.get("/api/v1/me"))
        .buffer_unordered(8)
        .collect::<Vec<Result<Answer>>>()
        .await
        .into_iter()
        .collect::<Result<_>>()?;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("ratelimit-limit"), "100");
    }
    let mut remaining: Vec<usize> = answers
        .iter()
        .map(|answer| answer.header("ratelimit-remaining").parse())
        .collect::<Result<_, _>>()?;
    remaining.sort_unstable();
    assert_eq!(remaining, (0..LIMIT).collect::<Vec<_>>());

    let refused = person.get("/api/v1/me").await?;
    check_error(&refused, 429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(refused.header("ratelimit-remaining"), "0");
    let wait: u64 = refused.header("retry-after").parse()?;
    assert_eq!(refused.header("ratelimit-reset"), wait.to_string());
    ensure!((1..=62).contains(&wait), "wait {wait} s");

    let asked = Instant::now();
    let other = Person::sign_up(&stack).await?;
    assert_eq!(other.get("/api/v1/me").await?.status, 200, "somebody else");
    tokio::time::sleep(Duration::from_secs(wait).saturating_sub(asked.elapsed())).await;
    let after = person.get("/api/v1/me").await?;
    assert_eq!(after.status, 200, "{}", after.body);
    Ok(())
}
