//! What OmniGen is about, as plain data and pure functions.
//!
//! No I/O, no AWS, no HTTP; the time comes in as an argument.

pub mod administration;
pub mod attempt;
pub mod delivery;
pub mod failure;
pub mod fields;
pub mod film;
pub mod history;
pub mod holding;
pub mod idempotency;
pub mod ids;
pub mod job;
pub mod keys;
pub mod live;
pub mod playlist;
pub mod preset;
pub mod prices;
pub mod quota;
pub mod rendition;
pub mod request;
pub mod script;
pub mod search;
pub mod spending;
pub mod storage;
pub mod storyboard;
mod storyboard_arcs;
pub mod take;
pub mod time;
pub mod transcode;
pub mod turns;
pub mod upload;
pub mod video;
pub mod webhook;
pub mod window;
