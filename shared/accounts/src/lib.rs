//! Accounts: signing in and out, quota and usage as a caller sees them, the end of a month, and webhooks.

mod film_ceilings;
mod month;
mod profile;
mod sign_in;
mod spending;
mod webhooks;

pub use self::webhooks::{
    WebhookResender, WebhookWorker, checked_url, delivery_view, new_secret, own_delivery,
    own_enabled_webhook, own_webhook, webhook_targets, webhook_view, work_of,
};
pub use film_ceilings::{FilmCeilings, film_refused};
pub use month::{ClosedMonth, close_month};
pub use profile::{CallerLimits, profile, usage_view};
pub use sign_in::SignIn;
pub use spending::Installation;
