//! CloudWatch metrics as embedded log lines, namespace `OmniGen` (R144).

use metrics_cloudwatch_embedded::{Builder, Collector};

/// The process's metrics. What was counted is written by [`Metrics::flush`].
#[derive(Clone, Copy)]
pub struct Metrics(Option<&'static Collector>);

impl Metrics {
    /// Starts collecting. Without a collector, metrics are lost but work goes on.
    pub fn start() -> Self {
        match Builder::new().cloudwatch_namespace("OmniGen").init() {
            Ok(collector) => Self(Some(collector)),
            Err(error) => {
                tracing::warn!(error = %error, "metrics are off");
                Self(None)
            }
        }
    }

    /// Writes what was counted since the last time; once an invocation.
    pub fn flush(self) {
        let Some(collector) = self.0 else { return };
        if let Err(error) = collector.flush(std::io::stdout()) {
            tracing::warn!(error = %error, "metrics could not be written");
        }
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Metrics")
    }
}
