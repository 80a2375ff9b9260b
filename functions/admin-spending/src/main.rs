//! `GET /api/v1/admin/spending`: what the day has cost, and what it may (D49).

use accounts::Installation;
use config::Bootstrap;
use edge::http::{Admin, ApiError, Authentication, Error, Reply};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let installation = Installation::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::administrative("admin-spending", authentication, move |admin, _| {
        handle(admin, installation.clone())
    })
    .await
}

async fn handle(admin: Admin, installation: Installation) -> Result<Reply, ApiError> {
    let day = installation.day(installation.clock.now()).await?;
    tracing::info!(
        admin = admin.user_id(),
        action = "spending",
        "administration"
    );
    Reply::ok(&day)
}
