use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::failure::JobError;
use crate::ids::{EventId, JobId};

fn at(seconds: i64) -> Time {
    Time::from_millisecond(1_795_176_000_000 + seconds * 1000)
}

fn endpoint() -> Endpoint {
    let wanted = NewEndpoint::new("https://example.com/".to_owned(), None, Vec::new()).unwrap();
    let (id, secret) = (WebhookId(Uuid::nil()), SigningSecret::new("whsec_old"));
    Endpoint::new(id, "user", wanted, secret, at(0))
}

fn delivery(endpoint: &Endpoint) -> Delivery {
    let event = Event::job_ended(JobId(Uuid::from_u128(1)), None, at(0));
    Delivery::new(endpoint, event, at(0))
}

fn attempt(response_status: Option<u16>, failure: Option<AttemptFailure>, at: Time) -> Attempt {
    Attempt {
        at,
        milliseconds: 1,
        response_status,
        failure,
        retry_after_seconds: None,
    }
}

fn failed(at: Time) -> Attempt {
    attempt(Some(500), Some(AttemptFailure::Refused), at)
}

#[test]
fn an_event_has_the_same_name_each_time_and_another_one_for_another_ending() {
    let (job, other) = (JobId(Uuid::from_u128(1)), JobId(Uuid::from_u128(2)));
    let error = JobError::workflow_failed();
    let id = |job, error, now| Event::job_ended(job, error, now).event_id;
    let first = id(job, None, at(0));
    assert_eq!(first, id(job, None, at(0)));
    assert_eq!(first.to_string().parse::<EventId>().unwrap(), first);
    assert_eq!(first.0.get_version_num(), 7);
    for another in [
        id(other, None, at(0)),
        id(job, Some(&error), at(0)),
        id(job, None, at(1)),
    ] {
        assert_ne!(first, another);
    }
    assert!(first < id(job, None, at(1)), "names sort as time does");
}

#[test]
fn an_endpoint_is_told_of_what_it_wants_and_of_everything_unless_it_says() {
    let mut endpoint = endpoint();
    assert!(endpoint.wants(EventType::TranscodeFailed));
    endpoint.events = vec![EventType::JobCompleted];
    assert!(endpoint.wants(EventType::JobCompleted));
    assert!(!endpoint.wants(EventType::JobFailed));
}

#[test]
fn the_old_secret_signs_beside_the_new_one_for_a_day() {
    let rotated = endpoint().rotated(SigningSecret::new("whsec_new"), at(0));
    let secrets = |now| -> Vec<String> {
        let secrets = rotated.signing_secrets(now).into_iter();
        secrets.map(|secret| secret.expose().to_owned()).collect()
    };
    assert_eq!(secrets(at(86_399)), ["whsec_new", "whsec_old"]);
    assert_eq!(secrets(at(86_400)), ["whsec_new"]);
    assert!(!format!("{rotated:?}").contains("whsec_"));
}

#[test]
fn an_endpoint_that_is_enabled_again_takes_up_what_was_held() {
    let change = |enabled| EndpointChange::new(None, None, None, Some(enabled)).unwrap();
    let paused = endpoint().paused(PauseReason::Gone, at(1));
    let held = delivery(&paused);
    assert_eq!(held.status, DeliveryStatus::Held);
    assert!(!held.is_due(at(6 * 3600 - 3)) && held.is_due(at(6 * 3600)));
    let enabled = paused.changed(change(true), at(2));
    assert_eq!(
        (enabled.status, enabled.pause, enabled.due_at),
        (EndpointStatus::Enabled, None, Some(at(2)))
    );
    let taken_up = enabled.taken_up(at(3));
    assert_eq!((&taken_up.due, taken_up.due_at), (&None, None));
    let again = taken_up.changed(change(true), at(4));
    assert_eq!(again.due, None, "nothing was held");
    let disabled = paused.changed(change(false), at(2));
    assert_eq!(
        (disabled.status, disabled.pause),
        (EndpointStatus::Disabled, None)
    );
}

#[test]
fn a_change_says_what_is_to_change() {
    assert!(EndpointChange::new(None, None, None, None).is_err());
    let test = vec![EventType::WebhookTest];
    assert_eq!(
        EndpointChange::new(None, None, Some(test), None)
            .unwrap_err()
            .field,
        "events"
    );
    let long = "x".repeat(201);
    let refused = NewEndpoint::new(String::new(), Some(&long), Vec::new());
    assert_eq!(refused.unwrap_err().field, "description");
    let twice = vec![EventType::JobFailed, EventType::JobFailed];
    let wanted = NewEndpoint::new(String::new(), None, twice).unwrap();
    assert_eq!(wanted.events, [EventType::JobFailed]);
    let many = vec![EventType::JobFailed; 101];
    let refused = NewEndpoint::new(String::new(), None, many.clone());
    assert_eq!(refused.unwrap_err().field, "events");
    let refused = EndpointChange::new(None, None, Some(many), None);
    assert_eq!(refused.unwrap_err().field, "events");
}

#[test]
fn a_delivery_is_tried_eight_times_over_more_than_a_day() {
    let schedule = RetrySchedule::default();
    let mut delivery = delivery(&endpoint());
    let mut now = at(0);
    for number in 1..=8 {
        assert!(delivery.is_due(now), "{number}");
        let (tried, next) = delivery
            .taken(now)
            .tried(failed(now), &schedule, None, now, 0.0);
        delivery = tried;
        match next {
            Next::Retry(due) => now = due,
            Next::GivenUp(reason) => {
                assert_eq!((number, reason), (8, Some(PauseReason::Unreachable)));
            }
            Next::Delivered => panic!("it failed"),
        }
    }
    assert_eq!(delivery.status, DeliveryStatus::Failed);
    assert_eq!(delivery.due, None);
    assert_eq!(now.since(at(0)).as_secs(), 99_305);
}

#[test]
fn what_is_taken_is_due_again_when_its_worker_must_have_died() {
    let taken = delivery(&endpoint()).taken(at(0));
    assert!(!taken.is_due(at(57)));
    assert!(taken.is_due(at(60)));
    assert_eq!(taken.revision, 1);
}

#[test]
fn a_410_gives_up_at_once_and_2xx_ends_it() {
    let schedule = RetrySchedule::default();
    let delivery = delivery(&endpoint());
    let gone = attempt(Some(410), Some(AttemptFailure::Refused), at(0));
    let (ended, next) = delivery.tried(gone, &schedule, None, at(0), 0.0);
    assert_eq!(next, Next::GivenUp(Some(PauseReason::Gone)));
    assert_eq!(ended.status, DeliveryStatus::Failed);
    let (ended, next) =
        delivery.tried(attempt(Some(204), None, at(0)), &schedule, None, at(0), 0.0);
    assert_eq!(
        (next, ended.status, ended.due),
        (Next::Delivered, DeliveryStatus::Delivered, None)
    );
}

#[test]
fn an_endpoint_that_takes_other_events_is_not_paused_for_one() {
    let schedule: RetrySchedule = "0".parse().unwrap();
    let (delivery, _) = delivery(&endpoint()).tried(failed(at(5)), &schedule, None, at(5), 0.0);
    let given_up = |last_success| {
        let (_, next) = delivery.tried(failed(at(9)), &schedule, last_success, at(9), 0.0);
        next
    };
    assert_eq!(given_up(Some(at(7))), Next::GivenUp(None));
    let dead = Next::GivenUp(Some(PauseReason::Unreachable));
    assert_eq!(given_up(Some(at(4))), dead);
    assert_eq!(given_up(None), dead);
}

#[test]
fn a_redelivery_begins_anew_under_the_same_name_and_keeps_its_log() {
    let schedule: RetrySchedule = "1".parse().unwrap();
    let first = delivery(&endpoint());
    let gone = attempt(Some(410), Some(AttemptFailure::Refused), at(0));
    let (ended, _) = first.tried(gone, &schedule, None, at(0), 0.0);
    let again = ended.again(at(100));
    assert!(again.is_due(at(100)));
    assert_eq!((again.attempts, again.log.len()), (0, 1));
    assert_eq!(again.event, first.event);
    assert_eq!(again.first_attempt_at, None);
}

#[test]
fn a_schedule_is_a_list_of_seconds() {
    let schedule: RetrySchedule = "1, 20".parse().unwrap();
    assert_eq!(schedule.next(1, None, at(0), 0.0), Some(at(1)));
    assert_eq!(schedule.next(2, None, at(0), 1.0), Some(at(22)));
    assert_eq!(schedule.next(3, None, at(0), 0.0), None);
    for bad in ["", "x", "-1", "1,,2", "604801"] {
        assert!(bad.parse::<RetrySchedule>().is_err(), "{bad}");
    }
}

#[test]
fn a_receiver_that_asks_to_be_left_alone_is_but_not_for_ever() {
    let schedule: RetrySchedule = "10,1000,100".parse().unwrap();
    for (attempts, asked, wait) in [
        (1, None, 10),
        (1, Some(0), 10),
        (1, Some(9), 10),
        (1, Some(300), 300),
        (1, Some(1001), 1000),
        (1, Some(u64::MAX), 1000),
        (2, Some(300), 1000),
        (3, Some(99), 100),
        (3, Some(300), 300),
    ] {
        let asked = asked.map(Duration::from_secs);
        let due = schedule.next(attempts, asked, at(0), 0.0);
        assert_eq!(due, Some(at(wait)), "{attempts} {asked:?}");
    }
    let asked = Some(Duration::from_secs(300));
    assert_eq!(schedule.next(1, asked, at(0), 1.0), Some(at(330)));
    assert_eq!(schedule.next(4, asked, at(0), 0.0), None);
}

#[test]
fn no_worker_comes_earlier_than_the_receiver_asked() {
    let schedule: RetrySchedule = "10,1000".parse().unwrap();
    let busy = Attempt {
        retry_after_seconds: Some(300),
        ..failed(at(0))
    };
    let (delivery, _) = delivery(&endpoint()).tried(busy, &schedule, None, at(1), 0.0);
    assert!(!delivery.is_due(at(300)) && delivery.is_due(at(301)));
}

#[test]
fn a_message_names_work_and_waits_a_quarter_of_an_hour_at_most() {
    let work = Work::Deliver {
        user_id: "user".to_owned(),
        webhook_id: WebhookId(Uuid::nil()),
        event_id: EventId(Uuid::nil()),
    };
    assert_eq!(Work::read(&work.body().unwrap()).unwrap(), work);
    assert!(Work::read("{\"work\":\"other\"}").is_err());
    assert_eq!(Work::delay(at(900), at(0)), Some(Duration::from_secs(900)));
    assert_eq!(Work::delay(at(901), at(0)), None);
    assert_eq!(Work::delay(at(0), at(9)), Some(Duration::ZERO));
    assert_eq!(Work::forgotten_before(at(60)), at(0));
}

proptest! {
    #[test]
    fn a_wait_is_its_own_or_what_was_asked_and_never_longer_than_the_longest(
        waits in prop::collection::vec(0_u64..100_000, 1..9),
        asked in prop::option::of(0_u64..200_000),
        jitter in 0.0..=1.0,
    ) {
        let list: Vec<String> = waits.iter().map(u64::to_string).collect();
        let schedule: RetrySchedule = list.join(",").parse().unwrap();
        let (wanted, longest) = (asked.map(Duration::from_secs), waits.iter().max().unwrap());
        for (attempts, own) in (1..).zip(&waits) {
            let due = schedule.next(attempts, wanted, at(0), jitter).unwrap();
            let wait = due.since(at(0)).as_secs_f64();
            let least = asked.unwrap_or(0).min(*longest).max(*own);
            prop_assert!(wait >= least as f64);
            prop_assert!(wait <= *longest as f64 * 1.1 + 0.001);
        }
    }

    #[test]
    fn a_delivery_has_a_time_while_it_is_open_and_none_once_it_has_ended(
        steps in prop::collection::vec((0u8..5, any::<bool>()), 1..40),
    ) {
        let schedule: RetrySchedule = "1,2,3".parse().unwrap();
        let mut now = at(0);
        let mut delivery = delivery(&endpoint());
        for (step, success) in steps {
            now = now.after(Duration::from_secs(1));
            let before = delivery.revision;
            delivery = match step {
                0 => delivery.taken(now),
                1 => delivery.held(now),
                2 => delivery.again(now),
                _ => {
                    let attempt = if success { attempt(Some(200), None, now) } else { failed(now) };
                    delivery.tried(attempt, &schedule, None, now, 0.5).0
                }
            };
            prop_assert_eq!(delivery.revision, before + 1);
            let is_open = matches!(
                delivery.status,
                DeliveryStatus::Pending | DeliveryStatus::Held
            );
            prop_assert_eq!(is_open, delivery.due_at.is_some());
            prop_assert_eq!(delivery.due.is_some(), delivery.due_at.is_some());
            prop_assert!(delivery.log.len() <= 20);
        }
    }
}
