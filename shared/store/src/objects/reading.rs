//! What is in the bucket: facts, pieces of objects, folders.

use std::io::SeekFrom;
use std::ops::Range;
use std::path::Path;

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use domain::storage::Object;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::Objects;
use crate::error::StoreError;

/// Keys that one removal may name.
const KEYS_AT_ONCE: usize = 1000;

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
    pub async fn exists(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.head(key).await?.is_some())
    }

    /// A whole small object.
    pub async fn read(&self, key: &str) -> Result<Vec<u8>, StoreError> {
        let object = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("read object", error))?;
        let bytes = object.body.collect().await;
        let bytes = bytes.map_err(|error| unavailable("read object", error))?;
        Ok(bytes.to_vec())
    }

    /// Downloads a part of an object to its place in a file, which is made if it
    /// is not there; what lies between stays a hole. A conflict when the object
    /// is not the one with that `ETag` any more.
    pub async fn download_range(
        &self,
        key: &str,
        etag: &str,
        range: Range<u64>,
        file: &Path,
    ) -> Result<(), StoreError> {
        let operation = "get part of object";
        let unreadable = |error: std::io::Error| StoreError::unreadable(operation, error);
        if range.is_empty() {
            return Ok(());
        }
        let mut object = self
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
            .map_err(unreadable)?;
        sink.seek(SeekFrom::Start(range.start))
            .await
            .map_err(unreadable)?;
        while let Some(chunk) = object.body.next().await {
            let chunk = chunk.map_err(|error| unavailable(operation, error))?;
            sink.write_all(&chunk).await.map_err(unreadable)?;
        }
        sink.flush().await.map_err(unreadable)
    }

    /// Up to a thousand objects under `prefix` behind the key `after`, in the
    /// order of their keys; empty at the end.
    pub async fn list(&self, prefix: &str, after: &str) -> Result<Vec<Object>, StoreError> {
        let listed = self.listing(prefix, after).await?;
        Ok(listed.into_iter().map(|listed| listed.object).collect())
    }

    /// Removes objects; those that are not there are removed.
    pub async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        for keys in keys.chunks(KEYS_AT_ONCE) {
            self.delete_batch(keys).await?;
        }
        Ok(())
    }

    async fn delete_batch(&self, keys: &[String]) -> Result<(), StoreError> {
        let operation = "delete objects";
        let mut delete = Delete::builder().quiet(true);
        for key in keys {
            let object = ObjectIdentifier::builder()
                .key(key)
                .build()
                .map_err(|error| StoreError::unreadable(operation, error))?;
            delete = delete.objects(object);
        }
        let delete = delete
            .build()
            .map_err(|error| StoreError::unreadable(operation, error))?;
        let answer = self
            .client
            .delete_objects()
            .bucket(&self.bucket)
            .delete(delete)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk(operation, error))?;
        match answer.errors.unwrap_or_default().first() {
            None => Ok(()),
            Some(error) => Err(StoreError::Unavailable {
                operation,
                source: format!("{error:?}").into(),
            }),
        }
    }
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
