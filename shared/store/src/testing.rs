//! What AWS keeps for us, in memory and behind the SDK's own clients: tables that
//! evaluate the very expressions this crate sends, as strictly as DynamoDB, a
//! bucket, executions and a secret. For tests, here and in other crates.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that asks for what cannot be answered is to fail"
)]

mod executions;
mod expression;
mod fixtures;
mod folders;
mod key_condition;
mod listeners;
mod messages;
mod objects;
mod outage;
mod parts;
mod pause;
mod reading;
pub mod schema;
mod secret;
mod transactions;
mod units;
mod validation;
mod writing;

pub use aws_sdk_sfn::types::ExecutionStatus;
pub use executions::Executions;
pub use fixtures::{
    facts, film, film_of, job, now, outbox, transcode, upload, upload_in_parts, video, webhooks,
};
pub use folders::etag;
pub use listeners::Listeners;
pub use messages::Messages;
pub use objects::Bucket;
pub use outage::Outage;
pub use pause::Pause;
pub use secret::secret;
pub use units::Units;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::ErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_mocks::{Rule, RuleMode, mock_client};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;
use schema::Schema;

/// The SDK's name of requests that are sent unsigned.
const NO_SIGNATURE: AuthSchemeId = AuthSchemeId::new("noAuth");

/// A row.
pub type Item = HashMap<String, AttributeValue>;
/// Table, partition key and sort key.
type Place = (String, String, String);

/// Tables in memory.
#[derive(Clone, Default)]
pub struct Tables {
    rows: Arc<Mutex<HashMap<Place, Item>>>,
    rows_read: Arc<AtomicUsize>,
    units: Arc<Mutex<Units>>,
    outage: Outage,
    pause: Pause,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Tables")
    }
}

impl Tables {
    /// Empty tables; each call pauses after it took effect.
    pub fn pausing(pause: Pause) -> Self {
        Self {
            pause,
            ..Self::default()
        }
    }

    /// When the tables stop answering.
    pub fn outage(&self) -> &Outage {
        &self.outage
    }

    /// Rows that queries and batches have read since this was last asked, before any
    /// filter, as DynamoDB counts them.
    pub fn rows_read(&self) -> usize {
        self.rows_read.swap(0, Ordering::Relaxed)
    }

    /// A client of these tables.
    pub fn client(&self) -> Client {
        let rules = [
            self.gets(),
            self.queries(),
            self.batches_of_reads(),
            self.updates(),
            self.puts(),
            self.deletes(),
            self.transactions(),
            self.batches_of_deletes(),
        ];
        mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, &rules, |config| {
            // Unsigned: a signature is a fifth of a call here, and is not read.
            config
                .allow_no_auth()
                .auth_scheme_preference([NO_SIGNATURE])
                .retry_config(RetryConfig::disabled())
                .interceptor(self.outage.clone())
                .http_client(self.pause.http_client())
        })
    }

    /// A row.
    pub fn row(&self, table: &str, partition: &str, sort: &str) -> Option<Item> {
        let place = (table.to_owned(), partition.to_owned(), sort.to_owned());
        self.rows().get(&place).cloned()
    }

    /// The keys of a table's rows whose partition key begins so, in order.
    pub fn under(&self, table: &str, beginning: &str) -> Vec<(String, String)> {
        let rows = self.rows();
        let keys = rows
            .keys()
            .filter(|(name, partition, _)| name == table && partition.starts_with(beginning));
        let mut keys: Vec<_> = keys
            .map(|(_, partition, sort)| (partition.clone(), sort.clone()))
            .collect();
        keys.sort_unstable();
        keys
    }

    /// Lays a row in, whatever is there.
    pub fn put(&self, table: &str, item: Item) {
        self.rows().insert(place(Some(table), &item), item);
    }

    fn rows(&self) -> MutexGuard<'_, HashMap<Place, Item>> {
        self.rows.lock().unwrap()
    }
}

/// Where a row with these keys lies. A row without them is a fault of the test's.
fn place(table: Option<&str>, keys: &Item) -> Place {
    let schema = Schema::of(keys);
    let key = |name: &str| keys[name].as_s().unwrap().clone();
    (
        table.unwrap().to_owned(),
        key(schema.partition),
        key(schema.sort),
    )
}

fn named(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).build()
}

/// A client that answers by the first rule that fits, and does not retry.
pub fn client_of(rules: &[Rule]) -> Client {
    mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules, |config| {
        config.retry_config(RetryConfig::disabled())
    })
}

/// DynamoDB's answer when it fails.
pub fn failure(code: &str) -> HttpResponse {
    failure_with(code, "")
}

/// DynamoDB's answer when it cancels a transaction for these reasons.
pub fn canceled(reasons: &[&str]) -> HttpResponse {
    let reasons: Vec<String> = reasons
        .iter()
        .map(|reason| format!("{{\"Code\":\"{reason}\"}}"))
        .collect();
    let reasons = format!(",\"CancellationReasons\":[{}]", reasons.join(","));
    failure_with("TransactionCanceledException", &reasons)
}

fn failure_with(code: &str, more: &str) -> HttpResponse {
    let body = format!("{{\"__type\":\"com.amazonaws.dynamodb.v20120810#{code}\"{more}}}");
    HttpResponse::new(400.try_into().unwrap(), body.into())
}
