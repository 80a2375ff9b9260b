use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const BODY: &[u8] =
    br#"{"id":"abc123","status":"succeeded","output":"https://replicate.delivery/a.mp4"}"#;

#[expect(
    clippy::disallowed_methods,
    reason = "the library judges the age by the system's clock too"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

fn signed(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> String {
    Webhook::new(secret)
        .unwrap()
        .sign(id, timestamp, body)
        .unwrap()
}

fn verify_at(
    secret: &str,
    signature: &str,
    timestamp: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<Prediction, WebhookError> {
    let headers = SignatureHeaders {
        id: Some("msg_1"),
        timestamp: Some(timestamp),
        signature: Some(signature),
    };
    verify(&SecretString::from(secret), headers, body, now)
}

#[test]
fn the_providers_webhook_brings_its_prediction() {
    let now = now();
    let seconds = now.as_second();
    let signature = signed(SECRET, "msg_1", seconds, BODY);
    let prediction = verify_at(SECRET, &signature, &seconds.to_string(), BODY, now).unwrap();
    assert_eq!(prediction.id, "abc123");
}

#[test]
fn one_of_two_signatures_is_enough() {
    let now = now();
    let seconds = now.as_second();
    let (old, new) = (
        signed(OTHER_SECRET, "msg_1", seconds, BODY),
        signed(SECRET, "msg_1", seconds, BODY),
    );
    let both = format!("{old} {new}");
    assert!(verify_at(SECRET, &both, &seconds.to_string(), BODY, now).is_ok());
}

#[test]
fn what_cannot_be_the_providers_is_refused_without_the_secret() {
    let now = now();
    let (fresh, stale) = (
        now.as_second().to_string(),
        (now.as_second() - 301).to_string(),
    );
    let signature = signed(OTHER_SECRET, "msg_1", now.as_second(), BODY);
    let check = |timestamp: &str, signature: &str| {
        let headers = SignatureHeaders {
            id: Some("msg_1"),
            timestamp: Some(timestamp),
            signature: Some(signature),
        };
        check_headers(headers, now).map(drop)
    };
    assert_eq!(check(&fresh, &signature), Ok(()));
    assert_eq!(check(&stale, &signature), Err(WebhookError::Stale));
    for forged in [
        "v1,",
        "v1,abc",
        "v2,abc",
        "forged",
        "v1,!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!=",
    ] {
        assert_eq!(
            check(&fresh, forged),
            Err(WebhookError::BadSignature),
            "{forged}"
        );
    }
}

#[test]
fn what_nobody_signed_is_refused() {
    let now = now();
    let seconds = now.as_second();
    let good = signed(SECRET, "msg_1", seconds, BODY);
    let mut altered = BODY.to_vec();
    altered[8] ^= 1;
    let time = seconds.to_string();
    let earlier = (seconds - 1).to_string();
    for (case, signature, time, body) in [
        (
            "another secret",
            signed(OTHER_SECRET, "msg_1", seconds, BODY),
            &time,
            BODY,
        ),
        (
            "another id",
            signed(SECRET, "msg_2", seconds, BODY),
            &time,
            BODY,
        ),
        ("another time", good.clone(), &earlier, BODY),
        ("one bit altered", good.clone(), &time, altered.as_slice()),
        ("another scheme", good.replace("v1,", "v2,"), &time, BODY),
        ("no scheme", good.replace("v1,", ""), &time, BODY),
        ("cut short", good[..good.len() - 1].to_owned(), &time, BODY),
        ("not utf-8", good.clone(), &time, b"\xff\xfe".as_slice()),
        ("a line break", format!("{good}\n"), &time, BODY),
    ] {
        assert_eq!(
            verify_at(SECRET, &signature, time, body, now),
            Err(WebhookError::BadSignature),
            "{case}"
        );
    }
}

#[test]
fn old_and_future_webhooks_are_refused_though_signed() {
    let now = now();
    for (offset, accepted) in [
        (-301, false),
        (301, false),
        (-290, true),
        (290, true),
        (i64::MIN / 2, false),
    ] {
        let seconds = now.as_second() + offset;
        let signature = signed(SECRET, "msg_1", seconds, BODY);
        let result = verify_at(SECRET, &signature, &seconds.to_string(), BODY, now);
        assert_eq!(
            result.err(),
            (!accepted).then_some(WebhookError::Stale),
            "{offset} s"
        );
    }
}

#[test]
fn the_age_is_judged_by_the_time_given() {
    let now = now();
    let seconds = now.as_second();
    let signature = signed(SECRET, "msg_1", seconds, BODY);
    let later = Timestamp::from_second(seconds + 301).unwrap();
    assert_eq!(
        verify_at(SECRET, &signature, &seconds.to_string(), BODY, later),
        Err(WebhookError::Stale)
    );
}

#[test]
fn missing_and_unreadable_headers_are_refused() {
    let now = now();
    let time = now.as_second().to_string();
    let whole = SignatureHeaders {
        id: Some("msg_1"),
        timestamp: Some(&time),
        signature: Some("v1,AAAA"),
    };
    let secret = SecretString::from(SECRET);
    for (headers, missing) in [
        (SignatureHeaders { id: None, ..whole }, "webhook-id"),
        (
            SignatureHeaders {
                id: Some(""),
                ..whole
            },
            "webhook-id",
        ),
        (
            SignatureHeaders {
                timestamp: None,
                ..whole
            },
            "webhook-timestamp",
        ),
        (
            SignatureHeaders {
                signature: None,
                ..whole
            },
            "webhook-signature",
        ),
    ] {
        assert_eq!(
            verify(&secret, headers, BODY, now),
            Err(WebhookError::MissingHeader(missing))
        );
    }
    for time in ["soon", "1.5", "99999999999999999999"] {
        assert_eq!(
            verify_at(SECRET, "v1,AAAA", time, BODY, now),
            Err(WebhookError::BadTimestamp),
            "{time}"
        );
    }
}

#[test]
fn a_signed_body_that_is_no_prediction_is_refused() {
    let now = now();
    let seconds = now.as_second();
    for body in [b"{}".as_slice(), b"[]", b"not json", b""] {
        let signature = signed(SECRET, "msg_1", seconds, body);
        assert_eq!(
            verify_at(SECRET, &signature, &seconds.to_string(), body, now),
            Err(WebhookError::BadBody)
        );
    }
}

#[test]
fn an_empty_secret_lets_nobody_in() {
    let now = now();
    let seconds = now.as_second();
    let signature = signed("whsec_", "msg_1", seconds, BODY);
    for secret in ["whsec_", "", "whsec_AAAA", "whsec_not base64 at all!"] {
        let result = verify_at(secret, &signature, &seconds.to_string(), BODY, now);
        assert_eq!(result, Err(WebhookError::BadSecret), "{secret}");
    }
}
