//! `compose`: what composing a film costs against one filter chain over all of
//! it, with the same encoder settings, and at what VMAF.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::example;

/// Runs the benchmark; takes some minutes. `scratch` lies in the workspace.
pub(super) fn run(ffmpeg: &Path, scratch: &Path) -> Result<Value> {
    example::run("compose_bench", ffmpeg, scratch)
}
