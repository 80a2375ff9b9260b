//! The rows by which a video is found: one for each of its words.

use std::collections::BTreeSet;

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

/// A word's rows: the newest video first.
fn sort_key(word: &str, created_at: Time, id: VideoId) -> String {
    let age = LAST_MILLISECOND - created_at.as_millisecond().clamp(0, LAST_MILLISECOND);
    format!("{word}#{age:013}#{id}")
}

/// The word of a row's sort key.
pub(super) fn word_of(sort_key: &str) -> &str {
    sort_key.split('#').next().unwrap_or_default()
}

/// The words of a video.
pub(super) fn words_of(video: &Video) -> BTreeSet<String> {
    index_words(&video.title, &video.description)
}

fn place(feed: &Feed, word: &str, video: &Video) -> Option<Row> {
    let letter = word.chars().next()?;
    let row = sort_key(word, video.created_at, video.id);
    Some(key(partition(feed, letter), &row))
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
        let at = |milliseconds| sort_key("word", Time::from_millisecond(milliseconds), id);
        assert!(at(2_000) < at(1_000));
        assert!(at(1_795_176_000_000) < at(1_795_175_999_999));
        assert_eq!(word_of(&at(7)), "word");
    }
}
