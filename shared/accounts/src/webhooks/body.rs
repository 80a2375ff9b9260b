//! An event as its receivers read it.

use contract::{WebhookEvent, WebhookEventData};
use domain::job::Status;
use domain::transcode::TranscodeStatus;
use domain::webhook::{Event, EventType, Subject};

/// The body that is posted: the same bytes in each attempt.
pub(super) fn body(event: &Event) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&described(event))
}

fn described(event: &Event) -> WebhookEvent {
    let mut data = WebhookEventData {
        status: status(event.event_type).map(str::to_owned),
        error: event.error.clone(),
        ..WebhookEventData::default()
    };
    match event.subject {
        Subject::Job(id) => data.job_id = Some(id),
        Subject::Transcode {
            transcode_id,
            video_id,
        } => {
            data.transcode_id = Some(transcode_id);
            data.video_id = video_id;
        }
        Subject::Webhook(id) => data.webhook_id = Some(id),
    }
    WebhookEvent {
        event_type: event.event_type,
        timestamp: event.occurred_at,
        data,
    }
}

fn status(event_type: EventType) -> Option<&'static str> {
    match event_type {
        EventType::JobCompleted => Some(Status::Completed.as_str()),
        EventType::JobFailed => Some(Status::Failed.as_str()),
        EventType::JobCancelled => Some(Status::Cancelled.as_str()),
        EventType::TranscodeCompleted => Some(TranscodeStatus::Completed.as_str()),
        EventType::TranscodeFailed => Some(TranscodeStatus::Failed.as_str()),
        EventType::TranscodeCancelled => Some(TranscodeStatus::Cancelled.as_str()),
        EventType::WebhookTest => None,
    }
}
