//! JSON lines on standard output, as CloudWatch Logs wants them (R142).

use tracing_subscriber::EnvFilter;

use crate::Environment;

/// Starts the logger at `LOG_LEVEL` (R137), `info` by default.
pub fn start() {
    let level = Environment::of_process()
        .optional("LOG_LEVEL")
        .unwrap_or_else(|| "info".to_owned());
    let filter = EnvFilter::try_new(&level).unwrap_or_else(|_| EnvFilter::new("info"));
    let logger = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_target(false)
        .with_env_filter(filter)
        .finish();
    if tracing::subscriber::set_global_default(logger).is_err() {
        tracing::debug!("a logger was there already");
    }
}
