//! Fills a table with public videos by the store's own writes, for
//! `cargo xtask bench gallery`.
//!
//! ```text
//! cargo run --package gallery --example gallery_videos -- TABLE 100 1000
//! ```
//!
//! writes the videos 100 to 999. Each is called by three words: one that all
//! have, one that every hundredth has, and its number.

use std::env;
use std::error::Error;

use domain::ids::{TranscodeId, VideoId};
use domain::keys;
use domain::rendition::Quality;
use domain::time::Time;
use domain::upload::Upload;
use domain::video::{Details, Facts, RenditionFile, Renditions, Video, VideoStatus, Visibility};
use futures_util::{TryStreamExt, stream};
use store::{Confirmation, DynamoDb, VideosTable};
use uuid::Uuid;

/// Writes side by side.
const WRITES: usize = 8;
/// The first video's time, in milliseconds; each next one is a second younger.
const FIRST: i64 = 1_700_000_000_000;
/// One of these stands in each title.
const KINDS: u128 = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [table, from, to] = &arguments[..] else {
        return Err("give a table, the first number, and the one behind the last".into());
    };
    let numbers = from.parse::<u128>()?..to.parse()?;
    let sdk = config::aws::for_calls(&config::Environment::of_process());
    let videos = VideosTable::new(DynamoDb::new(&sdk), table);
    stream::iter(numbers.map(Ok))
        .try_for_each_concurrent(WRITES, |number| write(&videos, number))
        .await
}

async fn write(videos: &VideosTable, number: u128) -> Result<(), Box<dyn Error>> {
    let video = video(number)?;
    let confirmation = Confirmation {
        upload: &Upload::of_film(&video),
        etag: "bench",
    };
    videos.publish(confirmation, &video).await?;
    Ok(())
}

/// A video with everything that a transcode makes.
fn video(number: u128) -> Result<Video, Box<dyn Error>> {
    let created_at = Time::from_millisecond(FIRST + 1000 * i64::try_from(number)?);
    let details = Details {
        title: format!("Film kind{:02} number{number}", number % KINDS),
        description: String::new(),
        visibility: Visibility::Public,
    };
    let facts = Facts {
        file_size: 30_000_000,
        duration: Some(60.0),
        width: 1920,
        height: 1080,
        rotation: 0,
        video_codec: "h264".to_owned(),
        audio_codec: Some("aac".to_owned()),
    };
    let id = VideoId(Uuid::from_u128(number + 1));
    let key = format!("gallery/bench/{number}-film.mp4");
    let mut video = Video::uploaded(id, "bench", &key, details, facts, created_at);
    video.status = VideoStatus::Ready;
    video.thumbnail_key = Some(keys::transcode_output(TranscodeId(id.0), "thumbnail.jpg"));
    video.renditions = Some(renditions(TranscodeId(id.0)));
    Ok(video)
}

fn renditions(transcode_id: TranscodeId) -> Renditions {
    let files = Quality::ALL.into_iter().map(|quality| {
        let (width, height) = quality.size();
        RenditionFile {
            quality,
            width,
            height,
            s3_key: keys::transcode_output(transcode_id, &format!("{}.mp4", quality.as_str())),
            file_size: 10_000_000,
        }
    });
    Renditions {
        transcode_id,
        preview_key: keys::transcode_output(transcode_id, "preview.gif"),
        playlist_key: Some(keys::transcode_output(transcode_id, "master.m3u8")),
        files: files.collect(),
    }
}
