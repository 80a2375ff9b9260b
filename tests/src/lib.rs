//! What the end-to-end tests go through: the local cloud as any client sees it.

pub mod aws;
pub mod person;
pub mod provider;
pub mod stack;

pub use person::{Answer, Course, Person};
pub use provider::Provider;
pub use stack::Stack;

/// A word nobody else uses, so that the look-alike's rules for it match one job.
pub fn unique_word(name: &str) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("{name}-{}", &random[..10])
}
