//! The one loader of the SDK's configuration (R140), and the one HTTP client
//! of the functions that talk to AWS alone.
//!
//! It takes what Lambda sets: the region, the role's credentials, and the
//! endpoint in the local cloud. The SDK's own chain also looks for profiles,
//! containers and instance metadata, none of which a function has, and makes
//! and throws away an HTTP client with every root of the machine for each of
//! its clients. Without all that, the first answer of `me` takes a third of
//! the processor time it took.

mod http;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

pub use self::http::{FetchError, fetch, open, send};
use crate::Environment;

/// The SDK's configuration, with the time limits it lacks: without them a
/// stalled call takes the whole invocation with it.
pub fn for_calls(environment: &Environment) -> SdkConfig {
    let limits = limits(Duration::from_secs(3), Duration::from_secs(8));
    of(environment, limits)
}

/// The same for calls that move whole files, which take longer.
pub fn for_files(environment: &Environment) -> SdkConfig {
    let limits = limits(Duration::from_secs(60), Duration::from_secs(180));
    of(environment, limits)
}

fn limits(attempt: Duration, operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(http::CONNECT_LIMIT)
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build()
}

/// Where DynamoDB is. A GET there without credentials is answered that it is healthy.
pub fn database_url(environment: &Environment) -> String {
    environment.optional("AWS_ENDPOINT_URL").unwrap_or_else(|| {
        let region = environment.optional("AWS_REGION").unwrap_or_default();
        format!("https://dynamodb.{region}.amazonaws.com/")
    })
}

/// How often the SDK tries one call, in all. `tests/contracts/retries.rs` multiplies it with
/// what its callers try.
pub const TRIES: u32 = 3;

/// What the environment says. A region or credentials that are missing fail
/// the first call, which names them.
fn of(environment: &Environment, limits: TimeoutConfig) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http::Connections)
        .timeout_config(limits)
        .retry_config(RetryConfig::standard().with_max_attempts(TRIES));
    config.set_region(environment.optional("AWS_REGION").map(Region::new));
    config.set_credentials_provider(credentials(environment));
    config.set_endpoint_url(environment.optional("AWS_ENDPOINT_URL"));
    config.build()
}

/// The role's, as Lambda hands them over; they outlive the process.
fn credentials(environment: &Environment) -> Option<SharedCredentialsProvider> {
    let credentials = Credentials::new(
        environment.optional("AWS_ACCESS_KEY_ID")?,
        environment.optional("AWS_SECRET_ACCESS_KEY")?,
        environment.optional("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    Some(SharedCredentialsProvider::new(credentials))
}

#[cfg(test)]
mod tests;
