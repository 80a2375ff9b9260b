//! `POST /api/upload/multipart/{id}/parts`: links to write parts with, each good
//! for one part of its size. A part may be written again until all are completed.

use config::Bootstrap;
use contract::{PartLink, PartLinks, PartNumbers};
use domain::upload::{Multipart, Upload, part_bytes, part_numbers};
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, body};
use gallery::Uploads;
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
    let wanted = body::<PartNumbers>(&request)?;
    let (upload, multipart) = uploads.own_multipart(&request, &caller).await?;
    let size = upload.size.unwrap_or(0);
    let numbers = part_numbers(wanted.part_numbers, size)?;

    let mut parts = Vec::new();
    for number in numbers {
        let bytes = part_bytes(size, number).unwrap_or(0);
        parts.push(part(&uploads, &upload, &multipart, number, bytes).await?);
    }
    Reply::ok(&PartLinks {
        parts,
        expires_in: LINK_LIFE.as_secs(),
    })
}

async fn part(
    uploads: &Uploads,
    upload: &Upload,
    multipart: &Multipart,
    number: u32,
    bytes: u64,
) -> Result<PartLink, ApiError> {
    let (key, id) = (&upload.s3_key, &multipart.s3_upload_id);
    let link = uploads
        .objects
        .part_link(key, id, number, bytes, LINK_LIFE)
        .await
        .map_err(ApiError::UploadUrlFailed)?;
    Ok(PartLink {
        part_number: number,
        upload_url: link.url,
        size: bytes,
    })
}
