//! Everything that is done to pictures and sound, by one FFmpeg.
//!
//! - [`supervisor`] runs FFmpeg: a deadline, bounded output, nothing left behind.
//! - [`probe()`] says what a file is, without trusting a word that stands in it.
//! - [`prepare_scene`] brings any clip to the film's format.
//! - [`compose()`] makes the film of prepared scenes; only transitions are encoded.
//!
//! What FFmpeg is asked to do is planned by pure functions that return argument
//! lists. Inputs are local files; no text of a user ever reaches an argument.

pub mod compose;
pub mod encoder;
mod error;
mod ffmpeg;
mod input;
mod inspection;
mod packets;
pub mod prepare;
pub mod probe;
mod progress;
pub mod supervisor;

#[cfg(test)]
mod testing;

pub use compose::{Film, FilmPlan, compose};
pub use error::MediaError;
pub use ffmpeg::Ffmpeg;
pub use prepare::{Prepared, SceneSpec, prepare_scene};
pub use probe::{AudioStream, Probe, VideoStream, probe};
