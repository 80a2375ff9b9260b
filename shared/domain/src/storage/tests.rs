//! The rules one by one.

use super::*;
use crate::ids::{TranscodeId, VideoId};
use crate::keys;
use crate::rendition::Quality;
use crate::upload::Upload;

const DAY: Duration = Duration::from_secs(24 * 3600);
const KEY: &str = "gallery/u/1-a.mp4";

fn start() -> Time {
    Time::from_millisecond(1_795_176_000_000)
}

fn day(days: u32) -> Time {
    start().after(DAY * days)
}

fn object(key: &str) -> Object {
    Object {
        key: key.to_owned(),
        size: 1,
        modified: start(),
    }
}

fn after_days(records: &Records, key: &str, days: u32) -> Disposition {
    References::of(records).disposition_of(&object(key), GRACE, day(days))
}

fn id<T: std::str::FromStr>(last: u32) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("0198c0de-0000-7000-8000-{last:012}")
        .parse()
        .unwrap()
}

fn upload(confirmed_at: Option<Time>) -> Upload {
    Upload {
        s3_key: KEY.to_owned(),
        user_id: "u".to_owned(),
        video_id: id(1),
        content_type: "video/mp4".to_owned(),
        size: None,
        etag: None,
        created_at: start(),
        confirmed_at,
        multipart: None,
    }
}

fn trash(source: Origin, key: &str, deleted_at: Time) -> Trash {
    Trash {
        video_id: id(1),
        user_id: "u".to_owned(),
        s3_key: key.to_owned(),
        transcode_id: Some(id(3)),
        bytes: 1,
        source,
        deleted_at,
    }
}

fn made(last: u32, ended: Option<(Ended, Time)>) -> Made {
    Made {
        id: id(last),
        video_id: Some(id(1)),
        created_at: day(0),
        ended,
    }
}

fn shown(key: &str, transcode_id: Option<TranscodeId>) -> Shown {
    Shown {
        id: id::<VideoId>(1),
        keys: vec![key.to_owned()],
        transcode_id,
    }
}

fn film_of(number: u32, key: &str, settled: Option<Time>) -> Film {
    Film {
        id: id(number),
        keys: vec![key.to_owned()],
        settled,
    }
}

#[test]
fn what_nobody_names_goes_after_its_grace() {
    let records = Records::default();
    let film = keys::film(id(1));
    let rendition = keys::transcode_output(id(2), "high.mp4");
    for key in [KEY, &film, &rendition] {
        let disposition = after_days(&records, key, 6);
        assert_eq!(disposition, Disposition::Wait(Reason::Orphan));
        let disposition = after_days(&records, key, 7);
        assert_eq!(disposition, Disposition::Remove(Reason::Orphan));
    }
    for key in [
        "reports/usage-2026-10.json",
        "index.html",
        "videos/output/x/y",
    ] {
        assert_eq!(after_days(&records, key, 1000), Disposition::Keep, "{key}");
    }
}

#[test]
fn a_shown_file_stays_whatever_else_is_said_of_it() {
    let records = Records {
        uploads: vec![upload(None)],
        videos: vec![shown(KEY, None)],
        trash: vec![trash(Origin::Upload, KEY, start())],
        ..Records::default()
    };
    assert_eq!(after_days(&records, KEY, 1000), Disposition::Keep);
}

#[test]
fn an_upload_goes_a_grace_after_its_last_record() {
    let judged = |uploads, trash, days| {
        let records = Records {
            uploads,
            trash,
            ..Records::default()
        };
        after_days(&records, KEY, days)
    };
    let unconfirmed = |days| judged(vec![upload(None)], vec![], days);
    assert_eq!(unconfirmed(6), Disposition::Wait(Reason::Unconfirmed));
    assert_eq!(unconfirmed(7), Disposition::Remove(Reason::Unconfirmed));
    // Confirmed while the records were read: its video is not among them.
    let confirmed = |days| judged(vec![upload(Some(day(10)))], vec![], days);
    assert_eq!(confirmed(10), Disposition::Wait(Reason::Orphan));
    assert_eq!(confirmed(17), Disposition::Remove(Reason::Orphan));
    let deleted = |days| {
        let trash = trash(Origin::Upload, KEY, day(20));
        judged(vec![upload(Some(day(10)))], vec![trash], days)
    };
    assert_eq!(deleted(26), Disposition::Wait(Reason::Deleted));
    assert_eq!(deleted(27), Disposition::Remove(Reason::Deleted));
}

#[test]
fn a_film_stays_with_its_job() {
    let film = keys::film(id(5));
    let mut records = Records {
        uploads: vec![Upload {
            s3_key: film.clone(),
            ..upload(Some(start()))
        }],
        trash: vec![trash(Origin::Film, &film, start())],
        jobs: vec![film_of(5, &film, Some(start()))],
        ..Records::default()
    };
    assert_eq!(after_days(&records, &film, 1000), Disposition::Keep);
    assert_eq!(records.due(GRACE, day(7)).trash.len(), 1);
    records.jobs.clear();
    let disposition = after_days(&records, &film, 7);
    assert_eq!(disposition, Disposition::Remove(Reason::Orphan));
}

/// What is published stays with its video, and what a film is made of with the film.
#[test]
fn a_film_that_another_took_the_place_of_goes_after_its_grace() {
    let (old, new) = (keys::film(id(5)), keys::redone_film(id(5), 2));
    let judged = |key: &str, settled, videos, trash, days| {
        let records = Records {
            videos,
            trash,
            jobs: vec![film_of(5, &new, settled)],
            ..Records::default()
        };
        after_days(&records, key, days)
    };
    let settled = Some(day(2));
    let of_film = |key: &str, days| judged(key, settled, vec![], vec![], days);
    assert_eq!(of_film(&old, 8), Disposition::Wait(Reason::Leftover));
    assert_eq!(of_film(&old, 9), Disposition::Remove(Reason::Leftover));
    let pieces = [
        keys::scene(id(5), 1, 1),
        keys::scene(id(5), 1, 2),
        keys::prepared_scene(id(5), 1, 1),
        keys::soundtrack(id(5), 1),
    ];
    for kept in pieces.iter().chain([&new]) {
        assert_eq!(of_film(kept, 1000), Disposition::Keep, "{kept}");
    }
    let borders = keys::scene_borders(id(5), 1, 2);
    assert_eq!(of_film(&borders, 8), Disposition::Wait(Reason::Leftover));
    assert_eq!(of_film(&borders, 9), Disposition::Remove(Reason::Leftover));
    for needed in [&old, &borders] {
        let while_made = judged(needed, None, vec![], vec![], 1000);
        assert_eq!(while_made, Disposition::Keep);
    }
    let published = judged(&old, settled, vec![shown(&old, None)], vec![], 1000);
    assert_eq!(published, Disposition::Keep);
    let deleted = |days| {
        let trash = vec![trash(Origin::Film, &old, day(20))];
        judged(&old, settled, vec![], trash, days)
    };
    assert_eq!(deleted(26), Disposition::Wait(Reason::Leftover));
    assert_eq!(deleted(27), Disposition::Remove(Reason::Leftover));
}

#[test]
fn pieces_go_when_their_transcode_has_ended() {
    let segment = keys::transcode_segment(id(3), 0, Quality::High);
    let output = keys::transcode_output(id(3), "high.mp4");
    let judged = |ended: Option<Ended>, key: &str, days| {
        let records = Records {
            transcodes: vec![made(3, ended.map(|ended| (ended, start())))],
            ..Records::default()
        };
        after_days(&records, key, days)
    };
    let leftover = Disposition::Remove(Reason::Leftover);
    assert_eq!(judged(None, &segment, 1000), Disposition::Keep);
    assert_eq!(judged(None, &output, 1000), Disposition::Keep);
    assert_eq!(judged(Some(Ended::Completed), &segment, 7), leftover);
    assert_eq!(
        judged(Some(Ended::Completed), &output, 1000),
        Disposition::Keep
    );
    assert_eq!(judged(Some(Ended::Failed), &output, 7), leftover);
    let waiting = Disposition::Wait(Reason::Leftover);
    assert_eq!(judged(Some(Ended::Failed), &output, 6), waiting);
}

/// The playlist names segments that no record names.
#[test]
fn all_of_a_shown_transcode_stays_even_without_its_record() {
    let records = Records {
        videos: vec![shown(KEY, Some(id(3)))],
        ..Records::default()
    };
    let segment = keys::transcode_output(id(3), "hls/high.mp4");
    assert_eq!(after_days(&records, &segment, 1000), Disposition::Keep);
}

#[test]
fn the_transcodes_of_a_deleted_video_go_with_it() {
    let mut records = Records {
        transcodes: vec![
            made(3, Some((Ended::Completed, start()))),
            made(4, Some((Ended::Failed, start()))),
        ],
        trash: vec![trash(Origin::Upload, KEY, day(1))],
        ..Records::default()
    };
    let output = keys::transcode_output(id(3), "high.mp4");
    let disposition = after_days(&records, &output, 7);
    assert_eq!(disposition, Disposition::Wait(Reason::Deleted));
    let disposition = after_days(&records, &output, 8);
    assert_eq!(disposition, Disposition::Remove(Reason::Deleted));
    assert_eq!(records.due(GRACE, day(7)).trash, []);
    let due = records.due(GRACE, day(8)).trash;
    assert_eq!(due[0].transcodes, [id(3), id(4)]);

    // One is still at work: the video waits for it.
    records.transcodes[1].ended = None;
    assert_eq!(records.due(GRACE, day(8)).trash, []);
}

#[test]
fn what_ended_after_its_video_was_deleted_has_a_grace_from_then() {
    let records = Records {
        transcodes: vec![made(3, Some((Ended::Completed, day(5))))],
        trash: vec![trash(Origin::Upload, KEY, day(1))],
        ..Records::default()
    };
    assert_eq!(records.due(GRACE, day(11)).trash, []);
    assert_eq!(records.due(GRACE, day(12)).trash.len(), 1);
    let output = keys::transcode_output(id(3), "high.mp4");
    let disposition = after_days(&records, &output, 11);
    assert_eq!(disposition, Disposition::Wait(Reason::Deleted));
}

#[test]
fn the_registry_keeps_what_was_confirmed() {
    let mut records = Records {
        uploads: vec![upload(None)],
        ..Records::default()
    };
    assert_eq!(records.due(GRACE, day(6)).uploads, []);
    assert_eq!(records.due(GRACE, day(7)).uploads, records.uploads);
    records.uploads = vec![upload(Some(day(1)))];
    assert_eq!(records.due(GRACE, day(1000)).uploads, []);
}

/// A film that is published again is the same video.
#[test]
fn a_video_that_is_shown_again_keeps_what_was_made_of_it() {
    let film = keys::film(id(5));
    let later = Made {
        created_at: day(2),
        ..made(6, Some((Ended::Completed, day(3))))
    };
    let records = Records {
        videos: vec![shown(&film, Some(id(4)))],
        transcodes: vec![
            made(3, Some((Ended::Completed, start()))),
            made(4, Some((Ended::Completed, start()))),
            later,
        ],
        trash: vec![trash(Origin::Film, &film, day(1))],
        jobs: vec![film_of(5, &film, Some(start()))],
        ..Records::default()
    };
    let due = records.due(GRACE, day(8)).trash;
    assert_eq!(due[0].transcodes, []);
    for kept in [id(3), id(4), id(6)] {
        let output = keys::transcode_output(kept, "high.mp4");
        assert_eq!(after_days(&records, &output, 1000), Disposition::Keep);
    }
}

#[test]
fn a_late_file_has_its_own_grace() {
    let records = Records {
        uploads: vec![upload(None)],
        ..Records::default()
    };
    let late = Object {
        modified: day(5),
        ..object(KEY)
    };
    let judge = |days| References::of(&records).disposition_of(&late, GRACE, day(days));
    assert_eq!(judge(8), Disposition::Wait(Reason::Unconfirmed));
    assert_eq!(judge(12), Disposition::Remove(Reason::Unconfirmed));
}

#[test]
fn a_run_of_one_folder_leaves_the_records_of_others_alone() {
    let mut records = Records {
        uploads: vec![upload(None)],
        trash: vec![trash(Origin::Upload, KEY, start())],
        ..Records::default()
    };
    records.restrict_to("gallery/u/");
    let due = records.due(GRACE, day(7));
    assert_eq!((due.uploads.len(), due.trash.len()), (1, 1));
    records.restrict_to("gallery/v/");
    assert_eq!(records.due(GRACE, day(7)), Due::default());
}

#[test]
fn the_report_adds_up() {
    let mut report = Report::default();
    let sized = |key: &str, size| Object {
        size,
        ..object(key)
    };
    report.count(&sized(KEY, 5), Disposition::Keep);
    report.count(&sized(KEY, 7), Disposition::Wait(Reason::Deleted));
    report.count(&sized(KEY, 9), Disposition::Remove(Reason::Orphan));
    report.count(&sized("index.html", 1), Disposition::Keep);
    report.count_removed(Reason::Abandoned, 2);
    let tally = |objects, bytes| Tally { objects, bytes };
    assert_eq!(report.stored["uploads"], tally(2, 12));
    assert_eq!(report.stored["other"], tally(1, 1));
    assert_eq!(report.stored["films"], tally(0, 0));
    assert_eq!(report.waiting["deleted"], tally(1, 7));
    assert_eq!(report.removed["orphan"], tally(1, 9));
    assert_eq!(report.removed["abandoned"], tally(1, 2));
    assert_eq!(report.freed_bytes, 11);
}
