//! Lambda's Runtime API for one invocation: enough to time a bootstrap from its start.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const PATIENCE: Duration = Duration::from_secs(30);

/// What one start showed.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    /// From the process's start to its asking for an event.
    pub(crate) ready: Duration,
    /// From the process's start to its answer.
    pub(crate) answered: Duration,
    /// The answer.
    pub(crate) body: String,
}

/// A request of the bootstrap.
struct Request {
    path: String,
    body: String,
}

/// Starts `bootstrap`, hands it `event`, and waits for its answer.
pub(crate) fn start(
    bootstrap: &Path,
    environment: &[(String, String)],
    event: &str,
) -> Result<Start> {
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
    let _guard = Guard(child);
    serve(&listener, event, began)
}

/// The process ends with the measurement, whatever came of it.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(listener: &TcpListener, event: &str, began: Instant) -> Result<Start> {
    let mut ready = None;
    loop {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut reader = BufReader::new(stream);
        while let Some(request) = read_request(&mut reader)? {
            if request.path.ends_with("/invocation/next") {
                ready.get_or_insert_with(|| began.elapsed());
                send_event(reader.get_mut(), event)?;
            } else if request.path.ends_with("/response") {
                return Ok(Start {
                    ready: ready.context("an answer without a question")?,
                    answered: began.elapsed(),
                    body: request.body,
                });
            } else {
                bail!("the function failed: {}", request.body);
            }
        }
    }
}

fn send_event(stream: &mut TcpStream, event: &str) -> Result<()> {
    // Past any function's time, as epoch milliseconds.
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
         lambda-runtime-deadline-ms: 4102444800000\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:000000000000:function:bench\r\n\
         lambda-runtime-trace-id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0\r\n\r\n",
        event.len()
    );
    stream.write_all([answer.as_bytes(), event.as_bytes()].concat().as_slice())?;
    Ok(())
}

fn read_request(reader: &mut impl BufRead) -> Result<Option<Request>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = None;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse::<usize>().ok();
        }
        if header == "transfer-encoding: chunked" {
            length = None;
        }
    }
    let is_post = first.starts_with("POST");
    let body = match length {
        Some(length) => read_exactly(reader, length)?,
        None if is_post => read_chunks(reader)?,
        None => Vec::new(),
    };
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(Request { path, body }))
}

fn read_exactly(reader: &mut impl BufRead, length: usize) -> Result<Vec<u8>> {
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(body)
}

fn read_chunks(reader: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size)?;
        let length = usize::from_str_radix(size.trim(), 16).context("a chunk without a size")?;
        body.extend(read_exactly(reader, length)?);
        read_exactly(reader, 2)?;
        if length == 0 {
            return Ok(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_sending_a_body_are_read() {
        let sized = "POST /a/response HTTP/1.1\r\nContent-Length: 2\r\n\r\nok";
        let request = read_request(&mut sized.as_bytes())
            .expect("read")
            .expect("one");
        assert_eq!(
            (request.path.as_str(), request.body.as_str()),
            ("/a/response", "ok")
        );
        let chunked = "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        let request = read_request(&mut chunked.as_bytes())
            .expect("read")
            .expect("one");
        assert_eq!(request.body, "abcde");
        assert!(read_request(&mut "".as_bytes()).expect("read").is_none());
    }
}
