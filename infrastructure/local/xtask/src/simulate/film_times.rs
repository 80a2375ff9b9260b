//! How long the steps of a film take, and how long a film takes that waits for nothing.

use domain::prices;
use domain::request::CreateJob;
use domain::storyboard::Storyboard;
use replicate::registry::{DEFAULT_MUSIC_MODEL, DEFAULT_SCENE_MODEL, Registry};

use anyhow::{Context, Result};

use super::model::{Micros, micros};

/// Assumed: a prediction's time is log-normal about its median, with this deviation: one of a
/// hundred takes 2.3 times as long.
const SPREAD: f64 = 0.35;

/// The steps' times of every film of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Times {
    pub(super) plan: Micros,
    pub(super) ask: Micros,
    pub(super) copy: Micros,
    pub(super) prepare: Micros,
    pub(super) compose: Micros,
    pub(super) finish: Micros,
    /// A part of an upload's transcode.
    pub(super) transcode: Micros,
    /// Parts of an upload.
    pub(super) parts: usize,
    pub(super) scenes: usize,
    /// The medians of the provider's, in seconds.
    pub(super) scene_median: f64,
    pub(super) music_median: f64,
}

/// What the provider takes for one film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Predictions {
    /// One for each scene, in order, then the music's.
    pub(super) parts: Vec<Micros>,
}

impl Times {
    /// Those of the film that a client gets who asks for nothing in particular, and of an upload
    /// of so many minutes.
    pub(super) fn of_the_default_film(upload_minutes: f64) -> Result<Self> {
        let request = CreateJob::sample();
        let scenes = Storyboard::by_rules(&request).scenes;
        let seconds: f64 = scenes.iter().map(|scene| scene.timing.seconds()).sum();
        let registry = Registry::pinned()?;
        let median = |name| {
            let model = registry
                .model(name)
                .context("a default model is not there")?;
            anyhow::Ok(model.limits.median_seconds)
        };
        let upload = upload_minutes * 60.0;
        Ok(Self {
            plan: micros(prices::PLANNING),
            ask: micros(prices::ASKING),
            copy: micros(prices::COPYING),
            prepare: micros(prices::preparing_seconds(seconds / scenes.len() as f64)),
            compose: micros(prices::composing_seconds(f64::from(
                request.duration_seconds,
            ))),
            finish: micros(prices::FINISHING),
            transcode: micros(prices::transcoding_seconds(upload) / prices::parts(upload)),
            parts: prices::parts(upload) as usize,
            scenes: scenes.len(),
            scene_median: median(DEFAULT_SCENE_MODEL)?,
            music_median: median(DEFAULT_MUSIC_MODEL)?,
        })
    }

    /// Seconds that functions work on one film.
    pub(super) fn function_seconds(&self) -> f64 {
        let (scenes, predictions) = (self.scenes as u64, self.scenes as u64 + 1);
        let sum = self.plan
            + predictions * (self.ask + self.copy)
            + scenes * self.prepare
            + self.compose
            + self.finish;
        sum as f64 / 1e6
    }

    /// Seconds that functions work on one upload.
    pub(super) fn upload_seconds(&self) -> f64 {
        self.parts as f64 * self.transcode as f64 / 1e6
    }

    /// What the provider takes for one film.
    pub(super) fn predictions(&self, random: &mut fastrand::Rng) -> Predictions {
        let scenes = std::iter::repeat_n(self.scene_median, self.scenes);
        let parts = scenes.chain([self.music_median]);
        Predictions {
            parts: parts.map(|median| prediction(median, random)).collect(),
        }
    }

    /// How long the film takes when nothing but its own `side_by_side` scenes at once makes it
    /// wait.
    pub(super) fn unhindered(&self, predictions: &Predictions, side_by_side: usize) -> Micros {
        let (scenes, music) = predictions.parts.split_at(self.scenes);
        let music = music.iter().map(|part| self.ask + part + self.copy).sum();
        let mut free = vec![0; side_by_side.clamp(1, self.scenes.max(1))];
        for part in scenes {
            let Some(first) = free.iter_mut().min() else {
                continue;
            };
            *first += self.ask + part + self.copy + self.prepare;
        }
        let scenes = free.into_iter().max().unwrap_or_default();
        self.plan + scenes.max(music) + self.compose + self.finish
    }
}

/// A time about a median, log-normal.
fn prediction(median: f64, random: &mut fastrand::Rng) -> Micros {
    // Box and Muller's normal deviate; the logarithm of nothing is none.
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    let normal = radius * (std::f64::consts::TAU * random.f64()).cos();
    micros(median * (SPREAD * normal).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_predictions_take_longer_than_the_median() {
        let mut random = fastrand::Rng::with_seed(3);
        let mut drawn: Vec<Micros> = (0..10_001).map(|_| prediction(47.0, &mut random)).collect();
        drawn.sort_unstable();
        let at = |part: usize| drawn[part] as f64 / 1e6;
        assert!((at(5_000) / 47.0 - 1.0).abs() < 0.03, "{}", at(5_000));
        assert!((at(9_900) / 47.0 - 2.26).abs() < 0.15, "{}", at(9_900));
    }

    #[test]
    fn scenes_one_after_the_other_add_up() {
        let times = Times::of_the_default_film(1.0).unwrap();
        let predictions = Predictions {
            parts: vec![10_000_000; times.scenes + 1],
        };
        let scene = times.ask + 10_000_000 + times.copy + times.prepare;
        let rest = times.plan + times.compose + times.finish;
        assert_eq!(times.unhindered(&predictions, 100), rest + scene);
        let all = times.scenes as u64 * scene;
        assert_eq!(times.unhindered(&predictions, 1), rest + all);
    }
}
