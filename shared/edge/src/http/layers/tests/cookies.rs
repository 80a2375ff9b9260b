//! Requests that are signed in by the session cookie, and those that a page of another
//! site makes the browser send (D20, D41).

use lambda_http::http::Method;

use super::*;
use crate::http::cookies::SESSION;
use lambda_http::http::header::COOKIE;
use lambda_http::http::{HeaderName, HeaderValue};

/// The API's own host in the sample events.
const OWN: &str = "https://omnigen.execute-api.us-east-1.amazonaws.com";
const TRUSTED: &str = "https://site.example";

fn token() -> String {
    FIRST.mint(&access_claims(config::clock::now()))
}

fn with_headers(mut request: Request, method: Method, headers: &[(&'static str, &str)]) -> Request {
    *request.method_mut() = method;
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    request
}

/// A request with the session cookie and these headers.
fn by_cookie(method: Method, headers: &[(&'static str, &str)]) -> Request {
    let mut request = with_headers(me(&[]), method, headers);
    let cookie = HeaderValue::from_str(&format!("{SESSION}={}", token())).unwrap();
    request.headers_mut().insert(COOKIE, cookie);
    request
}

/// What a browser says of a write from another site, in each way it may say it.
const CROSS_SITE: [&[(&str, &str)]; 7] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ],
    // Its own word of where it comes from does not make it trusted.
    &[
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://site.example.evil.example"),
    ],
    &[("sec-fetch-site", "cross-site"), ("origin", OWN)],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
];

#[tokio::test]
async fn a_cross_site_write_by_cookie_is_403_and_does_nothing() {
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        for headers in CROSS_SITE {
            let cloud = Cloud::new(counts(1)).await;
            let request = by_cookie(method.clone(), headers);
            let response = cloud
                .ask(request, async |_, _| panic!("it was reached"))
                .await;
            assert_failure(&response, 403, "Cross-site request refused", "FORBIDDEN");
            assert!(cloud.table_calls().await.is_empty(), "{headers:?}");
            let response = cloud.ask_optional(by_cookie(method.clone(), headers)).await;
            assert_eq!(response.status().as_u16(), 403, "{headers:?}");
        }
    }
}

#[tokio::test]
async fn a_write_by_cookie_from_the_site_itself_passes() {
    let allowed: [&[(&'static str, &str)]; 6] = [
        &[("sec-fetch-site", "same-origin"), ("origin", OWN)],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "cross-site"), ("origin", TRUSTED)],
        &[("origin", TRUSTED)],
        &[("origin", OWN)],
        // Only browsers are made to send what their user did not mean.
        &[],
    ];
    for headers in allowed {
        let cloud = Cloud::new(counts(1)).await;
        let response = cloud.ask(by_cookie(Method::POST, headers), says_who).await;
        assert_eq!(body(&response), json!({ "userId": SUBJECT }), "{headers:?}");
    }
}

#[tokio::test]
async fn reading_by_cookie_from_anywhere_passes() {
    for method in [Method::GET, Method::HEAD] {
        for headers in CROSS_SITE {
            let cloud = Cloud::new(counts(1)).await;
            let response = cloud
                .ask(by_cookie(method.clone(), headers), says_who)
                .await;
            assert_eq!(response.status().as_u16(), 200, "{headers:?}");
        }
    }
}

/// No page of another site knows a token to put into a header.
#[tokio::test]
async fn a_cross_site_write_by_bearer_token_passes() {
    for headers in CROSS_SITE {
        let cloud = Cloud::new(counts(1)).await;
        let signed_in = me(&[&format!("Bearer {}", token())]);
        let request = with_headers(signed_in, Method::POST, headers);
        let response = cloud.ask(request, says_who).await;
        assert_eq!(response.status().as_u16(), 200, "{headers:?}");
    }
}

#[tokio::test]
async fn who_sends_a_cookie_is_known_where_nobody_needs_to_be() {
    let cloud = Cloud::new(counts(1)).await;
    let response = cloud.ask_optional(by_cookie(Method::GET, &[])).await;
    assert_eq!(body(&response), json!({ "userId": SUBJECT }));
    assert_eq!(cloud.table_calls().await, ONE_UPDATE);

    let cookie = HeaderValue::from_str(&format!("{SESSION}=nonsense")).unwrap();
    let mut bad = me(&[]);
    bad.headers_mut().insert(COOKIE, cookie);
    let response = cloud.ask_optional(bad).await;
    assert_failure(&response, 401, "Invalid token", "UNAUTHORIZED");

    let mut others = me(&[]);
    let cookie = HeaderValue::from_static("theme=dark; __Secure-refresh=x");
    others.headers_mut().insert(COOKIE, cookie);
    let response = cloud.ask_optional(others).await;
    assert_eq!(body(&response), json!({ "userId": null }));
}

#[tokio::test]
async fn an_origin_that_is_none_is_a_fault_of_the_configuration() {
    assert!(CrossSite::new("").is_ok());
    assert!(CrossSite::new("https://site.example,").is_ok());
    assert!(CrossSite::new("https://a.example, http://localhost:5173").is_ok());
    for origin in ["site.example", "https://site.example/", "*", "file:///tmp"] {
        assert!(CrossSite::new(origin).is_err(), "{origin}");
    }
}
