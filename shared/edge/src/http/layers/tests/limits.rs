//! The rate limit, and what runs beside the counting.

use super::*;

#[tokio::test]
async fn beyond_the_limit_the_handler_is_not_reached() {
    for table in [
        Box::new(counts(LIMIT + 1)) as Box<dyn wiremock::Respond>,
        Box::new(refuses_to_count(LIMIT + 1)),
    ] {
        let cloud = Cloud::new(move |request: &wiremock::Request| table.respond(request)).await;
        let response = cloud
            .ask(signed_in(), async |_, _| panic!("it was reached"))
            .await;
        assert_failure(&response, 429, "Rate limit exceeded", "RATE_LIMIT_EXCEEDED");
        assert_eq!(header(&response, "ratelimit-limit"), Some("100"));
        assert_eq!(header(&response, "ratelimit-remaining"), Some("0"));
        let wait = header(&response, "retry-after").unwrap();
        assert_eq!(header(&response, "ratelimit-reset"), Some(wait));
        assert!((1..=120).contains(&wait.parse::<u64>().unwrap()), "{wait}");
        assert_eq!(cloud.table_calls().await, ONE_UPDATE);
    }
}

/// Who waits for the table while the handler has yet to begin would wait for ever here: the
/// table answers when the handler has begun.
#[tokio::test]
async fn a_handler_that_only_reads_works_while_the_request_is_counted() {
    let begun = Arc::new(AtomicBool::new(false));
    let has_begun = begun.clone();
    let cloud = Cloud::new(move |request: &wiremock::Request| {
        if has_begun.load(Ordering::SeqCst) {
            wiremock::Respond::respond(&counts(7), request)
        } else {
            ResponseTemplate::new(500)
        }
    })
    .await;
    let reads = async |route: Authentication| {
        let begun = begun.clone();
        begun.store(false, Ordering::SeqCst);
        let handler = with_caller(move |caller, request| {
            begun.store(true, Ordering::SeqCst);
            says_who(caller, request)
        });
        let route = protected_route("test", Metrics::start(), route, handler);
        call(route, signed_in()).await.status().as_u16()
    };
    assert_eq!(reads(cloud.authentication().for_reading()).await, 200);
    assert_eq!(reads(cloud.authentication()).await, 503);
}

/// Not even that there is something to be read.
#[tokio::test]
async fn who_is_refused_is_told_nothing_of_what_was_read_meanwhile() {
    let cloud = Cloud::new(refuses_to_count(LIMIT + 1)).await;
    for answer in [
        Reply::ok(&json!({ "secret": 1 })),
        Err(ApiError::NotFound("Job")),
    ] {
        let answer = Arc::new(std::sync::Mutex::new(Some(answer)));
        let handler = with_caller(move |_, _| {
            let answer = answer.lock().unwrap().take().unwrap();
            async move { answer }
        });
        let route = cloud.authentication().for_reading();
        let route = protected_route("test", Metrics::start(), route, handler);
        let response = call(route, signed_in()).await;
        assert_failure(&response, 429, "Rate limit exceeded", "RATE_LIMIT_EXCEEDED");
    }
}

#[tokio::test]
async fn what_is_fetched_beforehand_the_first_request_does_not_wait_for() {
    let cloud = Cloud::new(counts(1)).await;
    let authentication = cloud.authentication();
    authentication.warm_up().await;
    let handler = with_caller(says_who);
    let route = protected_route("test", Metrics::start(), authentication, handler);
    assert_eq!(call(route, signed_in()).await.status().as_u16(), 200);
    let requests = cloud.0.received_requests().await.unwrap();
    let paths: Vec<&str> = requests.iter().map(|request| request.url.path()).collect();
    assert_eq!(
        paths.iter().filter(|path| **path == "/jwks.json").count(),
        1
    );
    assert_eq!(paths.last(), Some(&"/"), "the table is asked last");
}

#[tokio::test]
async fn a_function_begins_though_nothing_can_be_fetched_beforehand() {
    let cloud = Cloud::without_keys(counts(1)).await;
    cloud.authentication().warm_up().await;
}

#[tokio::test]
async fn a_table_that_fails_lets_nobody_through() {
    for (name, status, error, code) in [
        (
            "ThrottlingException",
            503,
            "Service unavailable",
            "SERVICE_UNAVAILABLE",
        ),
        (
            "ProvisionedThroughputExceededException",
            503,
            "Service unavailable",
            "SERVICE_UNAVAILABLE",
        ),
        (
            "AccessDeniedException",
            500,
            "Database unavailable",
            "INTERNAL_ERROR",
        ),
    ] {
        let cloud = Cloud::new(fails_with(name)).await;
        let response = cloud
            .ask(signed_in(), async |_, _| panic!("it was reached"))
            .await;
        assert_failure(&response, status, error, code);
        let waits = header(&response, "retry-after").is_some();
        assert_eq!(waits, status == 503, "{name}");
    }
}
