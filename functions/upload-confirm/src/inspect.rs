//! Whether an uploaded object is a video, and what is known of it.

use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use domain::upload::{MAX_BYTES, Upload};
use domain::video::Facts;
use edge::http::{ApiError, ErrorCode};
use futures_util::{StreamExt, TryStreamExt, stream};
use media::partial::{HEAD_BYTES, TAIL_BYTES};
use media::{MediaError, PartialFacts, Session, scratch};
use store::{ObjectFacts, Objects, StoreError};

/// Files up to this size are read whole; of larger ones the beginning and the end.
const WHOLE_BYTES: u64 = 512 * 1024 * 1024;
/// Bytes that are fetched at once, and how many of such pieces side by side.
const PIECE_BYTES: u64 = 32 * 1024 * 1024;
const SIDE_BY_SIDE: usize = 4;
/// Bytes by which a file's kind is told.
const SNIFFED_BYTES: usize = 4096;

/// An object that an upload's link wrote.
pub(crate) struct Arrived {
    pub(crate) key: String,
    pub(crate) object: ObjectFacts,
}

/// Where an upload's bytes are: at its own key, or still where its link writes.
///
/// # Errors
///
/// 404 when they are not there.
pub(crate) async fn arrived(objects: &Objects, upload: &Upload) -> Result<Arrived, ApiError> {
    let keys = std::iter::once(upload.s3_key.clone()).chain(upload.incoming_key());
    for key in keys {
        if let Some(object) = objects.head(&key).await? {
            return Ok(Arrived { key, object });
        }
    }
    Err(ApiError::NotFound("Upload"))
}

/// Looks at one object.
pub(crate) struct Inspector<'a> {
    pub(crate) objects: &'a Objects,
    pub(crate) session: Session,
    pub(crate) deadline: Instant,
}

impl Inspector<'_> {
    /// The facts about the file.
    ///
    /// # Errors
    ///
    /// 422 when it is not of the announced size or not a video; 409 when it
    /// changes meanwhile.
    pub(crate) async fn inspect(
        &self,
        upload: &Upload,
        arrived: &Arrived,
    ) -> Result<Facts, ApiError> {
        check_size(upload, arrived.object.size)?;
        let directory = scratch::directory().map_err(internal)?;
        let file = directory.path().join("upload");
        self.look(&arrived.key, &arrived.object, &file).await
    }

    async fn look(&self, key: &str, object: &ObjectFacts, file: &Path) -> Result<Facts, ApiError> {
        let size = object.size;
        let head = 0..HEAD_BYTES.min(size);
        self.fetch(key, object, head.clone(), file).await?;
        media::sniff(&first_bytes(file).await?).map_err(refused)?;
        if size <= WHOLE_BYTES {
            self.fetch(key, object, head.end..size, file).await?;
            let probe = media::probe(&self.session, file).await;
            return probe.and_then(|probe| probe.facts(size)).map_err(refused);
        }
        self.fetch(key, object, size - TAIL_BYTES..size, file)
            .await?;
        let known = media::probe_partial(&self.session, file).await;
        Ok(partial_facts(known.map_err(refused)?, size))
    }

    /// Fetches a part of the object to its place in the file.
    async fn fetch(
        &self,
        key: &str,
        object: &ObjectFacts,
        range: Range<u64>,
        file: &Path,
    ) -> Result<(), ApiError> {
        let pieces = pieces(range);
        let fetched = stream::iter(pieces)
            .map(|piece| self.objects.download_range(key, &object.etag, piece, file))
            .buffer_unordered(SIDE_BY_SIDE)
            .try_collect::<Vec<()>>();
        let time = tokio::time::Instant::from_std(self.deadline);
        match tokio::time::timeout_at(time, fetched).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(StoreError::Conflict { .. } | StoreError::NotFound { .. })) => {
                Err(ApiError::Conflict("Upload has changed meanwhile"))
            }
            Ok(Err(error)) => Err(error.into()),
            Err(late) => Err(internal(late)),
        }
    }
}

fn pieces(range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let count = (range.end - range.start).div_ceil(PIECE_BYTES);
    (0..count).map(move |number| {
        let start = range.start + number * PIECE_BYTES;
        start..(start + PIECE_BYTES).min(range.end)
    })
}

async fn first_bytes(file: &Path) -> Result<Vec<u8>, ApiError> {
    use tokio::io::AsyncReadExt;
    let mut bytes = Vec::new();
    let file = match tokio::fs::File::open(file).await {
        Ok(file) => file,
        // Nothing was fetched of an empty object.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(bytes),
        Err(error) => return Err(internal(error)),
    };
    let mut start = file.take(SNIFFED_BYTES as u64);
    start.read_to_end(&mut bytes).await.map_err(internal)?;
    Ok(bytes)
}

fn check_size(upload: &Upload, size: u64) -> Result<(), ApiError> {
    if size > MAX_BYTES {
        return Err(ApiError::MediaRefused {
            code: ErrorCode::MediaTooLarge,
            text: "The file is larger than 5 GB",
        });
    }
    if upload.size.is_some_and(|announced| announced != size) {
        return Err(ApiError::MediaRefused {
            code: ErrorCode::SizeMismatch,
            text: "The file is not of the size that was announced",
        });
    }
    Ok(())
}

fn partial_facts(known: PartialFacts, file_size: u64) -> Facts {
    Facts {
        file_size,
        duration: known.duration.map(|duration| duration.as_secs_f64()),
        width: known.width,
        height: known.height,
        rotation: known.rotation,
        video_codec: known.video_codec,
        audio_codec: known.audio_codec,
    }
}

/// What a client is told about a file that is not accepted.
fn refused(error: MediaError) -> ApiError {
    let slow = "The video could not be read in time";
    let (code, text) = match &error {
        MediaError::Unsupported(_) => (
            ErrorCode::UnsupportedMedia,
            "The file is not a video of a supported kind",
        ),
        MediaError::Corrupt(_) => (
            ErrorCode::CorruptMedia,
            "The video is corrupt or incomplete",
        ),
        MediaError::TooLarge(_) => (
            ErrorCode::MediaTooLarge,
            "The picture, length or frame rate is beyond the limits",
        ),
        MediaError::TimedOut => (ErrorCode::MediaTimeout, slow),
        MediaError::Stalled { .. } => (ErrorCode::MediaStalled, slow),
        MediaError::CheckFailed { .. } | MediaError::Failed { .. } | MediaError::Io(_) => {
            return internal(error);
        }
    };
    tracing::info!(code = code.as_str(), reason = %error, "an upload is refused");
    ApiError::MediaRefused { code, text }
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::Internal(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_range_once() {
        for (start, end) in [(7, 7), (3, 10), (1, 2 * PIECE_BYTES + 5), (0, PIECE_BYTES)] {
            let mut place = start;
            for piece in pieces(start..end) {
                assert_eq!(piece.start, place);
                assert!(piece.end > place && piece.end - place <= PIECE_BYTES);
                place = piece.end;
            }
            assert_eq!(place, end);
        }
    }

    #[test]
    fn only_the_files_own_faults_are_told() {
        let told = |error: MediaError| {
            let error = refused(error);
            (error.status().as_u16(), error.code())
        };
        let corrupt = MediaError::Corrupt("secret".to_owned());
        assert_eq!(told(corrupt), (422, ErrorCode::CorruptMedia));
        assert_eq!(told(MediaError::TimedOut), (422, ErrorCode::MediaTimeout));
        let ours = MediaError::Io(std::io::Error::other("disk full"));
        assert_eq!(told(ours), (500, ErrorCode::InternalError));
    }
}
