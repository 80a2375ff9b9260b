//! The executions of a job's workflow.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::film::UnknownName;
use crate::ids::JobId;

/// One execution of a job's workflow: the first, or a later one that goes on with the job.
/// Its text is the execution's name: the job's id (D12), from the second on with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobRun {
    /// The job.
    pub job_id: JobId,
    /// From 1.
    #[serde(default = "first_run")]
    pub run: u32,
}

impl fmt::Display for JobRun {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.run {
            1 => write!(formatter, "{}", self.job_id),
            run => write!(formatter, "{}-{run}", self.job_id),
        }
    }
}

impl FromStr for JobRun {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let (id, run) = name.split_at_checked(ID_LENGTH).ok_or(UnknownName)?;
        let run = match run.strip_prefix('-') {
            Some(run) => run.parse().map_err(|_| UnknownName)?,
            None => 1,
        };
        let job_id = id.parse().map_err(|_| UnknownName)?;
        let this = Self { job_id, run };
        // One spelling for each.
        (this.to_string() == name)
            .then_some(this)
            .ok_or(UnknownName)
    }
}

/// Characters of an id.
const ID_LENGTH: usize = 36;

pub(crate) fn first_run() -> u32 {
    1
}
