//! Uploads in parts that clients make, step by step.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::Objects;
use crate::error::StoreError;

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

    /// Makes one object of the parts; a conflict when there is one already.
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
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(parts.collect()))
            .build();
        self.client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .if_none_match("*")
            .multipart_upload(parts)
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("complete parts", error))
    }

    /// Gives the upload up, with all parts that are stored; one that is no more
    /// is given up.
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
