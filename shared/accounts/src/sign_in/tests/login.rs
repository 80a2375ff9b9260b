//! Signing in: to the hosted UI, and back with a code.

use super::*;

#[tokio::test]
async fn a_login_leads_to_the_hosted_ui_with_all_that_the_callback_checks() {
    let pool = pool(good_tokens()).await;
    let begin = |method| {
        let request = request(method, "/api/v1/auth/login", "");
        response(pool.sign_in.begin(&request))
    };
    let (first, second) = (begin("GET"), begin("POST"));
    let address = url::Url::parse(location(&first)).unwrap();
    assert!(address.as_str().starts_with(&pool.server.uri()));
    assert_eq!(address.path(), "/oauth2/authorize");
    let query: HashMap<_, _> = address.query_pairs().into_owned().collect();
    let (cookie, attributes) = &set_cookies(&first)[cookies::LOGIN];
    let pending = URL_SAFE_NO_PAD.decode(cookie).unwrap();
    let pending: Value = serde_json::from_slice(&pending).unwrap();
    let verifier = oauth2::PkceCodeVerifier::new(pending["verifier"].as_str().unwrap().to_owned());
    let challenge = oauth2::PkceCodeChallenge::from_code_verifier_sha256(&verifier);

    assert_eq!(query["response_type"], "code");
    assert_eq!(query["client_id"], CLIENT_ID);
    assert_eq!(query["redirect_uri"], CALLBACK);
    assert_eq!(query["scope"], "openid email");
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query["code_challenge"], challenge.as_str());
    assert_eq!(query["state"], pending["state"]);
    assert_eq!(query["nonce"], pending["nonce"]);
    assert_eq!(pending["returnTo"], "/");
    assert!(attributes.ends_with("Path=/; Max-Age=600"), "{attributes}");
    for secret in ["state", "nonce", "verifier"] {
        let text = pending[secret].as_str().unwrap();
        assert!(text.len() >= 22, "{secret}: {text}");
        assert!(secret != "verifier" || !location(&first).contains(text));
        assert!(!location(&second).contains(text), "{secret} is used twice");
    }
}

#[tokio::test]
async fn a_login_returns_to_the_site_and_nowhere_else() {
    let pool = pool(good_tokens()).await;
    let begin = |path: &str| {
        let request = request("GET", &format!("/api/v1/auth/login?returnTo={path}"), "");
        response(pool.sign_in.begin(&request))
    };
    let (cookie, _) = &set_cookies(&begin("/films/7?a"))[cookies::LOGIN];
    let pending: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cookie).unwrap()).unwrap();
    assert_eq!(pending["returnTo"], "/films/7?a");
    for elsewhere in [
        "//evil.example",
        "https://evil.example",
        "/.//evil.example",
        "x",
        "",
    ] {
        let answer = begin(elsewhere);
        let body = assert_failure(&answer, 400, "VALIDATION_ERROR");
        assert_eq!(body["details"]["field"], "returnTo");
        assert!(set_cookies(&answer).is_empty());
    }
}

#[tokio::test]
async fn a_callback_makes_the_session_and_ends_the_sign_in() {
    let pool = pool(good_tokens()).await;
    let answer = pool
        .callback(&format!("code=a-code&state={STATE}"), &login_cookie())
        .await;
    assert_eq!(location(&answer), "/create?a=b");
    let (set, taken) = set_and_taken(&answer);
    assert_eq!(set, [SESSION, cookies::REFRESH]);
    assert_eq!(taken, [cookies::LOGIN]);
    let cookies = set_cookies(&answer);
    let (session, attributes) = &cookies[SESSION];
    assert_eq!(session, &access());
    assert!(attributes.ends_with("Path=/; Max-Age=3600"), "{attributes}");
    let (refresh, attributes) = &cookies[cookies::REFRESH];
    assert_eq!(refresh, "a-refresh-token");
    assert!(attributes.contains("; Path=/api/v1/auth; "), "{attributes}");

    let asked = pool.asked().await;
    let [(path, form)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(path, "/oauth2/token");
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "a-code"),
        ("code_verifier", VERIFIER),
        ("client_id", CLIENT_ID),
        ("redirect_uri", CALLBACK),
    ] {
        assert_eq!(form[name], value);
    }
}

/// What is not of the sign-in that began in this browser never reaches the pool.
#[tokio::test]
async fn a_callback_that_nobody_here_began_is_refused() {
    let pool = pool(good_tokens()).await;
    let good = format!("code=a-code&state={STATE}");
    let login = login_cookie();
    let (other, broken) = (
        format!("{}=e30", cookies::LOGIN),
        format!("{}=%%%", cookies::LOGIN),
    );
    let twice = format!("{login}; {login}");
    let elsewhere = json!({
        "state": STATE, "nonce": NONCE, "verifier": VERIFIER, "returnTo": "//evil.example",
    });
    let elsewhere = URL_SAFE_NO_PAD.encode(elsewhere.to_string());
    let elsewhere = format!("{}={elsewhere}", cookies::LOGIN);
    for (query, cookies, field) in [
        (good.as_str(), "", "state"),
        (&good, "__Host-logins=x", "state"),
        (&good, &other, "state"),
        (&good, &broken, "state"),
        (&good, &twice, "state"),
        (&good, &elsewhere, "state"),
        ("code=a-code&state=another", &login, "state"),
        ("code=a-code&state=", &login, "state"),
        ("code=a-code", &login, "state"),
        ("", &login, "state"),
        ("state=a-state", &login, "code"),
        ("error=access_denied&state=a-state", &login, "error"),
        (
            "error=access_denied&code=a-code&state=a-state",
            &login,
            "error",
        ),
        ("error=access_denied&state=another", &login, "state"),
    ] {
        let answer = pool.callback(query, cookies).await;
        let body = assert_failure(&answer, 400, "SIGN_IN_FAILED");
        assert_eq!(body["details"]["field"], field, "{query} {cookies}");
        assert_eq!(
            set_and_taken(&answer),
            (vec![], vec![cookies::LOGIN.to_owned()])
        );
    }
    assert!(pool.asked().await.is_empty());
}

#[tokio::test]
async fn a_code_that_the_pool_refuses_makes_no_session() {
    let pool = pool(invalid_grant()).await;
    let answer = pool
        .callback(&format!("code=used&state={STATE}"), &login_cookie())
        .await;
    assert_failure(&answer, 400, "SIGN_IN_FAILED");
    assert_eq!(
        set_and_taken(&answer),
        (vec![], vec![cookies::LOGIN.to_owned()])
    );
}

#[tokio::test]
async fn tokens_that_are_not_of_this_sign_in_make_no_session() {
    let mut other = access_claims(now());
    other["sub"] = json!("someone-else");
    let expired = id_claims_with("exp", json!(now().as_second()));
    for (what, id, access) in [
        ("no ID token", None, access()),
        ("no nonce", Some(FIRST.mint(&id_claims(now()))), access()),
        (
            "another nonce",
            Some(FIRST.mint(&id_claims_with("nonce", json!("x")))),
            access(),
        ),
        (
            "another's ID token",
            Some(FIRST.mint(&id_claims_with("sub", json!("x")))),
            access(),
        ),
        (
            "another's access token",
            Some(good_id()),
            FIRST.mint(&other),
        ),
        (
            "another client",
            Some(FIRST.mint(&id_claims_with("aud", json!("x")))),
            access(),
        ),
        (
            "another pool",
            Some(FIRST.mint(&id_claims_with("iss", json!("x")))),
            access(),
        ),
        ("expired", Some(FIRST.mint(&expired)), access()),
        ("an access token for an ID token", Some(access()), access()),
        (
            "a foreign key",
            Some(FOREIGN.mint(&id_claims_with("nonce", json!(NONCE)))),
            access(),
        ),
        ("nonsense", Some("x.y.z".to_owned()), access()),
        (
            "an access token of nobody",
            Some(good_id()),
            "x.y.z".to_owned(),
        ),
    ] {
        let pool = pool(token_answer(id.as_deref(), &access, Some("r"))).await;
        let answer = pool
            .callback(&format!("code=a-code&state={STATE}"), &login_cookie())
            .await;
        assert_failure(&answer, 400, "SIGN_IN_FAILED");
        assert_eq!(set_and_taken(&answer).0, [""; 0], "{what}");
    }
}

/// The code is not used up yet: the browser may come again with the same cookie.
#[tokio::test]
async fn while_the_pool_does_not_answer_a_sign_in_waits() {
    for outage in outages() {
        let pool = pool(outage).await;
        let answer = pool
            .callback(&format!("code=a-code&state={STATE}"), &login_cookie())
            .await;
        assert_failure(&answer, 503, "SERVICE_UNAVAILABLE");
        assert!(set_cookies(&answer).is_empty());
    }
}

#[tokio::test]
async fn a_pool_that_does_not_know_the_client_is_a_fault_of_ours() {
    let unknown = json!({ "error": "invalid_client" });
    let pool = pool(ResponseTemplate::new(400).set_body_json(unknown)).await;
    let answer = pool
        .callback(&format!("code=a-code&state={STATE}"), &login_cookie())
        .await;
    assert_failure(&answer, 500, "INTERNAL_ERROR");
}

#[tokio::test]
async fn a_token_that_no_browser_would_keep_makes_no_session() {
    let mut claims = access_claims(now());
    claims["cognito:groups"] = json!(vec!["g".repeat(100); 40]);
    let long = FIRST.mint(&claims);
    assert!(long.len() > cookies::MAX_ACCESS_TOKEN);
    let pool = pool(token_answer(Some(&good_id()), &long, None)).await;
    let answer = pool
        .callback(&format!("code=a-code&state={STATE}"), &login_cookie())
        .await;
    assert_failure(&answer, 500, "INTERNAL_ERROR");
    assert!(set_cookies(&answer).is_empty());
}
