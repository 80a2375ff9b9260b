//! A relay between a function and the emulator: it notes each call to DynamoDB, and holds
//! every answer back for a while. Calls that are made side by side are then asked before
//! any of them is answered, however quick the emulator is.

use std::io::BufReader;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::http1::Message;

/// For how long an answer is held back: much longer than a function takes to ask.
const HOLD: Duration = Duration::from_millis(100);

/// A call to DynamoDB.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Its operation and its table.
    pub(super) name: String,
    asked: Instant,
    answered: Instant,
}

/// The relay. It stands until the program ends.
#[derive(Debug)]
pub(super) struct Relay {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Relay {
    /// A relay to the emulator at `endpoint`, an `http://HOST:PORT`.
    pub(super) fn to(endpoint: &str) -> Result<Self> {
        let emulator = endpoint.strip_prefix("http://").unwrap_or(endpoint);
        let emulator = emulator.trim_end_matches('/').to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let relay = Self {
            address: listener.local_addr()?,
            calls: Arc::default(),
        };
        let calls = relay.calls.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (emulator, calls) = (emulator.clone(), calls.clone());
                // Who is cut off says what it missed.
                thread::spawn(move || pass(client, &emulator, &calls));
            }
        });
        Ok(relay)
    }

    /// Where the relay is.
    pub(super) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The calls since this was last asked.
    pub(super) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Passes one connection's requests on, one after the other.
fn pass(client: TcpStream, emulator: &str, calls: &Mutex<Vec<Call>>) -> Result<()> {
    client.set_nodelay(true)?;
    let server = TcpStream::connect(emulator)?;
    server.set_nodelay(true)?;
    let (mut client, mut server) = (BufReader::new(client), BufReader::new(server));
    while let Some(request) = Message::read(&mut client)? {
        let asked = Instant::now();
        request.write(server.get_mut())?;
        let answer = Message::read(&mut server)?.context("the emulator hung up")?;
        thread::sleep(HOLD.saturating_sub(asked.elapsed()));
        if let Some(name) = name(&request) {
            let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(Call {
                name,
                asked,
                answered: Instant::now(),
            });
        }
        answer.write(client.get_mut())?;
    }
    Ok(())
}

/// The operation and the table of a call; of a call over several tables the first.
fn name(request: &Message) -> Option<String> {
    let target = request.header("x-amz-target")?;
    let operation = target.strip_prefix("DynamoDB_20120810.")?;
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let items = body["RequestItems"].as_object();
    let table = body["TableName"].as_str();
    let table = table.or_else(|| Some(items?.keys().next()?));
    Some(format!("{operation} {}", table.unwrap_or_default()))
}

/// How many of the calls were waited for one after the other: the longest row of calls each
/// of which was asked after the one before it had been answered.
pub(super) fn waits(calls: &[Call]) -> usize {
    let mut calls: Vec<&Call> = calls.iter().collect();
    calls.sort_by_key(|call| call.asked);
    let mut turns: Vec<usize> = Vec::new();
    for call in &calls {
        let earlier = calls.iter().zip(&turns);
        let before = earlier.filter(|(other, _)| other.answered <= call.asked);
        turns.push(1 + before.map(|(_, turn)| *turn).max().unwrap_or_default());
    }
    turns.into_iter().max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits_of(times: &[(u64, u64)]) -> usize {
        let began = Instant::now();
        let at = |milliseconds| began + Duration::from_millis(milliseconds);
        let calls: Vec<Call> = times
            .iter()
            .map(|(asked, answered)| Call {
                name: String::new(),
                asked: at(*asked),
                answered: at(*answered),
            })
            .collect();
        waits(&calls)
    }

    #[test]
    fn calls_side_by_side_are_one_wait_and_what_needs_their_answers_another() {
        assert_eq!(waits_of(&[]), 0);
        assert_eq!(waits_of(&[(0, 100), (1, 101), (2, 102)]), 1);
        assert_eq!(waits_of(&[(0, 100), (1, 101), (103, 203)]), 2);
        assert_eq!(waits_of(&[(101, 201), (0, 100), (202, 302)]), 3);
        // One that takes long is waited for beside the others.
        assert_eq!(waits_of(&[(0, 300), (1, 101), (102, 202)]), 2);
    }

    #[test]
    fn a_call_is_called_by_its_operation_and_table() {
        let call = |operation: &str, body: &str| {
            let target = format!("DynamoDB_20120810.{operation}");
            name(&Message::new(
                "POST / HTTP/1.1",
                &[("x-amz-target", &target)],
                body.as_bytes(),
            ))
        };
        assert_eq!(
            call("Query", r#"{"TableName": "jobs"}"#).as_deref(),
            Some("Query jobs")
        );
        assert_eq!(
            call("BatchGetItem", r#"{"RequestItems": {"videos": {}}}"#).as_deref(),
            Some("BatchGetItem videos")
        );
        assert_eq!(name(&Message::new("GET / HTTP/1.1", &[], b"")), None);
    }
}
