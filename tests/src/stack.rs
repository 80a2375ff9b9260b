//! `.local/stack.json`: where everything is.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The running local cloud, as `cargo xtask up` describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stack {
    /// Where the API is; `/api/v1/…` follows.
    pub api_url: String,
    /// Where AWS's own APIs are.
    pub endpoint_url: String,
    /// The region it plays.
    pub region: String,
    /// Cognito's pool.
    pub user_pool_id: String,
    /// The pool's client.
    pub client_id: String,
    /// The look-alike of the provider.
    pub replicate_url: String,
    /// The workflow.
    pub state_machine_arn: String,
    /// Table names: `jobs`, `usage`.
    pub tables: BTreeMap<String, String>,
    /// Bucket names: `assets`.
    pub buckets: BTreeMap<String, String>,
    /// Queue URLs: `transcodes`, `transcodes-dead`.
    pub queues: BTreeMap<String, String>,
    /// Function names by their folders' names.
    pub functions: BTreeMap<String, String>,
}

impl Stack {
    /// The stack that `OMNIGEN_STACK` names; `None`, and a word on stderr, when
    /// it is not set.
    pub fn of_environment() -> Result<Option<Self>> {
        let environment = config::Environment::of_process();
        let Some(path) = environment.optional("OMNIGEN_STACK") else {
            writeln!(
                std::io::stderr(),
                "SKIPPED: OMNIGEN_STACK is not set; run `cargo xtask test`, or `cargo xtask up` \
                 and set it to .local/stack.json"
            )?;
            return Ok(None);
        };
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let stack = serde_json::from_str(&text).with_context(|| format!("{path} is wrong"))?;
        Ok(Some(stack))
    }

    /// A table's name.
    pub fn table(&self, name: &str) -> Result<&str> {
        let table = self
            .tables
            .get(name)
            .with_context(|| format!("no table {name}"))?;
        Ok(table)
    }
}
