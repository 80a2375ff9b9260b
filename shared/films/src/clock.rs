//! An honest clock (D44): how long films and their parts took, and how long those that are
//! being made may still take.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use config::Bootstrap;
use contract::TimeLeft;
use domain::attempt::{Attempt, AttemptState, Target};
use domain::history::Kind;
use domain::job::Job;
use domain::time::Time;
use store::{History, JobRecord, StoreError};

/// What is known of durations.
#[derive(Debug, Clone)]
pub struct FilmClock {
    /// Where they are counted.
    pub history: History,
}

/// How long a film and its parts may still take.
#[derive(Debug, Clone, Default)]
pub struct FilmTimes {
    /// Of a film that is being made.
    pub film: Option<TimeLeft>,
    /// Of the parts that the provider is at work on.
    pub parts: HashMap<Target, TimeLeft>,
}

impl FilmTimes {
    /// What takes longer than 99 of a hundred did: the film as a whole, or parts of it.
    pub(crate) fn slow(&self) -> Vec<String> {
        let film = self.film.iter().filter(|film| film.slow);
        let parts = self.parts.iter().filter(|(_, left)| left.slow);
        let film = film.map(|_| "film".to_owned());
        film.chain(parts.map(|(target, _)| target.to_string()))
            .collect()
    }
}

impl FilmClock {
    /// As the environment says.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            history: History::connect(bootstrap),
        }
    }

    /// Counts how long a film that was made just now, and its parts, took.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning. What was counted stays counted.
    pub async fn count(&self, record: &JobRecord, now: Time) -> Result<(), StoreError> {
        for (kind, durations) in durations(record, now) {
            self.history.count(&kind, &durations, now).await?;
        }
        Ok(())
    }

    /// How long a film that is being made, and its parts, may still take.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn times(&self, record: &JobRecord, now: Time) -> Result<FilmTimes, StoreError> {
        let job = &record.job;
        if !job.status.is_running() {
            return Ok(FilmTimes::default());
        }
        let film = film_kind(record).zip(whole_since(job));
        let open = record.attempts.iter().filter(|attempt| {
            let is_left = job.redo.is_some() && attempt.run != job.run;
            attempt.state.is_open() && !is_left
        });
        let open: Vec<&Attempt> = open.collect();
        let kinds = open.iter().map(|attempt| prediction_kind(attempt));
        let kinds = kinds.chain(film.iter().map(|(kind, _)| kind.clone()));
        let known = self.history.durations(kinds.collect(), now).await?;

        let left = |kind: &Kind, since| {
            let known = known.get(kind);
            known.map(|known| TimeLeft::of(known, now.since(since)))
        };
        let film = film.and_then(|(kind, since)| left(&kind, since));
        let parts = open.into_iter().filter_map(|attempt| {
            let left = left(&prediction_kind(attempt), attempt.created_at);
            Some((attempt.target, left?))
        });
        Ok(FilmTimes {
            film: Some(film.unwrap_or_default()),
            parts: parts.collect(),
        })
    }

    /// How long a film of so many scenes takes at a model.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn film(&self, model: &str, scenes: u32, now: Time) -> Result<TimeLeft, StoreError> {
        let kind = Kind::Film {
            model: model.to_owned(),
            scenes,
        };
        let known = self.history.durations(HashSet::from([kind]), now).await?;
        let known = known.into_values().next().unwrap_or_default();
        Ok(TimeLeft::of(&known, Duration::ZERO))
    }
}

/// What a film that was made just now tells of durations.
fn durations(record: &JobRecord, now: Time) -> Vec<(Kind, Vec<Duration>)> {
    let mut by_model = HashMap::<&str, Vec<Duration>>::new();
    let job = &record.job;
    // Of a changed film, what was made for the change: the rest was counted with the film.
    let is_new = |attempt: &&Attempt| job.redo.is_none() || attempt.run == job.run;
    for attempt in record.attempts.iter().filter(is_new) {
        if attempt.state == AttemptState::Succeeded && attempt.target != Target::Plan {
            let duration = attempt.updated_at.since(attempt.created_at);
            by_model.entry(&attempt.model).or_default().push(duration);
        }
    }
    let predictions = by_model.into_iter().map(|(model, durations)| {
        let model = model.to_owned();
        (Kind::Prediction { model }, durations)
    });
    let film = film_kind(record).zip(whole_since(&record.job));
    let film = film.map(|(kind, since)| (kind, vec![now.since(since)]));
    predictions.chain(film).collect()
}

/// Since when it has been made in one piece. One that went on after it had ended tells
/// nothing of how long a film takes.
fn whole_since(job: &Job) -> Option<Time> {
    let went_on = job.reserved_at.is_some();
    (!went_on).then(|| job.approved_at.unwrap_or(job.created_at))
}

fn film_kind(record: &JobRecord) -> Option<Kind> {
    let mut attempts = record.attempts.iter();
    let of_scene = attempts.find(|attempt| matches!(attempt.target, Target::Scene(_)))?;
    Some(Kind::Film {
        model: of_scene.model.clone(),
        scenes: record.job.request.scenes,
    })
}

fn prediction_kind(attempt: &Attempt) -> Kind {
    Kind::Prediction {
        model: attempt.model.clone(),
    }
}

#[cfg(test)]
mod tests {
    use store::testing::{Tables, job, now};

    use super::*;

    fn clock() -> FilmClock {
        FilmClock {
            history: History::new(Tables::default().client(), "stats"),
        }
    }

    fn after(seconds: u64) -> Time {
        now().after(Duration::from_secs(seconds))
    }

    /// A film whose one scene took 30 seconds, accepted `now`.
    fn record(state: AttemptState) -> JobRecord {
        let attempt = Attempt {
            model: "m".to_owned(),
            created_at: now(),
            updated_at: after(30),
            ..Attempt::sample(state)
        };
        JobRecord {
            job: job(1, "user"),
            scenes: Vec::new(),
            attempts: vec![attempt],
            ledger: Vec::new(),
        }
    }

    async fn after_films(count: u32) -> FilmClock {
        let clock = clock();
        for _ in 0..count {
            let made = record(AttemptState::Succeeded);
            clock.count(&made, after(100)).await.unwrap();
        }
        clock
    }

    #[tokio::test]
    async fn what_is_left_is_told_by_what_took_how_long() {
        let running = record(AttemptState::Running);
        let times = after_films(10)
            .await
            .times(&running, after(20))
            .await
            .unwrap();
        let film = times.film.unwrap();
        assert!(
            film.p50_seconds
                .is_some_and(|left| (80..=90).contains(&left))
        );
        let scene = times.parts[&Target::Scene(1)];
        assert!(
            scene
                .p90_seconds
                .is_some_and(|left| (10..=13).contains(&left))
        );
        assert!(!film.slow && !scene.slow);
    }

    #[tokio::test]
    async fn predictions_at_one_model_have_each_their_own_time() {
        let mut running = record(AttemptState::Running);
        running.attempts.push(Attempt {
            target: Target::Scene(2),
            created_at: after(10),
            ..running.attempts[0].clone()
        });
        let clock = after_films(10).await;
        let times = clock.times(&running, after(20)).await.unwrap();
        let p50 = |scene| times.parts[&Target::Scene(scene)].p50_seconds.unwrap();
        assert_eq!(p50(2) - p50(1), 10);
    }

    #[tokio::test]
    async fn what_is_not_known_is_not_guessed() {
        let running = record(AttemptState::Running);
        let unknown = Some(TimeLeft::default());
        let times = after_films(9)
            .await
            .times(&running, after(20))
            .await
            .unwrap();
        assert_eq!(times.film, unknown);
        // It has outlasted them all.
        let times = after_films(10)
            .await
            .times(&running, after(50))
            .await
            .unwrap();
        let scene = times.parts[&Target::Scene(1)];
        assert_eq!((scene.p50_seconds, scene.slow), (None, true));
        assert_eq!(times.slow(), ["scene-001"]);
    }

    #[tokio::test]
    async fn a_film_that_went_on_after_it_had_failed_is_none_to_compare_with() {
        let mut made = record(AttemptState::Succeeded);
        made.job.reserved_at = Some(after(1000));
        let clock = clock();
        for _ in 0..10 {
            clock.count(&made, after(1100)).await.unwrap();
        }
        let scenes = made.job.request.scenes;
        let film = clock.film("m", scenes, after(1100)).await.unwrap();
        assert_eq!(film, TimeLeft::default());
    }
}
