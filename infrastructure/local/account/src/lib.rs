//! What an AWS account that is a day old would refuse of template.yaml, known before it is
//! touched. `cargo xtask deploy --check` prints it, the contract tests hold to it.

mod rules;
mod template;

pub use self::rules::{Finding, findings};
pub use self::template::{Template, spelled_out};
