//! The only crate that knows the shapes of Lambda's events.
//!
//! [`http`] serves an API route, [`step`] a step of the state machine, [`queue`] a
//! queue of messages, [`stream`] a table's changes, [`socket`] the connections of a
//! `WebSocket` API. None knows the business of what it serves.

#[cfg(test)]
mod captured;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "queue")]
pub mod queue;
#[cfg(feature = "socket")]
pub mod socket;
pub mod step;
#[cfg(feature = "stream")]
pub mod stream;
