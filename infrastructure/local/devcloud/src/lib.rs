//! The local cloud as its clients see it: where it is, who can sign in, its API and AWS's.
//! The commands (`xtask`) and the end-to-end tests stand on this.

pub mod addresses;
mod api;
pub mod aws;
mod browser;
mod described;
mod faults;
mod live;
mod login;
mod person;
mod provider;
mod receiver;
mod reconciling;
mod stack;
pub mod users;
mod watch;

pub use addresses::Addresses;
pub use api::Api;
pub use browser::{Browser, Page};
pub use faults::{Faults, Injected};
pub use live::Listener;
pub use login::{Login, Session};
pub use person::{Answer, Course, Person, come_again};
pub use provider::{Creates, Provider};
pub use receiver::{Received, Receiver};
pub use reconciling::reconciling;
pub use stack::Stack;
pub use watch::{PATIENCE, watch};

/// A word that no other test uses, so that the look-alike's rules for it match one job.
pub fn unique_word(name: &str) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("{name}-{}", &random[..10])
}
