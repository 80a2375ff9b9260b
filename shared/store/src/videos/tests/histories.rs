//! Whatever people do, lists, searches and totals tell what a plain look at all
//! videos tells, and the index holds no word too many.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use domain::search::index_words;
use domain::video::Feed;
use proptest::prelude::*;

const USERS: [&str; 2] = ["one", "two"];
const QUESTIONS: [&str; 7] = ["a", "ab", "b", "abc", "a b", "ca ab", "é"];

#[derive(Debug, Clone)]
enum Step {
    Add(usize, Visibility, String),
    /// Of the video at this place of all there are.
    Update(usize, Option<String>, Option<Visibility>),
    Delete(usize),
    View(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let visibility = || {
        prop::sample::select(vec![
            Visibility::Public,
            Visibility::Unlisted,
            Visibility::Private,
        ])
    };
    let title = || "[abcéA]{1,4}( [abc]{1,3}){0,3}";
    let step = prop_oneof![
        3 => (0..2_usize, visibility(), title()).prop_map(|(user, visibility, title)| {
            Step::Add(user, visibility, title)
        }),
        3 => (0..20_usize, prop::option::of(title()), prop::option::of(visibility()))
            .prop_filter("a change", |(_, title, to)| title.is_some() || to.is_some())
            .prop_map(|(at, title, to)| Step::Update(at, title, to)),
        1 => (0..20_usize).prop_map(Step::Delete),
        1 => (0..20_usize).prop_map(Step::View),
    ];
    prop::collection::vec(step, 1..25)
}

/// The plain truth beside the table.
#[derive(Default)]
struct Truth(BTreeMap<VideoId, Video>);

impl Truth {
    fn at(&self, place: usize) -> Option<Video> {
        let count = self.0.len();
        (count > 0)
            .then(|| self.0.values().nth(place % count).cloned())
            .flatten()
    }

    /// The newest first.
    fn shown(&self, viewer: Option<&str>) -> Vec<Video> {
        let feeds = Feed::visible_to(viewer, None);
        let mut shown: Vec<Video> = self.0.values().cloned().collect();
        shown.retain(|video| feeds.contains(&video.feed()));
        shown.reverse();
        shown
    }
}

async fn take(world: &World, truth: &mut Truth, number: u128, step: Step) {
    match step {
        Step::Add(user, visibility, title) => {
            let film = video(number, USERS[user], visibility, &title);
            world.add(&film).await;
            truth.0.insert(film.id, film);
        }
        Step::Update(place, title, to) => {
            let Some(before) = truth.at(place) else {
                return;
            };
            let mut change = json!({});
            if let Some(title) = title {
                change["title"] = json!(title);
            }
            if let Some(to) = to {
                change["visibility"] = json!(to.as_str());
            }
            let after = world.update(&before, &change).await.unwrap();
            truth.0.insert(after.id, after);
        }
        Step::Delete(place) => {
            let Some(film) = truth.at(place) else { return };
            truth.0.remove(&film.id);
            assert!(world.delete(&film).await);
        }
        Step::View(place) => {
            let Some(film) = truth.at(place) else { return };
            let seen = world.videos.view(film.id, Some(&film.user_id)).await;
            truth.0.insert(film.id, seen.unwrap());
        }
    }
}

async fn check(world: &World, truth: &Truth) {
    for user in USERS {
        let own = truth.0.values().filter(|film| film.user_id == user);
        let bytes: u64 = own.map(|film| film.facts.file_size).sum();
        let held = world.holding(user, now()).await;
        assert_eq!(held.stored_bytes, bytes);
        assert_eq!(held.open_uploads, 0);
    }
    for viewer in [None, Some(USERS[0]), Some(USERS[1])] {
        let shown = truth.shown(viewer);
        let listing = Listing::Visible {
            viewer: viewer.map(str::to_owned),
            only: None,
        };
        let page = world.videos.list(&listing, 100, 0, None).await.unwrap();
        assert_eq!(page.videos, shown);
        assert_eq!(page.total, shown.len() as u64);
        for text in QUESTIONS {
            let search_query = SearchQuery::read(text).unwrap();
            let found = world
                .videos
                .search(&listing, &search_query, 100, 0, None)
                .await;
            let found: BTreeSet<VideoId> =
                found.unwrap().videos.iter().map(|film| film.id).collect();
            let expected: BTreeSet<VideoId> = shown
                .iter()
                .filter(|film| search_query.matches(&index_words(&film.title, &film.description)))
                .map(|film| film.id)
                .collect();
            assert_eq!(found, expected, "{text} of {viewer:?}");
        }
    }
    let words: usize = truth
        .0
        .values()
        .map(|film| index_words(&film.title, &film.description).len())
        .sum();
    assert_eq!(world.words().len(), words, "words too many or too few");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn lists_and_searches_tell_the_truth(steps in steps()) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().build().unwrap();
        runtime.block_on(async {
            let (world, mut truth) = (World::new(), Truth::default());
            for (number, step) in (1..).zip(steps) {
                take(&world, &mut truth, number, step).await;
            }
            check(&world, &truth).await;
        });
    }
}
