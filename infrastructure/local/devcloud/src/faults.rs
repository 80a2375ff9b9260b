//! Faults of the services behind the functions (`infrastructure/local/cloud/faults.py`).

use anyhow::Result;
use serde::Deserialize;

use crate::Stack;

/// DynamoDB, S3, SQS and Step Functions of a stack, which can be made to fail.
#[derive(Debug, Clone)]
pub struct Faults {
    url: String,
    http: reqwest::Client,
}

/// Calls of functions that were hit since the local cloud was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Injected {
    /// Refused, to be made more slowly.
    pub throttled: u64,
    /// Not done, and answered by a server error.
    pub failed: u64,
    /// Done, and answered by a server error.
    pub lost: u64,
}

impl Faults {
    /// Of that stack.
    pub fn new(stack: &Stack) -> Self {
        Self {
            url: format!("{}/_local/faults", stack.endpoint_url),
            http: reqwest::Client::new(),
        }
    }

    /// From now on this share of the functions' calls is hit. Each call of this method tells
    /// how many were hit so far.
    ///
    /// # Errors
    /// The local cloud is not there.
    pub async fn set(&self, percent: u8) -> Result<Injected> {
        let request = self.http.put(&self.url).query(&[("percent", percent)]);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }
}
