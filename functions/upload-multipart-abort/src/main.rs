//! `DELETE /api/upload/multipart/{id}`: gives an upload in parts up, with all
//! that is stored of it. One that is an object already, or a video, cannot be
//! given up: the storage janitor removes what is never confirmed.

use config::Bootstrap;
use contract::Message;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request};
use gallery::Uploads;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let uploads = Uploads::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected(
        "upload-multipart-abort",
        authentication,
        move |caller, request| handle(caller, request, uploads.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, uploads: Uploads) -> Result<Reply, ApiError> {
    let (upload, multipart) = uploads.own_multipart(&request, &caller).await?;

    if uploads.objects.exists(&upload.s3_key).await? {
        return Err(ApiError::Conflict("Upload is completed already"));
    }
    // The row first: once it is gone, what is being removed cannot be confirmed.
    let forgotten = uploads.videos.forget_upload(&uploads.usage, &upload);
    match forgotten.await {
        Ok(()) => {}
        Err(error) if error.is_conflict() => {
            return Err(ApiError::Conflict("Upload is confirmed already"));
        }
        Err(error) => return Err(error.into()),
    }
    let (key, id) = (&upload.s3_key, &multipart.s3_upload_id);
    uploads.objects.abort_parts(key, id).await?;
    // It may have been completed at the same moment; it cannot be confirmed now.
    uploads.objects.delete(key).await?;

    Reply::ok(&Message {
        message: "Upload aborted".to_owned(),
    })
}

#[cfg(test)]
mod tests;
