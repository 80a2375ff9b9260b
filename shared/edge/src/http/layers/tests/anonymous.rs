//! Routes that answer callers with and without a token.

use super::*;

#[tokio::test]
async fn who_sends_no_token_is_nobody_and_counted_by_address() {
    let cloud = Cloud::without_keys(counts(1)).await;
    let response = cloud.ask_optional(me(&[])).await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(body(&response), json!({ "userId": null }));
    assert_eq!(header(&response, "ratelimit-limit"), Some("300"));
    assert_eq!(header(&response, "ratelimit-remaining"), Some("299"));
    assert_eq!(cloud.table_calls().await, ONE_UPDATE);
    let asked = cloud.0.received_requests().await.unwrap();
    let update: Value = asked[0].body_json().unwrap();
    assert_eq!(update["Key"]["userId"]["S"], "address 203.0.113.7");

    let cloud = Cloud::without_keys(refuses_to_count(ANONYMOUS_LIMIT + 1)).await;
    let refused = cloud.ask_optional(me(&[])).await;
    assert_failure(&refused, 429, "Rate limit exceeded", "RATE_LIMIT_EXCEEDED");
    assert!(header(&refused, "retry-after").is_some());
}

/// Behind the site's distribution all come from its addresses.
#[tokio::test]
async fn a_viewers_address_is_believed_of_the_sites_distribution_alone() {
    const VIEWER: &str = "2001:db8:1:2::3";
    for (secret, counted) in [
        (Some("the-distribution's"), "address 2001:db8:1:2::/64"),
        (Some("a guess"), "address 203.0.113.7"),
        (None, "address 203.0.113.7"),
    ] {
        let cloud = Cloud::without_keys(counts(1)).await;
        let mut request = me(&[]);
        let headers = request.headers_mut();
        headers.insert("x-viewer-address", VIEWER.parse().unwrap());
        if let Some(secret) = secret {
            headers.insert("x-origin-secret", secret.parse().unwrap());
        }
        cloud.ask_optional(request).await;
        let asked = cloud.0.received_requests().await.unwrap();
        let update: Value = asked[0].body_json().unwrap();
        assert_eq!(update["Key"]["userId"]["S"], counted, "{secret:?}");
    }
}

#[tokio::test]
async fn who_sends_a_token_is_known_and_counted() {
    let cloud = Cloud::new(counts(1)).await;
    let response = cloud.ask_optional(signed_in()).await;
    assert_eq!(body(&response), json!({ "userId": SUBJECT }));
    assert_eq!(header(&response, "ratelimit-remaining"), Some("99"));
    assert_eq!(cloud.table_calls().await, ONE_UPDATE);

    let cloud = Cloud::new(refuses_to_count(LIMIT + 1)).await;
    let response = cloud.ask_optional(signed_in()).await;
    assert_eq!(response.status().as_u16(), 429);
}

#[tokio::test]
async fn a_bad_token_is_refused_where_none_would_do() {
    let cloud = Cloud::new(counts(1)).await;
    for header in ["Bearer nonsense", "Bearer ", "", "nonsense"] {
        let response = cloud.ask_optional(me(&[header])).await;
        assert_eq!(response.status().as_u16(), 401, "{header:?}");
    }
    let two = cloud.ask_optional(me(&["Bearer a", "Bearer b"])).await;
    assert_eq!(two.status().as_u16(), 401);
    assert_eq!(cloud.table_calls().await, [""; 0]);
}
