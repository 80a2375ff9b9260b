//! `GET /api/v1/openapi.json`: the API's `OpenAPI` document, built in (a test holds the
//! file against the contract).

use config::Bootstrap;
use edge::http::{Error, Reply};

const DOCUMENT: &str = include_str!("../../../shared/contract/openapi.json");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    Bootstrap::begin().finish()?;

    edge::http::public("openapi", |_| async {
        Ok(Reply::file(
            "application/json",
            DOCUMENT.as_bytes().to_vec(),
        ))
    })
    .await
}
