//! `POST /api/upload/multipart/{id}/complete`: makes one object of the parts. The
//! parts are counted and measured here: no list of a client's is believed.
//!
//! Completing twice is the same as once, also while S3 is still at it.

use config::Bootstrap;
use contract::UploadCompleted;
use domain::upload::{Multipart, Upload, missing_parts, part_bytes};
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request};
use gallery::Uploads;
use store::StoreError;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let uploads = Uploads::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected(
        "upload-multipart-complete",
        authentication,
        move |caller, request| handle(caller, request, uploads.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, uploads: Uploads) -> Result<Reply, ApiError> {
    let (upload, multipart) = uploads.own_multipart(&request, &caller).await?;

    let size = match complete(&uploads, &upload, &multipart).await {
        Ok(size) => size,
        Err(ApiError::Store(error)) => completed_before(&uploads, &upload, error).await?,
        Err(error) => return Err(error),
    };

    Reply::ok(&UploadCompleted {
        s3_key: upload.s3_key,
        file_size: size,
    })
}

async fn complete(
    uploads: &Uploads,
    upload: &Upload,
    multipart: &Multipart,
) -> Result<u64, ApiError> {
    let (key, id) = (&upload.s3_key, &multipart.s3_upload_id);
    let size = upload.size.unwrap_or(0);
    let mut parts = uploads.objects.stored_parts(key, id).await?;
    parts.retain(|number, _| part_bytes(size, *number).is_some());
    let missing = missing_parts(size, |number| parts.get(&number).map(|part| part.size));
    if !missing.is_empty() {
        return Err(ApiError::PartsMissing(missing));
    }
    uploads.objects.complete_parts(key, id, &parts).await?;
    Ok(size)
}

/// Completing failed because it was done, by an earlier request or by this one whose
/// answer was late: then the object is there. While it is not, S3 may be at it.
async fn completed_before(
    uploads: &Uploads,
    upload: &Upload,
    error: StoreError,
) -> Result<u64, ApiError> {
    if let Some(object) = uploads.objects.head(&upload.s3_key).await? {
        return Ok(object.size);
    }
    Err(match error {
        StoreError::NotFound { .. } => ApiError::NotFound("Upload"),
        StoreError::Conflict { .. } => ApiError::Conflict("Upload is being completed; try again"),
        error => error.into(),
    })
}

#[cfg(test)]
mod tests;
