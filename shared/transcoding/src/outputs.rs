//! Everything that is made of the pieces and the source: stored, then shown at once.

use std::path::{Path, PathBuf};

use domain::ids::AssetId;
use domain::keys;
use domain::rendition::Quality;
use domain::transcode::{Asset, AssetType, Transcode};
use domain::video::{RenditionFile, Renditions};
use media::hls::HlsPackage;
use media::ladder::{LadderPlan, Output};
use media::preview::Picture;
use store::{Completion, Rendered};
use uuid::Uuid;

use crate::progress::Board;
use crate::segments::Pieces;
use crate::shift::Shift;
use crate::source::Source;
use crate::trouble::Trouble;

const THUMBNAIL: &str = "thumbnail.jpg";
const PREVIEW: &str = "preview.gif";
const MASTER: &str = "hls/master.m3u8";
const PLAYLIST: &str = "application/vnd.apple.mpegurl";

/// A file that was made.
#[derive(Debug)]
pub(crate) struct Made {
    path: PathBuf,
    /// Its place in the transcode's folder of the bucket.
    name: String,
    content_type: &'static str,
    bytes: u64,
    /// What is told of it; of a part of the HLS package nothing.
    asset: Option<Shown>,
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

impl Shift<'_> {
    /// Puts the pieces together and makes what stands for the film.
    pub(crate) async fn make_outputs(
        &self,
        source: &Source,
        plan: &LadderPlan,
        pieces: &Pieces,
        directory: &Path,
        board: &Board,
    ) -> Result<Vec<Made>, Trouble> {
        let (ffmpeg, deadline) = (&self.worker.ffmpeg, self.deadline);
        let (input, probe) = (&source.path, &source.probe);
        let (still, moving) = (directory.join(THUMBNAIL), directory.join(PREVIEW));
        let thumbnail = media::preview::thumbnail(ffmpeg, input, probe, &still, deadline).await?;
        let preview = media::preview::gif(ffmpeg, input, probe, &moving, deadline).await?;
        let outputs =
            media::ladder::assemble(ffmpeg, plan, pieces, input, directory, deadline, |part| {
                board.assembled(f64::from(part))
            })
            .await?;
        // They are as large as what was made of them.
        for piece in pieces.iter().flatten() {
            tokio::fs::remove_file(piece).await?;
        }
        let package = media::hls::package(ffmpeg, &outputs, directory, deadline).await?;
        board.packaged();

        let mut made = vec![
            picture(still, THUMBNAIL, AssetType::Thumbnail, "jpg", thumbnail),
            picture(moving, PREVIEW, AssetType::Gif, "gif", preview),
        ];
        for output in outputs {
            made.push(rendition(output).await?);
        }
        made.extend(parts(package).await?);
        Ok(made)
    }

    /// Stores the files and shows them, all at once: before this nobody sees one
    /// of them, and after it all are there.
    pub(crate) async fn store_outputs(
        &self,
        transcode: &Transcode,
        source: &Source,
        made: &[Made],
        board: &Board,
    ) -> Result<(), Trouble> {
        let id = self.id();
        let stored_bytes: u64 = made.iter().map(|file| file.bytes).sum();
        let mut stored = 0;
        for file in made {
            let key = keys::transcode_output(id, &file.name);
            self.worker
                .objects
                .upload(&key, &file.path, file.content_type)
                .await
                .map_err(Trouble::storing)?;
            stored += file.bytes;
            board.stored(stored as f64 / stored_bytes.max(1) as f64);
        }

        let assets: Vec<Asset> = made.iter().filter_map(|file| self.asset(file)).collect();
        let renditions = self.renditions(&assets);
        let thumbnail_key = keys::transcode_output(id, THUMBNAIL);
        let playlist_key = keys::transcode_output(id, MASTER);
        let completion = Completion {
            assets: &assets,
            playlist_key: Some(&playlist_key),
            stored_bytes,
            video: transcode.video_id.map(|id| Rendered {
                id,
                renditions: &renditions,
                thumbnail_key: &thumbnail_key,
                facts: &source.facts,
            }),
        };
        let worker = self.worker;
        worker
            .transcodes
            .complete(
                &worker.stats,
                &worker.videos,
                transcode,
                self.owner,
                &completion,
                self.now(),
            )
            .await?;
        tracing::info!(transcode = %id, status = "COMPLETED", bytes = stored_bytes, "completed");
        metrics::counter!("TranscodesEnded", "Status" => "COMPLETED").increment(1);
        Ok(())
    }

    fn asset(&self, file: &Made) -> Option<Asset> {
        let shown = file.asset?;
        Some(Asset {
            id: AssetId(Uuid::now_v7()),
            asset_type: shown.kind,
            format: shown.format.to_owned(),
            quality: shown.quality,
            s3_key: keys::transcode_output(self.id(), &file.name),
            file_size: file.bytes,
            width: shown.width,
            height: shown.height,
        })
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
        bytes: picture.bytes,
        asset: Some(Shown {
            kind,
            format,
            quality: None,
            width: picture.width,
            height: picture.height,
        }),
    }
}

async fn rendition(output: Output) -> std::io::Result<Made> {
    let rendition = output.rendition;
    let kind = AssetType::Video;
    Ok(Made {
        bytes: tokio::fs::metadata(&output.path).await?.len(),
        path: output.path,
        name: format!("{}.mp4", rendition.quality.as_str()),
        content_type: kind.content_type(),
        asset: Some(Shown {
            kind,
            format: "mp4",
            quality: Some(rendition.quality),
            width: rendition.width,
            height: rendition.height,
        }),
    })
}

/// The files of the HLS package. The master playlist comes last, so that what it
/// names is there before it.
async fn parts(package: HlsPackage) -> std::io::Result<Vec<Made>> {
    let mut files = Vec::new();
    for variant in package.variants {
        let name = variant.quality.as_str();
        files.push((variant.media, format!("hls/{name}.m4s"), "video/mp4"));
        files.push((variant.playlist, format!("hls/{name}.m3u8"), PLAYLIST));
    }
    files.push((package.master, MASTER.to_owned(), PLAYLIST));
    let mut made = Vec::new();
    for (path, name, content_type) in files {
        made.push(Made {
            bytes: tokio::fs::metadata(&path).await?.len(),
            path,
            name,
            content_type,
            asset: None,
        });
    }
    Ok(made)
}
