//! The rows by which a video is found: one for each of its words.

use std::collections::BTreeSet;
use std::fmt;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ids::VideoId;
use domain::search::index_words;
use domain::time::Time;
use domain::video::{Feed, Video};
use serde::{Deserialize, Serialize};

use super::{VideosTable, key};
use crate::change::Change;
use crate::error::StoreError;
use crate::rows::Row;

/// The largest number of milliseconds in 13 digits.
const LAST_MILLISECOND: i64 = 9_999_999_999_999;

/// What stands at each word of a video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WordRow {
    /// The video.
    pub(super) video_id: VideoId,
    /// Whose it is.
    pub(super) user_id: String,
    /// All words it is found by.
    pub(super) words: BTreeSet<String>,
}

/// Where the words of one feed that begin with this letter stand.
pub(super) fn partition(feed: &Feed, letter: char) -> String {
    format!("term#{}#{letter}", feed.as_str())
}

/// A row of the words, which are ordered by word, the newest video first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WordPosition {
    word: String,
    /// Milliseconds from the video's creation to the last there are.
    age: u64,
    id: VideoId,
}

impl WordPosition {
    fn new(word: &str, created_at: Time, id: VideoId) -> Self {
        let age = LAST_MILLISECOND - created_at.as_millisecond().clamp(0, LAST_MILLISECOND);
        Self {
            word: word.to_owned(),
            age: age.unsigned_abs(),
            id,
        }
    }

    /// Reads a sort key.
    pub(super) fn read(sort_key: &str) -> Option<Self> {
        let mut parts = sort_key.split('#');
        Some(Self {
            word: parts.next()?.to_owned(),
            age: parts.next()?.parse().ok()?,
            id: parts.next()?.parse().ok()?,
        })
    }

    /// Its word.
    pub fn word(&self) -> &str {
        &self.word
    }
}

/// Its sort key.
impl fmt::Display for WordPosition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}#{:013}#{}", self.word, self.age, self.id)
    }
}

/// The words of a video.
pub(super) fn words_of(video: &Video) -> BTreeSet<String> {
    index_words(&video.title, &video.description)
}

fn place(feed: &Feed, word: &str, video: &Video) -> Option<Row> {
    let letter = word.chars().next()?;
    let row = WordPosition::new(word, video.created_at, video.id);
    Some(key(partition(feed, letter), &row.to_string()))
}

impl VideosTable {
    /// Writes the words of a video, as part of a transaction.
    pub(super) fn put_words(&self, video: &Video) -> Result<Vec<TransactWriteItem>, StoreError> {
        let feed = video.feed();
        let row = WordRow {
            video_id: video.id,
            user_id: video.user_id.clone(),
            words: words_of(video),
        };
        let places = row
            .words
            .iter()
            .filter_map(|word| place(&feed, word, video));
        places.map(|place| self.put(place, &row, None)).collect()
    }

    /// Removes the words that `before` was found by and `after` is not.
    pub(super) fn drop_words(
        &self,
        before: &Video,
        after: Option<&Video>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let feed = before.feed();
        let kept = after
            .filter(|after| after.feed() == feed)
            .map(words_of)
            .unwrap_or_default();
        let gone = words_of(before);
        let gone = gone.difference(&kept);
        let places = gone.filter_map(|word| place(&feed, word, before));
        places
            .map(|place| Change::new().delete(&self.table, place))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_video_of_a_word_comes_first() {
        let id = VideoId(uuid::Uuid::nil());
        let at = |milliseconds| {
            WordPosition::new("word", Time::from_millisecond(milliseconds), id).to_string()
        };
        assert!(at(2_000) < at(1_000));
        assert!(at(1_795_176_000_000) < at(1_795_175_999_999));
        let read = WordPosition::read(&at(7)).unwrap();
        assert_eq!((read.word(), read.to_string()), ("word", at(7)));
    }
}
