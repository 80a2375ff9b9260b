//! CloudWatch metrics as embedded log lines, namespace `OmniGen` (R144).

use std::sync::atomic::{AtomicBool, Ordering};

use metrics_cloudwatch_embedded::{Builder, Collector};

/// The process's metrics. What was counted is written by [`Metrics::flush`].
#[derive(Clone, Copy)]
pub struct Metrics {
    collector: Option<&'static Collector>,
    is_cold: &'static AtomicBool,
}

impl Metrics {
    /// Starts collecting, and counts the start of this execution environment: it is written
    /// with the first event's metrics. Without a collector, metrics are lost but work goes on.
    pub fn start() -> Self {
        let started = Builder::new().cloudwatch_namespace("OmniGen").init();
        let collector = started.inspect_err(|error| {
            tracing::warn!(error = %error, "metrics are off");
        });
        metrics::counter!("ColdStarts").increment(1);
        Self {
            collector: collector.ok(),
            is_cold: Box::leak(Box::new(AtomicBool::new(true))),
        }
    }

    /// `Some(true)` when it is asked for the first time: `coldStart` in the log line of an
    /// environment's first event. Later lines have no such field.
    pub fn cold_start(self) -> Option<bool> {
        self.is_cold.swap(false, Ordering::Relaxed).then_some(true)
    }

    /// Writes what was counted since the last time; once an invocation.
    pub fn flush(self) {
        let Some(collector) = self.collector else {
            return;
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_event_of_an_environment_is_cold() {
        let metrics = Metrics::start();
        let again = metrics;
        assert_eq!(metrics.cold_start(), Some(true));
        assert_eq!(again.cold_start(), None);
    }
}
