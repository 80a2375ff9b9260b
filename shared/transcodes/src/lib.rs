//! Transcodes: every rendition of one file (R106-R112).
//!
//! - [`Worker`] does the work that a message of the queue asks for, alone behind
//!   a lease: all of a short source, or a part of a long one, whose parts are made by as
//!   many workers as there are.
//! - [`DeadLetterHandler`] ends what was given up (D32).
//! - [`Resender`] sends messages again that must be thought lost.
//! - [`TranscodeCanceller`] ends one for its owner.
//! - [`TranscodeClock`] tells how long one may still take.
//! - [`TranscodeQueue`] puts transcodes into the queue.
//! - [`TranscodeRemover`] removes old ones with everything they made.
//! - [`transcode_view`] is a transcode as clients read it.

mod assets;
mod cancel;
mod clock;
mod coordination;
mod dead_letter_handler;
mod error;
mod heartbeat;
mod kept_source;
mod outputs;
mod parts;
mod plan;
mod progress;
mod queue;
mod removal;
mod resend;
mod run;
mod segments;
#[cfg(test)]
mod tests;
mod view;
mod worker;

pub use cancel::{CancelError, TranscodeCanceller};
pub use clock::TranscodeClock;
pub use dead_letter_handler::DeadLetterHandler;
pub use queue::{Reopened, TranscodeQueue};
pub use removal::{Removed, TranscodeRemover};
pub use resend::Resender;
pub use view::transcode_view;
pub use worker::Worker;

/// What a handler of messages fails with.
type Error = Box<dyn std::error::Error + Send + Sync>;
