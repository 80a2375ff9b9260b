//! What is in the bucket: facts, pieces of objects, folders.

use std::io::SeekFrom;
use std::ops::Range;
use std::path::Path;

use aws_sdk_s3::primitives::ByteStream;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::Objects;
use crate::error::StoreError;

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Bytes.
    pub size: u64,
    /// Which bytes they are.
    pub etag: String,
    /// The type that it was stored with.
    pub content_type: Option<String>,
}

impl Objects {
    /// What is known of an object, if it is there.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectFacts>, StoreError> {
        let result = self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await;
        match result.map_err(|error| StoreError::from_sdk("head object", error)) {
            Ok(head) => Ok(Some(ObjectFacts {
                size: u64::try_from(head.content_length.unwrap_or(0)).unwrap_or(0),
                etag: head.e_tag.unwrap_or_default(),
                content_type: head.content_type,
            })),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the object is there.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn exists(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.head(key).await?.is_some())
    }

    /// A whole small object.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn read(&self, key: &str) -> Result<Vec<u8>, StoreError> {
        let object = self.get("read object", key, None).await?;
        let bytes = object.body.collect().await;
        let bytes = bytes.map_err(|error| unavailable("read object", error))?;
        Ok(bytes.to_vec())
    }

    /// Downloads a part of an object to its place in a file, which is made if it
    /// is not there; what lies between stays a hole. A conflict when the object
    /// is not the one with that `ETag` any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn download_range(
        &self,
        key: &str,
        etag: &str,
        range: Range<u64>,
        file: &Path,
    ) -> Result<(), StoreError> {
        let operation = "get part of object";
        let local = |error: std::io::Error| StoreError::local_file(operation, error);
        if range.is_empty() {
            return Ok(());
        }
        let object = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .if_match(etag)
            .range(format!("bytes={}-{}", range.start, range.end - 1))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk(operation, error))?;
        let mut sink = tokio::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(file)
            .await
            .map_err(local)?;
        sink.seek(SeekFrom::Start(range.start))
            .await
            .map_err(local)?;
        pour(operation, object.body, sink).await
    }

    /// Copies the bytes with this `ETag` to a key that has none yet; the `ETag` of
    /// the copy.
    ///
    /// # Errors
    ///
    /// A conflict when the source is not the one with that `ETag` any more, or
    /// the target is there already.
    pub async fn copy_new(&self, from: &str, etag: &str, to: &str) -> Result<String, StoreError> {
        let operation = "copy object";
        let copied = self
            .client
            .copy_object()
            .bucket(&self.bucket)
            .copy_source(format!("{}/{from}", self.bucket))
            .copy_source_if_match(etag)
            .key(to)
            .if_none_match("*")
            .send()
            .await
            .map_err(|error| StoreError::from_sdk(operation, error))?;
        let copy = copied.copy_object_result.and_then(|copy| copy.e_tag);
        copy.ok_or(StoreError::NotFound { operation })
    }

    /// Removes an object; one that is not there is removed.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let request = self.client.delete_object().bucket(&self.bucket).key(key);
        let removed = request.send().await;
        removed
            .map(drop)
            .map_err(|error| StoreError::from_sdk("delete object", error))
    }
}

/// Writes a body to where a file stands, without holding it in memory.
pub(super) async fn pour(
    operation: &'static str,
    mut body: ByteStream,
    mut sink: File,
) -> Result<(), StoreError> {
    let local = |error: std::io::Error| StoreError::local_file(operation, error);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| unavailable(operation, error))?;
        sink.write_all(&chunk).await.map_err(local)?;
    }
    sink.flush().await.map_err(local)
}

fn unavailable(
    operation: &'static str,
    error: impl std::error::Error + Send + Sync + 'static,
) -> StoreError {
    StoreError::Unavailable {
        operation,
        source: Box::new(error),
    }
}
