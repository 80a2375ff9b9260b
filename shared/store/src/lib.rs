//! What OmniGen keeps in AWS: tables, objects, executions and secrets.
//!
//! Each access pattern is one function, named by need. No `AttributeValue` and
//! no SDK type leaves this crate; no business rule enters it.

mod change;
mod error;
mod jitter;
mod jobs;
mod objects;
mod rows;
mod secrets;
#[cfg(test)]
mod testing;
mod transaction;
mod usage;
mod workflow;

pub use error::StoreError;
pub use jobs::{JobRecord, JobsTable, Position};
pub use objects::Objects;
pub use secrets::Secret;
pub use usage::{Ending, MonthRow, ReserveError, UsageTable};
pub use workflow::{Execution, Workflow};

pub use aws_sdk_dynamodb::Client as DynamoDb;
pub use aws_sdk_s3::Client as S3;
pub use aws_sdk_secretsmanager::Client as SecretsManager;
pub use aws_sdk_sfn::Client as StepFunctions;
