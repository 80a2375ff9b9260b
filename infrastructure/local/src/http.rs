//! Plain HTTP to this machine.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;

/// What a server answered, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// The body as JSON; null when it is none.
    pub(crate) body: Value,
}

impl Answer {
    /// True for 2xx.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A text field of the body, empty when there is none.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// A client that hands out every status as an answer and follows no redirect.
pub(crate) fn agent(timeout: Duration) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .build()
        .into()
}

/// Reads an answer to its end.
pub(crate) fn answer(response: Result<Response<ureq::Body>, ureq::Error>) -> Result<Answer> {
    let mut response = response?;
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string()?;
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Ok(Answer { status, body })
}

/// True when a GET of `url` is answered with 2xx.
pub(crate) fn is_healthy(url: &str) -> bool {
    agent(Duration::from_secs(10))
        .get(url)
        .call()
        .is_ok_and(|response| response.status().is_success())
}

/// Saves what a GET of `url` answers, in constant memory.
pub(crate) fn download(url: &str, destination: &Path) -> Result<u64> {
    let mut response = agent(Duration::from_secs(600)).get(url).call()?;
    let status = response.status();
    anyhow::ensure!(status.is_success(), "the download was answered {status}");
    let mut file = std::fs::File::create(destination)
        .with_context(|| format!("cannot write {}", destination.display()))?;
    let bytes = std::io::copy(&mut response.body_mut().as_reader(), &mut file)?;
    Ok(bytes)
}

/// Puts `size` bytes to a signed URL, in constant memory.
pub(crate) fn upload(
    url: &str,
    headers: &[(String, String)],
    size: u64,
    mut body: impl std::io::Read,
) -> Result<()> {
    let mut request = agent(Duration::from_secs(3600))
        .put(url)
        .header("content-length", size);
    // The length was told above, in the one way that keeps the body unchunked.
    let others = headers
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
    for (name, value) in others {
        request = request.header(name, value);
    }
    let answer = request.send(ureq::SendBody::from_reader(&mut body));
    let mut answer = answer.context("the bucket was not reached")?;
    let status = answer.status();
    if !status.is_success() {
        let reason = answer.body_mut().read_to_string().unwrap_or_default();
        anyhow::bail!("the upload was answered {status}: {reason}");
    }
    Ok(())
}
