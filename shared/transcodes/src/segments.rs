//! Segments and the sound: encoded, stored with their digests, fetched again.

use std::path::{Path, PathBuf};
use std::time::Instant;

use domain::keys;
use domain::rendition::{Quality, Rendition};
use domain::transcode::{Transcode, TranscodeFault, TranscodePart};
use futures_util::{StreamExt, TryStreamExt, stream};
use media::MediaError;
use media::ladder::{EncodedSegment, Piece, Segment, encode_segment};
use store::{MadePart, StoreError, StoredFile, StoredPiece};
use tempfile::TempDir;

use crate::assets::digest;
use crate::coordination::Parts;
use crate::error::RunError;
use crate::kept_source::Source;
use crate::plan::Plan;
use crate::progress::ProgressReporter;
use crate::run::TranscodeRun;

/// So many pieces are fetched side by side: each is small, and most of its time is waiting.
const FETCHED_AT_ONCE: usize = 8;

/// What other parts have made, or those of them that are not what was stored.
pub(crate) enum Fetched<T> {
    /// It is here.
    Here(T),
    /// These have to be made again, with what was noted of them.
    Spoilt(Vec<(TranscodePart, MadePart)>),
}

impl TranscodeRun<'_> {
    /// Encodes a segment in every rendition, beside the source.
    pub(crate) async fn encode(
        &self,
        source: &Source,
        plan: &Plan,
        segment: &Segment,
        reporter: &ProgressReporter,
    ) -> Result<Vec<Piece>, RunError> {
        let (file, directory) = (&source.path, source.directory.path());
        let encoded = self.encode_file(file, plan, segment, directory, reporter);
        Ok(encoded.await?.pieces)
    }

    /// Encodes a segment of its own bytes, in `scratch`. `None` where they are not known, or
    /// are not enough.
    pub(crate) async fn encode_of_its_bytes(
        &self,
        transcode: &Transcode,
        plan: &Plan,
        segment: &Segment,
        scratch: &TempDir,
        reporter: &ProgressReporter,
    ) -> Result<Option<Vec<Piece>>, RunError> {
        let directory = scratch.path();
        let fetched = self.fetch_bytes_of(transcode, plan, segment, directory);
        let Some(file) = fetched.await? else {
            return Ok(None);
        };
        let encoded = self.encode_file(&file, plan, segment, directory, reporter);
        let encoded = encoded.await;
        tokio::fs::remove_file(&file).await?;
        let why = match encoded {
            Ok(made) if !made.has_read_a_hole => return Ok(Some(made.pieces)),
            Ok(_) => "more was read".to_owned(),
            Err(
                error @ (MediaError::TimedOut | MediaError::Stalled { .. } | MediaError::Io(_)),
            ) => return Err(error.into()),
            Err(error) => error.to_string(),
        };
        tracing::warn!(transcode = %self.id(), segment = segment.index, why, "its bytes are not enough");
        Ok(None)
    }

    async fn encode_file(
        &self,
        file: &Path,
        plan: &Plan,
        segment: &Segment,
        directory: &Path,
        reporter: &ProgressReporter,
    ) -> Result<EncodedSegment, MediaError> {
        let (session, ladder, begun) = (self.session(), &plan.ladder, Instant::now());
        let progress = |part| reporter.encoded(f64::from(part));
        let encoding = encode_segment(&session, ladder, segment, file, directory, progress);
        let encoded = encoding.await?;
        tracing::info!(
            transcode = %self.id(),
            segment = segment.index,
            of = ladder.segments.len(),
            frames = segment.frames,
            milliseconds = begun.elapsed().as_millis() as u64,
            "segment encoded"
        );
        Ok(encoded)
    }

    /// Puts a segment's pieces into the bucket and off the disk.
    pub(crate) async fn store_pieces(
        &self,
        segment: &Segment,
        pieces: &[Piece],
    ) -> Result<Vec<StoredPiece>, RunError> {
        let mut stored = Vec::new();
        for piece in pieces {
            let key = keys::transcode_segment(self.id(), segment.index, piece.quality);
            stored.push(StoredPiece {
                quality: piece.quality,
                file: self.store_piece(&key, &piece.path).await?,
            });
        }
        Ok(stored)
    }

    /// Puts the sound into the bucket and off the disk.
    pub(crate) async fn store_sound(&self, path: &Path) -> Result<StoredFile, RunError> {
        self.store_piece(&keys::transcode_sound(self.id()), path)
            .await
    }

    async fn store_piece(&self, key: &str, path: &Path) -> Result<StoredFile, RunError> {
        let (size, sha256) = digest(path).await?;
        let stored = self.worker.objects.upload(key, path, "video/mp4");
        stored.await.map_err(RunError::storing)?;
        tokio::fs::remove_file(path).await?;
        Ok(StoredFile { size, sha256 })
    }

    /// The sound, if the source has one.
    pub(crate) async fn fetch_sound(
        &self,
        parts: &Parts,
        directory: &Path,
    ) -> Result<Fetched<Option<PathBuf>>, RunError> {
        let part = TranscodePart::Sound;
        let Some(noted) = made(parts, part) else {
            return Ok(Fetched::Spoilt(Vec::new()));
        };
        let MadePart::Sound {
            sound: Some(wanted),
            ..
        } = noted
        else {
            return Ok(Fetched::Here(None));
        };
        let (key, path) = (
            keys::transcode_sound(self.id()),
            directory.join("sound.m4a"),
        );
        let is_there = self.fetch_file(&key, wanted, &path).await?;
        Ok(match is_there {
            true => Fetched::Here(Some(path)),
            false => Fetched::Spoilt(vec![(part, noted.clone())]),
        })
    }

    /// The pieces of one rendition, in the order of the segments.
    pub(crate) async fn fetch_pieces(
        &self,
        plan: &Plan,
        rendition: &Rendition,
        parts: &Parts,
        directory: &Path,
    ) -> Result<Fetched<Vec<PathBuf>>, RunError> {
        let mut wanted = Vec::new();
        let mut spoilt = Vec::new();
        for Segment { index, .. } in &plan.ladder.segments {
            let part = TranscodePart::Segment(*index);
            let Some(noted) = made(parts, part) else {
                return Ok(Fetched::Spoilt(spoilt));
            };
            match piece(noted, rendition.quality) {
                Some(file) => wanted.push((*index, noted, file)),
                None => spoilt.push((part, noted.clone())),
            }
        }
        let fetching = wanted.into_iter().map(async |(index, noted, file)| {
            let key = keys::transcode_segment(self.id(), index, rendition.quality);
            let path = directory.join(format!("stored-{index:05}.mp4"));
            let is_there = self.fetch_file(&key, file, &path).await?;
            Ok::<_, RunError>((index, noted, is_there.then_some(path)))
        });
        let fetched: Vec<_> = stream::iter(fetching)
            .buffered(FETCHED_AT_ONCE)
            .try_collect()
            .await?;
        let mut pieces = Vec::new();
        for (index, noted, path) in fetched {
            match path {
                Some(path) => pieces.push(path),
                None => spoilt.push((TranscodePart::Segment(index), noted.clone())),
            }
        }
        Ok(match spoilt.is_empty() {
            true => Fetched::Here(pieces),
            false => Fetched::Spoilt(spoilt),
        })
    }

    /// Whether the object has the bytes that were stored; it is fetched then.
    async fn fetch_file(
        &self,
        key: &str,
        wanted: &StoredFile,
        path: &Path,
    ) -> Result<bool, RunError> {
        match self.worker.objects.download(key, path).await {
            Ok(()) => {}
            Err(StoreError::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(RunError::new(TranscodeFault::DownloadFailed, error)),
        }
        Ok(digest(path).await? == (wanted.size, wanted.sha256.clone()))
    }
}

/// What was made of a part.
pub(crate) fn made(parts: &Parts, wanted: TranscodePart) -> Option<&MadePart> {
    let (_, state) = parts.iter().find(|(part, _)| *part == wanted)?;
    state.made.as_ref()
}

fn piece(made: &MadePart, quality: Quality) -> Option<&StoredFile> {
    let MadePart::Segment(pieces) = made else {
        return None;
    };
    let piece = pieces.iter().find(|piece| piece.quality == quality)?;
    Some(&piece.file)
}
