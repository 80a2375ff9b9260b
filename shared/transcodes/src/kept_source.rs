//! The source: fetched, looked at, and kept for the next part of the same transcode, which
//! is likely to come to the same worker.

use std::ops::Range;
use std::path::{Path, PathBuf};

use domain::ids::TranscodeId;
use domain::transcode::{Transcode, TranscodeWarning};
use domain::video::Facts;
use futures_util::future::try_join_all;
use media::ladder::{LadderPlan, Segment};
use media::{MediaError, Positions, Probe, SegmentBytes};
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::error::RunError;
use crate::plan::Plan;
use crate::run::TranscodeRun;

/// What a source is planned by.
#[derive(Debug)]
pub(crate) struct Inspected {
    pub(crate) probe: Probe,
    pub(crate) facts: Facts,
    positions: Option<Positions>,
}

/// The file that everything is made from.
#[derive(Debug)]
pub(crate) struct Source {
    transcode: TranscodeId,
    pub(crate) path: PathBuf,
    pub(crate) inspected: Inspected,
    /// Where it lies, and what is made of it for the time being; gone with the source.
    pub(crate) directory: TempDir,
}

impl Inspected {
    fn of(opened: media::Source, file_size: u64) -> Result<Self, MediaError> {
        Ok(Self {
            facts: opened.probe.facts(file_size)?,
            probe: opened.probe,
            positions: opened.positions,
        })
    }

    /// Which bytes of the source the segments of a plan need; `None` where its frames' places
    /// are not known, and where there is but one segment.
    pub(crate) fn bytes(&self, plan: &LadderPlan) -> Option<SegmentBytes> {
        let positions = self.positions.as_ref()?;
        (plan.segments.len() > 1).then(|| positions.of_segments(plan))
    }

    /// What its outputs will lack.
    pub(crate) fn warnings(&self) -> Vec<TranscodeWarning> {
        let warning = self.probe.has_unreadable_sound;
        warning
            .then(TranscodeWarning::sound_unreadable)
            .into_iter()
            .collect()
    }
}

/// The source of the last part, as long as nothing else needs its room on the disk.
#[derive(Debug, Default)]
pub(crate) struct KeptSource(Mutex<Option<Source>>);

impl KeptSource {
    /// Keeps a source until another one is needed.
    pub(crate) async fn put(&self, source: Source) {
        *self.0.lock().await = Some(source);
    }

    /// The source of that transcode, if it is the one that is kept. Any other goes.
    pub(crate) async fn take(&self, transcode: TranscodeId) -> Option<Source> {
        let kept = self.0.lock().await.take();
        kept.filter(|source| source.transcode == transcode)
    }

    /// The disk is needed for something else.
    pub(crate) async fn clear(&self) {
        *self.0.lock().await = None;
    }
}

impl TranscodeRun<'_> {
    /// Fetches the source and looks at it (R107), unless it is here already.
    pub(crate) async fn source(&self, transcode: &Transcode) -> Result<Source, RunError> {
        if let Some(source) = self.source_at_hand().await {
            return Ok(source);
        }
        let directory = media::scratch::directory()?;
        // The key's own ending could be anything; FFmpeg does not go by it.
        let path = directory.path().join("input");
        let (objects, key) = (&self.worker.objects, &transcode.input_source);
        let etag = transcode.source_etag.as_deref();
        let fetched = objects.download_unchanged(key, etag, &path).await;
        fetched.map_err(RunError::fetching)?;
        let file_size = tokio::fs::metadata(&path).await?.len();
        let opened = media::source::open(&self.session(), &path, directory.path()).await?;
        if opened.path != path {
            tokio::fs::remove_file(&path).await?;
        }
        Ok(Source {
            transcode: self.id(),
            path: opened.path.clone(),
            inspected: Inspected::of(opened, file_size)?,
            directory,
        })
    }

    /// Looks at a large source by its ends, a hundredth of an hour's bytes. `None` where they do
    /// not tell enough, and of a source that is small.
    pub(crate) async fn inspect_ends(
        &self,
        transcode: &Transcode,
    ) -> Result<Option<Inspected>, RunError> {
        let Some(etag) = &transcode.source_etag else {
            return Ok(None);
        };
        let object = self.worker.objects.head(&transcode.input_source).await;
        let object = object.map_err(RunError::fetching)?;
        let length = object.map_or(0, |object| object.size);
        let ends = self.worker.ends;
        let Some(ranges) = ends.of(length) else {
            return Ok(None);
        };
        let directory = media::scratch::directory()?;
        let fetching = self.fetch_ranges(transcode, etag, length, ranges, directory.path());
        let path = fetching.await?;
        let opened = media::source::open_by_its_ends(&self.session(), &path, ends).await?;
        let inspected = opened.map(|opened| Inspected::of(opened, length));
        Ok(inspected.transpose()?)
    }

    /// The source, if it is here.
    pub(crate) async fn source_at_hand(&self) -> Option<Source> {
        self.worker.kept_source.take(self.id()).await
    }

    /// Fetches of the source what a segment needs, into a file as long as the source in
    /// `directory`. `None` where that is not known.
    pub(crate) async fn fetch_bytes_of(
        &self,
        transcode: &Transcode,
        plan: &Plan,
        segment: &Segment,
        directory: &Path,
    ) -> Result<Option<PathBuf>, RunError> {
        let (Some(bytes), Some(etag)) = (&plan.bytes, &transcode.source_etag) else {
            return Ok(None);
        };
        let Some(ranges) = bytes.of(segment) else {
            return Ok(None);
        };
        let needed: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        tracing::info!(transcode = %self.id(), segment = segment.index, bytes = needed, of = bytes.length, "its bytes are fetched");
        let fetching = self.fetch_ranges(transcode, etag, bytes.length, ranges, directory);
        Ok(Some(fetching.await?))
    }

    /// Fetches these bytes of the source into a file in `directory`, as long as the source and
    /// a hole elsewhere.
    async fn fetch_ranges(
        &self,
        transcode: &Transcode,
        etag: &str,
        length: u64,
        ranges: impl IntoIterator<Item = Range<u64>>,
        directory: &Path,
    ) -> Result<PathBuf, RunError> {
        let path = directory.join("input");
        let file = tokio::fs::File::create(&path).await?;
        file.set_len(length).await?;
        let (objects, key) = (&self.worker.objects, &transcode.input_source);
        let ranges = ranges.into_iter();
        let fetching = ranges.map(|range| objects.download_range(key, etag, range, &path));
        try_join_all(fetching).await.map_err(RunError::fetching)?;
        Ok(path)
    }
}
