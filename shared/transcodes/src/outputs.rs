//! What a transcode shows in the end: stored one after the other, then shown at once.
//!
//! A function has 10 GB of disk, and a long film's renditions do not fit there
//! side by side. So what is not needed any more goes: pieces once they are joined, a file
//! once it is stored.

use std::path::{Path, PathBuf};

use domain::ids::AssetId;
use domain::keys;
use domain::rendition::{Quality, Rendition};
use domain::transcode::{Asset, AssetType, Transcode};
use domain::video::{Facts, RenditionFile, Renditions};
use media::ladder::Output;
use media::preview::Picture;
use store::{Completion, Rendered};
use uuid::Uuid;

use crate::error::RunError;
use crate::kept_source::Source;
use crate::plan::Plan;
use crate::progress::ProgressReporter;
use crate::run::TranscodeRun;

const THUMBNAIL: &str = "thumbnail.jpg";
const PREVIEW: &str = "preview.gif";
const MASTER: &str = "hls/master.m3u8";
const PLAYLIST: &str = domain::playlist::CONTENT_TYPE;

/// A rendition that is stored as a stream.
#[derive(Debug)]
pub(crate) struct StoredStream {
    pub(crate) quality: Quality,
    /// Bytes of the stream and its playlist.
    pub(crate) bytes: u64,
    /// What the playlist of all says of it.
    pub(crate) line: String,
}

/// What is stored already, though not shown yet.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    assets: Vec<Asset>,
    bytes: u64,
    /// What the playlist of all says of each rendition.
    lines: Vec<(Quality, String)>,
}

impl Outputs {
    pub(crate) fn add_pictures(&mut self, pictures: Vec<Asset>) {
        self.bytes += pictures
            .iter()
            .map(|picture| picture.file_size)
            .sum::<u64>();
        self.assets.extend(pictures);
    }

    pub(crate) fn add_rendition(&mut self, file: Asset, stream: StoredStream) {
        self.bytes += file.file_size + stream.bytes;
        self.lines.push((stream.quality, stream.line));
        self.assets.push(file);
    }
}

impl TranscodeRun<'_> {
    /// A short source's outputs, made by one worker to the end.
    pub(crate) async fn make_alone(
        &self,
        source: &Source,
        plan: &Plan,
        reporter: &ProgressReporter,
    ) -> Result<Outputs, RunError> {
        let ladder = &plan.ladder;
        let mut pieces = vec![Vec::new(); ladder.renditions.len()];
        for segment in &ladder.segments {
            let made = self.encode(source, plan, segment, reporter).await?;
            for (pieces, piece) in pieces.iter_mut().zip(made) {
                pieces.push(piece.path);
            }
        }
        let mut outputs = Outputs::default();
        outputs.add_pictures(self.make_pictures(source).await?);
        let sound = self.make_sound(source, plan).await?;
        reporter.finished(0.25);
        for (done, (rendition, pieces)) in (1..).zip(ladder.renditions.iter().zip(&pieces)) {
            let (sound, directory) = (sound.as_deref(), source.directory.path());
            let joined = self.join(plan, rendition, pieces, sound, directory).await?;
            let stream = self.make_stream(&joined, directory).await?;
            outputs.add_rendition(self.store_file(&joined).await?, stream);
            reporter.finished(0.25 + 0.75 * f64::from(done) / ladder.renditions.len() as f64);
        }
        self.store_master(&mut outputs).await?;
        Ok(outputs)
    }

    /// The source's sound, beside it; none for a silent film.
    pub(crate) async fn make_sound(
        &self,
        source: &Source,
        plan: &Plan,
    ) -> Result<Option<PathBuf>, RunError> {
        let (session, directory) = (self.session(), source.directory.path());
        let sound = media::ladder::make_sound(&session, &plan.ladder, &source.path, directory);
        Ok(sound.await?)
    }

    /// Makes and stores thumbnail and preview.
    pub(crate) async fn make_pictures(&self, source: &Source) -> Result<Vec<Asset>, RunError> {
        let session = self.session();
        let (input, probe) = (&source.path, &source.inspected.probe);
        let directory = source.directory.path();
        let (still, moving) = (directory.join(THUMBNAIL), directory.join(PREVIEW));
        let thumbnail = media::preview::thumbnail(&session, input, probe, &still).await?;
        let preview = media::preview::gif(&session, input, probe, &moving).await?;
        let still = self.store_picture(&still, THUMBNAIL, AssetType::Thumbnail, thumbnail);
        let still = still.await?;
        let moving = self.store_picture(&moving, PREVIEW, AssetType::Gif, preview);
        Ok(vec![still, moving.await?])
    }

    async fn store_picture(
        &self,
        path: &Path,
        name: &str,
        asset_type: AssetType,
        picture: Picture,
    ) -> Result<Asset, RunError> {
        let stored = self.store_output(path, name, asset_type.content_type());
        let (s3_key, file_size) = stored.await?;
        let (_, format) = name.rsplit_once('.').unwrap_or_default();
        Ok(Asset {
            id: AssetId(Uuid::now_v7()),
            asset_type,
            format: format.to_owned(),
            quality: None,
            s3_key,
            file_size,
            width: picture.width,
            height: picture.height,
        })
    }

    /// Joins one rendition of its pieces, which go.
    pub(crate) async fn join(
        &self,
        plan: &Plan,
        rendition: &Rendition,
        pieces: &[PathBuf],
        sound: Option<&Path>,
        directory: &Path,
    ) -> Result<Output, RunError> {
        let (session, ladder) = (self.session(), &plan.ladder);
        let joining =
            media::ladder::assemble(&session, ladder, rendition, pieces, sound, directory);
        let joined = joining.await?;
        for piece in pieces {
            tokio::fs::remove_file(piece).await?;
        }
        Ok(joined)
    }

    /// Stores a rendition as a file.
    pub(crate) async fn store_file(&self, joined: &Output) -> Result<Asset, RunError> {
        let Rendition {
            quality,
            width,
            height,
            ..
        } = joined.rendition;
        let (name, video) = (
            format!("{}.mp4", quality.as_str()),
            AssetType::Video.content_type(),
        );
        let stored = self.store_output(&joined.path, &name, video);
        let (s3_key, file_size) = stored.await?;
        Ok(Asset {
            id: AssetId(Uuid::now_v7()),
            asset_type: AssetType::Video,
            format: "mp4".to_owned(),
            quality: Some(quality),
            s3_key,
            file_size,
            width,
            height,
        })
    }

    /// Packages a rendition as a stream, and stores it.
    pub(crate) async fn make_stream(
        &self,
        joined: &Output,
        directory: &Path,
    ) -> Result<StoredStream, RunError> {
        let session = self.session();
        let variant = media::hls::package_one(&session, joined, directory).await?;
        let (quality, video) = (joined.rendition.quality, AssetType::Video.content_type());
        let (stream, playlist) = (
            format!("hls/{}.m4s", quality.as_str()),
            format!("hls/{}.m3u8", quality.as_str()),
        );
        let stored = self.store_output(&variant.media, &stream, video);
        let (_, of_stream) = stored.await?;
        let stored = self.store_output(&variant.playlist, &playlist, PLAYLIST);
        let (_, of_playlist) = stored.await?;
        Ok(StoredStream {
            quality,
            bytes: of_stream + of_playlist,
            line: variant.line,
        })
    }

    /// Writes the playlist that names every rendition's.
    pub(crate) async fn store_master(&self, outputs: &mut Outputs) -> Result<(), RunError> {
        let master = media::hls::master(&outputs.lines);
        let key = keys::transcode_output(self.id(), MASTER);
        outputs.bytes += master.len() as u64;
        let stored = self
            .worker
            .objects
            .put_bytes(&key, master.into_bytes(), PLAYLIST);
        stored.await.map_err(RunError::storing)
    }

    /// Puts a file into the transcode's folder of the bucket and off the disk: its key, and
    /// its bytes.
    async fn store_output(
        &self,
        path: &Path,
        name: &str,
        content_type: &str,
    ) -> Result<(String, u64), RunError> {
        let bytes = tokio::fs::metadata(path).await?.len();
        let key = keys::transcode_output(self.id(), name);
        let stored = self.worker.objects.upload(&key, path, content_type);
        stored.await.map_err(RunError::storing)?;
        tokio::fs::remove_file(path).await?;
        Ok((key, bytes))
    }

    /// Shows what is stored, all at once: before this none of the files is
    /// seen, and after it all are there.
    pub(crate) async fn complete(
        &self,
        transcode: &Transcode,
        facts: &Facts,
        outputs: &Outputs,
    ) -> Result<(), RunError> {
        let id = self.id();
        let renditions = self.renditions(&outputs.assets);
        let thumbnail_key = keys::transcode_output(id, THUMBNAIL);
        let playlist_key = keys::transcode_output(id, MASTER);
        let worker = self.worker;
        let completion = Completion {
            assets: &outputs.assets,
            playlist_key: Some(&playlist_key),
            stored_bytes: outputs.bytes,
            video: transcode.video_id.map(|id| Rendered {
                id,
                renditions: &renditions,
                thumbnail_key: &thumbnail_key,
                facts,
            }),
            webhooks: &worker.outbox.webhooks,
        };
        let event = worker
            .transcodes
            .complete(
                &worker.counters,
                &worker.videos,
                transcode,
                self.owner,
                &completion,
                self.now(),
            )
            .await?;
        worker.outbox.announce(&transcode.user_id, &event).await;
        tracing::info!(transcode = %id, status = "COMPLETED", bytes = outputs.bytes, "completed");
        metrics::counter!("TranscodesEnded", "Status" => "COMPLETED").increment(1);
        Ok(())
    }

    /// Counts how long it took. That it could not be counted changes nothing.
    pub(crate) async fn count(&self, transcode: &Transcode, plan: &Plan) {
        let made = Transcode {
            duration: plan.facts.duration,
            skipped: plan.ladder.skipped.clone(),
            ..transcode.clone()
        };
        if let Err(error) = self.worker.history.count(&made, self.now()).await {
            tracing::warn!(transcode = %self.id(), error = %error, "its time is not counted");
        }
    }

    fn renditions(&self, assets: &[Asset]) -> Renditions {
        let file = |asset: &Asset| {
            Some(RenditionFile {
                quality: asset.quality?,
                width: asset.width,
                height: asset.height,
                s3_key: asset.s3_key.clone(),
                file_size: asset.file_size,
            })
        };
        Renditions {
            transcode_id: self.id(),
            preview_key: keys::transcode_output(self.id(), PREVIEW),
            playlist_key: Some(keys::transcode_output(self.id(), MASTER)),
            files: assets.iter().filter_map(file).collect(),
        }
    }
}
