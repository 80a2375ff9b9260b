//! Everything that is made of the pieces and the source: stored one after the
//! other, then shown at once.
//!
//! A function has 10 GB of disk, and a long film's renditions do not fit there
//! side by side. So what is not needed any more goes: the source once its sound
//! and pictures are made, pieces once they are joined, a file once it is stored.

use std::path::{Path, PathBuf};

use domain::ids::AssetId;
use domain::keys;
use domain::rendition::Quality;
use domain::rendition::Rendition;
use domain::transcode::{Asset, AssetType, Transcode};
use domain::video::{RenditionFile, Renditions};
use media::hls::Variant;
use media::ladder::{LadderPlan, Output};
use media::preview::Picture;
use store::{Completion, Rendered};
use uuid::Uuid;

use crate::error::RunError;
use crate::progress::ProgressReporter;
use crate::run::TranscodeRun;
use crate::segments::Segments;
use crate::source::Source;

const THUMBNAIL: &str = "thumbnail.jpg";
const PREVIEW: &str = "preview.gif";
const MASTER: &str = "hls/master.m3u8";
const PLAYLIST: &str = domain::playlist::CONTENT_TYPE;

/// A file that was made.
#[derive(Debug)]
struct Made {
    path: PathBuf,
    /// Its place in the transcode's folder of the bucket.
    name: String,
    content_type: &'static str,
    /// What is told of it; of a part of the HLS package nothing.
    shown: Option<Shown>,
}

/// What is told of a file.
#[derive(Debug, Clone, Copy)]
struct Shown {
    kind: AssetType,
    format: &'static str,
    quality: Option<Quality>,
    width: u32,
    height: u32,
}

/// What is stored already, though nobody sees it yet.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    assets: Vec<Asset>,
    bytes: u64,
}

impl TranscodeRun<'_> {
    /// Makes and stores all that stands for the film; the source goes. `None`
    /// when a piece was not what was stored, and is to be made again.
    pub(crate) async fn make_outputs(
        &self,
        source: &Source,
        plan: &LadderPlan,
        segments: &mut Segments,
        directory: &Path,
        reporter: &ProgressReporter,
    ) -> Result<Option<Outputs>, RunError> {
        let mut outputs = Outputs::default();
        for picture in self.make_pictures(source, directory).await? {
            self.store_output(picture, &mut outputs).await?;
        }
        let session = self.session();
        let sound = media::ladder::make_sound(&session, plan, &source.path, directory);
        let sound = sound.await?;
        tokio::fs::remove_file(&source.path).await?;
        reporter.finished(0.25);

        let mut variants = Vec::new();
        for (done, rendition) in (1..).zip(&plan.renditions) {
            let fetched = self.fetch_pieces(plan, rendition, segments, directory);
            let Some(pieces) = fetched.await? else {
                return Ok(None);
            };
            let sound = sound.as_deref();
            let variant =
                self.make_rendition(plan, rendition, &pieces, sound, directory, &mut outputs);
            variants.push(variant.await?);
            reporter.finished(0.25 + 0.75 * f64::from(done) / plan.renditions.len() as f64);
        }
        let master = media::hls::write_master(&variants, directory)?;
        let master = part(master, MASTER.to_owned(), PLAYLIST);
        self.store_output(master, &mut outputs).await?;
        Ok(Some(outputs))
    }

    async fn make_pictures(
        &self,
        source: &Source,
        directory: &Path,
    ) -> Result<[Made; 2], RunError> {
        let session = self.session();
        let (input, probe) = (&source.path, &source.probe);
        let (still, moving) = (directory.join(THUMBNAIL), directory.join(PREVIEW));
        let thumbnail = media::preview::thumbnail(&session, input, probe, &still).await?;
        let preview = media::preview::gif(&session, input, probe, &moving).await?;
        Ok([
            picture(still, THUMBNAIL, AssetType::Thumbnail, "jpg", thumbnail),
            picture(moving, PREVIEW, AssetType::Gif, "gif", preview),
        ])
    }

    /// Joins and packages one rendition, and stores both.
    async fn make_rendition(
        &self,
        plan: &LadderPlan,
        made_of: &Rendition,
        pieces: &[PathBuf],
        sound: Option<&Path>,
        directory: &Path,
        outputs: &mut Outputs,
    ) -> Result<Variant, RunError> {
        let session = self.session();
        let output =
            media::ladder::assemble(&session, plan, made_of, pieces, sound, directory).await?;
        for piece in pieces {
            tokio::fs::remove_file(piece).await?;
        }
        let variant = media::hls::package_one(&session, &output, directory).await?;
        let name = made_of.quality.as_str();
        let (media, playlist) = (variant.media.clone(), variant.playlist.clone());
        self.store_output(rendition(output), outputs).await?;
        self.store_output(part(media, format!("hls/{name}.m4s"), "video/mp4"), outputs)
            .await?;
        self.store_output(
            part(playlist, format!("hls/{name}.m3u8"), PLAYLIST),
            outputs,
        )
        .await?;
        Ok(variant)
    }

    /// Puts a file into the bucket and off the disk.
    async fn store_output(&self, made: Made, outputs: &mut Outputs) -> Result<(), RunError> {
        let bytes = tokio::fs::metadata(&made.path).await?.len();
        let key = keys::transcode_output(self.id(), &made.name);
        let stored = self
            .worker
            .objects
            .upload(&key, &made.path, made.content_type);
        stored.await.map_err(RunError::storing)?;
        tokio::fs::remove_file(&made.path).await?;
        outputs.bytes += bytes;
        outputs.assets.extend(made.shown.map(|shown| Asset {
            id: AssetId(Uuid::now_v7()),
            asset_type: shown.kind,
            format: shown.format.to_owned(),
            quality: shown.quality,
            s3_key: key,
            file_size: bytes,
            width: shown.width,
            height: shown.height,
        }));
        Ok(())
    }

    /// Shows what is stored, all at once: before this nobody sees one of the
    /// files, and after it all are there.
    pub(crate) async fn complete(
        &self,
        transcode: &Transcode,
        source: &Source,
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
                facts: &source.facts,
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
    pub(crate) async fn count(&self, transcode: &Transcode, source: &Source, plan: &LadderPlan) {
        let made = Transcode {
            duration: source.facts.duration,
            skipped: plan.skipped.clone(),
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

fn picture(
    path: PathBuf,
    name: &str,
    kind: AssetType,
    format: &'static str,
    picture: Picture,
) -> Made {
    Made {
        path,
        name: name.to_owned(),
        content_type: kind.content_type(),
        shown: Some(Shown {
            kind,
            format,
            quality: None,
            width: picture.width,
            height: picture.height,
        }),
    }
}

fn rendition(output: Output) -> Made {
    let Rendition {
        quality,
        width,
        height,
    } = output.rendition;
    let kind = AssetType::Video;
    Made {
        path: output.path,
        name: format!("{}.mp4", quality.as_str()),
        content_type: kind.content_type(),
        shown: Some(Shown {
            kind,
            format: "mp4",
            quality: Some(quality),
            width,
            height,
        }),
    }
}

/// A part of the HLS package.
fn part(path: PathBuf, name: String, content_type: &'static str) -> Made {
    Made {
        path,
        name,
        content_type,
        shown: None,
    }
}
