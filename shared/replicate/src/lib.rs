//! Replicate, the provider: its models ([`registry`]), its API ([`client`]),
//! its webhooks ([`webhook`]) and the files it makes ([`output`]). Knows
//! nothing of jobs or tables.

pub mod client;
pub mod output;
pub mod registry;
pub mod webhook;

mod error;
mod http;
mod prediction;

pub use client::{Client, CreateOptions, WebhookEvent};
pub use error::Error;
pub use http::Http;
pub use prediction::{Failure, Metrics, Prediction, Status, Urls};
