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
mod folders;
mod messages;
mod objects;
mod outage;
mod parts;
mod pause;
mod reading;
mod secret;

pub use aws_sdk_sfn::types::ExecutionStatus;
pub use executions::Executions;
pub use messages::Messages;
pub use objects::Bucket;
pub use outage::Outage;
pub use pause::Pause;
pub use secret::secret;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::ErrorMetadata;
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsError, TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::operation::update_item::{
    UpdateItemError, UpdateItemInput, UpdateItemOutput,
};
use aws_sdk_dynamodb::types::error::{
    ConditionalCheckFailedException, TransactionCanceledException,
};
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use aws_smithy_mocks::{MockResponse, Rule, RuleMode, mock, mock_client};
use domain::job::{Job, JobId};
use domain::request::CreateJob;
use domain::time::Time;
use expression::Expression;
use uuid::Uuid;

/// A row.
pub type Item = HashMap<String, AttributeValue>;
/// Table, partition key and sort key.
type Place = (String, String, String);

/// What partition keys are called: a row has the first of them that it has.
const PARTITION_KEYS: [&str; 5] = ["pk", "transcodeId", "jobId", "name", "userId"];
const SORT_KEYS: [&str; 2] = ["sk", "shard"];

/// Tables in memory.
#[derive(Clone, Default)]
pub struct Tables {
    rows: Arc<Mutex<HashMap<Place, Item>>>,
    outage: Outage,
    pause: Pause,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Tables")
    }
}

/// One write of a transaction, or an update alone.
struct Write {
    place: Place,
    key: Item,
    expression: Expression,
    becomes: Becomes,
}

/// What a write does to its row.
enum Becomes {
    /// It changes it by its expression.
    Changed,
    /// It puts another in its place.
    Row(Item),
    /// It takes it away.
    Nothing,
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

    /// A client of these tables.
    pub fn client(&self) -> Client {
        let (updates, transactions, gets) = (self.clone(), self.clone(), self.clone());
        let rules = [
            mock!(Client::update_item).then_compute_response(move |input| updates.update(input)),
            mock!(Client::transact_write_items)
                .then_compute_response(move |input| transactions.transact(input)),
            mock!(Client::get_item).then_compute_output(move |input| {
                let place = place(input.table_name(), input.key().unwrap());
                let item = gets.rows().get(&place).cloned();
                GetItemOutput::builder().set_item(item).build()
            }),
            self.queries(),
            self.batches_of_reads(),
            self.batches_of_deletes(),
            self.puts(),
            self.deletes(),
        ];
        mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, &rules, |config| {
            config
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

    fn update(&self, input: &UpdateItemInput) -> MockResponse<UpdateItemOutput, UpdateItemError> {
        let mut rows = self.rows();
        let key = input.key().unwrap().clone();
        let write = Write {
            place: place(input.table_name(), &key),
            key,
            expression: Expression::new(
                input.update_expression(),
                input.condition_expression(),
                input.expression_attribute_names(),
                input.expression_attribute_values(),
            ),
            becomes: Becomes::Changed,
        };
        if !write.is_allowed(&rows) {
            let refusal = ConditionalCheckFailedException::builder()
                .set_item(rows.get(&write.place).cloned())
                .meta(named("ConditionalCheckFailedException"))
                .build();
            return MockResponse::Error(UpdateItemError::ConditionalCheckFailedException(refusal));
        }
        let row = write.apply(&mut rows);
        MockResponse::Output(
            UpdateItemOutput::builder()
                .set_attributes(Some(row))
                .build(),
        )
    }

    fn transact(
        &self,
        input: &TransactWriteItemsInput,
    ) -> MockResponse<TransactWriteItemsOutput, TransactWriteItemsError> {
        let mut rows = self.rows();
        let writes: Vec<Write> = input.transact_items().iter().map(Write::of).collect();
        for (index, write) in writes.iter().enumerate() {
            let twice = writes[..index]
                .iter()
                .any(|other| other.place == write.place);
            assert!(!twice, "two writes of one row: {:?}", write.place);
        }
        let allowed: Vec<bool> = writes.iter().map(|write| write.is_allowed(&rows)).collect();
        if allowed.contains(&false) {
            let reasons = allowed.into_iter().map(|allowed| {
                let code = if allowed {
                    "None"
                } else {
                    "ConditionalCheckFailed"
                };
                CancellationReason::builder().code(code).build()
            });
            let canceled = TransactionCanceledException::builder()
                .set_cancellation_reasons(Some(reasons.collect()))
                .meta(named("TransactionCanceledException"))
                .build();
            return MockResponse::Error(TransactWriteItemsError::TransactionCanceledException(
                canceled,
            ));
        }
        for write in writes {
            write.apply(&mut rows);
        }
        MockResponse::Output(TransactWriteItemsOutput::builder().build())
    }
}

impl Write {
    fn of(item: &TransactWriteItem) -> Self {
        if let Some(update) = item.update() {
            return Self {
                place: place(Some(update.table_name()), update.key()),
                key: update.key().clone(),
                expression: Expression::new(
                    Some(update.update_expression()),
                    update.condition_expression(),
                    update.expression_attribute_names(),
                    update.expression_attribute_values(),
                ),
                becomes: Becomes::Changed,
            };
        }
        if let Some(delete) = item.delete() {
            return Self {
                place: place(Some(delete.table_name()), delete.key()),
                key: delete.key().clone(),
                expression: Expression::new(
                    None,
                    delete.condition_expression(),
                    delete.expression_attribute_names(),
                    delete.expression_attribute_values(),
                ),
                becomes: Becomes::Nothing,
            };
        }
        let put = item.put().unwrap();
        Self {
            place: place(Some(put.table_name()), put.item()),
            key: Item::new(),
            expression: Expression::new(
                None,
                put.condition_expression(),
                put.expression_attribute_names(),
                put.expression_attribute_values(),
            ),
            becomes: Becomes::Row(put.item().clone()),
        }
    }

    fn is_allowed(&self, rows: &HashMap<Place, Item>) -> bool {
        let nothing = Item::new();
        let row = rows.get(&self.place).unwrap_or(&nothing);
        self.expression.holds(row)
    }

    /// Writes and answers the row it has become.
    fn apply(self, rows: &mut HashMap<Place, Item>) -> Item {
        let mut row = match self.becomes {
            Becomes::Row(row) => row,
            Becomes::Changed => rows.get(&self.place).cloned().unwrap_or(self.key),
            Becomes::Nothing => return rows.remove(&self.place).unwrap_or_default(),
        };
        self.expression.apply(&mut row);
        rows.insert(self.place, row.clone());
        row
    }
}

fn place(table: Option<&str>, keys: &Item) -> Place {
    let first = |names: &[&str], most: usize| {
        let value = names.iter().find_map(|name| keys.get(*name)).unwrap();
        let value = value.as_s().unwrap();
        // DynamoDB refuses both.
        assert!((1..=most).contains(&value.len()), "a key of this length");
        value.clone()
    };
    (
        table.unwrap().to_owned(),
        first(&PARTITION_KEYS, 2048),
        first(&SORT_KEYS, 1024),
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

/// A moment to count from.
pub fn now() -> Time {
    Time::from_millisecond(1_795_176_000_000)
}

/// A job just accepted; each number is another one.
pub fn job(number: u128, user_id: &str) -> Job {
    Job::accepted(
        JobId(Uuid::from_u128(number)),
        user_id,
        CreateJob::sample(),
        now(),
        std::time::Duration::from_secs(3600),
    )
}
