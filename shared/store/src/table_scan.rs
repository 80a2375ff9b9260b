//! Whole tables, row by row: for the storage janitor alone, which is no request.
//!
//! Everything else asks by key; only who must know that *nothing* names an object
//! has to read everything.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::JobId;
use domain::storage::{Film, Made, Records, Shown, Trash};
use domain::time::Time;
use domain::transcode::Transcode;
use domain::upload::Upload;
use domain::video::Video;
use serde::Deserialize;

use crate::change::from_item;
use crate::error::StoreError;
use crate::jobs::JobsTable;
use crate::rows::{Row, every_row};
use crate::transcodes::TranscodesTable;
use crate::videos::VideosTable;

/// Reads everything that the tables say about the bucket.
#[derive(Debug, Clone)]
pub struct TableScan {
    /// The service.
    pub client: Client,
    /// The table of generation jobs.
    pub jobs: String,
    /// The table of videos and uploads.
    pub videos: String,
    /// The table of transcodes.
    pub transcodes: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobRow {
    job_id: JobId,
    updated_at: Time,
    video_key: Option<String>,
    thumbnail_key: Option<String>,
    open: Option<String>,
}

impl From<JobRow> for Film {
    fn from(row: JobRow) -> Self {
        let keys = row.video_key.into_iter().chain(row.thumbnail_key);
        Self {
            id: row.job_id,
            keys: keys.collect(),
            settled: row.open.is_none().then_some(row.updated_at),
        }
    }
}

impl TableScan {
    /// The tables that `JOB_TABLE`, `VIDEO_TABLE` and `TRANSCODE_TABLE` name.
    pub fn new(jobs: &JobsTable, videos: &VideosTable, transcodes: &TranscodesTable) -> Self {
        Self {
            client: jobs.client.clone(),
            jobs: jobs.table.clone(),
            videos: videos.table.clone(),
            transcodes: transcodes.table.clone(),
        }
    }

    /// All records, in an order by which nothing slips through while it is moved:
    /// a video that is deleted meanwhile is among the videos or in the trash.
    ///
    /// A row that cannot be read is an error: what it names is unknown.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn records(&self) -> Result<Records, StoreError> {
        let mut records = Records::default();
        let jobs = self.scan(&self.jobs, "sk = :row", "job");
        let jobs = jobs
            .projection_expression("jobId, updatedAt, videoKey, thumbnailKey, #open")
            .expression_attribute_names("#open", "open");
        each_row("scan of jobs", jobs, |row| {
            let row: JobRow = from_item("scan of jobs", row)?;
            records.jobs.push(row.into());
            Ok(())
        })
        .await?;
        let transcodes = self.scan(&self.transcodes, "sk = :row", "job");
        each_row("scan of transcodes", transcodes, |row| {
            let transcode: Transcode = from_item("scan of transcodes", row)?;
            records.transcodes.push(Made::of(&transcode));
            Ok(())
        })
        .await?;
        self.read_videos(&mut records).await?;
        records.trash = self.trash().await?;
        Ok(records)
    }

    async fn read_videos(&self, records: &mut Records) -> Result<(), StoreError> {
        let operation = "scan of videos";
        let condition = "sk = :row OR begins_with(pk, :upload)";
        let videos = self
            .scan(&self.videos, condition, "video")
            .expression_attribute_values(":upload", AttributeValue::S("upload#".to_owned()));
        each_row(operation, videos, |row| {
            let kind = row.get("sk").and_then(|value| value.as_s().ok());
            if kind.is_some_and(|kind| kind == "video") {
                let video: Video = from_item(operation, row)?;
                records.videos.push(Shown::of(&video));
            } else {
                records.uploads.push(from_item::<Upload>(operation, row)?);
            }
            Ok(())
        })
        .await
    }

    async fn trash(&self) -> Result<Vec<Trash>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.videos)
            .key_condition_expression("pk = :trash")
            .expression_attribute_values(":trash", AttributeValue::S("trash".to_owned()))
            .consistent_read(true);
        let rows = every_row("scan of the trash", query).await?;
        let rows = rows.into_iter();
        rows.map(|row| from_item("scan of the trash", row))
            .collect()
    }

    fn scan(&self, table: &str, condition: &str, row: &str) -> ScanFluentBuilder {
        self.client
            .scan()
            .table_name(table)
            .filter_expression(condition)
            .expression_attribute_values(":row", AttributeValue::S(row.to_owned()))
            .consistent_read(true)
    }
}

/// Hands on the rows page by page, so that no more than a page is in memory.
async fn each_row(
    operation: &'static str,
    scan: ScanFluentBuilder,
    mut take: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut pages = scan.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| StoreError::from_sdk(operation, error))?;
        for row in page.items.unwrap_or_default() {
            take(row)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::client_of;
    use aws_sdk_dynamodb::operation::query::QueryOutput;
    use aws_sdk_dynamodb::operation::scan::{ScanInput, ScanOutput};
    use aws_smithy_mocks::mock;
    use domain::storage::Ended;
    use serde_json::{Value, json};
    use std::collections::HashMap;

    const ID: &str = "0198c0de-0000-7000-8000-000000000001";
    const TIME: &str = "2026-11-20T12:00:00.000Z";

    fn rows(input: &ScanInput, video: &Value) -> Vec<Value> {
        match input.table_name().unwrap() {
            "jobs" => vec![
                json!({"jobId": ID, "updatedAt": TIME, "videoKey": "film", "thumbnailKey": "still"}),
                json!({"jobId": ID, "updatedAt": TIME, "open": "yes"}),
            ],
            "transcodes" => vec![json!({
                "transcodeId": ID, "sk": "job", "id": ID, "userId": "u", "inputSource": "k",
                "outputFormats": [], "status": "FAILED", "progress": 0, "createdAt": TIME,
                "updatedAt": TIME, "completedAt": TIME,
            })],
            _ => vec![
                video.clone(),
                json!({
                    "pk": "upload#k", "sk": "upload", "s3Key": "k", "userId": "u", "videoId": ID,
                    "contentType": "video/mp4", "createdAt": TIME, "expiresAt": 1,
                }),
            ],
        }
    }

    fn table_scan(video: Value) -> TableScan {
        let scan = mock!(Client::scan).then_compute_output(move |input| {
            assert_eq!(input.consistent_read(), Some(true));
            // A page a row.
            let rows = rows(input, &video);
            let read = input.exclusive_start_key().map_or(0, HashMap::len);
            let more = (read + 1 < rows.len()).then(|| from(&json!({"pk": "x"})));
            ScanOutput::builder()
                .items(from(&rows[read]))
                .set_last_evaluated_key(more)
                .build()
        });
        let trash = mock!(Client::query).then_output(|| {
            let row = json!({
                "pk": "trash", "sk": "x", "videoId": ID, "userId": "u", "s3Key": "gone",
                "bytes": 7, "source": "upload", "deletedAt": TIME,
            });
            QueryOutput::builder().items(from(&row)).build()
        });
        TableScan {
            client: client_of(&[scan, trash]),
            jobs: "jobs".to_owned(),
            videos: "videos".to_owned(),
            transcodes: "transcodes".to_owned(),
        }
    }

    fn from(row: &Value) -> Row {
        crate::change::to_item(row).unwrap()
    }

    #[tokio::test]
    async fn every_row_of_every_page_is_read_as_what_it_is() {
        let video = json!({
            "pk": "video#1", "sk": "video", "id": ID, "userId": "u", "title": "t",
            "description": "", "s3Key": "shown", "status": "uploaded", "visibility": "public",
            "fileSize": 1, "width": 2, "height": 2, "rotation": 0, "videoCodec": "h264",
            "views": 0, "thumbnailKey": "picture", "createdAt": TIME, "updatedAt": TIME,
        });
        let records = table_scan(video).records().await.unwrap();
        let films = records.jobs.iter();
        let films = films.map(|film| (film.keys.len(), film.settled.is_some()));
        assert_eq!(films.collect::<Vec<_>>(), [(2, true), (0, false)]);
        assert!(matches!(
            records.transcodes[0].ended,
            Some((Ended::Failed, _))
        ));
        assert_eq!(records.videos[0].keys, ["shown", "picture"]);
        assert_eq!(records.uploads[0].s3_key, "k");
        assert_eq!(records.trash[0].bytes, 7);
    }

    /// It may name anything.
    #[tokio::test]
    async fn a_row_that_cannot_be_read_stops_the_census() {
        let video = json!({"pk": "video#1", "sk": "video", "s3Key": "shown"});
        let result = table_scan(video).records().await;
        assert!(matches!(result, Err(StoreError::Unreadable { .. })));
    }
}
