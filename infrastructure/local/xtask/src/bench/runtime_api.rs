//! Lambda's Runtime API for one bootstrap: enough to start it, hand it events, and look at
//! its process.

use std::io::BufReader;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::bench::http1::Message;

const PATIENCE: Duration = Duration::from_secs(30);

/// The variables of a function.
pub(super) type Environment = Vec<(String, String)>;

/// A bootstrap that waits for its next event.
#[derive(Debug)]
pub(super) struct Function {
    process: Guard,
    listener: TcpListener,
    connection: Option<BufReader<TcpStream>>,
    began: Instant,
    ready: Duration,
}

/// The process ends with the measurement, whatever came of it.
#[derive(Debug)]
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Function {
    /// Starts `bootstrap`, until it asks for its first event.
    pub(super) fn start(bootstrap: &Path, environment: &Environment) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let mut command = Command::new(bootstrap);
        command
            .env_clear()
            .envs(environment.iter().cloned())
            .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let began = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", bootstrap.display()))?;
        let mut function = Self {
            process: Guard(child),
            listener,
            connection: None,
            began,
            ready: Duration::ZERO,
        };
        function.expect_question()?;
        function.ready = began.elapsed();
        Ok(function)
    }

    /// From the process's start to its asking for an event.
    pub(super) fn ready(&self) -> Duration {
        self.ready
    }

    /// The process's number.
    pub(super) fn process(&self) -> u32 {
        self.process.0.id()
    }

    /// Hands it an event, and waits until it asks for the next one.
    pub(super) fn answer(&mut self, event: &str) -> Result<()> {
        self.hand(event)?;
        expect_success(&self.next_request()?)?;
        self.reply("202 Accepted", &[], "")?;
        self.expect_question()
    }

    /// Hands it the only event it will get: from the process's start to its answer.
    pub(super) fn first_answer(mut self, event: &str) -> Result<Duration> {
        self.hand(event)?;
        let answer = self.next_request()?;
        let answered = self.began.elapsed();
        expect_success(&answer)?;
        Ok(answered)
    }

    fn hand(&mut self, event: &str) -> Result<()> {
        // Past any function's time, as epoch milliseconds.
        let headers = [
            ("content-type", "application/json"),
            (
                "lambda-runtime-aws-request-id",
                "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            ),
            ("lambda-runtime-deadline-ms", "4102444800000"),
            (
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:us-east-1:000000000000:function:bench",
            ),
            (
                "lambda-runtime-trace-id",
                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
            ),
        ];
        self.reply("200 OK", &headers, event)
    }

    fn expect_question(&mut self) -> Result<()> {
        let request = self.next_request()?;
        if !request.path().ends_with("/invocation/next") {
            let body = String::from_utf8_lossy(&request.body);
            bail!("the function failed: {body}");
        }
        Ok(())
    }

    /// Its next request, by whatever connection.
    fn next_request(&mut self) -> Result<Message> {
        loop {
            let connection = match &mut self.connection {
                Some(connection) => connection,
                None => self.connection.insert(accept(&self.listener)?),
            };
            if let Some(request) = Message::read(connection)? {
                return Ok(request);
            }
            self.connection = None;
        }
    }

    fn reply(&mut self, status: &str, headers: &[(&str, &str)], body: &str) -> Result<()> {
        let connection = self.connection.as_mut().context("nobody is connected")?;
        Message::new(&format!("HTTP/1.1 {status}"), headers, body.as_bytes())
            .write(connection.get_mut())
    }
}

/// Fails unless it is an answer of the function's, and that a success.
fn expect_success(request: &Message) -> Result<()> {
    let body = String::from_utf8_lossy(&request.body);
    ensure!(
        request.path().ends_with("/response"),
        "the function failed: {body}"
    );
    let answer: Value = serde_json::from_str(&body).unwrap_or_default();
    ensure!(answer["statusCode"] == 200, "the function answered {body}");
    Ok(())
}

fn accept(listener: &TcpListener) -> Result<BufReader<TcpStream>> {
    let (stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(BufReader::new(stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_no_success_ends_a_measurement() {
        let said = |path: &str, body: &str| {
            let first = format!("POST /2018-06-01/runtime/invocation/1/{path} HTTP/1.1");
            expect_success(&Message::new(&first, &[], body.as_bytes()))
        };
        assert!(said("response", r#"{"statusCode": 200, "body": ""}"#).is_ok());
        assert!(said("response", r#"{"statusCode": 429}"#).is_err());
        assert!(said("response", "nothing").is_err());
        assert!(said("error", r#"{"statusCode": 200}"#).is_err());
    }
}
