//! Load on one address: as many requests as get through in a given time.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use futures_util::future::try_join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::http::{self, wait};

/// What to ask for, and how hard.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    /// The address.
    pub(crate) url: String,
    /// Sent as a bearer token.
    pub(crate) token: Option<String>,
    /// Connections side by side, each kept alive.
    pub(crate) connections: usize,
    /// For how long.
    pub(crate) time: Duration,
}

/// What came of it.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    latencies: Vec<Duration>,
    time: Duration,
}

impl Measured {
    /// How many requests were answered.
    pub(crate) fn requests(&self) -> usize {
        self.latencies.len()
    }

    /// Requests per second.
    pub(crate) fn rate(&self) -> f64 {
        self.requests() as f64 / self.time.as_secs_f64()
    }

    /// The latency that `share` of the requests did not exceed, in milliseconds.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        self.latencies
            .get(index)
            .map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }

    /// The figures of a benchmark's JSON line.
    pub(crate) fn figures(&self) -> Value {
        json!({
            "requestsPerSecond": round(self.rate()),
            "p50Ms": round(self.percentile(0.5)),
            "p99Ms": round(self.percentile(0.99)),
        })
    }
}

/// Two decimals are enough.
pub(crate) fn round(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

impl Load {
    /// Runs it; any answer but 200 ends it.
    pub(crate) fn run(&self) -> Result<Measured> {
        let began = Instant::now();
        let connections = (0..self.connections).map(|_| self.connection(began));
        let mut latencies = wait(try_join_all(connections))?.concat();
        let time = began.elapsed();
        latencies.sort_unstable();
        Ok(Measured { latencies, time })
    }

    async fn connection(&self, began: Instant) -> Result<Vec<Duration>> {
        let client = http::client(Duration::from_secs(30))?;
        let mut latencies = Vec::new();
        while began.elapsed() < self.time {
            let mut request = client.get(&self.url);
            if let Some(token) = &self.token {
                request = request.bearer_auth(token);
            }
            let sent = Instant::now();
            // Not held to the contract: that would be time of ours, and not of the bare one's.
            let answer = request.send().await.context("no answer under load")?;
            let status = answer.status();
            let body = answer.bytes().await.context("half an answer under load")?;
            latencies.push(sent.elapsed());
            if status != StatusCode::OK {
                bail!("{status} under load: {}", String::from_utf8_lossy(&body));
            }
        }
        Ok(latencies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_sorted_latencies() {
        let measured = Measured {
            latencies: (1..=101).map(Duration::from_millis).collect(),
            time: Duration::from_secs(2),
        };
        assert!((measured.percentile(0.5) - 51.0).abs() < 1e-9);
        assert!((measured.percentile(0.99) - 100.0).abs() < 1e-9);
        assert!((measured.rate() - 50.5).abs() < 1e-9);
    }
}
