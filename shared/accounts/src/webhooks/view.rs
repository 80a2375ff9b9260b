//! Webhooks and deliveries as their owners see them.

use contract::{DeliveryAttempt, Webhook, WebhookDelivery};
use domain::time::Time;
use domain::webhook::{Attempt, Delivery, DeliveryStatus, Endpoint};

/// A webhook, without its secrets.
pub fn webhook_view(endpoint: &Endpoint, now: Time) -> Webhook {
    let previous = endpoint.previous_secret.as_ref();
    let until = previous.map(|previous| previous.until);
    Webhook {
        webhook_id: endpoint.webhook_id,
        url: endpoint.url.clone(),
        description: endpoint.description.clone(),
        events: endpoint.events.clone(),
        status: endpoint.status,
        paused_because: endpoint.pause.map(|pause| pause.reason),
        paused_at: endpoint.pause.map(|pause| pause.at),
        last_success_at: endpoint.last_success_at,
        previous_secret_until: until.filter(|until| *until > now),
        created_at: endpoint.created_at,
        updated_at: endpoint.updated_at,
    }
}

/// A delivery with its attempts.
pub fn delivery_view(delivery: &Delivery) -> WebhookDelivery {
    let is_pending = delivery.status == DeliveryStatus::Pending;
    WebhookDelivery {
        delivery_id: delivery.event.event_id,
        event_type: delivery.event.event_type,
        occurred_at: delivery.event.occurred_at,
        status: delivery.status,
        attempts: delivery.log.iter().map(attempt_view).collect(),
        next_attempt_at: delivery.due_at.filter(|_| is_pending),
    }
}

fn attempt_view(attempt: &Attempt) -> DeliveryAttempt {
    DeliveryAttempt {
        at: attempt.at,
        milliseconds: attempt.milliseconds,
        response_status: attempt.response_status,
        failure: attempt.failure,
    }
}
