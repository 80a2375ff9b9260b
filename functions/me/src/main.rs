//! `GET /api/v1/me`: who the caller is, and how much of the month is used.

use config::Environment;
use domain::quota::{Month, Usage, next_month};
use domain::time::Time;
use edge::http::{ApiError, Caller, Error, Gate, Reply, Request, caller};
use serde_json::{Value, json};
use store::{DynamoDb, UsageTable};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    config::logging::start();
    let mut environment = Environment::of_process();
    let tables = environment.tables();
    let path = environment.request_path();
    let quota = environment.quota();
    environment.finish()?;
    let usage = UsageTable::new(DynamoDb::new(&config::aws::load().await), tables.usage);
    let gate = Gate::new(&path, usage.clone());

    edge::http::protected("me", gate, move |request| {
        handle(request, usage.clone(), quota)
    })
    .await
}

async fn handle(
    request: Request,
    usage: UsageTable,
    default_quota: u32,
) -> Result<Reply, ApiError> {
    let caller = caller(&request)?;
    let now = config::clock::now();

    let month = usage.usage(&caller.user_id, now, default_quota).await?;

    Reply::ok(&profile(caller, month, now))
}

fn profile(caller: &Caller, usage: Usage, now: Time) -> Value {
    json!({
        "userId": caller.user_id,
        "email": caller.email,
        "groups": caller.groups,
        "usage": {
            "month": Month::of(now),
            "quota": usage.quota,
            "used": usage.used,
            "reserved": usage.reserved,
            "remaining": usage.remaining(),
            "resetsAt": next_month(now),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_tells_what_remains_and_until_when() {
        let caller = Caller {
            user_id: "u".to_owned(),
            email: None,
            groups: vec!["admin".to_owned()],
        };
        let usage = Usage {
            used: 3,
            reserved: 2,
            quota: 10,
        };
        let profile = profile(&caller, usage, Time::from_millisecond(1_795_176_000_000));
        assert_eq!(profile["usage"]["remaining"], 5);
        assert_eq!(profile["usage"]["month"], "2026-11");
        assert_eq!(profile["usage"]["resetsAt"], "2026-12-01T00:00:00.000Z");
        assert_eq!(profile["groups"][0], "admin");
    }
}
