//! Live progress: who may listen, and what is told (D45).
//!
//! What is told is a hint: that something changed, never how it stands. Its reader asks the
//! API, whose answer alone counts; a hint that is lost costs the time of a poll.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{JobId, TranscodeId};
use crate::time::Time;

/// How long a ticket may be used.
pub const TICKET_LIFE: Duration = Duration::from_secs(60);
/// How long the gateway keeps a connection at most.
pub const CONNECTION_LIFE: Duration = Duration::from_secs(2 * 60 * 60);
/// Connections of one user that are told of a change.
pub const MOST_CONNECTIONS: i32 = 50;

/// Lets its owner connect, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    /// Whose it is.
    pub user_id: String,
    /// Until when, in seconds since 1970; the table removes it some time after.
    pub expires_at: i64,
}

impl Ticket {
    /// One that is issued now.
    pub fn issued(user_id: &str, now: Time) -> Self {
        Self {
            user_id: user_id.to_owned(),
            expires_at: now.after(TICKET_LIFE).as_second(),
        }
    }

    /// The user whose connection it opens now; none once it is over.
    pub fn opens(self, now: Time) -> Option<String> {
        (now.as_second() < self.expires_at).then_some(self.user_id)
    }
}

/// What a listener is told: something of theirs has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Hint {
    /// A film.
    #[serde(rename_all = "camelCase")]
    Job {
        /// Its name.
        job_id: JobId,
        /// Grows with each change.
        version: i64,
    },
    /// A transcode.
    #[serde(rename_all = "camelCase")]
    Transcode {
        /// Its name.
        transcode_id: TranscodeId,
        /// Grows with each change.
        version: i64,
    },
}

/// A row of a film or of a transcode, as far as hints go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Whose it is, who alone is told.
    pub user_id: String,
    /// When it changed as its owner sees it: not when a worker renewed its lease.
    updated_at: Time,
    job_id: Option<JobId>,
    transcode_id: Option<TranscodeId>,
}

impl Snapshot {
    /// The hint of a row that was `before`, if its owner sees a change.
    pub fn hint(&self, before: Option<&Self>) -> Option<Hint> {
        if before.is_some_and(|before| before.updated_at == self.updated_at) {
            return None;
        }
        let version = self.updated_at.as_millisecond();
        match (self.job_id, self.transcode_id) {
            (Some(job_id), _) => Some(Hint::Job { job_id, version }),
            (None, Some(transcode_id)) => Some(Hint::Transcode {
                transcode_id,
                version,
            }),
            (None, None) => None,
        }
    }
}

/// Each owner's hints of a batch of changes, in their order: of one thing the last one alone.
pub fn hints(
    changes: impl IntoIterator<Item = (Option<Snapshot>, Snapshot)>,
) -> Vec<(String, Hint)> {
    let mut told: Vec<(String, Hint)> = Vec::new();
    for (before, after) in changes {
        let Some(hint) = after.hint(before.as_ref()) else {
            continue;
        };
        told.retain(|(_, earlier)| !earlier.is_of(hint));
        told.push((after.user_id, hint));
    }
    told
}

impl Hint {
    fn is_of(self, other: Self) -> bool {
        match (self, other) {
            (Self::Job { job_id: one, .. }, Self::Job { job_id: two, .. }) => one == two,
            (
                Self::Transcode {
                    transcode_id: one, ..
                },
                Self::Transcode {
                    transcode_id: two, ..
                },
            ) => one == two,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const JOB: &str = "0198c0de-0000-7000-8000-000000000001";

    fn snapshot(kind: &str, id: &str, second: i64) -> Snapshot {
        let time = Time::from_millisecond(second * 1000);
        let row = json!({"userId": "u", "updatedAt": time, kind: id, "status": "processing"});
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn a_ticket_is_good_for_a_minute() {
        let now = Time::from_millisecond(1_000_000);
        let ticket = Ticket::issued("u", now);
        let after = |seconds| now.after(Duration::from_secs(seconds));
        assert_eq!(ticket.clone().opens(after(59)).as_deref(), Some("u"));
        assert_eq!(ticket.opens(after(60)), None);
    }

    #[test]
    fn a_change_that_its_owner_sees_is_told() {
        let (before, after) = (snapshot("jobId", JOB, 1), snapshot("jobId", JOB, 2));
        let hint = after.hint(Some(&before)).unwrap();
        let expected = json!({"jobId": JOB, "version": 2000});
        assert_eq!(serde_json::to_value(hint).unwrap(), expected);
        assert_eq!(after.hint(Some(&after.clone())), None, "a lease, renewed");
        let made = snapshot("transcodeId", JOB, 3).hint(None).unwrap();
        let expected = json!({"transcodeId": JOB, "version": 3000});
        assert_eq!(serde_json::to_value(made).unwrap(), expected);
    }

    #[test]
    fn of_one_thing_the_last_change_is_told() {
        let at = |second| (None, snapshot("jobId", JOB, second));
        let other = (None, snapshot("transcodeId", JOB, 5));
        let told = hints([at(1), other, at(2)]);
        let texts: Vec<String> = told
            .iter()
            .map(|(user, hint)| format!("{user} {}", json!(hint)))
            .collect();
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert!(texts[0].contains("transcodeId"), "{texts:?}");
        assert!(texts[1].contains("2000"), "{texts:?}");
    }
}
