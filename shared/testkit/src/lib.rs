//! For tests only: tokens of a user pool that is not there, requests as the
//! gateway sends them, and the rules of HLS playlists. Never a dependency of a shipped binary.
#![expect(
    clippy::expect_used,
    reason = "only tests use this crate, and a fixture that cannot be read is a failed test"
)]

pub mod ffmpeg;
pub mod hls;
pub mod requests;
pub mod tokens;
