//! The storage janitor (R114, D25): once a day it holds every object of the bucket
//! against the records, removes what no record needs, and reports.
//!
//! The order is what makes it safe while people work: the records are read before
//! the bucket, a row goes before its object and only on the condition that it is
//! as it was read, and an object goes only if it is as it was listed.
//! `domain::storage` has the rules, and random histories that prove them.

use std::time::{Duration, Instant};

use config::Bootstrap;
use domain::failure::{Failure, StepError};
use domain::storage::{GRACE, Report};
use domain::time::{Clock, Time};
use serde::{Deserialize, Serialize};
use store::{Counters, JobsTable, Objects, StoreError, TableScan, TranscodesTable, VideosTable};

use sweep::Sweep;

mod sweep;
#[cfg(test)]
mod tests;

/// Kept back for the page that is under way, and to report.
const RESERVE: Duration = Duration::from_secs(30);
/// Where the reports lie.
const REPORTS: &str = "reports/";

/// What the janitor is asked to do; the schedule asks for nothing special.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SweepRequest {
    /// Tells what would be done and does nothing.
    pub dry_run: bool,
    /// Another grace than the configured one. A shorter one only with a `prefix`:
    /// in the whole bucket it would take what people are just uploading.
    pub grace_seconds: Option<u64>,
    /// Looks only at objects whose keys begin so, and at uploads and deleted
    /// videos whose file's key does.
    pub prefix: String,
}

/// What the janitor did; also the report in the bucket.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// When it began.
    pub started_at: Time,
    /// How long it took.
    pub seconds: f64,
    /// Whether it came to the end; if not, the next run goes on where it stopped.
    pub complete: bool,
    /// Behind which key it began: not at the start if the run before stopped.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub began_behind: String,
    /// See [`SweepRequest`].
    pub dry_run: bool,
    /// See [`SweepRequest`].
    pub grace_seconds: u64,
    /// See [`SweepRequest`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// What was found and done.
    #[serde(flatten)]
    pub report: Report,
}

/// Removes what no record needs.
#[derive(Debug)]
pub struct Janitor {
    table_scan: TableScan,
    videos: VideosTable,
    transcodes: TranscodesTable,
    counters: Counters,
    objects: Objects,
    grace: Duration,
    clock: Clock,
}

impl Janitor {
    /// Wires the function up. `STORAGE_GRACE_SECONDS` is the grace, a week.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let jobs = JobsTable::connect(bootstrap);
        let videos = VideosTable::connect(bootstrap);
        let transcodes = TranscodesTable::connect(bootstrap);
        let environment = bootstrap.environment();
        let grace = environment.parsed("STORAGE_GRACE_SECONDS", GRACE.as_secs());
        Self {
            table_scan: TableScan::new(&jobs, &videos, &transcodes),
            videos,
            transcodes,
            counters: Counters::connect(bootstrap),
            objects: Objects::connect_for_files(bootstrap),
            grace: Duration::from_secs(grace),
            clock: bootstrap.clock(),
        }
    }

    /// One run. It stops by `deadline`, between two pages of the bucket.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
    pub async fn clean(
        &self,
        request: &SweepRequest,
        deadline: Instant,
    ) -> Result<Outcome, StepError> {
        let grace = self.grace(request)?;
        let started_at = self.clock.now();
        let is_whole = request.prefix.is_empty();
        let position = self.position(is_whole).await?;
        let deadline = deadline.checked_sub(RESERVE).unwrap_or(deadline);

        let mut round = Sweep::begin(self, request, grace, started_at, deadline).await?;
        let stopped = round.run(&position).await?;

        let outcome = Outcome {
            started_at,
            seconds: self.clock.now().since(started_at).as_secs_f64(),
            complete: stopped.is_none(),
            began_behind: position,
            dry_run: request.dry_run,
            grace_seconds: grace.as_secs(),
            prefix: request.prefix.clone(),
            report: round.report,
        };
        if !request.dry_run {
            self.write(&outcome).await?;
            if is_whole {
                self.remember(stopped.as_deref(), &outcome.began_behind)
                    .await?;
            }
        }
        measure(&outcome);
        Ok(outcome)
    }

    fn grace(&self, request: &SweepRequest) -> Result<Duration, StepError> {
        let refuse = |cause: &str| Err(StepError::new(Failure::InvalidInput, cause.to_owned()));
        let grace = request.grace_seconds.map(Duration::from_secs);
        match grace {
            None => Ok(self.grace),
            Some(Duration::ZERO) => refuse("graceSeconds must be at least 1"),
            Some(grace) if grace < self.grace && request.prefix.is_empty() => {
                refuse("a shorter graceSeconds needs a prefix")
            }
            Some(grace) => Ok(grace),
        }
    }

    /// The day's report; a run of a part of the bucket has one of its own.
    async fn write(&self, outcome: &Outcome) -> Result<(), StepError> {
        let text = outcome.started_at.to_string();
        let name = if outcome.prefix.is_empty() {
            text.split('T').next().unwrap_or_default().to_owned()
        } else {
            text.replace(':', "-")
        };
        let json = serde_json::to_vec_pretty(outcome)
            .map_err(|error| StepError::new(Failure::Internal, error))?;
        let key = format!("{REPORTS}storage-{name}.json");
        Ok(self
            .objects
            .put_bytes(&key, json, "application/json")
            .await?)
    }

    /// Behind which key a run of the whole bucket begins.
    async fn position(&self, is_whole: bool) -> Result<String, StepError> {
        if !is_whole {
            return Ok(String::new());
        }
        match self.objects.read(&position_key()).await {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(StoreError::NotFound { .. }) => Ok(String::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Notes where a run of the whole bucket stopped, for the next one.
    async fn remember(&self, stopped: Option<&str>, began: &str) -> Result<(), StepError> {
        let behind = stopped.unwrap_or_default();
        if behind == began {
            return Ok(());
        }
        let bytes = behind.as_bytes().to_vec();
        Ok(self
            .objects
            .put_bytes(&position_key(), bytes, "text/plain")
            .await?)
    }
}

fn position_key() -> String {
    format!("{REPORTS}storage-position.txt")
}

/// Sizes only of the whole bucket: a part would look as if the rest were gone.
fn measure(outcome: &Outcome) {
    let report = &outcome.report;
    if !outcome.dry_run {
        let objects = report.removed.values().map(|tally| tally.objects);
        metrics::counter!("ObjectsRemoved").increment(objects.sum());
    }
    let is_whole = outcome.prefix.is_empty() && outcome.began_behind.is_empty();
    if is_whole && outcome.complete {
        for (kind, tally) in &report.stored {
            metrics::gauge!("StorageBytes", "Kind" => kind.clone()).set(tally.bytes as f64);
        }
        metrics::gauge!("RecordsWithoutObjects").set(report.videos_without_files as f64);
    }
}
