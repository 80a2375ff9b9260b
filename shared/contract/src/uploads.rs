//! Uploads: a place to put a file, in one go or in parts, and making a video of it.

use std::collections::BTreeMap;

use domain::ids::UploadId;
use domain::request::InvalidField;
use domain::upload::{Announcement, multipart_size};
use domain::video::{self, Details, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ErrorCode;
use crate::gallery::Video;
use crate::operation::{Access, Method, Operation};
use crate::paging::Message;

/// Announces a file (R13, R46).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "filename": "my-video.mp4", "contentType": "video/mp4", "size": 1048576 })))]
pub struct AnnounceUpload {
    /// Its name; the key is made of it.
    #[schema(min_length = 1, max_length = 1000)]
    pub filename: String,
    /// A video's type, with its parameters; without one the name's ending tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub content_type: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 5_368_709_120_i64)]
    pub size: Option<u64>,
}

impl AnnounceUpload {
    /// The request with every rule checked.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<Announcement, InvalidField> {
        Announcement::new(&self.filename, self.content_type.as_deref(), self.size)
    }
}

/// Announces a file that comes in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "filename": "my-video.mp4", "contentType": "video/mp4", "size": 104857600 })))]
pub struct AnnounceMultipart {
    /// Its name; the key is made of it.
    #[schema(min_length = 1, max_length = 1000)]
    pub filename: String,
    /// A video's type, with its parameters; without one the name's ending tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub content_type: Option<String>,
    /// Bytes; what is smaller is uploaded in one go.
    #[schema(minimum = 5242880, maximum = 5_368_709_120_i64)]
    pub size: u64,
}

impl AnnounceMultipart {
    /// The request with every rule checked, and its size.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<(Announcement, u64), InvalidField> {
        let (name, declared) = (&self.filename, self.content_type.as_deref());
        let announcement = Announcement::new(name, declared, Some(self.size))?;
        Ok((announcement, multipart_size(self.size)?))
    }
}

/// A place to put a file (R13, R54).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadPlace {
    /// A signed link to `PUT` the file to.
    pub upload_url: String,
    /// What to confirm it by.
    pub s3_key: String,
    /// Seconds that the link is good for.
    pub expires_in: u64,
    /// Headers that the `PUT` must carry.
    pub headers: BTreeMap<String, String>,
}

/// An upload in parts was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MultipartUpload {
    /// Its name.
    pub upload_id: UploadId,
    /// What to confirm it by.
    pub s3_key: String,
    /// Bytes of every part but the last.
    pub part_size: u64,
    /// How many parts there are.
    pub part_count: u32,
    /// Seconds that a part's link will be good for.
    pub expires_in: u64,
}

/// Asks for links to write parts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "partNumbers": [1, 2, 3] })))]
pub struct PartNumbers {
    /// From 1.
    #[schema(min_items = 1, max_items = 100)]
    pub part_numbers: Vec<u32>,
}

/// Links to write parts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartLinks {
    /// One for each part that was asked for.
    pub parts: Vec<PartLink>,
    /// Seconds that they are good for.
    pub expires_in: u64,
}

/// A link to write one part with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartLink {
    /// From 1.
    pub part_number: u32,
    /// A signed link to `PUT` the part to.
    pub upload_url: String,
    /// Bytes that it must have.
    pub size: u64,
}

/// What is stored of an upload in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoredParts {
    /// What is there.
    pub parts: Vec<StoredPart>,
    /// Numbers of what is not there, or not as long as it must be.
    pub missing: Vec<u32>,
}

/// A part that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoredPart {
    /// From 1.
    pub part_number: u32,
    /// Bytes.
    pub size: u64,
    /// S3's name of its bytes.
    pub etag: String,
}

/// The parts are one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadCompleted {
    /// What to confirm it by.
    pub s3_key: String,
    /// Bytes.
    pub file_size: u64,
}

/// Makes a video of an uploaded file (R15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "s3Key": "gallery/3f0c/1795176000000-my-video.mp4",
    "title": "My Amazing Video",
    "visibility": "public",
})))]
pub struct ConfirmUpload {
    /// The key that was handed out.
    #[schema(min_length = 1, max_length = 1024)]
    pub s3_key: String,
    /// In one line.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Empty unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 5000)]
    pub description: Option<String>,
    /// `private` unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

impl ConfirmUpload {
    /// The request with every rule checked.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn checked(self) -> Result<video::ConfirmUpload, InvalidField> {
        Ok(video::ConfirmUpload {
            s3_key: video::upload_key(&self.s3_key)?,
            details: Details::new(&self.title, self.description.as_deref(), self.visibility)?,
        })
    }
}

pub(crate) fn operations() -> Vec<Operation> {
    use Access::SignedIn;
    use ErrorCode::{
        Conflict, CorruptMedia, MediaStalled, MediaTimeout, MediaTooLarge, NotFound, SizeMismatch,
        StorageFull, TooManyUploads, UnsupportedMedia, UploadIncomplete,
    };
    use Method::{Delete, Get, Post};
    let operation =
        |function, method, path, summary| Operation::new(function, method, path, SignedIn, summary);
    let parts = "/api/upload/multipart/{id}/parts";
    vec![
        operation(
            "upload-generate-url",
            Post,
            "/api/upload/generate-url",
            "A place to put a file",
        )
        .idempotent()
        .takes::<AnnounceUpload>()
        .answers::<UploadPlace>(200, "The place")
        .fails(&[Conflict, StorageFull, TooManyUploads]),
        operation(
            "upload-confirm",
            Post,
            "/api/upload/confirm",
            "Makes a video of a file",
        )
        .idempotent()
        .takes::<ConfirmUpload>()
        .answers::<Video>(200, "The video")
        .fails(&[
            Conflict,
            CorruptMedia,
            MediaStalled,
            MediaTimeout,
            MediaTooLarge,
            NotFound,
            SizeMismatch,
            StorageFull,
            UnsupportedMedia,
        ]),
        operation(
            "upload-multipart-create",
            Post,
            "/api/upload/multipart",
            "Begins an upload in parts",
        )
        .idempotent()
        .takes::<AnnounceMultipart>()
        .answers::<MultipartUpload>(200, "It was begun")
        .fails(&[Conflict, StorageFull, TooManyUploads]),
        operation(
            "upload-multipart-parts",
            Post,
            parts,
            "Links to write parts with",
        )
        .takes::<PartNumbers>()
        .answers::<PartLinks>(200, "The links")
        .fails(&[Conflict]),
        operation(
            "upload-multipart-list",
            Get,
            parts,
            "What is stored of an upload in parts",
        )
        .answers::<StoredParts>(200, "The parts")
        .fails(&[Conflict]),
        operation(
            "upload-multipart-complete",
            Post,
            "/api/upload/multipart/{id}/complete",
            "Makes one object of the parts",
        )
        .answers::<UploadCompleted>(200, "It is one object")
        .fails(&[Conflict, UploadIncomplete]),
        operation(
            "upload-multipart-abort",
            Delete,
            "/api/upload/multipart/{id}",
            "Gives an upload in parts up",
        )
        .answers::<Message>(200, "Nothing of it is left")
        .fails(&[Conflict]),
    ]
}
