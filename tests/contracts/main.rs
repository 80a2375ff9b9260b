//! Holds what must agree against each other: routes, template, state machine,
//! `functions/`, `events/` and the router of `cargo lambda watch`. No cloud.

mod account;
mod code;
mod events;
mod harnesses;
mod keys;
mod metrics;
mod permissions;
mod prices;
mod queue;
mod requirements;
mod retries;
mod routes;
mod sign_in;
mod site;
mod sources;
mod tables;
mod template;
mod workflow;
