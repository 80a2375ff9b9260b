//! Which part of the work costs how much of it.

use anyhow::Result;
use serde_json::Value;

use crate::bench::round;
use crate::meter::Meter;

/// Parts of the work, in their order, each with its processor seconds.
#[derive(Default)]
pub(crate) struct Parts {
    ended: Vec<(&'static str, f64)>,
    before: f64,
}

impl Parts {
    /// A part has ended: what the children have used since the one before it.
    pub(crate) fn end(&mut self, name: &'static str, meter: &Meter) -> Result<()> {
        let so_far = meter.cpu_seconds()?;
        self.ended.push((name, so_far - self.before));
        self.before = so_far;
        Ok(())
    }

    pub(crate) fn figures(&self) -> Value {
        let figures = self.ended.iter();
        figures
            .map(|(name, seconds)| ((*name).to_owned(), round(*seconds).into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}
