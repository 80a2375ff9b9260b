//! `ladder`: what all outputs of an upload cost against a separate FFmpeg for
//! each and against the bare encoders, at what VMAF, and what segments cost.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::example;

/// Runs the benchmark; takes about half an hour. `scratch` lies in the
/// workspace and needs 3 GB.
pub(super) fn run(ffmpeg: &Path, scratch: &Path) -> Result<Value> {
    example::run("ladder_bench", ffmpeg, scratch)
}
