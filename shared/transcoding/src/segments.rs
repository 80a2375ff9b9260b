//! Segment by segment: encoded, stored with its digests, found again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::keys;
use domain::rendition::Quality;
use media::ladder::{LadderPlan, Piece, Segment};
use store::{StoreError, StoredPiece, StoredSegment};

use crate::assets::digest;
use crate::progress::Board;
use crate::shift::Shift;
use crate::source::Source;
use crate::trouble::Trouble;

/// The pieces of each rendition, in the order of the segments.
pub(crate) type Pieces = Vec<Vec<PathBuf>>;

/// How far the segments have come.
#[derive(Debug)]
pub(crate) enum Segments {
    /// All of them are here.
    All(Pieces),
    /// The next worker goes on.
    NoTimeLeft,
}

/// What is known of the segments: those that are stored, those that are here,
/// and how long the longest took that was made here.
#[derive(Debug, Default)]
struct Known {
    stored: BTreeMap<u32, StoredSegment>,
    here: BTreeMap<u32, Vec<Piece>>,
    longest: Option<Duration>,
}

impl Shift<'_> {
    /// Makes what is not stored and fetches the rest. A piece that is not what
    /// was stored is made again.
    pub(crate) async fn make_segments(
        &self,
        source: &Source,
        plan: &LadderPlan,
        directory: &Path,
        board: &Board,
    ) -> Result<Segments, Trouble> {
        let mut known = Known::default();
        if let [only] = plan.segments.as_slice() {
            // Nothing would be left for another worker: nothing is stored.
            let pieces = self.encode(source, plan, only, directory, board, 0).await?;
            known.here.insert(only.index, pieces);
            return Ok(Segments::All(in_order(plan, &known)));
        }
        for segment in self.worker.transcodes.segments(self.id()).await? {
            known.stored.insert(segment.index, segment);
        }
        loop {
            let made = self.make_missing(source, plan, directory, board, &mut known);
            if !made.await? || !self.time(known.longest).allows_assembling() {
                return Ok(Segments::NoTimeLeft);
            }
            if self.fetch_stored(plan, directory, &mut known).await? {
                return Ok(Segments::All(in_order(plan, &known)));
            }
        }
    }

    /// Makes each segment that is not stored, as long as there is time.
    async fn make_missing(
        &self,
        source: &Source,
        plan: &LadderPlan,
        directory: &Path,
        board: &Board,
        known: &mut Known,
    ) -> Result<bool, Trouble> {
        for segment in &plan.segments {
            if known.stored.contains_key(&segment.index) {
                continue;
            }
            if !self.time(known.longest).allows_segment() {
                return Ok(false);
            }
            let begun = Instant::now();
            let done = frames_done(plan, known);
            let encoded = self.encode(source, plan, segment, directory, board, done);
            let pieces = encoded.await?;
            let stored = self.store(segment, &pieces).await?;
            known.longest = known.longest.max(Some(begun.elapsed()));
            known.stored.insert(segment.index, stored);
            known.here.insert(segment.index, pieces);
        }
        Ok(true)
    }

    async fn encode(
        &self,
        source: &Source,
        plan: &LadderPlan,
        segment: &Segment,
        directory: &Path,
        board: &Board,
        frames_before: u64,
    ) -> Result<Vec<Piece>, Trouble> {
        let begun = Instant::now();
        let all = plan.frames.max(1) as f64;
        let progress = |part: f32| {
            let done = frames_before as f64 + f64::from(part) * segment.frames as f64;
            board.encoded(done / all);
        };
        let pieces = media::ladder::encode_segment(
            &self.worker.ffmpeg,
            plan,
            segment,
            &source.path,
            directory,
            self.deadline,
            progress,
        )
        .await?;
        tracing::info!(
            transcode = %self.id(),
            segment = segment.index,
            of = plan.segments.len(),
            frames = segment.frames,
            milliseconds = begun.elapsed().as_millis() as u64,
            "segment encoded"
        );
        Ok(pieces)
    }

    /// Puts a segment's pieces into the bucket, then notes them: what is noted
    /// is there.
    async fn store(&self, segment: &Segment, pieces: &[Piece]) -> Result<StoredSegment, Trouble> {
        let mut stored = StoredSegment {
            index: segment.index,
            pieces: Vec::new(),
            worker: self.owner.to_owned(),
        };
        for piece in pieces {
            let (size, sha256) = digest(&piece.path).await?;
            let key = keys::transcode_segment(self.id(), segment.index, piece.quality);
            self.worker
                .objects
                .upload(&key, &piece.path, "video/mp4")
                .await
                .map_err(Trouble::storing)?;
            stored.pieces.push(StoredPiece {
                quality: piece.quality,
                size,
                sha256,
            });
        }
        self.worker
            .transcodes
            .put_segment(self.id(), &stored, self.now())
            .await?;
        Ok(stored)
    }

    /// Fetches the pieces that are not here; `false` when some are not what was
    /// stored, which are then no longer known.
    async fn fetch_stored(
        &self,
        plan: &LadderPlan,
        directory: &Path,
        known: &mut Known,
    ) -> Result<bool, Trouble> {
        let mut all_good = true;
        for segment in &plan.segments {
            if known.here.contains_key(&segment.index) {
                continue;
            }
            let stored = known.stored.get(&segment.index);
            let fetched = match stored {
                Some(stored) => self.fetch(plan, stored, directory).await?,
                None => None,
            };
            match fetched {
                Some(pieces) => {
                    known.here.insert(segment.index, pieces);
                }
                None => {
                    tracing::warn!(transcode = %self.id(), segment = segment.index, "not what was stored");
                    known.stored.remove(&segment.index);
                    all_good = false;
                }
            }
        }
        Ok(all_good)
    }

    async fn fetch(
        &self,
        plan: &LadderPlan,
        stored: &StoredSegment,
        directory: &Path,
    ) -> Result<Option<Vec<Piece>>, Trouble> {
        let mut pieces = Vec::new();
        for rendition in &plan.renditions {
            let quality = rendition.quality;
            let wanted = stored.pieces.iter().find(|piece| piece.quality == quality);
            let Some(wanted) = wanted else {
                return Ok(None);
            };
            let Some(path) = self.fetch_piece(stored.index, wanted, directory).await? else {
                return Ok(None);
            };
            pieces.push(Piece { quality, path });
        }
        Ok(Some(pieces))
    }

    async fn fetch_piece(
        &self,
        index: u32,
        wanted: &StoredPiece,
        directory: &Path,
    ) -> Result<Option<PathBuf>, Trouble> {
        let path = directory.join(stored_name(index, wanted.quality));
        let key = keys::transcode_segment(self.id(), index, wanted.quality);
        match self.worker.objects.download(&key, &path).await {
            Ok(()) => {}
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) => {
                return Err(Trouble::new(
                    domain::transcode::TranscodeFault::DownloadFailed,
                    error,
                ));
            }
        }
        let found = digest(&path).await?;
        Ok((found == (wanted.size, wanted.sha256.clone())).then_some(path))
    }
}

fn stored_name(index: u32, quality: Quality) -> String {
    format!("stored-{index:05}-{}.mp4", quality.as_str())
}

fn frames_done(plan: &LadderPlan, known: &Known) -> u64 {
    let stored = plan
        .segments
        .iter()
        .filter(|segment| known.stored.contains_key(&segment.index));
    stored.map(|segment| segment.frames).sum()
}

/// The pieces of each rendition of the plan, in the order of its segments.
fn in_order(plan: &LadderPlan, known: &Known) -> Pieces {
    let of_rendition = |quality: Quality| {
        let segments = plan.segments.iter();
        let pieces = segments.filter_map(|segment| known.here.get(&segment.index));
        let pieces = pieces.flatten().filter(|piece| piece.quality == quality);
        pieces.map(|piece| piece.path.clone()).collect()
    };
    plan.renditions
        .iter()
        .map(|rendition| of_rendition(rendition.quality))
        .collect()
}
