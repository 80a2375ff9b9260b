use domain::time::Clock;
use edge::http::testing::{admin, answer, request};
use serde_json::{Value, json};
use store::SpendingTable;
use store::testing::{Tables, now};

use super::*;

async fn set(installation: &Installation, body: &Value) -> (u16, Value) {
    let request = request("PUT", "/api/v1/admin/spending", body);
    answer(handle(admin(), request, installation.clone()).await)
}

fn installation() -> Installation {
    Installation {
        table: SpendingTable::new(Tables::default().client(), "usage"),
        default_limit: 50_000_000_000,
        clock: Clock::fixed(now()),
    }
}

#[tokio::test]
async fn what_is_named_changes_and_the_rest_stays() {
    let installation = installation();
    let (status, day) = set(&installation, &json!({ "stopped": true })).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&day["stopped"], &day["dailyLimitUsd"]),
        (&json!(true), &json!(50.0))
    );
    let (_, day) = set(&installation, &json!({ "dailyLimitUsd": 0.5 })).await;
    assert_eq!(
        (&day["stopped"], &day["dailyLimitUsd"]),
        (&json!(true), &json!(0.5))
    );
    assert_eq!(day["remainingUsd"], 0.5);
    let (_, day) = set(&installation, &json!({ "stopped": false })).await;
    assert_eq!(
        (&day["stopped"], &day["dailyLimitUsd"]),
        (&json!(false), &json!(0.5))
    );
}

#[tokio::test]
async fn a_limit_that_is_none_is_refused() {
    let installation = installation();
    for body in [
        json!({}),
        json!({ "dailyLimitUsd": -1 }),
        json!({ "dailyLimitUsd": "50" }),
        json!({ "stopped": "yes" }),
        json!({ "limit": 5 }),
    ] {
        assert_eq!(set(&installation, &body).await.0, 400, "{body}");
    }
    let settings = installation.table.spending_settings().await.unwrap();
    assert_eq!(settings, domain::spending::Settings::default());
}
