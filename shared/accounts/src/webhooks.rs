//! Webhooks of API clients: what their routes share, and the worker that delivers.

mod body;
mod resender;
mod view;
mod worker;

use config::Bootstrap;
use domain::ids::EventId;
use domain::request::InvalidField;
use domain::webhook::{Delivery, Endpoint, EndpointStatus, SigningSecret, Work};
use edge::http::{ApiError, Caller, Request, path_id, raw_path};
use secrecy::ExposeSecret;
use store::WebhooksTable;
use webhooks::Targets;

pub use resender::WebhookResender;
pub use view::{delivery_view, webhook_view};
pub use worker::WebhookWorker;

/// The targets that `WEBHOOK_PRIVATE_ORIGINS` adds to.
pub fn webhook_targets(bootstrap: &mut Bootstrap) -> Targets {
    let environment = bootstrap.environment();
    let origins = environment.optional("WEBHOOK_PRIVATE_ORIGINS");
    Targets::parse(&origins.unwrap_or_default()).unwrap_or_else(|error| {
        environment.fault(format!("WEBHOOK_PRIVATE_ORIGINS: {error}"));
        Targets::default()
    })
}

/// The URL as it is kept.
///
/// # Errors
///
/// The rule that it breaks.
pub fn checked_url(targets: &Targets, url: &str) -> Result<String, InvalidField> {
    let checked = targets.check(url);
    checked.map_err(|rule| InvalidField::new("url", rule.to_string()))
}

/// Where the provider's webhooks come in: among the paths of webhooks, but none of them.
const PROVIDERS_PATH: &str = "/api/v1/webhooks/replicate";

/// The webhook that a path names, if it is the caller's.
///
/// # Errors
///
/// 404 for one that is not there and for another user's alike; 405 for the path that the
/// provider posts to.
pub async fn own_webhook(
    table: &WebhooksTable,
    request: &Request,
    caller: &Caller,
) -> Result<Endpoint, ApiError> {
    if raw_path(request) == PROVIDERS_PATH {
        let allow = "POST".to_owned();
        return Err(ApiError::MethodNotAllowed { allow });
    }
    let id = path_id(request, "webhooks", "Webhook")?;
    let endpoint = table.endpoint(&caller.user_id, id).await?;
    endpoint.ok_or(ApiError::NotFound("Webhook"))
}

/// The same, and it can be sent to.
///
/// # Errors
///
/// As [`own_webhook`]; a conflict when it is not enabled.
pub async fn own_enabled_webhook(
    table: &WebhooksTable,
    request: &Request,
    caller: &Caller,
) -> Result<Endpoint, ApiError> {
    let endpoint = own_webhook(table, request, caller).await?;
    match endpoint.status {
        EndpointStatus::Enabled => Ok(endpoint),
        EndpointStatus::Disabled | EndpointStatus::Paused => Err(ApiError::Conflict(
            "The webhook is not enabled; enable it first",
        )),
    }
}

/// The delivery that a path names, of an endpoint of the caller's.
///
/// # Errors
///
/// 404 for one that is not there.
pub async fn own_delivery(
    table: &WebhooksTable,
    request: &Request,
    endpoint: &Endpoint,
) -> Result<Delivery, ApiError> {
    let id: EventId = path_id(request, "deliveries", "Delivery")?;
    let (user_id, webhook) = (&endpoint.user_id, endpoint.webhook_id);
    let delivery = table.delivery(user_id, webhook, id).await?;
    delivery.ok_or(ApiError::NotFound("Delivery"))
}

/// A new secret.
///
/// # Errors
///
/// The operating system has no random numbers.
pub fn new_secret() -> Result<SigningSecret, ApiError> {
    let secret = webhooks::new_secret().map_err(|error| ApiError::Internal(Box::new(error)))?;
    Ok(SigningSecret::new(secret.expose_secret()))
}

/// The work that a delivery is.
pub fn work_of(user_id: &str, delivery: &Delivery) -> Work {
    Work::Deliver {
        user_id: user_id.to_owned(),
        webhook_id: delivery.webhook_id,
        event_id: delivery.event.event_id,
    }
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
