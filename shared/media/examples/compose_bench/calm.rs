//! The same film without grain: there the quality that is asked for decides, and not the cap.

use std::fs;
use std::path::Path;

use anyhow::Result;
use media::{FilmPlan, Sources};
use serde_json::Value;

use super::{Bench, CLIPS, FRAMES, plain};

fn without_grain(picture: &'static str) -> &'static str {
    picture
        .split_once(",noise")
        .map_or(picture, |(calm, _)| calm)
}

impl Bench {
    /// How good the film of calm clips is, against the plain way's.
    pub(crate) async fn calm(&self, plan: &FilmPlan, music: &Path) -> Result<Value> {
        let bench = Self {
            ffmpeg: self.ffmpeg.clone(),
            scratch: self.path("calm"),
            rounds: 1,
        };
        fs::create_dir(&bench.scratch)?;
        let clips = bench.draw_clips(&CLIPS.map(without_grain))?;
        let (scenes, _) = bench.prepare(plan, &clips, "scenes").await?;
        let sources = Sources {
            scenes: &scenes,
            music: Some(music),
            earlier: None,
        };
        let (film, _) = bench.compose(plan, sources).await?;
        let from_clips = bench.path("plain.mp4");
        bench.ffmpeg(&plain::film(&clips, music, &from_clips, FRAMES))?;
        bench.quality(plan, &clips, [&film.video, &from_clips])
    }
}
