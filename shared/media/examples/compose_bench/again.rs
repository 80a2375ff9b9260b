//! What a change of a film costs: its music alone, or the scene in its middle, against
//! composing it whole.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use media::{Earlier, FilmPlan, Sources};
use serde_json::{Value, json};

use super::{Bench, PAIRS, mean_cost, ratio, round};

/// Which transitions stay: all of them, or those that the third of five scenes is not in.
const OTHER_MUSIC: [bool; 4] = [true; 4];
const OTHER_SCENE: [bool; 4] = [true, false, false, true];

impl Bench {
    /// The film of these scenes is there as `film`, which is moved.
    pub(crate) async fn again(
        &self,
        plan: &FilmPlan,
        scenes: &[PathBuf],
        music: &Path,
        film: &Path,
    ) -> Result<Value> {
        let earlier = self.path("earlier.mp4");
        fs::rename(film, &earlier)?;
        let of_earlier = |same| Earlier {
            film: &earlier,
            same,
        };
        let ways = [
            None,
            Some(of_earlier(&OTHER_MUSIC[..])),
            Some(of_earlier(&OTHER_SCENE[..])),
        ];
        let mut costs = [const { Vec::new() }; 3];
        for _round in 0..PAIRS {
            for (costs, earlier) in costs.iter_mut().zip(ways) {
                let sources = Sources {
                    scenes,
                    music: Some(music),
                    earlier,
                };
                costs.push(self.compose(plan, sources).await?.1);
            }
        }
        let [whole, music, scene] = costs.map(|costs| mean_cost(costs.iter()));
        Ok(json!({
            "seconds": {
                "whole": round(whole.seconds),
                "music": round(music.seconds),
                "scene": round(scene.seconds),
            },
            "cpuSeconds": {
                "whole": round(whole.cpu_seconds),
                "music": round(music.cpu_seconds),
                "scene": round(scene.cpu_seconds),
            },
            "cpuRatioMusic": ratio(music.cpu_seconds, whole.cpu_seconds),
            "cpuRatioScene": ratio(scene.cpu_seconds, whole.cpu_seconds),
        }))
    }
}
