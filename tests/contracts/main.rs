//! Holds what must agree against each other: routes, template, state machine,
//! `functions/`, `events/` and the router of `cargo lambda watch`. No cloud.

mod account;
mod events;
mod queue;
mod routes;
mod sources;
mod template;
mod workflow;
