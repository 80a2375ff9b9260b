//! `.local/stack.json`: everything that a client of the local cloud needs to know.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::users::{Name, User};

/// The running local cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stack {
    /// Where the API is; its routes follow, such as `/api/v1/health`.
    pub api_url: String,
    /// `AWS_ENDPOINT_URL` for any SDK.
    pub endpoint_url: String,
    /// The region.
    pub region: String,
    /// Cognito's pool.
    pub user_pool_id: String,
    /// The pool's client.
    pub client_id: String,
    /// The pool's public keys.
    pub jwks_url: String,
    /// The pool's hosted UI, without a path.
    pub hosted_ui_url: String,
    /// Where a person opens the site; none where the stack is without it.
    pub site_url: Option<String>,
    /// The `Host` by which the emulator knows the site's distribution.
    pub distribution_host: String,
    /// Where `cargo xtask login` waits for the browser.
    pub login_callback_url: String,
    /// The look-alike of the model provider, without `/v1`.
    pub replicate_url: String,
    /// The workflow.
    pub state_machine_arn: String,
    /// Table names: `jobs`, `usage`, …
    pub tables: BTreeMap<String, String>,
    /// Bucket names: `assets`, …
    pub buckets: BTreeMap<String, String>,
    /// Queue URLs: `transcodes`, `transcodes-dead`, …
    pub queues: BTreeMap<String, String>,
    /// Function names by the names of their folders.
    pub functions: BTreeMap<String, String>,
    /// Who can sign in.
    pub users: BTreeMap<Name, User>,
}

impl Stack {
    /// The stack that a file describes.
    ///
    /// # Errors
    /// The file is missing, or not what `cargo xtask up` writes.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| {
            format!(
                "the local cloud is not up: {} is missing; run `cargo xtask up`",
                file.display()
            )
        })?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} is not readable: run `cargo xtask up`", file.display()))
    }

    /// Writes it to a file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
    }

    /// Where a person opens the site.
    ///
    /// # Errors
    /// The stack is without it.
    pub fn site(&self) -> Result<&str> {
        let site = self.site_url.as_deref();
        site.context("the local cloud is without the site: run `cargo xtask up`")
    }

    /// A table's name.
    ///
    /// # Errors
    /// template.yaml has no such table.
    pub fn table(&self, name: &str) -> Result<&str> {
        named(&self.tables, "table", name)
    }

    /// A bucket's name.
    ///
    /// # Errors
    /// template.yaml has no such bucket.
    pub fn bucket(&self, name: &str) -> Result<&str> {
        named(&self.buckets, "bucket", name)
    }

    /// A queue's URL.
    ///
    /// # Errors
    /// template.yaml has no such queue.
    pub fn queue(&self, name: &str) -> Result<&str> {
        named(&self.queues, "queue", name)
    }

    /// A function's name, by its folder.
    ///
    /// # Errors
    /// template.yaml has no such function.
    pub fn function(&self, folder: &str) -> Result<&str> {
        named(&self.functions, "function", folder)
    }
}

fn named<'a>(resources: &'a BTreeMap<String, String>, kind: &str, name: &str) -> Result<&'a str> {
    let found = resources.get(name).map(String::as_str);
    found.with_context(|| format!("template.yaml has no {kind} {name}"))
}
