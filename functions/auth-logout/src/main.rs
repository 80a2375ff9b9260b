//! `POST /api/v1/auth/logout`: ends the session (R4, D21).

use accounts::SignIn;
use config::Bootstrap;
use edge::http::{CrossSite, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let sign_in = SignIn::connect(&mut bootstrap);
    let cross_site = CrossSite::connect(&mut bootstrap);
    bootstrap.finish()?;
    let sign_in = sign_in?;

    edge::http::same_site("auth-logout", cross_site, move |request| {
        let sign_in = sign_in.clone();
        async move { sign_in.end(&request).await }
    })
    .await
}
