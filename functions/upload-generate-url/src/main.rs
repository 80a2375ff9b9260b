//! `POST /api/upload/generate-url`: a place to put a file (R13, R125, R127).
//!
//! The link signs the type, and the size where it is told, with the condition that
//! nothing was written yet; otherwise it writes beside the key. The key stands in the
//! registry before it is handed out; nothing else can be confirmed.

use config::Bootstrap;
use contract::{AnnounceUpload, UploadPlace};
use domain::holding::HoldingLimits;
use domain::ids::VideoId;
use domain::upload::{Announcement, Upload};
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
        "upload-generate-url",
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
    let wanted = body::<AnnounceUpload>(&request)?.checked()?;

    let upload = announce(&uploads, &caller.user_id, &wanted, limits).await?;
    let incoming = upload.incoming_key();
    let key = incoming.as_ref().unwrap_or(&upload.s3_key);
    let link = uploads
        .objects
        .upload_link(key, LINK_LIFE, &wanted.content_type, wanted.size)
        .await
        .map_err(ApiError::UploadUrlFailed)?;

    Reply::ok(&UploadPlace {
        upload_url: link.url,
        s3_key: upload.s3_key,
        expires_in: LINK_LIFE.as_secs(),
        headers: link.headers.into_iter().collect(),
    })
}

/// Notes a key that no other upload has.
async fn announce(
    uploads: &Uploads,
    user_id: &str,
    wanted: &Announcement,
    limits: HoldingLimits,
) -> Result<Upload, ApiError> {
    let now = uploads.clock.now();
    let (_, random) = Uuid::new_v4().as_u64_pair();
    for key in fresh_keys(user_id, &wanted.file_name, now, random) {
        let upload = Upload::announced(key, user_id, VideoId(Uuid::now_v7()), wanted, now);
        let announced = uploads.videos.announce(&uploads.usage, &upload, limits);
        match announced.await {
            Ok(()) => return Ok(upload),
            Err(HoldError::Store(error)) if error.is_conflict() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::Conflict("Too many uploads of this name at once"))
}
