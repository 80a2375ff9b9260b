//! What OmniGen is about, as plain data and pure functions.
//!
//! No I/O, no AWS, no HTTP; the time comes in as an argument.

pub mod attempt;
pub mod failure;
pub mod film;
pub mod job;
pub mod keys;
pub mod prices;
pub mod quota;
pub mod request;
pub mod storyboard;
mod storyboard_arcs;
pub mod time;
pub mod window;
