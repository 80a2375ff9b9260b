//! The saved queries of Logs Insights (R147), held against what the functions log.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Person, aws, stack};
use reqwest::Method;
use serde_json::Value;

/// The words of the query language that the queries use; every other word is a field or a name
/// that the query itself gives.
const WORDS: [&str; 13] = [
    "filter",
    "fields",
    "stats",
    "sort",
    "limit",
    "count",
    "sum",
    "as",
    "by",
    "and",
    "asc",
    "desc",
    "timestamp",
];

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn saved_queries_name_what_every_request_logs() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let refused = Answer::of(person.anonymous(Method::GET, "/api/v1/me")).await?;
    ensure!(refused.status == 401, "{}", refused.body);

    let lines = aws::log_lines(&stack).await?;
    let requests: Vec<Value> = lines
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["message"] == "request")
        .collect();
    ensure!(requests.iter().any(|line| line["status"] == 401), "no 401");
    let queries = aws::saved_queries(&stack).await?;
    ensure!(queries.len() == 3, "{queries:?}");
    for (name, query) in &queries {
        for line in &requests {
            check(query, line).with_context(|| format!("{name}: {line}"))?;
        }
    }
    Ok(())
}

/// Every field of the query stands in the line, and what it compares with a number is one.
fn check(query: &str, line: &Value) -> Result<()> {
    for field in fields(query) {
        ensure!(line.get(&field).is_some(), "{field} is not logged");
    }
    for number in compared_with_numbers(query) {
        ensure!(line[number].is_number(), "{number} is no number");
    }
    Ok(())
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
}
