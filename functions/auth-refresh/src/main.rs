//! `POST /api/v1/auth/refresh`: renews the session by its refresh token (D41).

use accounts::SignIn;
use config::Bootstrap;
use edge::http::{CrossSite, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let sign_in = SignIn::connect(&mut bootstrap);
    let cross_site = CrossSite::connect(&mut bootstrap);
    let clock = bootstrap.clock();
    bootstrap.finish()?;
    let sign_in = sign_in?;

    edge::http::same_site("auth-refresh", cross_site, move |request| {
        let (sign_in, now) = (sign_in.clone(), clock.now());
        async move { sign_in.refresh(&request, now).await }
    })
    .await
}
