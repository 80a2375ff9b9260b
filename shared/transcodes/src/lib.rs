//! Transcodes: every rendition of one file (R106-R112).
//!
//! - [`Worker`] does the work that a message of the queue asks for, alone behind
//!   a lease, segment by segment, and hands on what it has no time for.
//! - [`Undertaker`] ends what was given up (D32).
//! - [`Resender`] sends messages again that must be thought lost.
//! - [`Dispatch`] puts transcodes into the queue.
//! - [`Housekeeper`] removes old ones with everything they made.
//! - [`TranscodeView`] is a transcode as clients read it.

mod assets;
mod dispatch;
mod heart;
mod housekeeping;
mod outputs;
mod progress;
mod resend;
mod segments;
mod shift;
mod source;
#[cfg(test)]
mod tests;
mod trouble;
mod undertaker;
mod view;
mod worker;

pub use dispatch::Dispatch;
pub use housekeeping::{Cleaned, Housekeeper};
pub use resend::Resender;
pub use undertaker::Undertaker;
pub use view::TranscodeView;
pub use worker::Worker;

/// What a handler of messages fails with.
type Error = Box<dyn std::error::Error + Send + Sync>;
