//! What a function takes from its surroundings: the environment, the clock, the
//! SDK's configuration, the logger and the metrics.
//!
//! No other crate reads an environment variable or asks for the time.

pub mod aws;
mod bootstrap;
pub mod clock;
mod environment;
pub mod logging;
pub mod metrics;
mod settings;

pub use bootstrap::Bootstrap;
pub use environment::{Environment, Faults};
pub use settings::{HostedUi, Models, Provider, RequestPath, SignIn};
