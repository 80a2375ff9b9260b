//! The one way a function is wired: it begins with a [`Bootstrap`], hands it to
//! each part that it needs, and finishes it before the first event.

use aws_config::SdkConfig;
use domain::time::Clock;

use crate::{Environment, Faults, aws, clock, logging};

/// What the parts of a function are made from. Each part has a
/// `connect(&mut Bootstrap)`, which reads its own variables, and a `new` for tests.
pub struct Bootstrap {
    environment: Environment,
    sdk: SdkConfig,
    sdk_for_files: SdkConfig,
    clock: Clock,
}

impl std::fmt::Debug for Bootstrap {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Bootstrap")
    }
}

impl Bootstrap {
    /// Starts the logger and takes the process's environment and clock.
    pub fn begin() -> Self {
        logging::start();
        let environment = Environment::of_process();
        Self {
            sdk: aws::for_calls(&environment),
            sdk_for_files: aws::for_files(&environment),
            environment,
            clock: clock::system(),
        }
    }

    /// From parts, for tests: one configuration serves both kinds of calls.
    pub fn new(environment: Environment, sdk: SdkConfig, clock: Clock) -> Self {
        Self {
            environment,
            sdk_for_files: sdk.clone(),
            sdk,
            clock,
        }
    }

    /// The environment, which remembers every fault.
    pub fn environment(&mut self) -> &mut Environment {
        &mut self.environment
    }

    /// The SDK's configuration for calls that a client waits for.
    pub fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// The same with the longer time limits of calls that move whole files.
    pub fn sdk_for_files(&self) -> &SdkConfig {
        &self.sdk_for_files
    }

    /// The clock.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Ends the bootstrap.
    ///
    /// # Errors
    ///
    /// Every variable that was missing or malformed, whichever part asked for it (D29).
    pub fn finish(self) -> Result<(), Faults> {
        self.environment.finish()
    }
}
