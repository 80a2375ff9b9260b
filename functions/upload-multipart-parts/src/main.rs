//! `POST /api/upload/multipart/{id}/parts`: links to write parts with, each good
//! for one part of its size. A part may be written again until all are completed.

use config::Bootstrap;
use domain::upload::{Multipart, Upload, part_bytes, part_numbers};
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, json_object};
use gallery::Uploads;
use serde_json::{Value, json};
use store::LINK_LIFE;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let uploads = Uploads::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected(
        "upload-multipart-parts",
        authentication,
        move |caller, request| handle(caller, request, uploads.clone()),
    )
    .await
}

async fn handle(caller: Caller, request: Request, uploads: Uploads) -> Result<Reply, ApiError> {
    let body = json_object(&request)?;
    let (upload, multipart) = uploads.own_multipart(&request, &caller).await?;
    let size = upload.size.unwrap_or(0);
    let numbers = part_numbers(&body, size)?;

    let mut parts = Vec::new();
    for number in numbers {
        let bytes = part_bytes(size, number).unwrap_or(0);
        parts.push(part(&uploads, &upload, &multipart, number, bytes).await?);
    }
    Reply::ok(&json!({ "parts": parts, "expiresIn": LINK_LIFE.as_secs() }))
}

async fn part(
    uploads: &Uploads,
    upload: &Upload,
    multipart: &Multipart,
    number: u32,
    bytes: u64,
) -> Result<Value, ApiError> {
    let (key, id) = (&upload.s3_key, &multipart.s3_upload_id);
    let link = uploads
        .objects
        .part_link(key, id, number, bytes, LINK_LIFE)
        .await
        .map_err(ApiError::UploadUrlFailed)?;
    Ok(json!({ "partNumber": number, "uploadUrl": link.url, "size": bytes }))
}
