//! Uploads in parts that clients make, step by step.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::config::Config;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::Objects;
use crate::error::StoreError;

/// How long S3 may take over putting an upload together for which a client waits:
/// less than the functions have (29 s), with the calls around it.
const LIMIT_OF_CLIENTS: Duration = Duration::from_secs(22);
/// The same for an upload of our own, for which no client waits.
pub(super) const LIMIT_OF_OURS: Duration = Duration::from_secs(150);

/// A part that S3 has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    /// Bytes.
    pub size: u64,
    /// Which bytes they are.
    pub etag: String,
}

impl Objects {
    /// Begins an upload in parts; S3's name of it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn begin_parts(&self, key: &str, content_type: &str) -> Result<String, StoreError> {
        let operation = "begin parts";
        let upload = self
            .client
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk(operation, error))?;
        upload.upload_id.ok_or(StoreError::NotFound { operation })
    }

    /// The parts that are stored, by their numbers. Not found when the upload was
    /// completed or given up.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn stored_parts(
        &self,
        key: &str,
        upload_id: &str,
    ) -> Result<BTreeMap<u32, StoredPart>, StoreError> {
        let parts = self
            .client
            .list_parts()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(|error| StoreError::from_sdk("list parts", error))?;
        let parts = parts.into_iter().filter_map(|part| {
            let number = u32::try_from(part.part_number?).ok()?;
            let stored = StoredPart {
                size: u64::try_from(part.size?).ok()?,
                etag: part.e_tag?,
            };
            Some((number, stored))
        });
        Ok(parts.collect())
    }

    /// Makes one object of the parts. Throttled when that takes longer than a client
    /// of ours may wait; S3 goes on with it then. A conflict when there is an object
    /// already, or another completion is under way.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn complete_parts(
        &self,
        key: &str,
        upload_id: &str,
        parts: &BTreeMap<u32, StoredPart>,
    ) -> Result<(), StoreError> {
        let parts = parts.iter().map(|(number, part)| {
            CompletedPart::builder()
                .part_number(i32::try_from(*number).unwrap_or(i32::MAX))
                .e_tag(&part.etag)
                .build()
        });
        let only_new = Some("*".to_owned());
        let parts = parts.collect();
        self.complete(key, upload_id, parts, only_new, LIMIT_OF_CLIENTS)
            .await
    }

    /// S3 may take minutes over many parts: it has all of `limit`, whatever other calls
    /// have. `if_none_match` as in S3.
    pub(super) async fn complete(
        &self,
        key: &str,
        upload_id: &str,
        parts: Vec<CompletedPart>,
        if_none_match: Option<String>,
        limit: Duration,
    ) -> Result<(), StoreError> {
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(parts))
            .build();
        let limits = TimeoutConfig::builder()
            .operation_attempt_timeout(limit)
            .operation_timeout(limit);
        let patient = Config::builder().timeout_config(limits.build());
        self.client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .set_if_none_match(if_none_match)
            .multipart_upload(parts)
            .customize()
            .config_override(patient)
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("complete parts", error))
    }

    /// Gives the upload up, with all parts that are stored; one that is no more
    /// is given up.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn abort_parts(&self, key: &str, upload_id: &str) -> Result<(), StoreError> {
        let answer = self
            .client
            .abort_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .send()
            .await;
        match answer.map_err(|error| StoreError::from_sdk("abort parts", error)) {
            Ok(_) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
