//! The server on a free port, asked over HTTP.

mod harness;
mod lifecycle;
mod misbehaviour;
mod reading;
mod refusals;
