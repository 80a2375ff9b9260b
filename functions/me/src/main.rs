//! `GET /api/v1/me`: who the caller is, and how much of the month is used, and
//! what the caller holds.

use accounts::{CallerLimits, profile};
use config::Bootstrap;
use domain::time::Clock;
use edge::http::{ApiError, Authentication, Caller, Error, Reply};
use store::UsageTable;

#[derive(Clone)]
struct State {
    usage: UsageTable,
    /// Of a user without one of their own.
    quota: u32,
    limits: CallerLimits,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        usage: UsageTable::connect(&mut bootstrap),
        quota: bootstrap.environment().quota(),
        limits: CallerLimits {
            films: bootstrap.environment().running_films(),
            paid_failures: bootstrap.environment().paid_failures(),
            transcodes: bootstrap.environment().transcode_limits(),
            uploads: bootstrap.environment().upload_limits(),
        },
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected("me", authentication, move |caller, _| {
        handle(caller, state.clone())
    })
    .await
}

async fn handle(caller: Caller, state: State) -> Result<Reply, ApiError> {
    let now = state.clock.now();

    let usage = &state.usage;
    let account = usage.account(&caller.user_id, now, state.quota).await?;

    Reply::ok(&profile(caller, account, state.limits, now))
}
