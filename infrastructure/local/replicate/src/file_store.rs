//! The uploaded files, kept in memory until they expire.

use crate::clock;
use crate::errors::ApiError;
use axum::body::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An uploaded file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) content: Bytes,
    pub(crate) sha256: String,
    pub(crate) metadata: Value,
    pub(crate) signature: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// The uploaded files.
#[derive(Debug, Default)]
pub(crate) struct Files {
    files: Mutex<Vec<File>>,
}

impl Files {
    /// The files that have not expired.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<File>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::now();
        files.retain(|file| now < file.expires_at);
        files
    }

    /// # Errors
    /// No such file, or no longer.
    pub(crate) fn get(&self, id: &str) -> Result<File, ApiError> {
        let files = self.lock();
        let found = files.iter().find(|file| file.id == id);
        found.cloned().ok_or(ApiError::NotFound)
    }
}

impl File {
    /// As the API shows it.
    pub(crate) fn to_json(&self, origin: &str) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "content_type": self.content_type,
            "size": self.content.len(),
            "etag": self.sha256,
            "checksums": {"sha256": self.sha256},
            "metadata": self.metadata,
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "urls": {"get": format!("{origin}/v1/files/{}", self.id)},
            "download_url": format!(
                "{origin}/v1/files/{}/download?owner=local&expiry={}&signature={}",
                self.id,
                self.expires_at.as_second(),
                self.signature,
            ),
        })
    }
}
