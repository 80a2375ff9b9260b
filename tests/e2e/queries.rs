//! The saved queries of Logs Insights (R147), held against what the functions log.
//!
//! Most are about requests. `cold-starts` is about the first event of each function, whose line
//! has `endpoint` or `step`.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Person, aws, stack};
use reqwest::Method;
use serde_json::Value;

/// The words of the query language that the queries use; every other word is a field or a name
/// that the query itself gives.
const WORDS: [&str; 17] = [
    "filter",
    "fields",
    "stats",
    "sort",
    "limit",
    "count",
    "sum",
    "avg",
    "max",
    "coalesce",
    "ispresent",
    "as",
    "by",
    "and",
    "asc",
    "desc",
    "timestamp",
];

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn saved_queries_name_what_is_logged() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let refused = Answer::of(person.anonymous(Method::GET, "/api/v1/me")).await?;
    ensure!(refused.status == 401, "{}", refused.body);

    let lines = aws::log_lines(&stack).await?;
    let lines: Vec<Value> = lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let requests = lines.iter().filter(|line| line["message"] == "request");
    let requests: Vec<&Value> = requests.collect();
    let first = lines.iter().filter(|line| line["coldStart"] == true);
    let first: Vec<&Value> = first.collect();
    ensure!(requests.iter().any(|line| line["status"] == 401), "no 401");
    ensure!(!first.is_empty(), "no function was started");
    let queries = aws::saved_queries(&stack).await?;
    ensure!(queries.len() == 4, "{queries:?}");
    for (name, query) in &queries {
        let meant = match name.ends_with("cold-starts") {
            true => &first,
            false => &requests,
        };
        for line in meant {
            check(query, line).with_context(|| format!("{name}: {line}"))?;
        }
    }
    Ok(())
}

/// Every field of the query stands in the line, of alternatives one, and what it compares with a
/// number is one.
fn check(query: &str, line: &Value) -> Result<()> {
    let is_logged = |field: &str| line.get(field).is_some();
    let alternatives = alternatives(query);
    ensure!(
        alternatives.is_empty() || alternatives.iter().any(|field| is_logged(field)),
        "none of {alternatives:?} is logged"
    );
    for field in fields(query) {
        let is_there = is_logged(&field) || alternatives.contains(&field.as_str());
        ensure!(is_there, "{field} is not logged");
    }
    for number in compared_with_numbers(query) {
        ensure!(line[number].is_number(), "{number} is no number");
    }
    Ok(())
}

/// The fields of which the first that stands there is taken.
fn alternatives(query: &str) -> Vec<&str> {
    let behind = query.split_once("coalesce(").map(|(_, behind)| behind);
    let named = behind.and_then(|behind| behind.split_once(')'));
    named
        .map(|(named, _)| named.split(", ").collect())
        .unwrap_or_default()
}

fn fields(query: &str) -> BTreeSet<String> {
    // Every second part stands between quotation marks.
    let outside: String = query.split('"').step_by(2).collect();
    let words: Vec<&str> = outside
        .split(|character: char| !character.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    let given = words.windows(2).filter(|pair| pair[0] == "as");
    let given: BTreeSet<&str> = given.map(|pair| pair[1]).collect();
    let is_field = |word: &&str| !WORDS.contains(word) && !given.contains(word);
    words
        .into_iter()
        .filter(is_field)
        .map(str::to_owned)
        .collect()
}

fn compared_with_numbers(query: &str) -> Vec<&str> {
    let words: Vec<&str> = query
        .split(|character: char| character.is_whitespace() || "()|,".contains(character))
        .filter(|word| !word.is_empty())
        .collect();
    let is_number = |text: &str| text.parse::<f64>().is_ok();
    words
        .windows(3)
        .filter(|three| [">", ">=", "="].contains(&three[1]) && is_number(three[2]))
        .map(|three| three[0])
        .collect()
}

#[test]
fn a_query_is_read_for_its_fields() {
    let query = "filter message = \"a request\" and milliseconds > 1000\n| stats count() as many, \
                 sum(status >= 500) as errors by endpoint | sort errors desc | limit 20";
    let expected = ["endpoint", "message", "milliseconds", "status"];
    assert!(fields(query).into_iter().eq(expected));
    assert_eq!(compared_with_numbers(query), ["milliseconds", "status"]);
    assert!(alternatives(query).is_empty());
    let query = "filter ispresent(first) | fields coalesce(endpoint, step) as function";
    assert_eq!(alternatives(query), ["endpoint", "step"]);
    assert!(fields(query).into_iter().eq(["endpoint", "first", "step"]));
}
