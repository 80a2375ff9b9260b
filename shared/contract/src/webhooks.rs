//! Webhooks of API clients: where they are told of what happens, and what they are told.

use domain::ids::{EventId, JobId, TranscodeId, VideoId, WebhookId};
use domain::request::InvalidField;
use domain::time::Time;
use domain::webhook::{
    AttemptFailure, DeliveryStatus, EndpointChange, EndpointStatus, EventError, EventType,
    NewEndpoint, PauseReason,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ErrorCode;
use crate::operation::{Access, Method, Operation};
use crate::paging::{CursorQuery, Message};

/// Asks to be told of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "url": "https://example.com/webhooks/omnigen",
    "events": ["job.completed", "job.failed"],
})))]
pub struct CreateWebhook {
    /// Where events are posted to: https, a host on the public Internet.
    #[schema(min_length = 1, max_length = 2048, format = "uri")]
    pub url: String,
    /// In your own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub description: Option<String>,
    /// The types that are sent; every type, later ones too, where it is empty or absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub events: Option<Vec<EventType>>,
}

impl CreateWebhook {
    /// The request with every rule checked but those of the address.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<NewEndpoint, InvalidField> {
        let events = self.events.unwrap_or_default();
        NewEndpoint::new(self.url, self.description.as_deref(), events)
    }
}

/// Changes what it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "enabled": true })))]
pub struct UpdateWebhook {
    /// Where events are posted to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2048, format = "uri")]
    pub url: Option<String>,
    /// In your own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub description: Option<String>,
    /// The types that are sent; every type where it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub events: Option<Vec<EventType>>,
    /// `true` also makes a paused webhook go on, with what was held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

impl UpdateWebhook {
    /// The request with every rule checked but those of the address.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<EndpointChange, InvalidField> {
        let description = self.description.as_deref();
        EndpointChange::new(self.url, description, self.events, self.enabled)
    }
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its name.
    pub webhook_id: WebhookId,
    /// Where events are posted to.
    pub url: String,
    /// In its owner's words.
    pub description: String,
    /// The types that are sent; every type where it is empty.
    pub events: Vec<EventType>,
    /// Whether events are sent.
    pub status: EndpointStatus,
    /// Why it was paused, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_because: Option<PauseReason>,
    /// When it was paused, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Time>,
    /// When it last took an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<Time>,
    /// Until when the secret before the present one signs as well, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret_until: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed or paused.
    pub updated_at: Time,
}

/// A webhook was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookCreated {
    /// The webhook.
    pub webhook: Webhook,
    /// Verifies its events (`whsec_…`). It is not shown again.
    pub secret: String,
}

/// A webhook has a new secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookSecret {
    /// Verifies its events from now on. It is not shown again.
    pub secret: String,
    /// Until then the old one verifies them as well.
    pub previous_secret_until: Time,
}

/// The caller's webhooks, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookList {
    /// All of them.
    pub webhooks: Vec<Webhook>,
}

/// An event on its way to a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDelivery {
    /// Its name, which is also the event's: the header `webhook-id`.
    pub delivery_id: EventId,
    /// What happened.
    pub event_type: EventType,
    /// When it happened.
    pub occurred_at: Time,
    /// How far it is.
    pub status: DeliveryStatus,
    /// The newest attempts, at most 20, oldest first.
    pub attempts: Vec<DeliveryAttempt>,
    /// When it is tried next, while it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Time>,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryAttempt {
    /// When it began.
    pub at: Time,
    /// How long it took.
    pub milliseconds: u64,
    /// The status of the receiver's answer, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_status: Option<u16>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<AttemptFailure>,
}

/// Deliveries of a webhook, of the newest events first; they are kept for 30 days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDeliveryList {
    /// One page.
    pub deliveries: Vec<WebhookDelivery>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

/// What a webhook is posted: the body of an event. Types that you do not know are to be
/// ignored; more will come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookEvent {
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// When it happened.
    pub timestamp: Time,
    /// To what.
    pub data: WebhookEventData,
}

/// What an event is about. It names things; the API tells the rest of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEventData {
    /// The film, of `job.…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// The transcode, of `transcode.…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcode_id: Option<TranscodeId>,
    /// The gallery's video that it was made of, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_id: Option<VideoId>,
    /// The webhook, of `webhook.test`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_id: Option<WebhookId>,
    /// The status that the film or the transcode has now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Why it failed, of `….failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<EventError>,
}

const ONE: &str = "/api/v1/webhooks/{webhookId}";
const ALL: &str = "/api/v1/webhooks";

pub(crate) fn operations() -> Vec<Operation> {
    use Access::SignedIn;
    use Method::{Delete, Get, Post, Put};
    let operation =
        |function, method, path, summary| Operation::new(function, method, path, SignedIn, summary);
    vec![
        operation("webhooks-create", Post, ALL, "Asks to be told of events")
            .idempotent()
            .takes::<CreateWebhook>()
            .answers::<WebhookCreated>(201, "The webhook, and its secret once")
            .fails(&[ErrorCode::TooManyWebhooks]),
        operation("webhooks-list", Get, ALL, "The caller's webhooks")
            .answers::<WebhookList>(200, "All of them"),
        operation("webhooks-update", Put, ONE, "Changes what the body names")
            .takes::<UpdateWebhook>()
            .answers::<Webhook>(200, "The webhook as it is now")
            .fails(&[ErrorCode::Conflict, ErrorCode::MethodNotAllowed]),
        operation("webhooks-delete", Delete, ONE, "Removes a webhook")
            .answers::<Message>(200, "It is told of nothing more")
            .fails(&[ErrorCode::MethodNotAllowed]),
        operation(
            "webhooks-rotate",
            Post,
            "/api/v1/webhooks/{webhookId}/secret",
            "Gives a webhook a new secret; the old one signs along for a day",
        )
        .idempotent()
        .answers::<WebhookSecret>(200, "The new secret, once"),
        operation(
            "webhooks-test",
            Post,
            "/api/v1/webhooks/{webhookId}/test",
            "Sends a test event",
        )
        .idempotent()
        .answers::<WebhookDelivery>(202, "It is on its way"),
        operation(
            "webhooks-deliveries",
            Get,
            "/api/v1/webhooks/{webhookId}/deliveries",
            "What a webhook was told, and what came of it",
        )
        .query::<CursorQuery>()
        .answers::<WebhookDeliveryList>(200, "One page"),
        operation(
            "webhooks-redeliver",
            Post,
            "/api/v1/webhooks/{webhookId}/deliveries/{deliveryId}/redeliver",
            "Sends an event once more, under the same name",
        )
        .idempotent()
        .answers::<WebhookDelivery>(202, "It is on its way"),
    ]
}

/// The types of events, each with what it means.
pub(crate) const EVENTS: [(EventType, &str); 7] = [
    (EventType::JobCompleted, "A film is finished"),
    (EventType::JobFailed, "A film could not be made"),
    (EventType::JobCancelled, "A film was cancelled by its owner"),
    (EventType::TranscodeCompleted, "All renditions are there"),
    (
        EventType::TranscodeFailed,
        "The renditions could not be made",
    ),
    (
        EventType::TranscodeCancelled,
        "A transcode was cancelled by its owner",
    ),
    (EventType::WebhookTest, "The owner of a webhook tries it"),
];
