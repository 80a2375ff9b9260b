//! What a fresh machine needs, made below `.local/` once.

pub(crate) mod bootstraps;
pub(crate) mod elf;
pub(crate) mod ffmpeg;
pub(crate) mod node;
pub(crate) mod python;
pub(crate) mod terraform;
