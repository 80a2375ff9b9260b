//! The few calls to the local cloud that need no SDK: AWS's JSON protocol over HTTP.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::http;

/// The region that the local cloud plays.
pub(crate) const REGION: &str = "us-east-1";

/// Calls `target` (`Service.Operation`) with `body`; an error names the operation and its code.
pub(crate) fn call(endpoint: &str, service: &str, target: &str, body: &Value) -> Result<Value> {
    let credential =
        format!("AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request");
    let response = http::agent(Duration::from_secs(30))
        .post(endpoint)
        .header("x-amz-target", target)
        .header("content-type", "application/x-amz-json-1.1")
        .header(
            "authorization",
            format!("{credential}, SignedHeaders=host, Signature=local"),
        )
        .send(body.to_string());
    let answer = http::answer(response).with_context(|| format!("{target} was not answered"))?;
    if answer.is_success() {
        return Ok(answer.body);
    }
    let kind = answer.text("/__type");
    let message = [answer.text("/message"), answer.text("/Message")].concat();
    bail!("{target} was refused: {kind} {message}")
}
