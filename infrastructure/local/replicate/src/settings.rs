//! What the look-alike is started with.

use clap::Parser;
use std::path::PathBuf;
use std::time::Duration;

/// Command line of `replicate-server`.
#[derive(Debug, Parser)]
#[command(about = "A look-alike of Replicate's HTTP API that draws its outputs with FFmpeg")]
pub(crate) struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long)]
    pub(crate) port: u16,
    /// The ffmpeg binary (with libx264 and drawtext).
    #[arg(long)]
    ffmpeg: PathBuf,
    /// Directory for outputs and uploaded files; emptied by the virtual hour.
    #[arg(long)]
    state: PathBuf,
    /// The one API token that is accepted.
    #[arg(long, default_value = "local-token")]
    token: String,
    /// Secret that signs webhooks, `whsec_` and base64.
    #[arg(
        long,
        default_value = "whsec_bG9jYWwtd2ViaG9vay1zZWNyZXQtZm9yLW9tbmlnZW4="
    )]
    webhook_secret: String,
    /// How long a model takes at least, in milliseconds.
    #[arg(long, default_value_t = 1500)]
    latency_ms: u64,
    /// Factor on every `Cancel-After` and on the hard limit of 30 minutes.
    #[arg(long, default_value_t = 1.0)]
    deadline_scale: f64,
    /// The virtual hour after which inputs and outputs are removed, in seconds.
    #[arg(long, default_value_t = 3600.0)]
    retention_seconds: f64,
    /// First pause between two tries of a terminal webhook, in milliseconds;
    /// it doubles each time, six tries in all.
    #[arg(long, default_value_t = 1000)]
    webhook_retry_ms: u64,
    /// Answer `aborted` for a deadline before the start. Off by default: old
    /// clients do not know the status and poll for ever.
    #[arg(long)]
    aborted: bool,
}

/// The arguments in the units the code uses.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// `http://127.0.0.1:port`, in every URL that is handed out.
    pub(crate) origin: String,
    pub(crate) ffmpeg: PathBuf,
    pub(crate) state: PathBuf,
    pub(crate) token: String,
    pub(crate) webhook_secret: String,
    pub(crate) latency: Duration,
    pub(crate) deadline_scale: f64,
    pub(crate) retention: Duration,
    pub(crate) webhook_retry: Duration,
    pub(crate) aborted: bool,
}

impl Arguments {
    /// The settings of a server that listens on `port`.
    pub(crate) fn settings(self, port: u16) -> Settings {
        Settings {
            origin: format!("http://127.0.0.1:{port}"),
            ffmpeg: self.ffmpeg,
            state: self.state,
            token: self.token,
            webhook_secret: self.webhook_secret,
            latency: Duration::from_millis(self.latency_ms),
            deadline_scale: self.deadline_scale,
            retention: Duration::try_from_secs_f64(self.retention_seconds).unwrap_or(Duration::MAX),
            webhook_retry: Duration::from_millis(self.webhook_retry_ms),
            aborted: self.aborted,
        }
    }
}
