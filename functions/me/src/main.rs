//! `GET /api/v1/me`: who the caller is, and how much of the month is used.

use accounts::profile;
use config::Bootstrap;
use domain::time::Clock;
use edge::http::{ApiError, Authentication, Error, Reply, Request, caller};
use store::UsageTable;

#[derive(Clone)]
struct State {
    usage: UsageTable,
    /// Of a user without one of their own.
    quota: u32,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        usage: UsageTable::connect(&mut bootstrap),
        quota: bootstrap.environment().quota(),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("me", authentication, move |request| {
        handle(request, state.clone())
    })
    .await
}

async fn handle(request: Request, state: State) -> Result<Reply, ApiError> {
    let caller = caller(&request)?;
    let now = state.clock.now();

    let usage = &state.usage;
    let month = usage.usage(&caller.user_id, now, state.quota).await?;

    Reply::ok(&profile(caller, month, now))
}
