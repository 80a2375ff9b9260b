//! `GET /api/v1/health`: whether the API and what it depends on work (R1, D39).
//!
//! Needs no token. Answers 200 when everything answers, else 503; each
//! dependency is really asked.

use config::Bootstrap;
use contract::{Check, Checks, Health, HealthStatus};
use edge::http::{ApiError, Error, Reply};
use store::{JobsTable, Objects, StoreError};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let jobs = JobsTable::connect(&mut bootstrap);
    let objects = Objects::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::public("health", move |_request| {
        handle(jobs.clone(), objects.clone())
    })
    .await
}

async fn handle(jobs: JobsTable, objects: Objects) -> Result<Reply, ApiError> {
    let (database, storage) = tokio::join!(jobs.check(), objects.check());
    let healthy = database.is_ok() && storage.is_ok();
    let health = Health {
        status: match healthy {
            true => HealthStatus::Ok,
            false => HealthStatus::Degraded,
        },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        checks: Checks {
            database: word(&database),
            storage: word(&storage),
        },
    };
    match healthy {
        true => Reply::ok(&health),
        false => Reply::unavailable(&health),
    }
}

fn word(check: &Result<(), StoreError>) -> Check {
    match check {
        Ok(()) => Check::Ok,
        Err(_) => Check::Failing,
    }
}
