use super::*;
use proptest::prelude::*;

#[test]
fn a_cancelled_job_has_no_scene_that_is_being_generated() {
    let scene = |status| Scene {
        index: 1,
        title: String::new(),
        status,
        updated_at: Time::from_millisecond(0),
    };
    let in_job = |status, scene: Scene| scene.status_in(&Job { status, ..job(1) });
    for status in Status::ALL {
        let shown = in_job(status, scene(SceneStatus::Generating));
        assert_eq!(shown == SceneStatus::Pending, status == Status::Cancelled);
        let done = in_job(status, scene(SceneStatus::Complete));
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
fn a_film_stays_and_what_ended_without_one_may_go_on() {
    for next in Status::ALL {
        assert!(!Status::Completed.can_become(next));
        let goes_on = next.is_running();
        assert_eq!(Status::Failed.can_become(next), goes_on, "{next:?}");
        assert_eq!(Status::Cancelled.can_become(next), goes_on, "{next:?}");
    }
    assert!(Status::Pending.can_become(Status::Processing));
    assert!(!Status::Processing.can_become(Status::Pending));
    assert_eq!(Status::before(Status::Cancelled), ["cancelling"]);
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
