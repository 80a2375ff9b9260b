//! Lists, dead letters, and what is thought lost.

use super::*;
use domain::administration::DeadLetterId;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Transcodes of two users, some of them accepted in the same millisecond.
async fn many(world: &World) -> Vec<Transcode> {
    let mut all = Vec::new();
    for number in 0_u32..40 {
        let mut one = transcode(u128::from(number % 7) * 1000 + u128::from(number));
        one.user_id = if number % 3 == 0 { "a" } else { "b" }.to_owned();
        one.created_at = now().after(Duration::from_millis(u64::from(number / 4)));
        one.status = TranscodeStatus::ALL[(number % 5) as usize];
        world.create(&one).await;
        all.push(one);
    }
    all.sort_by_key(|one| std::cmp::Reverse((one.created_at, one.id)));
    all
}

fn is_found(filter: &TranscodeFilter, one: &Transcode) -> bool {
    filter
        .user_id
        .as_ref()
        .is_none_or(|user| *user == one.user_id)
        && filter.status.is_none_or(|status| status == one.status)
        && filter.from.is_none_or(|from| one.created_at >= from)
        && filter.to.is_none_or(|to| one.created_at <= to)
}

fn filters() -> impl Strategy<Value = TranscodeFilter> {
    let time =
        || prop::option::of((0_u64..12).prop_map(|ms| now().after(Duration::from_millis(ms))));
    let user = prop::option::of(prop::sample::select(vec!["a".to_owned(), "b".to_owned()]));
    let status = prop::option::of(prop::sample::select(TranscodeStatus::ALL.to_vec()));
    (user, status, time(), time()).prop_map(|(user_id, status, from, to)| TranscodeFilter {
        user_id,
        status,
        from,
        to: to.filter(|to| from.is_none_or(|from| *to >= from)),
    })
}

#[test]
fn pages_put_together_are_the_whole_list() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let world = World::new();
    let all = runtime.block_on(many(&world));
    let mut runner = TestRunner::new(ProptestConfig::with_cases(10));
    let checked = runner.run(&(filters(), 1_usize..9), |(filter, limit)| {
        runtime.block_on(check_pages(&world, &all, &filter, limit));
        Ok(())
    });
    checked.unwrap();
}

async fn check_pages(world: &World, all: &[Transcode], filter: &TranscodeFilter, limit: usize) {
    let found = all.iter().filter(|one| is_found(filter, one));
    let expected: Vec<TranscodeId> = found.map(|one| one.id).collect();
    let table = &world.transcodes;
    let (mut by_cursor, mut after) = (Vec::new(), None);
    loop {
        let page = table.list(filter, limit, 0, after.as_ref()).await;
        let (page, next) = page.unwrap();
        assert!(page.len() == limit || next.is_none());
        by_cursor.extend(page.iter().map(|one| one.id));
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(by_cursor, expected);
    let mut by_page = Vec::new();
    for page in 0..=expected.len() / limit {
        let page = table.list(filter, limit, page * limit, None).await;
        by_page.extend(page.unwrap().0.iter().map(|one| one.id));
    }
    assert_eq!(by_page, expected);
    let count = table.count(filter).await.unwrap();
    assert_eq!(count, expected.len() as u64);
}

#[tokio::test]
async fn the_oldest_come_first_and_the_younger_not_at_all() {
    let world = World::new();
    let all = many(&world).await;
    let before = now().after(Duration::from_millis(6));
    let status = TranscodeStatus::Failed;
    let found = world.transcodes.oldest(status, before, 4).await.unwrap();
    assert_eq!(found.len(), 4);
    let expected = all
        .iter()
        .filter(|one| one.status == status)
        .map(|one| one.created_at)
        .min();
    assert_eq!(found.first().map(|one| one.created_at), expected);
    let rest = world.transcodes.oldest(status, before, 100).await.unwrap();
    assert!(rest.iter().all(|one| one.created_at <= before));
    assert_eq!(
        rest.len(),
        all.iter()
            .filter(|one| one.status == status && one.created_at <= before)
            .count()
    );
}

#[tokio::test]
async fn what_is_sent_again_is_noted_by_one() {
    let world = World::new();
    world.create(&transcode(1)).await;
    let table = &world.transcodes;
    let open = table.open_since(now().after(MINUTE)).await.unwrap();
    assert_eq!(open.len(), 1);
    let since = open[0].lease_state.asked_at;
    table.note_asked(id(1), since, now()).await.unwrap();
    let again = table.note_asked(id(1), since, now()).await;
    assert!(again.unwrap_err().is_conflict());
    let later = now().after(MINUTE * 60);
    table.note_asked(id(1), Some(now()), later).await.unwrap();
    assert_eq!(world.state(1).await.lease_state.asked_at, Some(later));
}

#[tokio::test]
async fn dead_letters_are_listed_and_taken_once() {
    let world = World::new();
    let table = &world.transcodes;
    for number in 0..5 {
        let at = now().after(MINUTE * number);
        let transcode = (number > 0).then(|| id(u128::from(number)));
        let long = "ö".repeat(3000);
        let letter = DeadLetter::new("message", &long, transcode, 3, "why", at);
        assert!(letter.body.len() <= 4096);
        table.put_dead_letter(&letter).await.unwrap();
    }
    let (newest, more) = table.dead_letters(2, None, true).await.unwrap();
    assert!(more);
    assert_eq!(newest[0].transcode, Some(id(4)));
    assert_eq!(newest[0].given_up_at(), now().after(MINUTE * 4).to_string());
    let (rest, more) = table
        .dead_letters(9, Some(&newest[1].id), true)
        .await
        .unwrap();
    assert_eq!((rest.len(), more), (3, false));
    assert_eq!(rest[2].transcode, None);

    let ids = [&newest[0].id, &newest[0].id, "none"];
    let ids = ids.map(|id| DeadLetterId::try_from(id.to_owned()).unwrap());
    let named = table.dead_letters_of(&ids).await.unwrap();
    assert_eq!(named, newest[..1]);
    assert!(table.take_dead_letter(&newest[0].id).await.unwrap());
    assert!(!table.take_dead_letter(&newest[0].id).await.unwrap());
}

/// Only so many are counted.
#[tokio::test]
async fn what_waits_knows_how_many_wait_before_it() {
    let world = World::new();
    for number in 1..=4 {
        let one = Transcode {
            created_at: now().after(MINUTE * u32::try_from(number).unwrap()),
            ..transcode(number)
        };
        let created = world
            .transcodes
            .create(&world.counters, &one, HoldingLimits::NONE);
        created.await.unwrap();
    }
    let before = async |number, most| {
        let one = world.state(number).await.transcode;
        world.transcodes.waiting_before(&one, most).await.unwrap()
    };
    assert_eq!(before(1, 100).await, Some(0));
    assert_eq!(before(4, 100).await, Some(3));
    assert_eq!((before(4, 3).await, before(4, 2).await), (Some(3), None));
    assert!(matches!(world.take(1, "worker").await, Lease::Taken(_)));
    let begun = world
        .transcodes
        .begin(&world.counters, id(1), "worker", now());
    begun.await.unwrap();
    assert_eq!(before(4, 2).await, Some(2));
}
