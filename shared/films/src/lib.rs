//! Films: making one, step by step, and its job as clients read it. Each function
//! of the state machine is one call into here; so are the webhook and the reconciler.
//!
//! - [`Planner`] writes the storyboard.
//! - [`Generation`] asks the provider behind the intent record ([`domain::attempt`]) and
//!   completes predictions, whoever brings the news.
//! - [`FilmRenderer`] prepares scenes and composes the film.
//! - [`Finisher`] ends a job, once.
//! - [`Reconciler`] sees to it that everything ends.
//! - [`JobReader`] finds a job for its owner, [`job_view`] shows it.

mod ask;
mod complete;
mod errors;
mod finish;
mod generation;
mod inspector;
mod job_reader;
pub mod job_view;
mod model_request;
mod plan;
mod provider;
mod quote;
mod reconcile;
mod renderer;
#[cfg(test)]
mod simulation;

pub use complete::Completion;
pub use finish::{Finisher, Outcome};
pub use generation::{Generation, OUTPUT_BUDGET};
pub use job_reader::JobReader;
pub use plan::{Plan, Planner};
pub use provider::Provider;
pub use quote::Quotes;
pub use reconcile::{BUDGET as RECONCILER_BUDGET, Reconciler};
pub use renderer::FilmRenderer;
