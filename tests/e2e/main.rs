//! Films made, refused and broken over the local cloud, as any client sees it.
//!
//! `cargo xtask test` starts the cloud and names it in `OMNIGEN_STACK`; without
//! it every test says that it is skipped. Each test signs up people of its own
//! and puts a word of its own into its prompts, so that all may run side by side.

mod cinema;
mod film;
mod forged;
mod killed;
mod limits;
mod lists;
mod misbehaviour;
mod refusals;
mod tokens;

use serde_json::{Value, json};

/// A short film about a word: one scene, six seconds, no music.
fn short_film(word: &str) -> Value {
    json!({
        "prompt": format!("{word} a lantern drifts over quiet water"),
        "category": "ad-creative",
        "scenes": 1,
        "durationSeconds": 6,
        "aspectRatio": "1:1",
        "audio": "none",
    })
}
