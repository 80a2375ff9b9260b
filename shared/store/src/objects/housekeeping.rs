//! The whole bucket, page by page: for the storage janitor.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use domain::storage::Object;
use domain::time::Time;

use super::Objects;
use crate::error::StoreError;

/// An object as it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// What is known of it.
    pub object: Object,
    /// Which bytes they are.
    pub etag: String,
}

/// An upload in parts that was neither completed nor aborted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedUpload {
    /// The object that it would become.
    pub key: String,
    /// S3's name of it.
    pub upload_id: String,
    /// When it was begun.
    pub begun: Time,
}

impl Objects {
    /// Up to a thousand objects under `prefix` behind the key `after`, in the
    /// order of their keys; empty at the end. What is removed meanwhile does not
    /// disturb the order.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn listing(
        &self,
        prefix: &str,
        after: &str,
    ) -> Result<Vec<ListedObject>, StoreError> {
        let page = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .start_after(after)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list objects", error))?;
        let objects = page.contents.unwrap_or_default().into_iter();
        let objects = objects.map(|found| ListedObject {
            object: Object {
                key: found.key.unwrap_or_default(),
                size: u64::try_from(found.size.unwrap_or(0)).unwrap_or(0),
                modified: time(found.last_modified),
            },
            etag: found.e_tag.unwrap_or_default(),
        });
        Ok(objects.collect())
    }

    /// Removes up to a thousand objects, each only if it is still as it was
    /// listed; the answer is those that stay.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn remove_unchanged<'a>(
        &self,
        listed: &[&'a ListedObject],
    ) -> Result<Vec<&'a ListedObject>, StoreError> {
        if listed.is_empty() {
            return Ok(Vec::new());
        }
        let operation = "remove objects";
        let objects = listed.iter().map(|found| {
            let object = ObjectIdentifier::builder().key(&found.object.key);
            object.e_tag(&found.etag).build()
        });
        let delete = objects.collect::<Result<_, _>>().and_then(|objects| {
            let delete = Delete::builder().quiet(true);
            delete.set_objects(Some(objects)).build()
        });
        let delete = delete.map_err(|error| StoreError::unsendable(operation, error))?;
        let request = self.client.delete_objects().bucket(&self.bucket);
        let answer = request.delete(delete).send().await;
        let answer = answer.map_err(|error| StoreError::from_sdk(operation, error))?;
        let errors = answer.errors.unwrap_or_default();
        let by_key: HashMap<&str, &ListedObject> = listed
            .iter()
            .map(|found| (found.object.key.as_str(), *found))
            .collect();
        let mut stay = Vec::new();
        for error in &errors {
            tracing::warn!(key = error.key(), code = error.code(), "an object stays");
            stay.extend(by_key.get(error.key().unwrap_or_default()).copied());
        }
        Ok(stay)
    }

    /// Removes everything under `prefix` that does not change meanwhile; answers
    /// the bytes that were freed. A dry run only counts them.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn remove_folder(&self, prefix: &str, dry_run: bool) -> Result<u64, StoreError> {
        let (mut bytes, mut after) = (0, String::new());
        loop {
            let listed = self.listing(prefix, &after).await?;
            let Some(last) = listed.last() else {
                return Ok(bytes);
            };
            after.clone_from(&last.object.key);
            let all: Vec<&ListedObject> = listed.iter().collect();
            let stay = match dry_run {
                true => Vec::new(),
                false => self.remove_unchanged(&all).await?,
            };
            bytes += size(&all).saturating_sub(size(&stay));
        }
    }

    /// Every upload in parts under `prefix` that is not finished.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn unfinished_uploads(
        &self,
        prefix: &str,
    ) -> Result<Vec<UnfinishedUpload>, StoreError> {
        let mut found = Vec::new();
        let (mut key_marker, mut id_marker) = (None, None);
        loop {
            let page = self
                .client
                .list_multipart_uploads()
                .bucket(&self.bucket)
                .prefix(prefix)
                .set_key_marker(key_marker)
                .set_upload_id_marker(id_marker)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("list uploads", error))?;
            for upload in page.uploads.unwrap_or_default() {
                found.push(UnfinishedUpload {
                    key: upload.key.unwrap_or_default(),
                    upload_id: upload.upload_id.unwrap_or_default(),
                    begun: time(upload.initiated),
                });
            }
            (key_marker, id_marker) = (page.next_key_marker, page.next_upload_id_marker);
            if page.is_truncated != Some(true) || key_marker.is_none() {
                return Ok(found);
            }
        }
    }
}

fn size(objects: &[&ListedObject]) -> u64 {
    objects.iter().map(|listed| listed.object.size).sum()
}

/// A time that S3 does not tell is the youngest, which keeps the object.
fn time(told: Option<DateTime>) -> Time {
    match told.and_then(|time| time.to_millis().ok()) {
        Some(milliseconds) => Time::from_millisecond(milliseconds),
        None => Time::from_millisecond(0).after(Duration::MAX),
    }
}
