//! An honest clock (D44): how long transcodes took, and how long one may still take.

use std::collections::HashSet;
use std::time::Duration;

use config::Bootstrap;
use contract::TimeLeft;
use domain::history::{Kind, length_class};
use domain::rendition::Quality;
use domain::time::Time;
use domain::transcode::{Transcode, TranscodeStatus};
use store::{History, StoreError};

/// Durations are counted for each minute of the source.
const MINUTE: f64 = 60.0;

/// What is known of durations.
#[derive(Debug, Clone)]
pub struct TranscodeClock {
    /// Where they are counted.
    pub history: History,
}

impl TranscodeClock {
    /// As the environment says.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            history: History::connect(bootstrap),
        }
    }

    /// Counts how long one took that was completed just now; one of unknown length is not
    /// counted.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn count(&self, transcode: &Transcode, now: Time) -> Result<(), StoreError> {
        let Some((minutes, elapsed)) = measured(transcode, now) else {
            return Ok(());
        };
        let each_minute = elapsed.div_f64(minutes);
        let kind = kind(transcode);
        self.history.count(&kind, &[each_minute], now).await
    }

    /// How long one that is being processed may still take; `None` for any other.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn left(
        &self,
        transcode: &Transcode,
        now: Time,
    ) -> Result<Option<TimeLeft>, StoreError> {
        if transcode.status != TranscodeStatus::Processing {
            return Ok(None);
        }
        let Some((minutes, elapsed)) = measured(transcode, now) else {
            return Ok(Some(TimeLeft::default()));
        };
        let kinds = HashSet::from([kind(transcode)]);
        let known = self.history.durations(kinds, now).await?;
        let known = known.into_values().next().unwrap_or_default();
        let each_minute = elapsed.div_f64(minutes);
        Ok(Some(TimeLeft::of_many(&known, each_minute, minutes)))
    }
}

/// The minutes of its source, and how long it has been worked on.
fn measured(transcode: &Transcode, now: Time) -> Option<(f64, Duration)> {
    let minutes = transcode.duration? / MINUTE;
    let since = transcode.started_at?;
    (minutes > 0.0).then(|| (minutes, now.since(since)))
}

/// What is made of it.
fn kind(transcode: &Transcode) -> Kind {
    let is_made = |quality: &Quality| {
        let mut skipped = transcode.skipped.iter();
        transcode.output_formats.contains(quality) && !skipped.any(|one| one.quality == *quality)
    };
    Kind::Transcode {
        renditions: Quality::ALL.into_iter().filter(is_made).collect(),
        length: length_class(transcode.duration.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::TranscodeId;
    use store::testing::{Tables, now, transcode};
    use uuid::Uuid;

    use super::*;

    /// One of so many seconds, that work began with `now`.
    fn processing(seconds: f64) -> Transcode {
        Transcode {
            status: TranscodeStatus::Processing,
            started_at: Some(now()),
            duration: Some(seconds),
            ..transcode(TranscodeId(Uuid::nil()), now())
        }
    }

    /// Ten that took half a minute for a minute of film.
    async fn clock() -> TranscodeClock {
        let clock = TranscodeClock {
            history: History::new(Tables::default().client(), "stats"),
        };
        for minutes in 7..=16 {
            let one = processing(f64::from(minutes) * MINUTE);
            let end = now().after(Duration::from_secs(30) * minutes);
            clock.count(&one, end).await.unwrap();
        }
        clock
    }

    #[tokio::test]
    async fn a_longer_source_takes_as_much_longer() {
        let clock = clock().await;
        let (longer, later) = (processing(600.0), now().after(Duration::from_secs(100)));
        let left = clock.left(&longer, later).await.unwrap().unwrap();
        assert!(
            left.p50_seconds
                .is_some_and(|left| (200..=230).contains(&left))
        );
        assert!(!left.slow);
        let late = now().after(Duration::from_secs(400));
        let left = clock.left(&processing(600.0), late).await.unwrap();
        assert!(left.is_some_and(|left| left.slow && left.p50_seconds.is_none()));
    }

    #[tokio::test]
    async fn of_other_renditions_nothing_is_known_and_what_waits_has_no_time() {
        let clock = clock().await;
        let other = Transcode {
            output_formats: vec![Quality::High],
            ..processing(600.0)
        };
        let unknown = clock.left(&other, now()).await.unwrap();
        assert_eq!(unknown, Some(TimeLeft::default()));
        // A short one is one worker's, which says nothing of what many make.
        let short = clock.left(&processing(20.0), now()).await.unwrap();
        assert_eq!(short, Some(TimeLeft::default()));
        let waiting = transcode(TranscodeId(Uuid::nil()), now());
        assert_eq!(clock.left(&waiting, now()).await.unwrap(), None);
    }
}
