//! The assets bucket: files in and out without holding more than a part of them in memory.

use std::ops::Range;
use std::path::Path;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::CompletedPart;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::error::StoreError;
use config::Bootstrap;

mod housekeeping;
mod links;
mod parts;
mod reading;
#[cfg(test)]
mod tests;

pub use housekeeping::{ListedObject, UnfinishedUpload};
pub use links::UploadLink;
pub(crate) use links::expiry;
use parts::LIMIT_OF_OURS;
pub use parts::StoredPart;
pub use reading::ObjectFacts;
use reading::pour;

/// Parts of a multipart upload; a smaller file goes in one request.
const PART_BYTES: u64 = 8 * 1024 * 1024;
/// So many parts are sent side by side: one connection alone does not fill a function's line.
const PARTS_AT_ONCE: usize = 4;

/// Access to one bucket.
#[derive(Debug, Clone)]
pub struct Objects {
    client: Client,
    bucket: String,
}

impl Objects {
    /// The bucket that `ASSETS_BUCKET` names, for calls that a client waits for.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self::new(client(bootstrap.sdk()), bucket(bootstrap))
    }

    /// The same bucket for calls that move whole files.
    pub fn connect_for_files(bootstrap: &mut Bootstrap) -> Self {
        Self::new(client(bootstrap.sdk_for_files()), bucket(bootstrap))
    }

    /// A bucket behind a client.
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self {
            client,
            bucket: bucket.into(),
        }
    }

    /// Uploads a file. It appears whole or not at all.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn upload(
        &self,
        key: &str,
        file: &Path,
        content_type: &str,
    ) -> Result<(), StoreError> {
        let length = tokio::fs::metadata(file)
            .await
            .map_err(|error| StoreError::local_file("upload", error))?
            .len();
        if length <= PART_BYTES {
            return self.put_file(key, file, content_type).await;
        }
        let upload_id = self.begin_parts(key, content_type).await?;
        let result = self.send_parts(key, &upload_id, file, length).await;
        if result.is_err() {
            self.abort(key, &upload_id).await;
        }
        result
    }

    async fn put_file(&self, key: &str, file: &Path, content_type: &str) -> Result<(), StoreError> {
        let bytes = tokio::fs::read(file)
            .await
            .map_err(|error| StoreError::local_file("upload", error))?;
        self.put_bytes(key, bytes, content_type).await
    }

    /// Writes a small object.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn put_bytes(
        &self,
        key: &str,
        bytes: Vec<u8>,
        content_type: &str,
    ) -> Result<(), StoreError> {
        self.put(key, ByteStream::from(bytes), content_type).await
    }

    async fn put(&self, key: &str, body: ByteStream, content_type: &str) -> Result<(), StoreError> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(body)
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("put object", error))
    }

    async fn send_parts(
        &self,
        key: &str,
        upload_id: &str,
        file: &Path,
        length: u64,
    ) -> Result<(), StoreError> {
        let parts = (1..)
            .zip((0..length).step_by(PART_BYTES as usize))
            .map(|(number, offset)| {
                let part = offset..(offset + PART_BYTES).min(length);
                self.send_part(key, upload_id, file, number, part)
            });
        let parts = stream::iter(parts).buffered(PARTS_AT_ONCE);
        let parts = parts.try_collect().await?;
        self.complete(key, upload_id, parts, None, LIMIT_OF_OURS)
            .await
    }

    async fn send_part(
        &self,
        key: &str,
        upload_id: &str,
        file: &Path,
        number: i32,
        part: Range<u64>,
    ) -> Result<CompletedPart, StoreError> {
        let body = ByteStream::read_from()
            .path(file)
            .offset(part.start)
            .length(Length::Exact(part.end - part.start))
            .build()
            .await
            .map_err(|error| StoreError::local_file("upload part", error))?;
        let stored = self
            .client
            .upload_part()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .part_number(number)
            .body(body)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("upload part", error))?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(stored.e_tag)
            .build())
    }

    /// Leaves nothing half-uploaded behind; the bucket's lifecycle takes what this misses.
    async fn abort(&self, key: &str, upload_id: &str) {
        let result = self
            .client
            .abort_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .send()
            .await;
        if let Err(error) = result {
            tracing::warn!(key, error = ?error, "could not abort a multipart upload");
        }
    }

    /// An object, its bytes not yet read.
    async fn get(
        &self,
        operation: &'static str,
        key: &str,
        etag: Option<&str>,
    ) -> Result<GetObjectOutput, StoreError> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let request = request.set_if_match(etag.map(str::to_owned));
        let object = request.send().await;
        object.map_err(|error| StoreError::from_sdk(operation, error))
    }

    /// Downloads an object into a file.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn download(&self, key: &str, file: &Path) -> Result<(), StoreError> {
        self.download_unchanged(key, None, file).await
    }

    /// The same, but only if it is the object with this `ETag`.
    ///
    /// # Errors
    ///
    /// A conflict when the object is another one by now.
    pub async fn download_unchanged(
        &self,
        key: &str,
        etag: Option<&str>,
        file: &Path,
    ) -> Result<(), StoreError> {
        let operation = "get object";
        let object = self.get(operation, key, etag).await?;
        let sink = tokio::fs::File::create(file).await;
        let sink = sink.map_err(|error| StoreError::local_file(operation, error))?;
        pour(operation, object.body, sink).await
    }

    /// Asks the bucket whether it is there, for the health check.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.client
            .head_bucket()
            .bucket(&self.bucket)
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sdk("head bucket", error))
    }
}

/// A client that sends no checksums but where S3 asks for one: parts come from
/// clients too, whose links carry none, and one upload has one way.
fn client(sdk: impl Into<Builder>) -> Client {
    let config: Builder = sdk.into();
    let when = RequestChecksumCalculation::WhenRequired;
    Client::from_conf(config.request_checksum_calculation(when).build())
}

/// The bucket's name.
pub(crate) fn bucket(bootstrap: &mut Bootstrap) -> String {
    bootstrap.environment().required("ASSETS_BUCKET")
}
