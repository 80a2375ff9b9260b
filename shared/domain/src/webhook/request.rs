//! What an owner says about a webhook.

use super::EventType;
use crate::fields::{InvalidField, text};

/// Characters of a description.
const DESCRIPTION_LENGTH: usize = 200;
/// Entries of a list of types, doubled ones counted.
const MOST_EVENTS: usize = 100;

/// A webhook to be made; the rules of its address are the sender's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    /// Where events are posted to.
    pub url: String,
    /// In the owner's words.
    pub description: String,
    /// Empty for every type.
    pub events: Vec<EventType>,
}

impl NewEndpoint {
    /// Checks what is said beside the address.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn new(
        url: String,
        description: Option<&str>,
        events: Vec<EventType>,
    ) -> Result<Self, InvalidField> {
        Ok(Self {
            url,
            description: description_of(description.unwrap_or_default())?,
            events: wanted(events)?,
        })
    }
}

/// A partial change: what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointChange {
    pub(super) url: Option<String>,
    pub(super) description: Option<String>,
    pub(super) events: Option<Vec<EventType>>,
    pub(super) enabled: Option<bool>,
}

impl EndpointChange {
    /// Checks what is said beside the address.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule, or that nothing is to change.
    pub fn new(
        url: Option<String>,
        description: Option<&str>,
        events: Option<Vec<EventType>>,
        enabled: Option<bool>,
    ) -> Result<Self, InvalidField> {
        let change = Self {
            url,
            description: description.map(description_of).transpose()?,
            events: events.map(wanted).transpose()?,
            enabled,
        };
        if change == Self::default() {
            let constraint = "at least one of: url, description, events, enabled";
            return Err(InvalidField::new("body", constraint));
        }
        Ok(change)
    }
}

fn description_of(words: &str) -> Result<String, InvalidField> {
    text("description", words, DESCRIPTION_LENGTH)
}

/// Each type once. A test goes to the webhook it is asked for, whatever the list says.
fn wanted(mut events: Vec<EventType>) -> Result<Vec<EventType>, InvalidField> {
    if events.len() > MOST_EVENTS {
        let constraint = format!("at most {MOST_EVENTS} types");
        return Err(InvalidField::new("events", constraint));
    }
    if events.contains(&EventType::WebhookTest) {
        let constraint = "no webhook.test: it is sent on request only";
        return Err(InvalidField::new("events", constraint));
    }
    events.sort_unstable();
    events.dedup();
    Ok(events)
}
