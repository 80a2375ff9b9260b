//! Requests that come again with the same `Idempotency-Key`.

use super::*;

/// As a request with the key of one that died: it creates under the same id.
async fn repeat(world: &World, id: Uuid) -> (u16, Value) {
    let mut request = request("POST", "/api/v1/jobs", &film());
    request.extensions_mut().insert(Creation {
        id,
        is_repeated: true,
    });
    answer(handle(user(USER), request, world.state.clone()).await)
}

#[tokio::test]
async fn a_repeated_request_goes_on_where_the_first_one_died() {
    let wanted = request::CreateJob::sample();
    for is_written in [false, true] {
        let world = World::new();
        let id = Uuid::from_u128(7);
        if is_written {
            let caller = user(USER);
            let first = accept(&world.state, JobId(id), &caller, wanted.clone());
            first.await.unwrap();
        }
        for _ in 0..2 {
            let (status, body) = repeat(&world, id).await;
            assert_eq!((status, &body["jobId"]), (202, &json!(id)));
        }
        let status = world.executions.status(&id.to_string());
        assert_eq!(status, Some(ExecutionStatus::Running));
        assert_eq!(world.jobs(), [id.to_string()]);
        assert_eq!(world.places().await, (1, 0));
    }
}

/// The first request took the month's last place.
#[tokio::test]
async fn a_repeated_request_finds_its_job_though_the_month_is_full() {
    let world = World::new();
    let mut last = Value::Null;
    for _ in 0..QUOTA {
        last = world.create(&film()).await.1;
    }
    let id = last["jobId"].as_str().unwrap().parse().unwrap();
    assert_eq!(repeat(&world, id).await, (202, last));
}

#[tokio::test]
async fn a_repeated_request_whose_job_failed_wants_another_key() {
    let world = World::new();
    world.executions.outage().begin_after(0);
    world.create(&film()).await;
    world.executions.outage().end();
    let id = world.jobs()[0].parse().unwrap();
    let (status, body) = repeat(&world, id).await;
    assert_eq!((status, &body["code"]), (409, &json!("CONFLICT")));
    assert_eq!(world.places().await, (0, 0));
}
