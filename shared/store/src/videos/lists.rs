//! Lists of videos, newest first: of feeds, or of an owner.
//!
//! The indexes know keys only, so that a view that is counted writes to none. A
//! page is two queries at most, merged, and one batch of the page's rows and of
//! the counters: the same number of calls however many videos there are.

use std::collections::{HashMap, HashSet};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::VideoId;
use domain::time::Time;
use domain::video::{Feed, Video, Visibility};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::{StoredVideo, VIDEO, VideosTable, count_key, key, owner_count, text};
use crate::change::from_item;
use crate::error::StoreError;
use crate::rows::{Row, rows_of};

const BY_FEED: &str = "byFeed";
const BY_OWNER: &str = "byOwner";

/// Which videos a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// What a reader may see: all that is public, and their own; of one visibility
    /// only when that is asked for.
    Visible {
        /// The reader; none for an anonymous request.
        viewer: Option<String>,
        /// The visibility.
        only: Option<Visibility>,
    },
    /// One user's own; of one visibility only when that is asked for.
    Owner {
        /// The user.
        user_id: String,
        /// The visibility.
        only: Option<Visibility>,
    },
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoPage {
    /// The videos, newest first.
    pub videos: Vec<Video>,
    /// Where the next page goes on, if there is one.
    pub next: Option<VideoPosition>,
    /// Videos of the whole list.
    pub total: u64,
}

/// A video's place in every list, which are ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoPosition {
    created_at: Time,
    id: VideoId,
}

impl VideoPosition {
    pub(super) fn of(video: &Video) -> Self {
        Self {
            created_at: video.created_at,
            id: video.id,
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (created_at, id) = text.split_once('#')?;
        let created_at = serde_json::from_value(created_at.into()).ok()?;
        let id = id.parse().ok()?;
        Some(Self { created_at, id })
    }
}

/// As the indexes hold it: text that sorts as time does.
impl fmt::Display for VideoPosition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}#{}", self.created_at, self.id)
    }
}

/// A key of an index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    position: VideoPosition,
    partition: String,
}

/// One query of an index.
struct Source {
    index: &'static str,
    attribute: &'static str,
    value: String,
}

impl VideosTable {
    /// A page of at most `limit` videos behind the position `after` and `skip`
    /// more.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn list(
        &self,
        listing: &Listing,
        limit: usize,
        skip: usize,
        after: Option<&VideoPosition>,
    ) -> Result<VideoPage, StoreError> {
        let needed = skip + limit + 1;
        let sources = listing.sources();
        let queries = sources
            .iter()
            .map(|source| self.entries(source, after, needed));
        let entries = newest_first(try_join_all(queries).await?.concat());
        let more = entries.len() > skip + limit;
        let page: Vec<Entry> = entries.into_iter().skip(skip).take(limit).collect();
        let next = page.last().filter(|_| more);
        let next = next.map(|entry| entry.position);

        let (mut videos, total) = self.rows_and_total(&page, &listing.counters()).await?;
        // An index may lag behind: what has moved since stands elsewhere.
        videos.retain(|video| listing.shows(video));
        Ok(VideoPage {
            videos,
            next,
            total,
        })
    }

    /// The first `needed` keys behind `after`.
    async fn entries(
        &self,
        source: &Source,
        after: Option<&VideoPosition>,
        needed: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(source.index)
            .expression_attribute_names("#partition", source.attribute)
            .expression_attribute_values(":partition", text(&source.value))
            .scan_index_forward(false)
            .limit(i32::try_from(needed).unwrap_or(i32::MAX));
        let query = match after {
            None => query.key_condition_expression("#partition = :partition"),
            Some(after) => query
                .key_condition_expression("#partition = :partition AND #position < :after")
                .expression_attribute_names("#position", "position")
                .expression_attribute_values(":after", text(&after.to_string())),
        };
        let mut rows = query.into_paginator().items().send();
        let mut entries = Vec::new();
        while entries.len() < needed {
            let Some(row) = rows.next().await else { break };
            let row = row.map_err(|error| StoreError::from_sdk("list videos", error))?;
            entries.extend(entry(&row));
        }
        Ok(entries)
    }

    /// The rows of a page in its order, and the sum of these counters: one batch.
    async fn rows_and_total(
        &self,
        page: &[Entry],
        counters: &[(String, i64)],
    ) -> Result<(Vec<Video>, u64), StoreError> {
        let videos = page
            .iter()
            .map(|entry| key(entry.partition.clone(), VIDEO))
            .chain(counters.iter().map(|(counted, _)| count_key(counted)));
        let keys = videos.collect();
        let rows = rows_of("list videos", &self.client, &self.table, keys).await?;
        let mut by_partition: HashMap<String, Row> = rows
            .into_iter()
            .filter_map(|row| Some((row.get("pk")?.as_s().ok()?.clone(), row)))
            .collect();
        let total: i64 = counters
            .iter()
            .filter_map(|(counted, sign)| {
                let row = by_partition.get(&format!("count#{counted}"))?;
                Some(sign * number(row.get("videos")?))
            })
            .sum();
        let mut videos = Vec::new();
        for entry in page {
            if let Some(row) = by_partition.remove(&entry.partition) {
                let row: StoredVideo = from_item("list videos", row)?;
                videos.push(row.into_video());
            }
        }
        Ok((videos, u64::try_from(total).unwrap_or(0)))
    }
}

impl Listing {
    fn sources(&self) -> Vec<Source> {
        match self {
            // One query for the reader's own of every visibility. Their public ones are in
            // both, and listed once.
            Self::Visible {
                viewer: Some(viewer),
                only: None,
            } => vec![
                of_feed(&Feed::of(Visibility::Public, viewer)),
                of_owner(viewer),
            ],
            Self::Visible { .. } => self.feeds().iter().map(of_feed).collect(),
            Self::Owner { user_id, only } => match only {
                // Everybody's public videos share a feed; an owner's are sorted out.
                None | Some(Visibility::Public) => vec![of_owner(user_id)],
                Some(hidden) => vec![of_feed(&Feed::of(*hidden, user_id))],
            },
        }
    }

    /// Counters whose sum is the list's total.
    fn counters(&self) -> Vec<(String, i64)> {
        match self {
            Self::Visible { .. } => {
                let feeds = self.feeds();
                let counted = feeds.iter().map(|feed| (feed.as_str().to_owned(), 1));
                counted.collect()
            }
            Self::Owner { user_id, only } => {
                let hidden = |visibility| Feed::of(visibility, user_id).as_str().to_owned();
                match only {
                    None => vec![(owner_count(user_id), 1)],
                    Some(Visibility::Public) => vec![
                        (owner_count(user_id), 1),
                        (hidden(Visibility::Unlisted), -1),
                        (hidden(Visibility::Private), -1),
                    ],
                    Some(visibility) => vec![(hidden(*visibility), 1)],
                }
            }
        }
    }

    /// Whether the list shows this video.
    pub(super) fn shows(&self, video: &Video) -> bool {
        match self {
            Self::Visible { .. } => self.feeds().contains(&video.feed()),
            Self::Owner { user_id, only } => {
                video.user_id == *user_id && only.is_none_or(|only| only == video.visibility)
            }
        }
    }

    /// The feeds that its videos stand in.
    pub fn feeds(&self) -> Vec<Feed> {
        match self {
            Self::Visible { viewer, only } => Feed::visible_to(viewer.as_deref(), *only),
            Self::Owner { user_id, only } => Feed::visible_to(Some(user_id), *only),
        }
    }

    /// Whether the list shows videos of this user.
    pub(super) fn shows_owner(&self, owner: &str) -> bool {
        match self {
            Self::Visible { .. } => true,
            Self::Owner { user_id, .. } => user_id == owner,
        }
    }
}

fn of_feed(feed: &Feed) -> Source {
    Source {
        index: BY_FEED,
        attribute: "feed",
        value: feed.as_str().to_owned(),
    }
}

fn of_owner(user_id: &str) -> Source {
    Source {
        index: BY_OWNER,
        attribute: "userId",
        value: user_id.to_owned(),
    }
}

fn entry(row: &Row) -> Option<Entry> {
    let text = |name: &str| row.get(name)?.as_s().ok().cloned();
    Some(Entry {
        position: VideoPosition::read(&text("position")?)?,
        partition: text("pk")?,
    })
}

fn number(value: &AttributeValue) -> i64 {
    value
        .as_n()
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// Each video once: a reader's own public ones are found by two queries, and a batch
/// that names a key twice is refused.
fn newest_first(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_unstable_by(|one, other| other.cmp(one));
    let mut seen = HashSet::new();
    entries.retain(|entry| seen.insert(entry.partition.clone()));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_that_two_queries_find_is_listed_once() {
        let entry = |millisecond: i64, partition: &str| Entry {
            position: VideoPosition {
                created_at: Time::from_millisecond(millisecond),
                id: VideoId(uuid::Uuid::nil()),
            },
            partition: partition.to_owned(),
        };
        let entries = vec![entry(1, "one"), entry(3, "two"), entry(3, "two")];
        let listed = newest_first(entries);
        assert_eq!(listed, [entry(3, "two"), entry(1, "one")]);
    }
}
