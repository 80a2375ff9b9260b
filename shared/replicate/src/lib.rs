//! Replicate, the provider: its models ([`registry`]), its API ([`client`]),
//! its webhooks ([`webhook`]) and the files it makes ([`output`]). Knows
//! nothing of jobs or tables.

pub mod client;
pub mod output;
pub mod registry;
pub mod webhook;

mod error;
mod prediction;

pub use client::{Client, CreateOptions, WebhookEvent, http_client};
pub use error::Error;
pub use prediction::{Failure, Metrics, Prediction, Status, Urls};
