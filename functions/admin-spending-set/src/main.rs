//! `PUT /api/v1/admin/spending`: sets the day's limit, and stops all buying or lets
//! it go on (D49). Each film that is accepted and each call that is paid for looks at
//! it anew, so that it counts at once.

use accounts::Installation;
use config::Bootstrap;
use contract::SetSpending;
use edge::http::{Admin, ApiError, Authentication, Error, Reply, Request, body};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let installation = Installation::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::administrative(
        "admin-spending-set",
        authentication,
        move |admin, request| handle(admin, request, installation.clone()),
    )
    .await
}

async fn handle(
    admin: Admin,
    request: Request,
    installation: Installation,
) -> Result<Reply, ApiError> {
    let wanted = body::<SetSpending>(&request)?;
    let limit = wanted.limit_nano_usd()?;

    let now = installation.clock.now();
    let (table, user_id) = (&installation.table, admin.user_id());
    table
        .set_spending(limit, wanted.stopped, user_id, now)
        .await?;
    tracing::info!(
        admin = user_id,
        action = "set-spending",
        limit_usd = wanted.daily_limit_usd,
        stopped = wanted.stopped,
        "administration"
    );

    Reply::ok(&installation.day(now).await?)
}

#[cfg(test)]
mod tests;
