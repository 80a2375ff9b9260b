use super::*;
use crate::attempt::Target;
use crate::keys;
use crate::take::TakeRequest;
use proptest::prelude::*;

#[test]
fn an_ended_job_has_no_scene_that_is_being_generated() {
    let scene = |status| Scene {
        index: 1,
        title: String::new(),
        status,
        updated_at: Time::from_millisecond(0),
        previews: Vec::new(),
    };
    let attempt = |state, second| Attempt {
        created_at: Time::from_millisecond(second),
        ..Attempt::sample(state)
    };
    let failed = attempt(AttemptState::Failed, 1);
    let canceled = attempt(AttemptState::Canceled, 2);
    for status in Status::ALL {
        let job = Job { status, ..job(1) };
        let shown = |scene: Scene, attempts: &[Attempt]| scene.status_in(&job, attempts);
        let generating = || scene(SceneStatus::Generating);
        let expected = |then| {
            if status.is_final() {
                then
            } else {
                SceneStatus::Generating
            }
        };
        assert_eq!(shown(generating(), &[]), expected(SceneStatus::Pending));
        let attempts = [failed.clone()];
        assert_eq!(
            shown(generating(), &attempts),
            expected(SceneStatus::Failed)
        );
        let attempts = [canceled.clone(), failed.clone()];
        assert_eq!(
            shown(generating(), &attempts),
            expected(SceneStatus::Pending)
        );
        let done = shown(scene(SceneStatus::Complete), &attempts);
        assert_eq!(done, SceneStatus::Complete);
    }
}

fn job(scenes: u32) -> Job {
    let request = CreateJob {
        scenes,
        ..CreateJob::sample()
    };
    Job::accepted(
        JobId(uuid::Uuid::nil()),
        "user",
        request,
        Time::from_millisecond(0),
        Duration::from_secs(3600),
    )
}

proptest! {
    #[test]
    fn progress_never_falls(scenes in 1u32..=12, steps in prop::collection::vec(0u8..5, 0..200)) {
        let mut job = job(scenes);
        let mut last = job.progress();
        for step in steps {
            match step {
                0 => job.scenes_generated += 1,
                1 => job.scenes_prepared += 1,
                2 => job.compose_percent += 9,
                3 => job.stage = job.stage.max(Stage::Generating),
                _ => job.stage = job.stage.max(Stage::Composing),
            }
            prop_assert!(job.progress() >= last && job.progress() < 100);
            last = job.progress();
        }
        job.status = Status::Completed;
        prop_assert_eq!(job.progress(), 100);
    }
}

#[test]
fn a_film_stays_but_for_a_change_of_it_and_what_ended_without_one_may_go_on() {
    for next in Status::ALL {
        let is_change = next == Status::Processing;
        assert_eq!(Status::Completed.can_become(next), is_change, "{next:?}");
        let goes_on = next.is_running();
        assert_eq!(Status::Failed.can_become(next), goes_on, "{next:?}");
        assert_eq!(Status::Cancelled.can_become(next), goes_on, "{next:?}");
    }
    assert!(Status::Pending.can_become(Status::Processing));
    assert!(!Status::Processing.can_become(Status::Pending));
    assert_eq!(Status::before(Status::Cancelled), ["cancelling"]);
}

fn film(scenes: u32) -> Job {
    let job = job(scenes);
    Job {
        status: Status::Completed,
        stage: Stage::Done,
        storyboard: Some(Storyboard::by_rules(&job.request)),
        scenes_generated: scenes,
        scenes_prepared: scenes,
        compose_percent: 100,
        video_key: Some(keys::film(job.job_id)),
        thumbnail_key: Some(keys::thumbnail(job.job_id)),
        reservation: Reservation::Committed,
        ..job
    }
}

fn second_take(job: &Job, target: Target) -> Redo {
    let part = job.storyboard.as_ref().unwrap().part(target).unwrap();
    let wanted = TakeRequest::new(Some("A lighthouse burns"), None, None);
    Redo {
        part: wanted.unwrap().part(&part, 2),
        place: job.redo_place(),
    }
}

fn redone(job: &Job, redo: Redo) -> Option<Job> {
    let (now, limit) = (Time::from_millisecond(9), Duration::from_secs(60));
    job.redone(redo, None, 5, now, limit)
}

#[test]
fn while_a_scene_is_redone_the_film_that_is_there_is_served() {
    let film = film(3);
    let job = redone(&film, second_take(&film, Target::Scene(2))).unwrap();
    assert_eq!((job.film(), job.picture()), (film.film(), film.picture()));
    assert!(job.film().is_some() && job.composed().is_none());
    assert_eq!((job.run, job.status), (2, Status::Processing));
    let new = job.new_film();
    assert_ne!(Some(new.video_key.as_str()), film.film());
    let composed = Job {
        redone_film: Some(new.clone()),
        ..job
    };
    assert_eq!(composed.composed(), Some(new.video_key.as_str()));
    assert_eq!(composed.film(), film.film());
    for other in Status::ALL {
        let first = Job {
            status: other,
            ..film.clone()
        };
        assert_eq!(first.film().is_some(), other == Status::Completed);
    }
}

#[test]
fn only_the_redone_scene_is_another_and_its_length_stays() {
    let film = film(3);
    let job = redone(&film, second_take(&film, Target::Scene(2))).unwrap();
    let (before, after) = (
        film.storyboard.unwrap().scenes,
        job.storyboard_in_work().unwrap().scenes,
    );
    assert_eq!(job.storyboard.unwrap().scenes, before);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before == after, before.index != 2);
        assert_eq!(before.timing, after.timing);
    }
    assert_eq!(after[1].take, 2);
}

#[test]
fn a_film_that_is_not_there_or_is_being_changed_is_not_redone() {
    let film = film(2);
    for status in Status::ALL {
        let job = Job {
            status,
            ..film.clone()
        };
        let redone = redone(&job, second_take(&film, Target::Scene(1)));
        assert_eq!(redone.is_some(), status == Status::Completed);
    }
    let job = redone(&film, second_take(&film, Target::Scene(1))).unwrap();
    assert_eq!(redone(&job, second_take(&film, Target::Scene(2))), None);
    let limit = Duration::from_secs(60);
    assert_eq!(film.resumed(1, film.created_at, limit), None);
    assert_eq!(job.resumed(1, film.created_at, limit), None);
}

#[test]
fn the_first_redone_parts_of_a_film_are_free_of_the_quota() {
    for redone_parts in 0..6 {
        let film = Job {
            redone_parts,
            ..film(2)
        };
        let is_free = film.redo_place() == Place::Free;
        assert_eq!(is_free, redone_parts < FREE_REDOS);
        assert_eq!(film.place(), Place::Counted, "the film's own");
    }
}

#[test]
fn while_the_music_is_redone_all_scenes_are_there() {
    let film = film(3);
    let job = redone(&film, second_take(&film, Target::Soundtrack)).unwrap();
    assert_eq!((job.scenes_generated, job.scenes_prepared), (3, 3));
    let (before, after) = (film.storyboard.unwrap(), job.storyboard_in_work().unwrap());
    assert_eq!(job.storyboard, Some(before.clone()));
    assert_eq!(after.scenes, before.scenes);
    assert_eq!(after.music.description, "A lighthouse burns");
    assert_eq!(after.music.take, 2);
}

/// A film whose music could not be made has none of its takes.
#[test]
fn a_take_is_in_the_film_if_the_part_is() {
    let film = Job {
        soundtrack: Soundtrack::Ready,
        ..film(2)
    };
    let silent = Job {
        soundtrack: Soundtrack::Failed,
        ..film.clone()
    };
    for target in [Target::Scene(2), Target::Soundtrack] {
        assert!(film.has_take(target, 1) && !film.has_take(target, 2));
        assert_eq!(silent.has_take(target, 1), target != Target::Soundtrack);
    }
}

#[test]
fn a_change_is_found_by_its_name_as_it_is_or_has_become() {
    let film = film(2);
    let (name, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let redo = second_take(&film, Target::Soundtrack);
    let (now, limit) = (Time::from_millisecond(9), Duration::from_secs(60));
    let job = film
        .redone(redo.clone(), Some(name), 5, now, limit)
        .unwrap();
    assert_eq!(job.redo_named(name, Target::Soundtrack), Some(redo.clone()));
    assert_eq!(job.redo_named(other, Target::Soundtrack), None);
    let ended = Job {
        status: Status::Completed,
        storyboard: job.storyboard_in_work(),
        redo: None,
        ..job
    };
    let there = ended.redo_named(name, Target::Soundtrack).unwrap();
    assert_eq!(there.part, redo.part);
}

/// What stood in the table before the music could be redone reads back.
#[test]
fn a_change_of_a_scene_stands_in_the_table_as_it_did() {
    let film = film(2);
    let redo = second_take(&film, Target::Scene(2));
    let stored = serde_json::json!(redo);
    assert_eq!(
        (&stored["scene"]["take"], &stored["place"]),
        (&2.into(), &"free".into())
    );
    assert_eq!(serde_json::from_value::<Redo>(stored).unwrap(), redo);
}

/// Neighbouring scenes, and the takes of one.
#[test]
fn no_two_takes_of_a_film_have_one_seed() {
    let film = film(12);
    let scenes = film.storyboard.unwrap().scenes;
    let takes = scenes.iter().flat_map(|scene| {
        let take = |take| scene.in_take(take, scene.words());
        (1..=9).map(move |number| take(number).model_seed(Some(7)))
    });
    let seeds: std::collections::HashSet<_> = takes.collect();
    assert_eq!(seeds.len(), 12 * 9);
    assert_eq!(scenes[0].model_seed(Some(7)), Some(7));
    assert_eq!(scenes[0].model_seed(None), None);
}

#[test]
fn a_status_has_the_same_text_in_the_table_and_in_json() {
    for status in Status::ALL {
        assert_eq!(serde_json::json!(status), status.as_str());
    }
}

#[test]
fn an_execution_has_one_name_and_the_first_one_the_jobs() {
    let id = "0198c0de-0000-7000-8000-000000000001";
    let run = |name: &str| name.parse::<JobRun>().map(|run| run.run);
    assert_eq!(run(id), Ok(1));
    assert_eq!(run(&format!("{id}-2")), Ok(2));
    assert_eq!(run(&format!("{id}-13")), Ok(13));
    for wrong in ["-1", "-02", "-", "-x", "2", "-2-2"] {
        assert!(run(&format!("{id}{wrong}")).is_err(), "{wrong}");
    }
    assert!(run("../x").is_err());
}

#[test]
fn an_id_has_one_spelling() {
    let text = "0198c0de-0000-7000-8000-000000000001";
    assert_eq!(text.parse::<JobId>().unwrap().to_string(), text);
    assert!(text.replace('-', "").parse::<JobId>().is_err());
    assert!(text.to_uppercase().parse::<JobId>().is_err());
    assert!("../x".parse::<JobId>().is_err());
}

/// The film needs the rest of its time; one that goes on has a time of its own.
#[test]
fn a_storyboard_waits_for_a_tenth_of_its_jobs_time() {
    let at = |seconds: i64| Time::from_millisecond(seconds * 1000);
    let first = job(5);
    assert!(first.may_wait_for_plan(at(359)));
    assert!(!first.may_wait_for_plan(at(360)));
    let failed = Job {
        status: Status::Failed,
        ..first
    };
    let resumed = failed
        .resumed(0, at(5000), Duration::from_secs(60))
        .unwrap();
    assert!(resumed.may_wait_for_plan(at(5005)));
    assert!(!resumed.may_wait_for_plan(at(5006)));
}
