//! What things cost: one price table (D13), us-east-1, in billionths of a dollar.
//!
//! Model prices are data of the registry in `replicate`; here are AWS's own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Lambda on arm64, a gigabyte-second.
pub const LAMBDA_ARM64_GB_SECOND: f64 = 13_333.4;
/// Lambda on x86-64, a gigabyte-second.
pub const LAMBDA_X86_64_GB_SECOND: f64 = 16_666.7;
/// A Lambda invocation.
pub const LAMBDA_REQUEST: f64 = 200.0;
/// A state transition of a Standard workflow.
pub const STATE_TRANSITION: f64 = 25_000.0;
/// A DynamoDB write request unit.
pub const DYNAMODB_WRITE: f64 = 625.0;
/// A DynamoDB read request unit.
pub const DYNAMODB_READ: f64 = 125.0;
/// An S3 PUT, POST or part upload.
pub const S3_PUT: f64 = 5_000.0;
/// An S3 GET.
pub const S3_GET: f64 = 400.0;
/// An HTTP API request.
pub const HTTP_API_REQUEST: f64 = 1_000.0;

/// A bill's line: what it is, how many, and what one costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// What is paid for.
    pub item: &'static str,
    /// How many of it.
    pub quantity: f64,
    /// One costs this many billionths of a dollar.
    pub nano_usd: f64,
}

impl Line {
    /// The line's amount in billionths of a dollar.
    pub fn amount(&self) -> f64 {
        self.quantity * self.nano_usd
    }
}

/// What a film of that many scenes costs at AWS beside its functions' time:
/// workflow, tables, buckets and the API calls of a client that polls every
/// five seconds for three minutes. Storage and delivery are the viewer's bill.
pub fn overhead(scenes: u32) -> Vec<Line> {
    let scenes = f64::from(scenes);
    let line = |item, quantity, nano_usd| Line {
        item,
        quantity,
        nano_usd,
    };
    vec![
        // plan, parallel, map, soundtrack, compose, finish, and two states a scene
        line("state transitions", 9.0 + 2.0 * scenes, STATE_TRANSITION),
        // job, usage, polls; and a scene's intent record, prediction, status, ledger (each twice for its index)
        line("DynamoDB writes", 50.0 + 16.0 * scenes, DYNAMODB_WRITE),
        line("DynamoDB reads", 80.0 + 4.0 * scenes, DYNAMODB_READ),
        line("S3 puts", 8.0 + 6.0 * scenes, S3_PUT),
        line("S3 gets", 2.0 + 2.0 * scenes, S3_GET),
        line("HTTP API requests", 40.0 + 2.0 * scenes, HTTP_API_REQUEST),
        line("API invocations", 40.0 + 2.0 * scenes, LAMBDA_REQUEST),
    ]
}

/// A function's run: its time and memory at the price of its processor.
pub fn lambda_nano_usd(seconds: f64, memory_mb: u32, arm64: bool) -> u64 {
    let rate = if arm64 {
        LAMBDA_ARM64_GB_SECOND
    } else {
        LAMBDA_X86_64_GB_SECOND
    };
    let gb_seconds = seconds * f64::from(memory_mb) / 1024.0;
    (gb_seconds * rate + LAMBDA_REQUEST).round() as u64
}

/// How long preparing takes for each second of a scene, with two processors.
pub const PREPARING: f64 = 1.2;
/// How long composing takes for each second of a film, with two processors.
pub const COMPOSING: f64 = 0.6;

/// Dollars as people read them.
pub fn usd(nano_usd: u64) -> f64 {
    nano_usd as f64 / 1e9
}

/// What kind of thing a ledger entry paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CostKind {
    /// A prediction at the provider.
    Model,
    /// A function's time.
    Compute,
}

/// One line of a job's ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// The step, and the attempt or run of it: `scene-001#1`, `compose#<request id>`.
    pub step: String,
    /// See [`CostKind`].
    pub kind: CostKind,
    /// The model, or the function.
    pub item: String,
    /// Expected before, in billionths of a dollar.
    pub predicted_nano_usd: u64,
    /// Known after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_nano_usd: Option<u64>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_costs_its_gigabyte_seconds() {
        // 8 GB for a minute on arm64: the compose figure of the reference, 0.0064 USD.
        let nano = lambda_nano_usd(60.0, 8192, true);
        assert!((usd(nano) - 0.0064).abs() < 0.0001, "{}", usd(nano));
    }

    #[test]
    fn overhead_stays_below_a_third_of_a_cent() {
        let sum: f64 = overhead(5).iter().map(Line::amount).sum();
        assert!(sum / 1e9 < 0.0033, "{}", sum / 1e9);
    }
}
