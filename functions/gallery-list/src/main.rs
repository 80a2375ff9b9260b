//! `GET /api/gallery/videos`: videos that the reader may see, newest first, or
//! those that a search finds (R17-R20, D27, D28).
//!
//! Takes `visibility`, `owner=me`, `search`, `limit`, and `page` or `cursor`.
//! Everybody sees what is public; who is signed in also their own.

use config::Bootstrap;
use contract::{Pagination, VideoList};
use domain::request::InvalidField;
use domain::search::SearchQuery;
use domain::video::{Feed, Visibility};
use edge::http::{
    ApiError, Authentication, Caller, Cursor, Error, Paging, Reply, Request, no_cursor, query,
};
use gallery::Gallery;
use store::{Listing, VideoPosition, WordPosition};

/// Letters of a search that its cursors remember.
const SCOPE_LETTERS: usize = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let gallery = Gallery::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::optional("gallery-list", authentication, move |viewer, request| {
        handle(viewer, request, gallery.clone())
    })
    .await
}

/// What a list shows.
struct Wanted {
    listing: Listing,
    search: Option<String>,
}

async fn handle(
    viewer: Option<Caller>,
    request: Request,
    gallery: Gallery,
) -> Result<Reply, ApiError> {
    let viewer = viewer.as_ref();
    let wanted = Wanted::read(viewer, &request)?;
    let list = match &wanted.search {
        None => list(viewer, &request, &gallery, &wanted).await?,
        Some(search) => find(viewer, &request, &gallery, &wanted, search).await?,
    };
    Reply::ok(&list)
}

async fn list(
    viewer: Option<&Caller>,
    request: &Request,
    gallery: &Gallery,
    wanted: &Wanted,
) -> Result<VideoList, ApiError> {
    let scope = wanted.scope();
    let paging: Paging<VideoPosition> = Paging::read(request, &scope)?;
    let after = paging.after.as_ref();
    let page = gallery
        .videos
        .list(&wanted.listing, paging.limit, paging.skip(), after)
        .await?;
    Ok(VideoList {
        videos: gallery.views(&page.videos, viewer).await?,
        pagination: paging.envelope(page.total),
        next_cursor: page.next.map(|position| Cursor::write(position, &scope)),
    })
}

async fn find(
    viewer: Option<&Caller>,
    request: &Request,
    gallery: &Gallery,
    wanted: &Wanted,
    search: &str,
) -> Result<VideoList, ApiError> {
    let scope = wanted.scope();
    let paging: Paging<WordPosition> = Paging::read(request, &scope)?;
    let Some(search_query) = SearchQuery::read(search) else {
        // No word at all finds nothing.
        return Ok(VideoList {
            videos: Vec::new(),
            pagination: paging.envelope(0),
            next_cursor: None,
        });
    };
    let after = paging.after.as_ref();
    if after.is_some_and(|after| !search_query.asks_for(after.word())) {
        return Err(no_cursor().into());
    }
    let found = gallery
        .videos
        .search(
            &wanted.listing,
            &search_query,
            paging.limit,
            paging.skip(),
            after,
        )
        .await?;
    Ok(VideoList {
        videos: gallery.views(&found.videos, viewer).await?,
        pagination: Pagination {
            // So many at least, where the index was not read to its end.
            is_lower_bound: (!found.is_complete).then_some(true),
            ..paging.envelope(found.total)
        },
        next_cursor: found.next.map(|position| Cursor::write(position, &scope)),
    })
}

impl Wanted {
    fn read(viewer: Option<&Caller>, request: &Request) -> Result<Self, ApiError> {
        let user_id = viewer.map(|caller| caller.user_id.clone());
        let only = query(request, "visibility").map(|name| visibility(&name));
        let only = only.transpose()?;
        let listing = match query(request, "owner").as_deref() {
            None => Listing::Visible {
                viewer: user_id,
                only,
            },
            Some("me") => Listing::Owner {
                user_id: user_id.ok_or(ApiError::TokenMissing)?,
                only,
            },
            Some(_) => return Err(InvalidField::new("owner", "me").into()),
        };
        let search = query(request, "search").filter(|text| !text.trim().is_empty());
        Ok(Self { listing, search })
    }

    /// What a cursor holds for: this list of this reader.
    fn scope(&self) -> String {
        // Enough to tell searches apart; a cursor must stay short.
        let search = self.search.iter().flat_map(|search| search.chars());
        let search: String = search.take(SCOPE_LETTERS).collect();
        match &self.listing {
            Listing::Visible { .. } => {
                let feeds = self.listing.feeds();
                let feeds: Vec<&str> = feeds.iter().map(Feed::as_str).collect();
                format!("feeds {} {search}", feeds.join(" "))
            }
            Listing::Owner { user_id, only } => {
                let only = only.map_or("all", Visibility::as_str);
                format!("owner {user_id} {only} {search}")
            }
        }
    }
}

fn visibility(name: &str) -> Result<Visibility, InvalidField> {
    let constraint = "one of: public, unlisted, private";
    name.parse()
        .map_err(|_| InvalidField::new("visibility", constraint))
}
