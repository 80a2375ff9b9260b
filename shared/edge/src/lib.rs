//! The only crate that knows the shapes of Lambda's events.
//!
//! [`http`] serves an API route, [`step`] a step of the state machine. Neither
//! knows the business of a route or a step.

#[cfg(feature = "http")]
pub mod http;
pub mod step;
