//! What OmniGen keeps in AWS: tables, objects, executions and secrets.
//!
//! Each access pattern is one function, named by need. No `AttributeValue` and
//! no SDK type leaves this crate; no business rule enters it.

mod change;
mod connections;
mod counters;
mod error;
mod history;
mod idempotency;
mod jitter;
mod jobs;
mod links;
mod objects;
mod outbox;
mod queue;
mod rows;
mod secrets;
mod sockets;
mod spending;
mod stats;
mod table_scan;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod transaction;
mod transcodes;
mod turns;
mod usage;
mod videos;
mod webhooks;
mod workflow;

pub use connections::ConnectionsTable;
pub use counters::Counters;
pub use error::{StoreError, unless_conflict};
pub use history::History;
pub use idempotency::{IdempotencyKey, IdempotencyTable};
pub use jobs::{JobRecord, JobsTable, Position};
pub use links::{Distribution, LINK_LIFE, Links};
pub use objects::{ListedObject, ObjectFacts, Objects, StoredPart, UnfinishedUpload, UploadLink};
pub use outbox::Outbox;
pub use queue::Queue;
pub use secrets::Secret;
pub use sockets::{Sent, Sockets};
pub use spending::SpendingTable;
pub use stats::{StatsTable, TranscodeStats};
pub use table_scan::TableScan;
pub use transcodes::{
    Completion, DeadLetter, Lease, MadePart, PartLease, PartState, Rendered, StoredFile,
    StoredPiece, TranscodeFilter, TranscodePosition, TranscodeState, TranscodesTable,
};
pub use turns::TurnsTable;
pub use usage::{
    Account, ApproveError, Ceilings, Ending, HoldError, MonthRow, ReserveError, UsageTable,
};
pub use videos::{
    Confirmation, Found, Listing, NewVideo, VideoPage, VideoPosition, VideosTable, ViewError,
    WordPosition,
};
pub use webhooks::WebhooksTable;
pub use workflow::{Execution, Workflow};

pub use aws_sdk_apigatewaymanagement::Client as Connections;
pub use aws_sdk_dynamodb::Client as DynamoDb;
pub use aws_sdk_s3::Client as S3;
pub use aws_sdk_secretsmanager::Client as SecretsManager;
pub use aws_sdk_sfn::Client as StepFunctions;
pub use aws_sdk_sqs::Client as Sqs;
