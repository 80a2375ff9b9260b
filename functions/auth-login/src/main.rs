//! `GET` and `POST /api/v1/auth/login`: leads the browser to the hosted UI (R2, D21).

use accounts::SignIn;
use config::Bootstrap;
use edge::http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let sign_in = SignIn::connect(&mut bootstrap);
    bootstrap.finish()?;
    let sign_in = sign_in?;

    edge::http::public("auth-login", move |request| {
        let sign_in = sign_in.clone();
        async move { sign_in.begin(&request) }
    })
    .await
}
