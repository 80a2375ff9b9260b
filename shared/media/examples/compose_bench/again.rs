//! What a change of a film costs: its music alone, or the scene in its middle, against
//! composing it whole.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use media::{Earlier, FilmPlan, SceneFiles, Sources};
use serde_json::{Value, json};

use super::{Bench, mean_cost, ratio, round};

/// Which transitions stay: all of them, or those that the third of five scenes is not in.
const OTHER_MUSIC: [bool; 4] = [true; 4];
const OTHER_SCENE: [bool; 4] = [true, false, false, true];

impl Bench {
    /// The film of these scenes is there as `film`, which is moved.
    pub(crate) async fn again(
        &self,
        plan: &FilmPlan,
        scenes: &[SceneFiles],
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
        let (mut costs, mut seconds) = ([const { Vec::new() }; 3], [0.0; 3]);
        for _round in 0..self.rounds {
            for (way, earlier) in ways.into_iter().enumerate() {
                let sources = Sources {
                    scenes,
                    music: Some(music),
                    earlier,
                };
                let began = Instant::now();
                costs[way].push(self.compose(plan, sources).await?.1);
                seconds[way] += began.elapsed().as_secs_f64() / self.rounds as f64;
            }
        }
        let [whole, music, scene] = costs.map(|costs| mean_cost(costs.iter()));
        Ok(json!({
            "seconds": {
                "whole": round(seconds[0]),
                "music": round(seconds[1]),
                "scene": round(seconds[2]),
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
