//! Everything that is done to pictures and sound, by one FFmpeg.
//!
//! - A [`Session`] is one FFmpeg with the deadline of its work. It runs supervised:
//!   bounded in time and output, nothing left behind.
//! - [`probe()`] says what a file is, without trusting a word that stands in it.
//! - [`source::open`] probes a source and makes every place in it findable.
//!   [`Positions`] tell which bytes of it a segment needs.
//! - [`sniff()`] says by the first bytes what a file claims to be, and
//!   [`probe_partial`] what can be known of one that is not at hand as a whole.
//! - [`prepare_scene`] brings any clip to the film's format, its borders without loss.
//! - [`preview`] makes the still and the moving preview of any video.
//! - [`ladder`] makes every rendition of a video, in segments; [`hls`] packages them.
//! - [`compose()`] makes the film of prepared scenes; only transitions are encoded, and of
//!   those only what no earlier film has.
//! - [`animatic()`] makes a small film of a storyboard's words, before anything is paid for.
//!
//! What FFmpeg is asked to do is planned by pure functions that return argument
//! lists. Inputs are local files; no text of a user ever reaches an argument.

mod alpha;
pub mod animatic;
mod boxes;
pub mod compose;
pub mod encoder;
mod error;
mod ffmpeg;
mod frames;
pub mod hls;
mod input;
mod inspection;
pub mod ladder;
mod packets;
pub mod partial;
mod positions;
pub mod prepare;
pub mod preview;
pub mod probe;
mod progress;
mod rate;
mod scene;
pub mod scratch;
mod session;
mod sniff;
mod sound;
pub mod source;
mod supervisor;
mod transfer;

#[cfg(test)]
mod testing;

pub use animatic::{Card, animatic};
pub use compose::{Earlier, Film, FilmPlan, Sources, compose};
pub use error::MediaError;
pub use ffmpeg::Ffmpeg;
pub use partial::{PartialFacts, probe_partial};
pub use positions::{Positions, SegmentBytes};
pub use prepare::{Prepared, SceneSpec, prepare_borders, prepare_scene};
pub use probe::{AudioStream, Probe, VideoStream, probe};
pub use scene::SceneFiles;
pub use session::Session;
pub use sniff::sniff;
pub use sound::SoundSource;
pub use source::Source;
