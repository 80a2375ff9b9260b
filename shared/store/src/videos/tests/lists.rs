//! Lists and searches: pages, cursors, totals, and who sees what.

use super::*;

const ALL: usize = 100;

fn numbers(videos: &[Video]) -> Vec<u128> {
    videos.iter().map(|video| video.id.0.as_u128()).collect()
}

fn seen_by(viewer: Option<&str>) -> Listing {
    visible_to(viewer, None)
}

fn visible_to(viewer: Option<&str>, only: Option<Visibility>) -> Listing {
    Listing::Visible {
        viewer: viewer.map(str::to_owned),
        only,
    }
}

fn own(user_id: &str, only: Option<Visibility>) -> Listing {
    Listing::Owner {
        user_id: user_id.to_owned(),
        only,
    }
}

/// Of each of two users one video of each visibility, in turn.
async fn two_users() -> World {
    let world = World::new();
    let visibilities = [
        Visibility::Public,
        Visibility::Unlisted,
        Visibility::Private,
    ];
    for number in 0..12_u128 {
        let user_id = ["one", "two"][usize::try_from(number % 2).unwrap()];
        let visibility = visibilities[usize::try_from(number / 2 % 3).unwrap()];
        let film = video(number, user_id, visibility, &format!("Common {number}"));
        world.add(&film).await;
    }
    world
}

#[tokio::test]
async fn everybody_sees_the_public_and_owners_their_own() {
    let world = two_users().await;
    let list = async |listing: Listing| {
        let page = world.videos.list(&listing, ALL, 0, None).await.unwrap();
        assert_eq!(page.total, page.videos.len() as u64, "{listing:?}");
        assert_eq!(page.next, None);
        numbers(&page.videos)
    };
    let public = [7, 6, 1, 0];
    assert_eq!(list(seen_by(None)).await, public);
    let of_one = [10, 8, 7, 6, 4, 2, 1, 0];
    assert_eq!(list(seen_by(Some("one"))).await, of_one);
    let private = visible_to(Some("two"), Some(Visibility::Private));
    assert_eq!(list(private).await, [11, 5]);
    let public = visible_to(Some("two"), Some(Visibility::Public));
    assert_eq!(list(public).await, [7, 6, 1, 0]);
    let nobodys = visible_to(None, Some(Visibility::Private));
    assert_eq!(list(nobodys).await, [0; 0]);

    assert_eq!(list(own("two", None)).await, [11, 9, 7, 5, 3, 1]);
    let public = list(own("two", Some(Visibility::Public))).await;
    assert_eq!(public, [7, 1]);
    assert_eq!(list(own("two", Some(Visibility::Unlisted))).await, [9, 3]);
    assert_eq!(list(own("nobody", None)).await, [0; 0]);
}

#[tokio::test]
async fn pages_and_cursors_tell_everything_once() {
    let world = two_users().await;
    for listing in [seen_by(Some("one")), seen_by(None), own("two", None)] {
        let whole = world.videos.list(&listing, ALL, 0, None).await.unwrap();
        for limit in 1..=5 {
            let (mut told, mut after) = (Vec::new(), None);
            loop {
                let page = world.videos.list(&listing, limit, 0, after.as_ref());
                let page = page.await.unwrap();
                assert!(page.videos.len() <= limit);
                assert_eq!(page.total, whole.total);
                told.extend(page.videos);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(told, whole.videos, "by {limit}");

            let mut told = Vec::new();
            for page in 0..whole.videos.len().div_ceil(limit) {
                let page = world.videos.list(&listing, limit, page * limit, None);
                told.extend(page.await.unwrap().videos);
            }
            assert_eq!(told, whole.videos, "pages of {limit}");
        }
        let behind = world.videos.list(&listing, 5, 500, None).await.unwrap();
        assert_eq!((behind.videos, behind.next), (Vec::new(), None));
    }
}

#[tokio::test]
async fn a_search_finds_what_the_reader_may_see() {
    let world = two_users().await;
    let search_query = SearchQuery::read("COMM").unwrap();
    let find = async |listing: Listing| {
        let found = world
            .videos
            .search(&listing, &search_query, ALL, 0, None)
            .await;
        let found = found.unwrap();
        assert!(found.is_complete);
        assert_eq!(found.total, found.videos.len() as u64);
        numbers(&found.videos)
    };
    assert_eq!(find(seen_by(None)).await, [7, 6, 1, 0]);
    let of_one = [10, 8, 7, 6, 4, 2, 1, 0];
    assert_eq!(find(seen_by(Some("one"))).await, of_one);
    assert_eq!(find(own("two", None)).await, [11, 9, 7, 5, 3, 1]);
    let nobodys = visible_to(None, Some(Visibility::Private));
    assert_eq!(find(nobodys).await, [0; 0]);
}

#[tokio::test]
async fn the_pages_of_a_search_tell_everything_once() {
    let world = two_users().await;
    let listing = seen_by(Some("one"));
    let search_query = SearchQuery::read("common").unwrap();
    let whole = world
        .videos
        .search(&listing, &search_query, ALL, 0, None)
        .await;
    let whole = whole.unwrap().videos;
    for limit in 1..=5 {
        let (mut told, mut after) = (Vec::new(), None);
        loop {
            let found = world
                .videos
                .search(&listing, &search_query, limit, 0, after.as_ref());
            let found = found.await.unwrap();
            told.extend(found.videos);
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(told, whole, "by {limit}");
        let second = world
            .videos
            .search(&listing, &search_query, limit, limit, None)
            .await;
        let expected: Vec<Video> = whole.iter().skip(limit).take(limit).cloned().collect();
        assert_eq!(second.unwrap().videos, expected);
    }
}

/// Everything that a search tells, request by request, and how many there were.
async fn all_found(world: &World, search_query: &str) -> (Vec<u128>, usize) {
    let search_query = SearchQuery::read(search_query).unwrap();
    let listing = own("one", None);
    let (mut told, mut after, mut requests) = (Vec::new(), None, 0);
    loop {
        let found = world
            .videos
            .search(&listing, &search_query, ALL, 0, after.as_ref());
        let found = found.await.unwrap();
        assert!(
            requests > 0 || !found.is_complete,
            "three feeds of 166 rows"
        );
        told.extend(numbers(&found.videos));
        (after, requests) = (found.next, requests + 1);
        if after.is_none() {
            return (told, requests);
        }
    }
}

/// More rows than one request reads: others go on where it stopped.
#[tokio::test]
async fn a_search_reads_five_hundred_rows_and_goes_on_from_there() {
    let world = World::new();
    // Public ones are many, and only old ones are looked for.
    let is_private = |number: u128| number.is_multiple_of(8);
    let is_wanted = |number: u128| is_private(number) || number < 200;
    for number in 0..800 {
        let visibility = [Visibility::Public, Visibility::Private][usize::from(is_private(number))];
        let title = ["Common y", "Common x"][usize::from(is_wanted(number))];
        world.put(&video(number, "one", visibility, title));
    }
    let newest_first: Vec<u128> = (0..800).rev().collect();
    assert_eq!(all_found(&world, "common").await.0, newest_first);
    let wanted: Vec<u128> = (0..800).rev().filter(|number| is_wanted(*number)).collect();
    let (told, requests) = all_found(&world, "common x").await;
    assert_eq!(told, wanted);
    assert!(requests <= 9, "{requests}");
}

#[tokio::test]
async fn what_an_index_still_names_is_not_told() {
    let world = World::new();
    let film = video(1, "one", Visibility::Public, "Film");
    world.add(&film).await;
    // The index lags: the row has become private, its key in the index is old.
    let mut row = world
        .tables
        .row("videos", &format!("video#{}", film.id), "video")
        .unwrap();
    row.insert("visibility".to_owned(), text("private"));
    world.tables.put("videos", row);
    let page = world.videos.list(&seen_by(None), ALL, 0, None).await;
    assert_eq!(page.unwrap().videos, []);
    let search_query = SearchQuery::read("film").unwrap();
    let found = world
        .videos
        .search(&seen_by(None), &search_query, ALL, 0, None)
        .await;
    assert_eq!(found.unwrap().videos, []);
}

/// A query of what is public and one of the reader's own, and a batch of rows.
#[tokio::test]
async fn a_list_is_three_calls_at_most_whoever_asks_for_what() {
    let world = two_users().await;
    let visibilities = [
        None,
        Some(Visibility::Public),
        Some(Visibility::Unlisted),
        Some(Visibility::Private),
    ];
    for only in visibilities {
        let listings = [
            visible_to(None, only),
            visible_to(Some("one"), only),
            own("one", only),
        ];
        for listing in listings {
            world.tables.outage().begin_after(3);
            let page = world.videos.list(&listing, 2, 1, None).await;
            assert!(page.is_ok(), "{listing:?}: {page:?}");
        }
    }
}

/// For any caller, and however many videos there are (fault S8): the keys up to the end of
/// the deepest page that may be asked for, or the rows of a search, and those of the page.
#[tokio::test]
async fn no_request_reads_more_rows_than_are_bounded() {
    const DEPTH: usize = 1000;
    const PAGE: usize = 100;
    let world = World::new();
    for number in 0..1200 {
        world.put(&video(number, "one", Visibility::Public, "Common"));
    }
    let listing = seen_by(None);
    world.tables.rows_read();
    let deepest = world.videos.list(&listing, PAGE, DEPTH - PAGE, None);
    assert_eq!(deepest.await.unwrap().videos.len(), PAGE);
    let read = world.tables.rows_read();
    assert!(read <= DEPTH + 1 + PAGE + 1, "a list read {read} rows");

    let search_query = SearchQuery::read("common").unwrap();
    let found = world.videos.search(&listing, &search_query, PAGE, 0, None);
    assert_eq!(found.await.unwrap().videos.len(), PAGE);
    let read = world.tables.rows_read();
    assert!(read <= 500 + PAGE, "a search read {read} rows");
    // What matches nothing is sifted no further.
    let search_query = SearchQuery::read("common nothing").unwrap();
    let found = world.videos.search(&listing, &search_query, PAGE, 0, None);
    assert_eq!(found.await.unwrap().videos, []);
    let read = world.tables.rows_read();
    assert!(read <= 500, "a search read {read} rows");
}
