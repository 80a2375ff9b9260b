//! Random histories over a model of the tables and the bucket, with the janitor
//! at work between, and in the middle of, what people do.
//!
//! The model knows for itself which objects something needs, and remembers when
//! each was needed last; it shares no code with the rules.

mod world;

use std::slice::Iter;

use proptest::prelude::*;

use super::*;
use crate::keys;
use world::World;

/// What happens; the numbers choose what it happens to.
#[derive(Debug, Clone)]
enum Event {
    Announce,
    Put(usize),
    /// A confirmation looks at the object; it writes at [`Event::Settle`].
    Confirm(usize),
    Settle,
    Delete(usize),
    NewJob,
    /// Another film takes the place of a job's.
    Redo(usize),
    Publish(usize),
    Transcode(usize),
    StorePiece(usize),
    StoreOutput(usize),
    Complete(usize),
    Fail(usize),
    Restart(usize),
    /// An administrator removes a transcode; whether the objects go too.
    Cleanup(usize, bool),
    /// An object that no record names.
    Stray(usize),
    Pass(u32),
    /// The janitor runs, and meanwhile these happen.
    Janitor(Vec<Event>),
}

fn any_event() -> impl Strategy<Value = Event> {
    let who = 0..4_usize;
    prop_oneof![
        3 => Just(Event::Announce),
        3 => who.clone().prop_map(Event::Put),
        3 => who.clone().prop_map(Event::Confirm),
        3 => Just(Event::Settle),
        2 => who.clone().prop_map(Event::Delete),
        1 => Just(Event::NewJob),
        1 => who.clone().prop_map(Event::Redo),
        2 => who.clone().prop_map(Event::Publish),
        3 => who.clone().prop_map(Event::Transcode),
        2 => who.clone().prop_map(Event::StorePiece),
        2 => who.clone().prop_map(Event::StoreOutput),
        3 => who.clone().prop_map(Event::Complete),
        1 => who.clone().prop_map(Event::Fail),
        1 => who.clone().prop_map(Event::Restart),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, whole)| Event::Cleanup(who, whole)),
        1 => who.prop_map(Event::Stray),
        4 => (1..240_u32).prop_map(Event::Pass),
    ]
}

fn any_history() -> impl Strategy<Value = Vec<Event>> {
    let meanwhile = proptest::collection::vec(any_event(), 0..12);
    let event = prop_oneof![
        8 => any_event(),
        1 => meanwhile.prop_map(Event::Janitor),
    ];
    proptest::collection::vec(event, 0..80)
}

impl World {
    /// The janitor's run, in the order of the crate `janitor`.
    fn clean(&mut self, meanwhile: &mut Iter<'_, Event>) {
        let began = self.now;
        let records = self.read(meanwhile);
        let due = records.due(GRACE, began);
        let mut references = References::of(&records);
        for upload in &due.uploads {
            // On the condition that it is as it was read.
            if self.uploads.get(&upload.s3_key) == Some(upload) {
                self.uploads.remove(&upload.s3_key);
            } else {
                references.keep(&upload.s3_key);
            }
            self.go_on(meanwhile);
        }
        let mut done = Vec::new();
        for reclaim in &due.trash {
            let mut is_done = true;
            for id in &reclaim.transcodes {
                is_done &= self.reclaim_transcode(*id, &mut references, began);
                self.go_on(meanwhile);
            }
            done.extend(is_done.then_some(&reclaim.trash));
        }
        let mut last = String::new();
        while let Some(object) = self.after(&last) {
            last.clone_from(&object.key);
            let disposition = references.disposition_of(&object, GRACE, began);
            self.go_on(meanwhile);
            if matches!(disposition, Disposition::Remove(_)) {
                self.remove(&object, began);
            }
        }
        for trash in done {
            self.trash.retain(|other| other != trash);
            if trash.source == Origin::Upload {
                self.uploads.remove(&trash.s3_key);
            }
        }
    }

    /// Whether it is gone: one that was restarted meanwhile stays.
    fn reclaim_transcode(
        &mut self,
        id: TranscodeId,
        references: &mut References,
        began: Time,
    ) -> bool {
        let made = self.transcodes.get(&id);
        if made.is_some_and(|made| !made.is_long_over(GRACE, began)) {
            references.keep_transcode(id);
            return false;
        }
        self.check_folder(&keys::transcode_folder(id));
        self.remove_transcode(id, self.ids.is_multiple_of(3));
        true
    }

    fn read(&mut self, meanwhile: &mut Iter<'_, Event>) -> Records {
        let mut records = Records {
            jobs: self.films.iter().map(film).collect(),
            ..Records::default()
        };
        self.go_on(meanwhile);
        records.transcodes = self.transcodes.values().copied().collect();
        self.go_on(meanwhile);
        // One table, read in any order.
        let uploads_first = self.ids.is_multiple_of(2);
        if uploads_first {
            records.uploads = self.uploads.values().cloned().collect();
            self.go_on(meanwhile);
        }
        let videos = self.videos.iter();
        records.videos = videos.map(|(id, video)| video.shown(*id)).collect();
        self.go_on(meanwhile);
        if !uploads_first {
            records.uploads = self.uploads.values().cloned().collect();
            self.go_on(meanwhile);
        }
        records.trash.clone_from(&self.trash);
        self.go_on(meanwhile);
        records
    }

    fn go_on(&mut self, meanwhile: &mut Iter<'_, Event>) {
        if let Some(event) = meanwhile.next() {
            self.happen(event);
        }
    }

    fn after(&self, key: &str) -> Option<Object> {
        let mut rest = self.bucket.range(key.to_owned()..);
        rest.find(|(found, _)| *found != key)
            .map(|(_, object)| object.clone())
    }

    /// Only what is still as it was judged.
    fn remove(&mut self, object: &Object, began: Time) {
        if self.bucket.get(&object.key) != Some(object) {
            return;
        }
        let transcode = transcode_of(&object.key);
        let made = transcode.and_then(|id| self.transcodes.get(&id));
        if made.is_some_and(|made| !made.is_long_over(GRACE, began)) {
            return;
        }
        self.check(&object.key);
        self.bucket.remove(&object.key);
        self.removed += 1;
    }

    fn check_folder(&self, folder: &str) {
        let keys = self.bucket.keys();
        keys.filter(|key| key.starts_with(folder))
            .for_each(|key| self.check(key));
    }

    /// The object may go.
    fn check(&self, key: &str) {
        assert!(!self.needs(key), "{key} is needed");
        let ago = self.now.since(self.needed_last[key]);
        assert!(ago >= GRACE, "{key} was needed {ago:?} ago");
    }
}

fn film((id, (key, settled)): (&JobId, &(String, Time))) -> Film {
    Film {
        id: *id,
        keys: vec![key.clone()],
        settled: Some(*settled),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn nothing_that_is_needed_goes_and_nothing_needless_stays(history in any_history()) {
        let mut world = World::new();
        for event in &history {
            world.happen(event);
        }
        while let Some(id) = world.transcode(0, |made| made.ended.is_none()) {
            world.end(id, Ended::Failed);
        }
        world.confirming.clear();
        world.note_needs();
        world.happen(&Event::Pass(24 * 7 + 1));
        world.clean(&mut [].iter());

        for key in world.bucket.keys() {
            let may_stay = Kind::of(key) == Kind::Other || world.is_of_earlier_life(key);
            prop_assert!(may_stay || world.needs(key), "{key} stays");
        }
        prop_assert!(world.trash.is_empty());
        prop_assert!(world.uploads.values().all(|row| row.confirmed_at.is_some()));

        let (removed, rows) = (world.removed, world.rows());
        world.clean(&mut [].iter());
        prop_assert_eq!((world.removed, world.rows()), (removed, rows));
    }
}
