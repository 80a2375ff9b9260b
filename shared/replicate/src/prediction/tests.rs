use serde_json::json;

use super::*;

fn prediction(status: &str, more: &Value) -> Prediction {
    let mut value = json!({"id": "abc123", "status": status});
    value
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    serde_json::from_value(value).unwrap()
}

#[test]
fn what_the_api_shows_is_read_and_what_is_new_is_ignored() {
    let read = prediction(
        "succeeded",
        &json!({
            "model": "bytedance/seedance-1-pro-fast", "version": "hidden", "input": {"prompt": "x"},
            "output": "https://replicate.delivery/a.mp4", "error": null, "logs": "", "source": "api",
            "metrics": {"predict_time": 41.5, "total_time": 43.0, "tokens": 7},
            "created_at": "2026-11-20T10:00:00.123Z", "started_at": "2026-11-20T10:00:01Z",
            "completed_at": "2026-11-20T10:00:43Z", "deadline": "2026-11-20T10:10:00Z",
            "webhook": "https://example.org/hook?attempt=1", "webhook_events_filter": ["completed"],
            "urls": {"get": "https://api.example.org/p/abc123", "cancel": "c", "web": "w"}, "data_removed": false
        }),
    );
    assert!(read.is_terminal());
    assert_eq!(read.metrics.as_ref().unwrap().predict_time, Some(41.5));
    assert_eq!(
        read.created_at,
        Some("2026-11-20T10:00:00.123Z".parse().unwrap())
    );
    assert_eq!(
        read.webhook.as_deref(),
        Some("https://example.org/hook?attempt=1")
    );
    assert_eq!(read.failure(), None);
}

#[test]
fn odd_shapes_do_not_spoil_a_prediction() {
    let read = prediction(
        "processing",
        &json!({"metrics": "fast", "created_at": "yesterday", "urls": 5, "error": {"code": 7}, "model": 3, "data_removed": null}),
    );
    assert_eq!(
        (read.metrics, read.created_at, read.urls, read.model),
        (None, None, None, None)
    );
    assert_eq!(read.error.as_deref(), Some("{\"code\":7}"));
}

#[test]
fn an_unknown_status_is_kept_and_ends_when_the_provider_says_so() {
    let running = prediction("thinking", &json!({}));
    assert_eq!(running.status, Status::Other("thinking".to_owned()));
    assert!(!running.is_terminal());
    assert_eq!(running.failure(), None);
    let ended = prediction("rejected", &json!({"completed_at": "2026-11-20T10:00:43Z"}));
    assert!(ended.is_terminal());
    assert_eq!(ended.failure(), Some(Failure::Other));
    assert_eq!(serde_json::to_value(&ended).unwrap()["status"], "rejected");
}

#[test]
fn files_are_found_in_every_shape_of_output() {
    let url = "https://replicate.delivery/a.mp4";
    for (output, found) in [
        (json!(url), 1),
        (json!([url, url]), 2),
        (json!({"video": url, "seed": 5}), 1),
        (json!(null), 0),
        (json!(""), 0),
        (json!([]), 0),
        (json!({}), 0),
        (json!(7), 0),
        (json!("/files/a.mp4"), 0),
        (json!("file:///etc/passwd"), 0),
        (json!("data:video/mp4;base64,AAAA"), 0),
    ] {
        let read = prediction("succeeded", &json!({ "output": output }));
        assert_eq!(read.output_urls().len(), found, "{output}");
    }
}

#[test]
fn text_is_joined_from_every_shape_of_output() {
    for (output, text) in [
        (json!(["{\"a\"", ":1}"]), Some("{\"a\":1}")),
        (json!("plain"), Some("plain")),
        (
            json!({"json_output": {"a": 1}, "text": "no"}),
            Some("{\"a\":1}"),
        ),
        (json!({"json_output": null, "text": "yes"}), Some("yes")),
        (json!({"other": 1}), None),
        (json!([]), None),
        (json!(""), None),
        (json!(null), None),
    ] {
        let read = prediction("succeeded", &json!({ "output": output }));
        assert_eq!(read.output_text().as_deref(), text, "{output}");
    }
}

#[test]
fn a_failure_is_told_by_its_words_and_codes() {
    let transient = |code: &str| Failure::Transient(code.to_owned());
    for (error, failure) in [
        (
            "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
            Failure::Refused,
        ),
        ("NSFW content detected", Failure::Refused),
        ("Output may infringe copyright", Failure::Refused),
        (
            "Request blocked by content moderation (E6716)",
            Failure::Refused,
        ),
        ("Prediction failed to start (E6716)", transient("E6716")),
        ("Unknown error (code: E1000)", transient("E1000")),
        (
            "Director: unexpected error handling prediction (E9243)",
            transient("E9243"),
        ),
        (
            "Prediction interrupted; please retry (code: PA)",
            transient("please retry"),
        ),
        ("CUDA out of memory", transient("out of memory")),
        ("webhook URL is empty (E4875)", Failure::Other),
        ("division by zero", Failure::Other),
        ("", Failure::Other),
    ] {
        let read = prediction("failed", &json!({ "error": error }));
        assert_eq!(read.failure(), Some(failure), "{error}");
    }
    assert_eq!(
        prediction("failed", &json!({"error": null})).failure(),
        Some(Failure::Other)
    );
    assert_eq!(
        prediction("canceled", &json!({})).failure(),
        Some(Failure::TimedOut)
    );
    assert_eq!(
        prediction("aborted", &json!({})).failure(),
        Some(Failure::TimedOut)
    );
}
