//! What the end-to-end tests go through: the local cloud as any client sees it.

use std::path::Path;

use anyhow::{Context, Result};

pub use devcloud::{
    Answer, Browser, Course, Creates, Faults, Injected, Login, Page, Person, Provider, Received,
    Receiver, Stack, aws, come_again, reconciling, unique_word,
};

/// The local cloud that `OMNIGEN_STACK` names.
///
/// # Errors
/// It is not set, or names no stack: a test that needs the local cloud fails then. Such tests
/// are ignored unless `cargo xtask test` runs them.
pub fn stack() -> Result<Stack> {
    let path = config::Environment::of_process().optional("OMNIGEN_STACK");
    let path = path.context(
        "OMNIGEN_STACK is not set: run `cargo xtask test`, or `cargo xtask up` and set it to \
         .local/stack.json",
    )?;
    Stack::read(Path::new(&path))
}
