//! A token's own rules. The library checks the signature; what it leaves to its
//! user is checked here: an absent audience or issuer, the token's kind, critical
//! headers (ASVS V9, RFC 8725), and its lifetime against the time handed in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::time::Time;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;

use super::caller::Caller;

/// What a token must say.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
}

/// Why a token is not accepted. For the log; the client reads one text for all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("malformed")]
    Malformed,
    #[error("header")]
    Header,
    #[error("signature or claims: {0}")]
    Library(String),
    #[error("lifetime")]
    Lifetime,
    #[error("issuer")]
    Issuer,
    #[error("token use or client")]
    Use,
    #[error("subject")]
    Subject,
    #[error("nonce")]
    Nonce,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    token_use: String,
    aud: Option<Value>,
    client_id: Option<Value>,
    email: Option<String>,
    nonce: Option<Value>,
    #[serde(default, rename = "cognito:groups")]
    groups: Option<Value>,
}

/// The key a token names, if its header is one to accept: RS256, and nothing
/// that changes how it is to be read.
pub(crate) fn key_id(token: &str) -> Result<String, Refusal> {
    let header = token.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD
        .decode(header)
        .map_err(|_| Refusal::Malformed)?;
    let header: Value = serde_json::from_slice(&header).map_err(|_| Refusal::Malformed)?;
    let strange = ["crit", "b64", "jwk", "jku", "x5u", "x5c", "zip", "enc"]
        .iter()
        .any(|name| header.get(*name).is_some());
    if strange || header.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err(Refusal::Header);
    }
    match header.get("kid").and_then(Value::as_str) {
        Some(id) if !id.is_empty() && id.len() <= 128 => Ok(id.to_owned()),
        _ => Err(Refusal::Header),
    }
}

/// The caller, if the token is signed by the key and says what it must. With a `nonce`
/// it must be an ID token that carries it.
pub(crate) fn verify(
    token: &str,
    key: &DecodingKey,
    rules: &Rules,
    nonce: Option<&str>,
    now: Time,
) -> Result<Caller, Refusal> {
    let mut validation = Validation::new(Algorithm::RS256);
    // The library asks the clock itself; the lifetime is checked below.
    validation.validate_exp = false;
    // The audience is checked below, by token use: an absent one passes here.
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    validation.set_issuer(&[&rules.issuer]);

    let claims = jsonwebtoken::decode::<Claims>(token, key, &validation)
        .map_err(|error| Refusal::Library(error.to_string()))?
        .claims;
    if !is_valid_at(&claims, now) {
        return Err(Refusal::Lifetime);
    }
    if claims.iss != rules.issuer {
        return Err(Refusal::Issuer);
    }
    if !is_for_us(&claims, rules) {
        return Err(Refusal::Use);
    }
    if !is_plain(&claims.sub) {
        return Err(Refusal::Subject);
    }
    if nonce.is_some_and(|nonce| !is_answer_to(&claims, nonce)) {
        return Err(Refusal::Nonce);
    }
    let groups = claims.groups.as_ref().and_then(Value::as_array);
    let groups = groups
        .into_iter()
        .flatten()
        .filter_map(|group| group.as_str().map(str::to_owned))
        .collect();
    Ok(Caller {
        user_id: claims.sub,
        email: claims.email,
        groups,
    })
}

/// Seconds that the pool's clock may be ahead of ours.
const CLOCK_SKEW: i64 = 5;

fn is_valid_at(claims: &Claims, now: Time) -> bool {
    let now = now.as_second();
    let has_begun = |time: Option<i64>| time.is_none_or(|time| time <= now + CLOCK_SKEW);
    now < claims.exp && has_begun(claims.nbf) && has_begun(claims.iat)
}

/// ID tokens name the client as audience, access tokens as client id.
fn is_for_us(claims: &Claims, rules: &Rules) -> bool {
    let client = Value::String(rules.client_id.clone());
    match claims.token_use.as_str() {
        "id" => claims.aud.as_ref() == Some(&client),
        "access" => claims.client_id.as_ref() == Some(&client),
        _ => false,
    }
}

/// Whether it is the ID token that was asked for with that nonce.
fn is_answer_to(claims: &Claims, nonce: &str) -> bool {
    claims.token_use == "id" && claims.nonce.as_ref().and_then(Value::as_str) == Some(nonce)
}

/// A user's id becomes part of keys, so it holds nothing that could divide one.
fn is_plain(subject: &str) -> bool {
    (1..=128).contains(&subject.len())
        && subject
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
}
