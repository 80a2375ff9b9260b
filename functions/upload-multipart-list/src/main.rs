//! `GET /api/upload/multipart/{id}/parts`: what is stored of an upload in parts
//! and what is missing, so that a broken one goes on where it stopped.

use config::Bootstrap;
use contract::{StoredPart, StoredParts};
use domain::upload::missing_parts;
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
        "upload-multipart-list",
        authentication,
        move |caller, request| handle(caller, request, uploads.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, uploads: Uploads) -> Result<Reply, ApiError> {
    let (upload, multipart) = uploads.own_multipart(&request, &caller).await?;

    let stored = uploads
        .objects
        .stored_parts(&upload.s3_key, &multipart.s3_upload_id)
        .await;
    let stored = match stored {
        Ok(stored) => stored,
        Err(StoreError::NotFound { .. }) => {
            return Err(ApiError::Conflict("Upload is completed already"));
        }
        Err(error) => return Err(error.into()),
    };

    let missing = missing_parts(upload.size.unwrap_or(0), |number| {
        stored.get(&number).map(|part| part.size)
    });
    let parts = stored.into_iter().map(|(part_number, part)| StoredPart {
        part_number,
        size: part.size,
        etag: part.etag,
    });
    Reply::ok(&StoredParts {
        parts: parts.collect(),
        missing,
    })
}
