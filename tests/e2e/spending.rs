//! The installation's day as administrators see and set it (D49). The switch itself is not
//! tried here: every other test of this cloud would be stopped by it.

use anyhow::Result;
use end_to_end::{Answer, Person, Provider, stack, unique_word};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::check_error;
use crate::short_film;

const SPENDING: &str = "/api/v1/admin/spending";

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_that_is_being_made_holds_its_quote() -> Result<()> {
    let stack = stack()?;
    let admin = Person::sign_up_administrator(&stack).await?;
    let word = unique_word("quote");
    Provider::new(&stack)
        .misbehave(&word, "hang", &Value::Null)
        .await?;
    admin.create(&short_film(&word)).await?;

    let day = admin.get(SPENDING).await?;
    assert_eq!(day.status, 200, "{}", day.body);
    assert_eq!(day.body["stopped"], false);
    let taken = ["reservedUsd", "spentUsd"].map(|name| day.body[name].as_f64());
    assert!(taken.iter().flatten().sum::<f64>() > 0.0, "{}", day.body);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn only_administrators_set_the_day() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let admin = Person::sign_up_administrator(&stack).await?;
    let put = async |person: &Person, body: &Value| {
        Answer::of(person.request(Method::PUT, SPENDING).json(body)).await
    };
    check_error(&person.get(SPENDING).await?, 403, "FORBIDDEN");
    let stop = json!({ "stopped": true });
    check_error(&put(&person, &stop).await?, 403, "FORBIDDEN");
    let nothing = put(&admin, &json!({})).await?;
    check_error(&nothing, 400, "VALIDATION_ERROR");
    let same = put(&admin, &json!({ "stopped": false })).await?;
    assert_eq!((same.status, &same.body["stopped"]), (200, &json!(false)));
    Ok(())
}
