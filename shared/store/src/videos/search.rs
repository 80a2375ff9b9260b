//! Finding videos by words (R19, D27): the rows of one word's beginning in each
//! feed are read and sifted. A request reads at most 500 of them (fault S8).

use domain::ids::VideoId;
use domain::search::SearchQuery;
use domain::video::{Feed, Video};
use futures_util::future::try_join_all;

use super::lists::Listing;
use super::words::{WordPosition, WordRow, partition};
use super::{StoredVideo, VideosTable, text, video_key};
use crate::change::from_item;
use crate::error::StoreError;
use crate::rows::{Row, rows_in_order};

/// Rows of words that one request reads.
const MAX_ROWS: usize = 500;
/// Sorts behind every word.
const LAST: char = '\u{10FFFF}';
/// Directly behind the row it is added to.
const BEHIND: char = '\u{1}';

/// A page of what was found, by word, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The videos.
    pub videos: Vec<Video>,
    /// Where the next page goes on, if there may be one.
    pub next: Option<WordPosition>,
    /// Videos that were found behind the position the page began at.
    pub total: u64,
    /// Whether everything was looked through: if not, there may be more.
    pub is_complete: bool,
}

/// A hit of the index.
struct Hit {
    position: WordPosition,
    video_id: VideoId,
}

/// What one feed's rows gave.
struct Sifted {
    hits: Vec<Hit>,
    /// The last row that was read, if there are more.
    stopped_at: Option<WordPosition>,
}

impl VideosTable {
    /// A page of at most `limit` videos that a search query finds, behind the
    /// position `after` and `skip` more. A position that is none of the search query's
    /// finds nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn search(
        &self,
        listing: &Listing,
        search_query: &SearchQuery,
        limit: usize,
        skip: usize,
        after: Option<&WordPosition>,
    ) -> Result<Found, StoreError> {
        let feeds = listing.feeds();
        let rows_each = MAX_ROWS / feeds.len().max(1);
        let queries = feeds
            .iter()
            .map(|feed| self.sift(listing, search_query, feed, after, rows_each));
        let (hits, stopped_at) = merge(try_join_all(queries).await?);

        let total = hits.len();
        let page: Vec<&Hit> = hits.iter().skip(skip).take(limit).collect();
        let next = if total > skip + limit {
            page.last().map(|hit| hit.position.clone())
        } else {
            stopped_at.clone()
        };
        let mut videos = self.videos_of(&page).await?;
        // A video that changed since the words were read is what it is now.
        videos.retain(|video| listing.shows(video));
        Ok(Found {
            videos,
            next,
            total: total as u64,
            is_complete: stopped_at.is_none(),
        })
    }

    /// The hits among the next rows of one feed; one page of a query.
    async fn sift(
        &self,
        listing: &Listing,
        search_query: &SearchQuery,
        feed: &Feed,
        after: Option<&WordPosition>,
        rows: usize,
    ) -> Result<Sifted, StoreError> {
        let rarest = search_query.rarest();
        let is_asked_for = after.is_none_or(|after| search_query.asks_for(after.word()));
        let Some(letter) = rarest.chars().next().filter(|_| is_asked_for) else {
            return Ok(Sifted {
                hits: Vec::new(),
                stopped_at: None,
            });
        };
        let from = match after {
            Some(after) => format!("{after}{BEHIND}"),
            None => rarest.to_owned(),
        };
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :letter AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":letter", text(&partition(feed, letter)))
            .expression_attribute_values(":from", text(&from))
            .expression_attribute_values(":to", text(&format!("{rarest}{LAST}")))
            .limit(i32::try_from(rows).unwrap_or(i32::MAX))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("search videos", error))?;
        let rows = page.items.unwrap_or_default();
        let last = rows.last().and_then(position);
        let stopped_at = page.last_evaluated_key.and(last);
        let mut hits = Vec::new();
        for row in rows {
            hits.extend(hit(listing, search_query, row)?);
        }
        Ok(Sifted { hits, stopped_at })
    }

    async fn videos_of(&self, hits: &[&Hit]) -> Result<Vec<Video>, StoreError> {
        let keys = hits.iter().map(|hit| video_key(hit.video_id)).collect();
        let rows: Vec<StoredVideo> =
            rows_in_order("search videos", &self.client, &self.table, keys).await?;
        Ok(rows.into_iter().map(StoredVideo::into_video).collect())
    }
}

/// All hits in order; where a feed was not read to its end, only those before
/// the row it stopped at: behind it the order is not known yet.
fn merge(feeds: Vec<Sifted>) -> (Vec<Hit>, Option<WordPosition>) {
    let stopped_at = feeds
        .iter()
        .filter_map(|sifted| sifted.stopped_at.clone())
        .min();
    let mut hits: Vec<Hit> = feeds.into_iter().flat_map(|sifted| sifted.hits).collect();
    if let Some(stopped_at) = &stopped_at {
        hits.retain(|hit| hit.position <= *stopped_at);
    }
    hits.sort_unstable_by(|one, other| one.position.cmp(&other.position));
    (hits, stopped_at)
}

fn hit(listing: &Listing, search_query: &SearchQuery, row: Row) -> Result<Option<Hit>, StoreError> {
    let Some(position) = position(&row) else {
        return Ok(None);
    };
    let row: WordRow = from_item("search videos", row)?;
    let is_hit = listing.shows_owner(&row.user_id)
        && search_query.is_first_hit(position.word(), &row.words)
        && search_query.matches(&row.words);
    Ok(is_hit.then_some(Hit {
        position,
        video_id: row.video_id,
    }))
}

fn position(row: &Row) -> Option<WordPosition> {
    WordPosition::read(row.get("sk")?.as_s().ok()?)
}
