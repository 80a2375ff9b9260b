//! Bringing a file: names, types, sizes and parts (R13, R45, R46, R125).

mod content_type;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fields::{InvalidField, visible_text};
use crate::ids::{UploadId, VideoId};
use crate::keys;
use crate::time::Time;
use crate::video::Video;

/// The largest upload, in bytes: what one PUT of S3 takes.
pub const MAX_BYTES: u64 = 5 * 1024 * 1024 * 1024;
/// The smallest upload in parts, in bytes; below it a part is no part to S3.
pub const MIN_MULTIPART_BYTES: u64 = 5 * 1024 * 1024;
/// Bytes of a part, but for the last.
pub const PART_BYTES: u64 = 8 * 1024 * 1024;
/// Links to parts that are handed out at once.
pub const MAX_PARTS_AT_ONCE: usize = 100;
/// How long a signed link lives (R13, R54).
pub const LINK_LIFE: Duration = Duration::from_secs(3600);
/// How long an upload in parts counts as open.
const MULTIPART_LIFE: Duration = Duration::from_secs(24 * 3600);
const FILE_NAME_LETTERS: usize = 100;

/// What a client wants to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Safe to stand in a key: see [`sanitised`].
    pub file_name: String,
    /// The type as the client declared it, or as the name tells.
    pub content_type: String,
    /// Bytes, if the client told.
    pub size: Option<u64>,
}

impl Announcement {
    /// Checks each.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn new(
        file_name: &str,
        content_type: Option<&str>,
        size: Option<u64>,
    ) -> Result<Self, InvalidField> {
        let file_name = visible_text("filename", file_name, 1000)?;
        if size.is_some_and(|size| !(1..=MAX_BYTES).contains(&size)) {
            let constraint = format!("a whole number from 1 to {MAX_BYTES}");
            return Err(InvalidField::new("size", constraint));
        }
        Ok(Self {
            content_type: content_type::read(content_type, &file_name)?,
            file_name: sanitised(&file_name),
            size,
        })
    }
}

/// The size of an upload in parts.
///
/// # Errors
///
/// It is so small that it goes in one.
pub fn multipart_size(size: u64) -> Result<u64, InvalidField> {
    if size < MIN_MULTIPART_BYTES {
        let constraint = format!("at least {MIN_MULTIPART_BYTES} bytes for an upload in parts");
        return Err(InvalidField::new("size", constraint));
    }
    Ok(size)
}

/// A file's name as a part of a key: letters, digits, dots, dashes and
/// underscores, no dot in front, no path.
pub fn sanitised(file_name: &str) -> String {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut name = String::new();
    for letter in base.chars().take(FILE_NAME_LETTERS) {
        let plain = letter.is_ascii_alphanumeric() || "._-".contains(letter);
        let letter = if plain { letter } else { '-' };
        let repeats = "-.".contains(letter) && name.ends_with(letter);
        if !repeats {
            name.push(letter);
        }
    }
    let name = name.trim_matches(|letter| "-.".contains(letter));
    if name.is_empty() {
        "video".to_owned()
    } else {
        name.to_owned()
    }
}

/// A key that was handed out, and what became of it. It is the one place that
/// says whose an object is and which video it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// The object.
    pub s3_key: String,
    /// Who asked for it.
    pub user_id: String,
    /// The video it becomes when it is confirmed; chosen now, so that two
    /// confirmations make the same one.
    pub video_id: VideoId,
    /// The declared type.
    pub content_type: String,
    /// The declared size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Which bytes were confirmed, as the bucket's `ETag` says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When it was handed out.
    pub created_at: Time,
    /// When it was confirmed; until then the file is not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Time>,
    /// Its parts, if it comes in parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multipart: Option<Multipart>,
}

impl Upload {
    /// A key that is handed out now.
    pub fn announced(
        s3_key: String,
        user_id: &str,
        video_id: VideoId,
        announcement: &Announcement,
        now: Time,
    ) -> Self {
        Self {
            s3_key,
            user_id: user_id.to_owned(),
            video_id,
            content_type: announcement.content_type.clone(),
            size: announcement.size,
            etag: None,
            created_at: now,
            confirmed_at: None,
            multipart: None,
        }
    }

    /// The film of a job that is shown as a video: it is there and known to be
    /// good, so it stands in the registry as confirmed.
    pub fn of_film(video: &Video) -> Self {
        Self {
            s3_key: video.s3_key.clone(),
            user_id: video.user_id.clone(),
            video_id: video.id,
            content_type: "video/mp4".to_owned(),
            size: Some(video.facts.file_size),
            etag: None,
            created_at: video.created_at,
            confirmed_at: Some(video.created_at),
            multipart: None,
        }
    }

    /// Until when it counts among its user's open uploads unless it is confirmed or given
    /// up: as long as its link lives; in parts, whose links can be asked for again, a day.
    pub fn open_until(&self) -> Time {
        let life = match self.multipart {
            None => LINK_LIFE,
            Some(_) => MULTIPART_LIFE,
        };
        self.created_at.after(life)
    }

    /// Where its link writes, if that is not the key itself. Of known size the key
    /// is written once; of unknown size the client sends no condition (R13), and
    /// what it writes becomes the upload when it is confirmed.
    pub fn incoming_key(&self) -> Option<String> {
        let has_size = self.size.is_some() || self.multipart.is_some();
        (!has_size).then(|| keys::incoming_upload(&self.s3_key))
    }
}

/// An upload in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Multipart {
    /// Our name of it.
    pub upload_id: UploadId,
    /// S3's name of it.
    pub s3_upload_id: String,
}

/// How many parts a size has.
pub fn part_count(size: u64) -> u32 {
    u32::try_from(size.div_ceil(PART_BYTES)).unwrap_or(u32::MAX)
}

/// Bytes of part `number` (from 1) of an upload, if it has such a part.
pub fn part_bytes(size: u64, number: u32) -> Option<u64> {
    if number == 0 || number > part_count(size) {
        return None;
    }
    let before = u64::from(number - 1) * PART_BYTES;
    Some((size - before).min(PART_BYTES))
}

/// The parts that are not stored, or not as long as they must be; `stored` tells
/// how many bytes of a part there are.
pub fn missing_parts(size: u64, stored: impl Fn(u32) -> Option<u64>) -> Vec<u32> {
    (1..=part_count(size))
        .filter(|number| stored(*number) != part_bytes(size, *number))
        .collect()
}

/// Which parts a client wants links to: 1 to 100 numbers of parts that there are.
///
/// # Errors
///
/// A longer list, none, or a number that is no part's.
pub fn part_numbers(numbers: Vec<u32>, size: u64) -> Result<Vec<u32>, InvalidField> {
    let is_right = (1..=MAX_PARTS_AT_ONCE).contains(&numbers.len())
        && numbers
            .iter()
            .all(|number| part_bytes(size, *number).is_some());
    if is_right {
        return Ok(numbers);
    }
    let last = part_count(size);
    let constraint = format!("1 to {MAX_PARTS_AT_ONCE} numbers from 1 to {last}");
    Err(InvalidField::new("partNumbers", constraint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_become_safe() {
        assert_eq!(sanitised("my-video.mp4"), "my-video.mp4");
        assert_eq!(sanitised("../../etc/passwd"), "passwd");
        assert_eq!(
            sanitised("C:\\films\\Mein Film (1).MOV"),
            "Mein-Film-1-.MOV"
        );
        assert_eq!(sanitised("..."), "video");
        assert_eq!(sanitised("🎬.mp4"), "mp4");
        assert_eq!(sanitised("a\r\nb\"%2e%2e.mp4"), "a-b-2e-2e.mp4");
    }

    #[test]
    fn every_rule_names_its_field() {
        let video = Some("video/mp4");
        let fault = |name, declared, size| {
            let refused = Announcement::new(name, declared, size).unwrap_err();
            refused.field
        };
        assert_eq!(fault(" ", video, None), "filename");
        assert_eq!(fault("a", None, None), "contentType");
        assert_eq!(fault("a.mp4", Some("text/html"), None), "contentType");
        assert_eq!(fault("a.mp4", video, Some(0)), "size");
        assert_eq!(fault("a.mp4", video, Some(MAX_BYTES + 1)), "size");
        assert_eq!(multipart_size(1000).unwrap_err().field, "size");
    }

    #[test]
    fn parts_are_asked_for_by_numbers_that_there_are() {
        let size = 2 * PART_BYTES;
        assert_eq!(part_numbers(vec![2, 1], size), Ok(vec![2, 1]));
        for wrong in [vec![], vec![0], vec![3], vec![1; MAX_PARTS_AT_ONCE + 1]] {
            let refused = part_numbers(wrong, size).unwrap_err();
            assert_eq!(refused.field, "partNumbers");
        }
    }

    #[test]
    fn a_part_that_is_too_short_is_missing() {
        let size = 2 * PART_BYTES + 7;
        let stored = |number| match number {
            1 => Some(PART_BYTES),
            2 => Some(PART_BYTES - 1),
            _ => None,
        };
        assert_eq!(missing_parts(size, stored), [2, 3]);
        assert_eq!(
            missing_parts(size, |number| part_bytes(size, number)),
            [0; 0]
        );
    }

    proptest! {
        #[test]
        fn a_safe_name_holds_nothing_else(name in ".*") {
            let safe = sanitised(&name);
            prop_assert!(!safe.is_empty() && safe.len() <= FILE_NAME_LETTERS);
            prop_assert!(!safe.starts_with('.') && !safe.contains(".."));
            prop_assert!(safe.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter)));
        }

        #[test]
        fn parts_add_up(size in MIN_MULTIPART_BYTES..=MAX_BYTES) {
            let total: u64 = (1..=part_count(size)).filter_map(|number| part_bytes(size, number)).sum();
            prop_assert_eq!(total, size);
            prop_assert!(part_count(size) <= 10_000);
            prop_assert_eq!(part_bytes(size, part_count(size) + 1), None);
        }
    }
}
