//! The one loader of the SDK's configuration (R140).

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

/// The SDK's configuration, with the time limits it lacks: without them a
/// stalled call takes the whole invocation with it.
pub async fn load() -> SdkConfig {
    with_limits(Duration::from_secs(3), Duration::from_secs(8)).await
}

/// The same for functions that move whole files, whose calls take longer.
pub async fn load_for_files() -> SdkConfig {
    with_limits(Duration::from_secs(60), Duration::from_secs(180)).await
}

async fn with_limits(attempt: Duration, operation: Duration) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .load()
        .await
}
