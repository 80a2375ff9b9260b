//! `POST /api/upload/multipart`: begins an upload in parts, for files of 5 MB to
//! 5 GB. What is stored of it stays when the connection breaks.

use config::Bootstrap;
use contract::{AnnounceMultipart, MultipartUpload};
use domain::holding::HoldingLimits;
use domain::ids::{UploadId, VideoId};
use domain::upload::{Announcement, Multipart, PART_BYTES, Upload, part_count};
use edge::http::{ApiError, Authentication, Caller, Error, Idempotency, Reply, Request, body};
use gallery::{Uploads, fresh_keys};
use store::{HoldError, LINK_LIFE};
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let uploads = Uploads::connect(&mut bootstrap);
    let limits = bootstrap.environment().upload_limits();
    let authentication = Authentication::connect(&mut bootstrap);
    let idempotency = Idempotency::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::creating(
        "upload-multipart-create",
        authentication,
        idempotency,
        move |caller, request| handle(caller, request, uploads.clone(), limits),
    )
    .await
}

async fn handle(
    caller: Caller,
    request: Request,
    uploads: Uploads,
    limits: HoldingLimits,
) -> Result<Reply, ApiError> {
    let (wanted, size) = body::<AnnounceMultipart>(&request)?.checked()?;

    let (upload_id, s3_key) = begin(&uploads, &caller.user_id, &wanted, limits).await?;

    Reply::ok(&MultipartUpload {
        upload_id,
        s3_key,
        part_size: PART_BYTES,
        part_count: part_count(size),
        expires_in: LINK_LIFE.as_secs(),
    })
}

/// Begins the upload at S3 and notes its key, which no other upload has.
async fn begin(
    uploads: &Uploads,
    user_id: &str,
    wanted: &Announcement,
    limits: HoldingLimits,
) -> Result<(UploadId, String), ApiError> {
    let now = uploads.clock.now();
    let (_, random) = Uuid::new_v4().as_u64_pair();
    for key in fresh_keys(user_id, &wanted.file_name, now, random) {
        let mut upload = Upload::announced(key, user_id, VideoId(Uuid::now_v7()), wanted, now);
        let multipart = begin_at_s3(uploads, &upload).await?;
        upload.multipart = Some(multipart.clone());
        let announced = uploads.videos.announce(&uploads.usage, &upload, limits);
        match announced.await {
            Ok(()) => return Ok((multipart.upload_id, upload.s3_key)),
            Err(error) => give_up(uploads, &upload, &multipart, error).await?,
        }
    }
    Err(ApiError::Conflict("Too many uploads of this name at once"))
}

async fn begin_at_s3(uploads: &Uploads, upload: &Upload) -> Result<Multipart, ApiError> {
    let s3_upload_id = uploads
        .objects
        .begin_parts(&upload.s3_key, &upload.content_type)
        .await
        .map_err(ApiError::UploadUrlFailed)?;
    Ok(Multipart {
        upload_id: UploadId(Uuid::now_v7()),
        s3_upload_id,
    })
}

/// Leaves nothing behind at S3. Only a key that another upload has is no failure.
async fn give_up(
    uploads: &Uploads,
    upload: &Upload,
    multipart: &Multipart,
    error: HoldError,
) -> Result<(), ApiError> {
    let (key, id) = (&upload.s3_key, &multipart.s3_upload_id);
    if let Err(error) = uploads.objects.abort_parts(key, id).await {
        tracing::warn!(key, error = %error, "left to the storage janitor");
    }
    match error {
        HoldError::Store(error) if error.is_conflict() => Ok(()),
        error => Err(error.into()),
    }
}
