//! Segment by segment: encoded, stored with its digests, found again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::keys;
use domain::rendition::{Quality, Rendition};
use media::ladder::{LadderPlan, Piece, Segment};
use store::{StoreError, StoredPiece, StoredSegment};

use crate::assets::digest;
use crate::error::RunError;
use crate::progress::ProgressReporter;
use crate::run::TranscodeRun;
use crate::source::Source;

/// What is known of the segments: those that are stored, those that are here,
/// and how long the longest took that was made here.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    stored: BTreeMap<u32, StoredSegment>,
    here: BTreeMap<u32, Vec<Piece>>,
    longest: Option<Duration>,
}

impl Segments {
    /// Those that earlier workers have stored.
    pub(crate) fn stored(segments: Vec<StoredSegment>) -> Self {
        let stored = segments.into_iter();
        Self {
            stored: stored.map(|segment| (segment.index, segment)).collect(),
            ..Self::default()
        }
    }

    /// The disk is empty again; what is stored is still known.
    pub(crate) fn begin_again(&mut self) {
        self.here.clear();
    }

    fn has(&self, segment: &Segment) -> bool {
        self.stored.contains_key(&segment.index) || self.here.contains_key(&segment.index)
    }

    fn frames(&self, plan: &LadderPlan) -> u64 {
        let there = plan.segments.iter().filter(|segment| self.has(segment));
        there.map(|segment| segment.frames).sum()
    }

    fn piece(&self, index: u32, quality: Quality) -> Option<&Piece> {
        let mut pieces = self.here.get(&index)?.iter();
        pieces.find(|piece| piece.quality == quality)
    }
}

impl TranscodeRun<'_> {
    /// Makes each segment that is not stored, as long as there is time; `true`
    /// when all are there and there is time to put them together.
    pub(crate) async fn make_segments(
        &self,
        source: &Source,
        plan: &LadderPlan,
        directory: &Path,
        reporter: &ProgressReporter,
        segments: &mut Segments,
    ) -> Result<bool, RunError> {
        for segment in &plan.segments {
            if segments.has(segment) {
                continue;
            }
            if !self.time(segments.longest).allows_segment() {
                return Ok(false);
            }
            let begun = Instant::now();
            let done = segments.frames(plan);
            let pieces = self.encode(source, plan, segment, directory, reporter, done);
            let pieces = pieces.await?;
            // Of a single one nothing would be left for another worker.
            if plan.segments.len() > 1 {
                let stored = self.store(segment, &pieces).await?;
                segments.longest = segments.longest.max(Some(begun.elapsed()));
                segments.stored.insert(segment.index, stored);
            }
            segments.here.insert(segment.index, pieces);
        }
        Ok(self.time(segments.longest).allows_assembling())
    }

    async fn encode(
        &self,
        source: &Source,
        plan: &LadderPlan,
        segment: &Segment,
        directory: &Path,
        reporter: &ProgressReporter,
        frames_before: u64,
    ) -> Result<Vec<Piece>, RunError> {
        let begun = Instant::now();
        let all = plan.frames.max(1) as f64;
        let progress = |part: f32| {
            let done = frames_before as f64 + f64::from(part) * segment.frames as f64;
            reporter.encoded(done / all);
        };
        let pieces = media::ladder::encode_segment(
            &self.session(),
            plan,
            segment,
            &source.path,
            directory,
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
    async fn store(&self, segment: &Segment, pieces: &[Piece]) -> Result<StoredSegment, RunError> {
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
                .map_err(RunError::storing)?;
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

    /// The pieces of one rendition, in the order of the segments; those that are
    /// not here are fetched. `None` when one is not what was stored: its segment
    /// is no longer known then.
    pub(crate) async fn fetch_pieces(
        &self,
        plan: &LadderPlan,
        rendition: &Rendition,
        segments: &mut Segments,
        directory: &Path,
    ) -> Result<Option<Vec<PathBuf>>, RunError> {
        let mut pieces = Vec::new();
        for segment in &plan.segments {
            let index = segment.index;
            if let Some(piece) = segments.piece(index, rendition.quality) {
                pieces.push(piece.path.clone());
                continue;
            }
            let stored = segments.stored.get(&index);
            let mut wanted = stored.into_iter().flat_map(|stored| &stored.pieces);
            let wanted = wanted.find(|piece| piece.quality == rendition.quality);
            let fetched = match wanted {
                Some(wanted) => self.fetch_piece(index, wanted, directory).await?,
                None => None,
            };
            let Some(path) = fetched else {
                tracing::warn!(transcode = %self.id(), segment = index, "not what was stored");
                segments.stored.remove(&index);
                return Ok(None);
            };
            pieces.push(path);
        }
        Ok(Some(pieces))
    }

    async fn fetch_piece(
        &self,
        index: u32,
        wanted: &StoredPiece,
        directory: &Path,
    ) -> Result<Option<PathBuf>, RunError> {
        let path = directory.join(stored_name(index, wanted.quality));
        let key = keys::transcode_segment(self.id(), index, wanted.quality);
        match self.worker.objects.download(&key, &path).await {
            Ok(()) => {}
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) => {
                return Err(RunError::new(
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
