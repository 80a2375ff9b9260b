//! The list of jobs, page by page (R5, D28).

use anyhow::{Context, Result, ensure};
use end_to_end::{Person, Provider, stack, unique_word};
use serde_json::Value;

use crate::refusals::check_error;
use crate::short_film;

/// A job that ends at once and without costing anything.
pub(crate) async fn failed_job(person: &Person) -> Result<String> {
    let word = unique_word("penniless");
    let provider = Provider::new(&person.stack);
    let no_limits = Value::Null;
    provider
        .misbehave(&word, "insufficient-credit", &no_limits)
        .await?;
    let id = person.create(&short_film(&word)).await?;
    let course = person.watch(&id).await?;
    ensure!(course.status() == "failed", "{}", course.end());
    Ok(id)
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn jobs_are_listed_page_by_page_newest_first() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(failed_job(&person).await?);
    }
    made.reverse();

    let first = page(&person, "limit=2").await?;
    assert_eq!(first.0, made[..2]);
    let cursor = first.1.context("no cursor to the rest")?;
    let second = page(&person, &format!("limit=2&cursor={cursor}")).await?;
    assert_eq!(second, (made[2..].to_vec(), None));
    let failed = page(&person, "status=failed,cancelled&limit=2").await?;
    assert_eq!(failed.0, made[..2]);
    let none = page(&person, "status=completed").await?;
    assert_eq!(none, (Vec::new(), None));
    assert_eq!(page(&person, "").await?, (made, None));

    let other = Person::sign_up(&stack).await?;
    for query in [
        format!("cursor={cursor}"),
        "cursor=nonsense".to_owned(),
        "cursor=".to_owned(),
    ] {
        let refused = other.get(&format!("/api/v1/jobs?{query}")).await?;
        check_error(&refused, 400, "VALIDATION_ERROR");
        assert_eq!(refused.body["details"]["field"], "cursor", "{query}");
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_page_is_neither_empty_nor_endless() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    for limit in ["0", "101", "-1", "ten", "1.5", ""] {
        let refused = person.get(&format!("/api/v1/jobs?limit={limit}")).await?;
        check_error(&refused, 400, "VALIDATION_ERROR");
        assert_eq!(refused.body["details"]["field"], "limit");
    }
    let refused = person.get("/api/v1/jobs?status=done").await?;
    check_error(&refused, 400, "VALIDATION_ERROR");
    assert_eq!(refused.body["details"]["field"], "status");
    for limit in ["1", "100"] {
        let answer = person.get(&format!("/api/v1/jobs?limit={limit}")).await?;
        assert_eq!(answer.status, 200);
    }
    Ok(())
}

/// The ids on a page, and where it goes on.
async fn page(person: &Person, query: &str) -> Result<(Vec<String>, Option<String>)> {
    let answer = person.get(&format!("/api/v1/jobs?{query}")).await?;
    ensure!(answer.status == 200, "{}", answer.body);
    let jobs = answer.body["jobs"].as_array().context("no jobs")?;
    let ids = jobs.iter().filter_map(|job| job["jobId"].as_str());
    let next = answer.body["nextCursor"].as_str();
    Ok((ids.map(str::to_owned).collect(), next.map(str::to_owned)))
}
