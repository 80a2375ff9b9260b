//! What the routes of uploads share: keys to hand out, and whose an upload is.

use config::Bootstrap;
use domain::ids::UploadId;
use domain::keys;
use domain::time::{Clock, Time};
use domain::upload::{Multipart, Upload};
use edge::http::{ApiError, Caller, Request, path_id};
use store::{Objects, UsageTable, VideosTable};

/// How often another key is tried when one was handed out in the same millisecond.
const TRIES: u64 = 6;
/// The milliseconds among which another key is sought.
const SPREAD: u64 = 1000;

/// The registry of uploads, and the bucket they go to.
#[derive(Debug, Clone)]
pub struct Uploads {
    /// The registry.
    pub videos: VideosTable,
    /// What users hold: their open uploads.
    pub usage: UsageTable,
    /// The bucket.
    pub objects: Objects,
    /// The clock.
    pub clock: Clock,
}

impl Uploads {
    /// Wires the uploads up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            videos: VideosTable::connect(bootstrap),
            usage: UsageTable::connect(bootstrap),
            objects: Objects::connect(bootstrap),
            clock: bootstrap.clock(),
        }
    }

    /// What was handed out under a key, if it was to the caller. Another user's
    /// is as unknown as one that never was.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn own(&self, s3_key: &str, caller: &Caller) -> Result<Upload, ApiError> {
        if s3_key.len() > keys::LONGEST {
            return Err(ApiError::NotFound("Upload"));
        }
        let upload = self.videos.upload(s3_key).await?;
        theirs(upload, caller)
    }

    /// The caller's upload in parts that a path names.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn own_multipart(
        &self,
        request: &Request,
        caller: &Caller,
    ) -> Result<(Upload, Multipart), ApiError> {
        let id: UploadId = path_id(request, "multipart", "Upload")?;
        let upload = theirs(self.videos.multipart(id).await?, caller)?;
        let multipart = upload.multipart.clone();
        Ok((upload, multipart.ok_or(ApiError::NotFound("Upload"))?))
    }
}

fn theirs(upload: Option<Upload>, caller: &Caller) -> Result<Upload, ApiError> {
    upload
        .filter(|upload| upload.user_id == caller.user_id)
        .ok_or(ApiError::NotFound("Upload"))
}

/// Keys to hand out, in the order in which to try them: the time says which
/// upload of a name it is, and two may come in one millisecond. `random` is
/// different at each call.
pub fn fresh_keys<'a>(
    user_id: &'a str,
    file_name: &'a str,
    now: Time,
    random: u64,
) -> impl Iterator<Item = String> + 'a {
    (0..TRIES).map(move |number| {
        let later = match number {
            0 => 0,
            number => 1 + random.wrapping_mul(2 * number + 1) % SPREAD,
        };
        let epoch = now.as_millisecond().saturating_add_unsigned(later);
        keys::gallery_upload(user_id, epoch, file_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_first_key_is_of_now_and_others_are_tried_after_it() {
        let now = Time::from_millisecond(1_795_176_000_000);
        let keys: Vec<String> = fresh_keys("user", "a.mp4", now, 77).collect();
        assert_eq!(keys[0], "gallery/user/1795176000000-a.mp4");
        let different: HashSet<&String> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        let others: Vec<String> = fresh_keys("user", "a.mp4", now, 78).collect();
        assert_ne!(keys[1..], others[1..]);
    }
}
