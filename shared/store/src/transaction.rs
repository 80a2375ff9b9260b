//! Transactions, and which of their writes refused.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::TransactWriteItem;

use crate::error::StoreError;

/// Why a transaction did not happen.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The conditions of these writes, by position, did not hold.
    Conditions(Vec<usize>),
    /// Anything else.
    Other(StoreError),
}

impl Refusal {
    pub(crate) fn into_error(self, operation: &'static str) -> StoreError {
        match self {
            Self::Conditions(_) => StoreError::Conflict { operation },
            Self::Other(error) => error,
        }
    }
}

/// How often a transaction that met another one is tried again. Two creations
/// of one user meet on the usage row; under a burst of them one waits its turn.
const MEETINGS: u32 = 12;

/// All writes, or none.
pub(crate) async fn write(
    client: &Client,
    operation: &'static str,
    writes: Vec<TransactWriteItem>,
) -> Result<(), Refusal> {
    let mut meetings = 0;
    loop {
        let result = client
            .transact_write_items()
            .set_transact_items(Some(writes.clone()))
            .send()
            .await;
        let error = match result {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let reasons = reasons(&error);
        if reasons
            .iter()
            .any(|reason| reason == "ConditionalCheckFailed")
        {
            let failed = positions(&reasons, "ConditionalCheckFailed");
            return Err(Refusal::Conditions(failed));
        }
        let met_another = reasons.iter().any(|reason| reason == "TransactionConflict");
        if met_another && wait_turn(&mut meetings).await {
            continue;
        }
        if met_another || reasons.iter().any(|reason| is_throttling(reason)) {
            return Err(Refusal::Other(StoreError::Unavailable {
                operation,
                source: Box::new(error),
            }));
        }
        return Err(Refusal::Other(StoreError::from_sdk(operation, error)));
    }
}

/// All writes, or none; a condition that does not hold is a conflict.
pub(crate) async fn commit(
    client: &Client,
    operation: &'static str,
    writes: Vec<TransactWriteItem>,
) -> Result<(), StoreError> {
    let written = write(client, operation, writes).await;
    written.map_err(|refusal| refusal.into_error(operation))
}

/// One change of one row, of which nothing is to be read back.
pub(crate) async fn apply(
    operation: &'static str,
    request: UpdateItemFluentBuilder,
) -> Result<(), StoreError> {
    let changed = update(request).await;
    changed
        .map(drop)
        .map_err(|error| StoreError::from_sdk(operation, error))
}

/// One change of one row. A change that meets a transaction of the same row
/// waits its turn.
pub(crate) async fn update(
    request: UpdateItemFluentBuilder,
) -> Result<UpdateItemOutput, SdkError<UpdateItemError, HttpResponse>> {
    let mut meetings = 0;
    loop {
        match request.clone().send().await {
            Err(error) if met_a_transaction(&error) && wait_turn(&mut meetings).await => {}
            result => return result,
        }
    }
}

fn met_a_transaction<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    matches!(
        error.as_service_error(),
        Some(UpdateItemError::TransactionConflictException(_))
    )
}

/// Waits a random while, longer each time; `false` when it was often enough.
async fn wait_turn(meetings: &mut u32) -> bool {
    if *meetings >= MEETINGS {
        return false;
    }
    *meetings += 1;
    tokio::time::sleep(crate::jitter::up_to_milliseconds(20 << (*meetings).min(5))).await;
    true
}

fn reasons<R>(error: &SdkError<TransactWriteItemsError, R>) -> Vec<String> {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
        error.as_service_error()
    else {
        return Vec::new();
    };
    canceled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code().unwrap_or_default().to_owned())
        .collect()
}

fn is_throttling(reason: &str) -> bool {
    matches!(reason, "ThrottlingError" | "ProvisionedThroughputExceeded")
}

fn positions(reasons: &[String], wanted: &str) -> Vec<usize> {
    (0..reasons.len())
        .filter(|index| reasons[*index] == wanted)
        .collect()
}
