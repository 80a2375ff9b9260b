//! Removing old transcodes with everything they made (R32).

use std::time::Instant;

use config::Bootstrap;
use domain::keys;
use domain::time::{Clock, Time};
use domain::transcode::{Transcode, TranscodeStatus};
use futures_util::{StreamExt, stream};
use store::{Counters, Objects, StoreError, TranscodesTable, VideosTable, unless_conflict};

/// The most that is removed in one go.
const MOST: usize = 500;
/// So many are removed side by side.
const SIDE_BY_SIDE: usize = 8;

/// Removes transcodes.
#[derive(Debug, Clone)]
pub struct TranscodeRemover {
    /// The transcodes.
    pub transcodes: TranscodesTable,
    /// Their counters.
    pub counters: Counters,
    /// The videos that forget them.
    pub videos: VideosTable,
    /// What they made.
    pub objects: Objects,
    /// The clock.
    pub clock: Clock,
}

/// What a clean-up did, or would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Transcodes that are gone.
    pub transcodes: u64,
    /// Bytes that were freed.
    pub bytes: u64,
    /// Whether there are more, for another call.
    pub remaining: bool,
}

impl TranscodeRemover {
    /// Wires it up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            transcodes: TranscodesTable::connect(bootstrap),
            counters: Counters::connect(bootstrap),
            videos: VideosTable::connect(bootstrap),
            objects: Objects::connect(bootstrap),
            clock: bootstrap.clock(),
        }
    }

    /// Removes what has ended and was accepted before `before`, the oldest first:
    /// at most 500, and none is begun after `until`. A dry run only tells.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn clean_up(
        &self,
        before: Time,
        dry_run: bool,
        until: Instant,
    ) -> Result<Removed, StoreError> {
        let mut old = Vec::new();
        for status in TranscodeStatus::ALL {
            if !status.is_final() {
                continue;
            }
            old.extend(self.transcodes.oldest(status, before, MOST + 1).await?);
        }
        old.sort_by_key(|transcode| (transcode.created_at, transcode.id));
        let mut totals = Removed {
            remaining: old.len() > MOST,
            ..Removed::default()
        };
        let each = old.into_iter().take(MOST).map(|transcode| async move {
            if Instant::now() > until {
                return Ok(None);
            }
            self.remove(&transcode, dry_run).await.map(Some)
        });
        let mut removed = stream::iter(each).buffer_unordered(SIDE_BY_SIDE);
        while let Some(result) = removed.next().await {
            match result? {
                None => totals.remaining = true,
                Some(None) => {}
                Some(Some(bytes)) => {
                    totals.transcodes += 1;
                    totals.bytes += bytes;
                }
            }
        }
        Ok(totals)
    }

    /// First the records, then the objects that no record names any more; answers
    /// the bytes that were freed. None if it has moved meanwhile.
    async fn remove(
        &self,
        transcode: &Transcode,
        dry_run: bool,
    ) -> Result<Option<u64>, StoreError> {
        if !dry_run {
            let removed = self
                .transcodes
                .remove(&self.counters, &self.videos, transcode)
                .await;
            if !unless_conflict(removed)? {
                return Ok(None);
            }
        }
        let folder = keys::transcode_folder(transcode.id);
        self.objects.remove_folder(&folder, dry_run).await.map(Some)
    }
}
