//! A session is renewed and ended.

use super::*;

#[tokio::test]
async fn a_session_is_renewed_and_its_refresh_token_rotated() {
    let pool = pool(token_answer(None, &access(), Some("the-next"))).await;
    let cookie = format!("{}=the-first; theme=dark", cookies::REFRESH);
    let answer = pool.refresh(&cookie).await;
    assert_eq!(answer.status().as_u16(), 200);
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body, json!({ "expiresIn": 3600 }));
    let set = set_cookies(&answer);
    assert_eq!(set[SESSION].0, access());
    assert_eq!(set[cookies::REFRESH].0, "the-next");
    let (_, form) = &pool.asked().await[0];
    assert_eq!(form["grant_type"], "refresh_token");
    assert_eq!(form["refresh_token"], "the-first");
    assert_eq!(form["client_id"], CLIENT_ID);
}

#[tokio::test]
async fn a_refresh_token_that_is_not_rotated_is_kept() {
    let pool = pool(token_answer(None, &access(), None)).await;
    let answer = pool.refresh(&format!("{}=r", cookies::REFRESH)).await;
    assert_eq!(set_and_taken(&answer), (vec![SESSION.to_owned()], vec![]));
}

#[tokio::test]
async fn a_revoked_refresh_token_ends_the_session() {
    let pool = pool(invalid_grant()).await;
    let answer = pool.refresh(&format!("{}=r", cookies::REFRESH)).await;
    assert_failure(&answer, 401, "UNAUTHORIZED");
    assert!(answer.headers().contains_key("www-authenticate"));
    let taken = vec![SESSION.to_owned(), cookies::REFRESH.to_owned()];
    assert_eq!(set_and_taken(&answer), (vec![], taken));
}

#[tokio::test]
async fn without_one_refresh_token_nothing_is_renewed() {
    let pool = pool(good_tokens()).await;
    for cookies in [
        "",
        "__Secure-refresh=",
        "__Secure-refresh=a; __Secure-refresh=b",
    ] {
        let answer = pool.refresh(cookies).await;
        assert_failure(&answer, 401, "UNAUTHORIZED");
        assert!(set_cookies(&answer).is_empty(), "{cookies}");
    }
    assert!(pool.asked().await.is_empty());
}

#[tokio::test]
async fn an_outage_of_the_pool_leaves_the_session_as_it_is() {
    for outage in outages() {
        let pool = pool(outage).await;
        let answer = pool.refresh(&format!("{}=r", cookies::REFRESH)).await;
        assert_failure(&answer, 503, "SERVICE_UNAVAILABLE");
        assert!(set_cookies(&answer).is_empty());
    }
}

#[tokio::test]
async fn a_logout_revokes_and_takes_the_cookies_back() {
    let pool = pool(good_tokens())
        .await
        .revokes(ResponseTemplate::new(200))
        .await;
    let answer = pool.logout(&format!("{}=r", cookies::REFRESH)).await;
    let place = format!(
        "{}/logout?client_id={CLIENT_ID}&logout_uri=https%3A%2F%2Fsite.example%2F",
        pool.server.uri()
    );
    assert_eq!(location(&answer), place);
    let taken = vec![SESSION.to_owned(), cookies::REFRESH.to_owned()];
    assert_eq!(set_and_taken(&answer), (vec![], taken));
    let (path, form) = &pool.asked().await[0];
    assert_eq!(path, "/oauth2/revoke");
    assert_eq!(
        (form["token"].as_str(), form["client_id"].as_str()),
        ("r", CLIENT_ID)
    );
}

#[tokio::test]
async fn a_program_that_logs_out_is_told_where_the_hosted_ui_does() {
    let pool = pool(good_tokens()).await;
    let mut request = request("POST", "/api/v1/auth/logout", "");
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(ACCEPT, json);
    let answer = response(pool.sign_in.end(&request).await);
    assert_eq!(answer.status().as_u16(), 200);
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert!(body["logoutUrl"].as_str().unwrap().contains("/logout?"));
    assert!(pool.asked().await.is_empty());
}

/// A session that looks ended and is not would be worse than one that is not.
#[tokio::test]
async fn a_logout_that_cannot_revoke_says_so_and_can_be_repeated() {
    let unable = json!({ "error": "unauthorized_client" });
    for (answer, status) in [
        (ResponseTemplate::new(500), 503),
        (ResponseTemplate::new(429), 503),
        (ResponseTemplate::new(400).set_body_json(unable), 500),
    ] {
        let pool = pool(good_tokens()).await.revokes(answer).await;
        let answer = pool.logout(&format!("{}=r", cookies::REFRESH)).await;
        assert_eq!(answer.status().as_u16(), status);
        assert!(set_cookies(&answer).is_empty());
    }
}

#[tokio::test]
async fn a_logout_with_a_useless_refresh_token_works() {
    let useless = json!({ "error": "unsupported_token_type" });
    let pool = pool(good_tokens()).await;
    let useless = ResponseTemplate::new(400).set_body_json(useless);
    let answer = pool.revokes(useless).await;
    let answer = answer.logout(&format!("{}=x", cookies::REFRESH)).await;
    assert_eq!(answer.status().as_u16(), 302);
    assert_eq!(set_and_taken(&answer).1.len(), 2);
}

#[tokio::test]
async fn a_pool_that_is_slow_is_not_waited_for() {
    let slow = good_tokens().set_delay(Duration::from_secs(30));
    let pool = pool(slow).await;
    let begun = std::time::Instant::now();
    let answer = pool.refresh(&format!("{}=r", cookies::REFRESH)).await;
    assert_failure(&answer, 503, "SERVICE_UNAVAILABLE");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

/// Errors are logged with their causes; an answer that cannot be read may hold tokens.
#[tokio::test]
async fn no_error_holds_what_the_pool_answered() {
    for body in [
        json!({ "access_token": "secret-1", "token_type": "Bearer", "expires_in": "secret-2" }),
        json!({ "access_token": ["secret-1"], "refresh_token": "secret-2" }),
    ] {
        let pool = pool(ResponseTemplate::new(200).set_body_json(body)).await;
        let cookie = format!("{}=secret-3", cookies::REFRESH);
        let request = request("POST", "/api/v1/auth/refresh", &cookie);
        let error = pool.sign_in.refresh(&request, now()).await.unwrap_err();
        let text = format!("{error:?}");
        assert!(!text.contains("secret"), "{text}");
    }
}
