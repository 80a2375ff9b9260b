//! What is logged, kept in memory, for tests.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::fmt::MakeWriter;

/// What one thread logs, as lines of JSON as the functions write them.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

/// As long as it lives the log is kept.
pub(crate) struct Capturing {
    _default: DefaultGuard,
    _second: Dispatch,
}

impl Log {
    /// Begins to keep what this thread logs.
    pub(crate) fn capture() -> (Self, Capturing) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .finish();
        let capturing = Capturing {
            _default: tracing::subscriber::set_default(subscriber),
            // With one subscriber alive, `tracing` asks the thread that comes by first
            // whether an event is wanted: another test's, which wants none. Not with two.
            _second: Dispatch::new(NoSubscriber::new()),
        };
        (log, capturing)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The `coldStart` of each line that has `message`.
    pub(crate) fn cold_starts(&self, message: &str) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines();
        let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let meant = lines.filter(|line| line["message"] == message);
        meant.map(|line| line["coldStart"].clone()).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
