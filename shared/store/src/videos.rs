//! The table `omnigen-videos`: videos, the registry of uploads, the index of
//! words, counters and the trash, as rows under one key design, and two indexes
//! (by feed and by owner, newest first).
//!
//! A video, its words and its counters change in one transaction, so that no
//! list, search or total ever tells of a video that is not so.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use config::Bootstrap;
use domain::ids::VideoId;
use domain::video::{Feed, Video};
use serde::{Deserialize, Serialize};

use crate::change::{Change, put};
use crate::error::StoreError;
use crate::rows::{Row, row_of};

mod changes;
mod lists;
mod renditions;
mod search;
#[cfg(test)]
mod tests;
mod trash;
mod uploads;
mod views;
mod words;

pub use changes::{Confirmation, NewVideo};
pub use lists::{Listing, VideoPage, VideoPosition};
pub use search::Found;
pub use views::ViewError;
pub use words::WordPosition;

const VIDEO: &str = "video";
const UPLOAD: &str = "upload";
const COUNT: &str = "count";
const TRASH: &str = "trash";
/// Only if there is no such row yet.
const IS_NEW: &str = "attribute_not_exists(pk)";

/// Access to the table of videos.
#[derive(Debug, Clone)]
pub struct VideosTable {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl VideosTable {
    /// The table that `VIDEO_TABLE` names.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let table = bootstrap.environment().required("VIDEO_TABLE");
        Self::new(Client::new(bootstrap.sdk()), table)
    }

    /// A table behind a client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// A video.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn get(&self, id: VideoId) -> Result<Option<Video>, StoreError> {
        let row: Option<StoredVideo> = self.row("get video", video_key(id)).await?;
        Ok(row.map(StoredVideo::into_video))
    }

    /// The row of this key, read consistently.
    async fn row<T: serde::de::DeserializeOwned>(
        &self,
        operation: &'static str,
        key: Row,
    ) -> Result<Option<T>, StoreError> {
        row_of(operation, &self.client, &self.table, key).await
    }

    /// A row as it is to be, as part of a transaction.
    fn put(
        &self,
        key: Row,
        content: &impl Serialize,
        condition: Option<&str>,
    ) -> Result<TransactWriteItem, StoreError> {
        put(&self.table, key, content, condition)
    }

    /// Counts videos up or down, as part of the transaction that moves them.
    fn count(&self, counted: &str, videos: i64) -> Result<TransactWriteItem, StoreError> {
        let change = Change::new().add("videos", videos);
        change.write(&self.table, count_key(counted))
    }
}

/// A new video's row: the video, and its place in the indexes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VideoRow<'a> {
    #[serde(flatten)]
    video: &'a Video,
    feed: &'a str,
    position: String,
    /// The picture it came with. A transcode's takes its place and may go again.
    #[serde(skip_serializing_if = "Option::is_none")]
    own_thumbnail_key: Option<&'a str>,
}

impl<'a> VideoRow<'a> {
    fn of(video: &'a Video, feed: &'a Feed) -> Self {
        Self {
            video,
            feed: feed.as_str(),
            position: VideoPosition::of(video).to_string(),
            own_thumbnail_key: video.thumbnail_key.as_deref(),
        }
    }
}

/// A video's row read back.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredVideo {
    #[serde(flatten)]
    video: Video,
    #[serde(default)]
    own_thumbnail_key: Option<String>,
}

impl StoredVideo {
    fn into_video(self) -> Video {
        let mut video = self.video;
        video.thumbnail_key = video.thumbnail_key.or(self.own_thumbnail_key);
        video
    }
}

fn key(partition: String, row: &str) -> Row {
    Row::from([
        ("pk".to_owned(), AttributeValue::S(partition)),
        ("sk".to_owned(), AttributeValue::S(row.to_owned())),
    ])
}

fn video_key(id: VideoId) -> Row {
    key(format!("video#{id}"), VIDEO)
}

fn upload_key(s3_key: &str) -> Row {
    key(format!("upload#{s3_key}"), UPLOAD)
}

fn count_key(counted: &str) -> Row {
    key(format!("count#{counted}"), COUNT)
}

/// What a user's own videos are counted under.
fn owner_count(user_id: &str) -> String {
    format!("owner#{user_id}")
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}
