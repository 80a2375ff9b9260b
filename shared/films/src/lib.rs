//! Films: making one, step by step, and its job as clients read it. Each function
//! of the state machine is one call into here; so are the webhook and the reconciler.
//!
//! - [`Planner`] writes the storyboard.
//! - [`Generation`] asks the provider behind the intent record ([`domain::attempt`]) and
//!   completes predictions, whichever way the news comes.
//! - [`FilmRenderer`] prepares scenes and composes the film.
//! - [`Finisher`] ends a job, once.
//! - [`Reconciler`] sees to it that everything ends.
//! - [`FilmClock`] knows how long films take, [`turns_before`] what they wait for.
//! - [`Quotes`] knows what a film costs, [`quote_view`] shows it.
//! - [`FilmChanges`] begins a change of a film that is there: [`another_take`] of a part, or
//!   one that is chosen.
//! - [`own_job`] and [`own_record`] find a job for its owner, [`JobReader`] its files;
//!   [`job_view`] shows it.

mod ask;
mod cancel;
mod change;
mod clock;
mod complete;
mod errors;
mod finish;
mod generation;
mod inspector;
mod job_reader;
pub mod job_view;
mod model_request;
mod own;
mod plan;
mod preview;
mod provider;
mod quote;
pub mod quote_view;
mod reconcile;
mod renderer;
#[cfg(test)]
mod request_units;
#[cfg(test)]
mod simulation;
mod start;
mod storyboard_view;
mod takes;
mod turns;

pub use change::FilmChanges;
pub use clock::{FilmClock, FilmTimes};
pub use complete::Completion;
pub use finish::{CancelError, Finisher, Outcome};
pub use generation::{Generation, OUTPUT_BUDGET};
pub use job_reader::{JobReader, TakeLinks};
pub use own::{own_job, own_record};
pub use plan::{Plan, Planner};
pub use provider::Provider;
pub use quote::{Price, Quotes, is_made, total};
pub use reconcile::{BUDGET as RECONCILER_BUDGET, Reconciler};
pub use renderer::FilmRenderer;
pub use start::{start, start_or_leave};
pub use storyboard_view::{priced_scenes, storyboard_in_review, storyboard_of, storyboard_view};
pub use takes::{another_take, change_accepted, chosen_take, redo_prices};
pub use turns::{Turns, turns_before};
