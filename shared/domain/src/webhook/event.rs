//! What happened.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::{Builder, Uuid};

use crate::failure::JobError;
use crate::ids::{EventId, JobId, TranscodeId, VideoId, WebhookId};
use crate::time::Time;
use crate::transcode::{Transcode, TranscodeError};

/// What can happen. Clients ignore types that they do not know: more will come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
pub enum EventType {
    /// A film is finished.
    #[serde(rename = "job.completed")]
    JobCompleted,
    /// A film could not be made.
    #[serde(rename = "job.failed")]
    JobFailed,
    /// A film was cancelled by its owner.
    #[serde(rename = "job.cancelled")]
    JobCancelled,
    /// All renditions are there.
    #[serde(rename = "transcode.completed")]
    TranscodeCompleted,
    /// The renditions could not be made.
    #[serde(rename = "transcode.failed")]
    TranscodeFailed,
    /// A transcode was cancelled by its owner.
    #[serde(rename = "transcode.cancelled")]
    TranscodeCancelled,
    /// The owner of a webhook tries it.
    #[serde(rename = "webhook.test")]
    WebhookTest,
}

impl EventType {
    /// The text in the table and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JobCompleted => "job.completed",
            Self::JobFailed => "job.failed",
            Self::JobCancelled => "job.cancelled",
            Self::TranscodeCompleted => "transcode.completed",
            Self::TranscodeFailed => "transcode.failed",
            Self::TranscodeCancelled => "transcode.cancelled",
            Self::WebhookTest => "webhook.test",
        }
    }
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Subject {
    /// A film.
    Job(JobId),
    /// A transcode, and the gallery's video that it was made of, if it was.
    #[serde(rename_all = "camelCase")]
    Transcode {
        /// The transcode.
        transcode_id: TranscodeId,
        /// The video.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        video_id: Option<VideoId>,
    },
    /// A webhook.
    Webhook(WebhookId),
}

/// Why something failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventError {
    /// For programs.
    pub code: String,
    /// For people; gives nothing away.
    pub message: String,
}

/// One thing that happened, as its receivers are told. It names things and says no more
/// of them: no link, no prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The same however often it is sent.
    pub event_id: EventId,
    /// What happened.
    pub event_type: EventType,
    /// When it happened.
    pub occurred_at: Time,
    /// To what.
    pub subject: Subject,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<EventError>,
}

impl Event {
    /// A film ended.
    pub fn job_ended(job: JobId, error: Option<&JobError>, now: Time) -> Self {
        let event_type = match error {
            None => EventType::JobCompleted,
            Some(_) => EventType::JobFailed,
        };
        Self {
            error: error.map(|error| EventError {
                code: error.code.clone(),
                message: error.message.clone(),
            }),
            ..Self::of_job(event_type, job, now)
        }
    }

    /// A film was cancelled.
    pub fn job_cancelled(job: JobId, now: Time) -> Self {
        Self::of_job(EventType::JobCancelled, job, now)
    }

    fn of_job(event_type: EventType, job: JobId, now: Time) -> Self {
        Self {
            event_id: event_id(event_type, job.0, now),
            event_type,
            occurred_at: now,
            subject: Subject::Job(job),
            error: None,
        }
    }

    /// A transcode ended.
    pub fn transcode_ended(
        transcode: &Transcode,
        error: Option<&TranscodeError>,
        now: Time,
    ) -> Self {
        let event_type = match error {
            None => EventType::TranscodeCompleted,
            Some(_) => EventType::TranscodeFailed,
        };
        Self {
            error: error.map(|error| EventError {
                code: error.code.clone(),
                message: error.text.clone(),
            }),
            ..Self::of_transcode(event_type, transcode, now)
        }
    }

    /// A transcode was cancelled.
    pub fn transcode_cancelled(transcode: &Transcode, now: Time) -> Self {
        Self::of_transcode(EventType::TranscodeCancelled, transcode, now)
    }

    fn of_transcode(event_type: EventType, transcode: &Transcode, now: Time) -> Self {
        Self {
            event_id: event_id(event_type, transcode.id.0, now),
            event_type,
            occurred_at: now,
            subject: Subject::Transcode {
                transcode_id: transcode.id,
                video_id: transcode.video_id,
            },
            error: None,
        }
    }

    /// The owner of a webhook tries it.
    pub fn test(event_id: EventId, webhook: WebhookId, now: Time) -> Self {
        Self {
            event_id,
            event_type: EventType::WebhookTest,
            occurred_at: now,
            subject: Subject::Webhook(webhook),
            error: None,
        }
    }
}

/// A `UUIDv7` that is the same for the same event: its time, and a digest of what
/// happened to what. A transcode that is restarted may fail at another time again.
fn event_id(event_type: EventType, subject: Uuid, now: Time) -> EventId {
    let digest = Sha256::new()
        .chain_update(event_type.as_str())
        .chain_update(subject.as_bytes())
        .finalize();
    let mut bytes = [0; 10];
    bytes
        .iter_mut()
        .zip(digest)
        .for_each(|(byte, of_digest)| *byte = of_digest);
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
    EventId(Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid())
}
