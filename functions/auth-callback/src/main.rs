//! `GET /api/v1/auth/callback`: takes the browser back from the hosted UI, with a session
//! (R3, D41).

use accounts::SignIn;
use config::Bootstrap;
use edge::http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let sign_in = SignIn::connect(&mut bootstrap);
    let clock = bootstrap.clock();
    bootstrap.finish()?;
    let sign_in = sign_in?;

    edge::http::public("auth-callback", move |request| {
        let (sign_in, now) = (sign_in.clone(), clock.now());
        async move { sign_in.complete(&request, now).await }
    })
    .await
}
