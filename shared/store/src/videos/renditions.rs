//! What a transcode gives a video, and takes back: parts of its transactions.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ids::{TranscodeId, VideoId};
use domain::time::Time;
use domain::video::{Facts, Renditions, VideoStatus};

use super::{VideosTable, video_key};
use crate::change::Change;
use crate::error::StoreError;

/// The transcode whose renditions the video shows, where a condition finds it.
const RENDERED_BY: &str = "renderedBy";

impl VideosTable {
    /// Gives a video its renditions, its picture and the facts of its file
    /// (R111), except its size: what was counted when it was confirmed is what is
    /// subtracted when it goes. Refused when the video is gone.
    pub(crate) fn renditions_write(
        &self,
        id: VideoId,
        renditions: &Renditions,
        thumbnail_key: &str,
        facts: &Facts,
        now: Time,
    ) -> Result<TransactWriteItem, StoreError> {
        let change = Change::new()
            .set("status", &VideoStatus::Ready)?
            .set("renditions", renditions)?
            .set(RENDERED_BY, &renditions.transcode_id)?
            .set("thumbnailKey", &thumbnail_key)?
            .set_some("duration", facts.duration.as_ref())?
            .set("width", &facts.width)?
            .set("height", &facts.height)?
            .set("rotation", &facts.rotation)?
            .set("videoCodec", &facts.video_codec)?
            .set_some("audioCodec", facts.audio_codec.as_ref())?
            .set("updatedAt", &now)?
            .when("id", "=", &id)?;
        change.write(&self.table, video_key(id))
    }

    /// Takes a video's renditions away. Refused when it shows another
    /// transcode's, or is gone.
    pub(crate) fn forget_renditions_write(
        &self,
        id: VideoId,
        transcode: TranscodeId,
    ) -> Result<TransactWriteItem, StoreError> {
        let change = Change::new()
            .set("status", &VideoStatus::Uploaded)?
            .remove("renditions")
            .remove("thumbnailKey")
            .remove(RENDERED_BY)
            .when(RENDERED_BY, "=", &transcode)?;
        change.write(&self.table, video_key(id))
    }
}
