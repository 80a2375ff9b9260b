//! Tokens that must be refused, each wrong in one way.

use super::{id_with, now, with, without};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use testkit::tokens::{
    CLIENT_ID, ELLIPTIC, FIRST, FIRST_PUBLIC_PEM, FOREIGN, ISSUER, SECOND, access_claims,
    id_claims, sign,
};

type Refused = Vec<(&'static str, String)>;

pub(super) fn tokens() -> Refused {
    [
        algorithms(),
        key_ids(),
        headers(),
        issuers_and_clients(),
        lifetimes(),
        subjects(),
        shapes(),
    ]
    .concat()
}

/// A good payload, signed by the pool's first key as this algorithm.
fn signed_as(header: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    let payload = access_claims(now()).to_string();
    sign(&header.to_string(), &payload, key, algorithm)
}

fn unsigned(algorithm: &str) -> String {
    let header = json!({ "alg": algorithm, "kid": "first" }).to_string();
    let payload = access_claims(now()).to_string();
    let [header, payload] = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{payload}.")
}

fn algorithms() -> Refused {
    let named = |algorithm: &str| json!({ "alg": algorithm, "kid": "first" });
    let rsa = FIRST.private();
    let public_as_secret = EncodingKey::from_secret(FIRST_PUBLIC_PEM);
    let modulus = FIRST.public()["n"].as_str().unwrap().to_owned();
    let modulus_as_secret = EncodingKey::from_secret(modulus.as_bytes());
    let elliptic = ELLIPTIC.private();
    vec![
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("alg NONE", unsigned("NONE")),
        ("alg empty", unsigned("")),
        ("alg RS256 without a signature", unsigned("RS256")),
        (
            "alg none with a signature",
            signed_as(&named("none"), &rsa, Algorithm::RS256),
        ),
        (
            "alg rs256",
            signed_as(&named("rs256"), &rsa, Algorithm::RS256),
        ),
        (
            "alg missing",
            signed_as(&json!({ "kid": "first" }), &rsa, Algorithm::RS256),
        ),
        (
            "alg list",
            signed_as(
                &json!({ "alg": ["RS256"], "kid": "first" }),
                &rsa,
                Algorithm::RS256,
            ),
        ),
        (
            "HS256 with the public key",
            signed_as(&named("HS256"), &public_as_secret, Algorithm::HS256),
        ),
        (
            "HS256 with the modulus",
            signed_as(&named("HS256"), &modulus_as_secret, Algorithm::HS256),
        ),
        (
            "HS256 that says RS256",
            signed_as(&named("RS256"), &public_as_secret, Algorithm::HS256),
        ),
        ("ES256 of the pool", ELLIPTIC.mint(&access_claims(now()))),
        (
            "ES256 that names an RSA key",
            signed_as(&named("ES256"), &elliptic, Algorithm::ES256),
        ),
        (
            "RS256 that names an elliptic key",
            signed_as(
                &json!({ "alg": "RS256", "kid": "elliptic" }),
                &rsa,
                Algorithm::RS256,
            ),
        ),
        ("PS256", signed_as(&named("PS256"), &rsa, Algorithm::PS256)),
        ("RS384", signed_as(&named("RS384"), &rsa, Algorithm::RS384)),
        ("RS512", signed_as(&named("RS512"), &rsa, Algorithm::RS512)),
        (
            "RS512 that says RS256",
            signed_as(&named("RS256"), &rsa, Algorithm::RS512),
        ),
    ]
}

fn key_ids() -> Refused {
    let naming = |id: Value| {
        FIRST.mint_with_header(&json!({ "alg": "RS256", "kid": id }), &access_claims(now()))
    };
    let foreign = |id: &str| {
        FOREIGN.mint_with_header(&json!({ "alg": "RS256", "kid": id }), &access_claims(now()))
    };
    vec![
        (
            "no kid",
            FIRST.mint_with_header(&json!({ "alg": "RS256" }), &access_claims(now())),
        ),
        ("kid null", naming(json!(null))),
        ("kid number", naming(json!(1))),
        ("kid list", naming(json!(["first"]))),
        ("kid empty", naming(json!(""))),
        ("kid unknown", naming(json!("unknown"))),
        ("kid in another case", naming(json!("FIRST"))),
        ("kid of another key of the pool", naming(json!("second"))),
        ("kid path", naming(json!("../../../../dev/null"))),
        ("kid SQL", naming(json!("x' UNION SELECT 'key' --"))),
        ("kid URL", naming(json!("http://169.254.169.254/keys"))),
        ("kid line break", naming(json!("first\r\nx: y"))),
        ("kid of 129 characters", naming(json!("k".repeat(129)))),
        ("kid of 5 KB", naming(json!("k".repeat(5_000)))),
        ("kid of 10 KB", naming(json!("k".repeat(10_240)))),
        ("foreign key", FOREIGN.mint(&access_claims(now()))),
        ("foreign key, first's kid", foreign("first")),
        ("foreign key, second's kid", foreign("second")),
    ]
}

fn headers() -> Refused {
    let adding = |name: &str, value: Value| {
        let mut header = FIRST.header();
        header[name] = value;
        FIRST.mint_with_header(&header, &access_claims(now()))
    };
    let own_key = {
        let mut header = json!({ "alg": "RS256", "kid": "first" });
        header["jwk"] = FOREIGN.public();
        FOREIGN.mint_with_header(&header, &access_claims(now()))
    };
    let written = |header: &str| {
        let payload = access_claims(now()).to_string();
        sign(header, &payload, &FIRST.private(), Algorithm::RS256)
    };
    vec![
        ("jwk of the attacker", own_key),
        ("jwk", adding("jwk", FIRST.public())),
        ("jku", adding("jku", json!("https://evil.example/jwks"))),
        ("x5u", adding("x5u", json!("https://evil.example/cert"))),
        ("x5c", adding("x5c", json!(["AAAA"]))),
        ("crit", adding("crit", json!(["exp"]))),
        ("crit empty", adding("crit", json!([]))),
        ("b64", adding("b64", json!(false))),
        ("zip", adding("zip", json!("DEF"))),
        ("enc", adding("enc", json!("A256GCM"))),
        ("header list", written("[\"RS256\",\"first\"]")),
        ("header text", written("\"RS256\"")),
        ("header null", written("null")),
        ("header no JSON", written("{alg:RS256,kid:first}")),
        ("header empty", written("")),
        (
            "header with two algorithms",
            written("{\"alg\":\"none\",\"kid\":\"first\",\"alg\":\"RS256\"}"),
        ),
        (
            "header with two keys",
            written("{\"alg\":\"RS256\",\"kid\":\"second\",\"kid\":\"first\"}"),
        ),
    ]
}

fn issuers_and_clients() -> Refused {
    let mint = |claims: Value| FIRST.mint(&claims);
    let without_client = without("client_id");
    let mut access_by_audience = without_client.clone();
    access_by_audience["aud"] = json!(CLIENT_ID);
    let mut id_by_client = id_with("client_id", json!(CLIENT_ID));
    id_by_client.as_object_mut().unwrap().remove("aud").unwrap();
    let mut id_without_audience = id_claims(now());
    id_without_audience
        .as_object_mut()
        .unwrap()
        .remove("aud")
        .unwrap();
    let other_pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_otherpool";
    let other_region = "https://cognito-idp.us-east-1.amazonaws.com/eu-west-1_testpool";
    vec![
        (
            "iss wrong",
            mint(with("iss", json!("https://evil.example"))),
        ),
        ("iss missing", mint(without("iss"))),
        ("iss null", mint(with("iss", json!(null)))),
        ("iss empty", mint(with("iss", json!("")))),
        ("iss list", mint(with("iss", json!([ISSUER])))),
        (
            "iss list with another",
            mint(with("iss", json!(["https://evil.example", ISSUER]))),
        ),
        (
            "iss with a slash",
            mint(with("iss", json!(format!("{ISSUER}/")))),
        ),
        ("iss another pool", mint(with("iss", json!(other_pool)))),
        ("iss another region", mint(with("iss", json!(other_region)))),
        ("client missing", mint(without_client)),
        ("client wrong", mint(with("client_id", json!("other")))),
        ("client empty", mint(with("client_id", json!("")))),
        ("client list", mint(with("client_id", json!([CLIENT_ID])))),
        ("access by audience", mint(access_by_audience)),
        ("id by client", mint(id_by_client)),
        ("aud missing", mint(id_without_audience)),
        ("aud wrong", mint(id_with("aud", json!("other")))),
        ("aud null", mint(id_with("aud", json!(null)))),
        ("aud list", mint(id_with("aud", json!([CLIENT_ID])))),
        (
            "aud list with another",
            mint(id_with("aud", json!(["other", CLIENT_ID]))),
        ),
        ("use missing", mint(without("token_use"))),
        ("use refresh", mint(with("token_use", json!("refresh")))),
        (
            "use in another case",
            mint(with("token_use", json!("Access"))),
        ),
        ("use number", mint(with("token_use", json!(1)))),
        ("access that says id", mint(with("token_use", json!("id")))),
        (
            "id that says access",
            mint(id_with("token_use", json!("access"))),
        ),
    ]
}

fn lifetimes() -> Refused {
    let second = now().as_second();
    let mint = |claim: &str, value: Value| FIRST.mint(&with(claim, value));
    vec![
        ("exp missing", FIRST.mint(&without("exp"))),
        ("exp null", mint("exp", json!(null))),
        ("exp now", mint("exp", json!(second))),
        ("exp a second ago", mint("exp", json!(second - 1))),
        ("exp an hour ago", mint("exp", json!(second - 3600))),
        ("exp zero", mint("exp", json!(0))),
        ("exp negative", mint("exp", json!(-1))),
        ("exp text", mint("exp", json!((second + 60).to_string()))),
        ("exp fraction", mint("exp", json!(second as f64 + 60.5))),
        ("exp 1e30", mint("exp", json!(1e30))),
        ("exp greatest", mint("exp", json!(u64::MAX))),
        ("exp list", mint("exp", json!([second + 60]))),
        ("nbf in a minute", mint("nbf", json!(second + 60))),
        ("nbf beyond the skew", mint("nbf", json!(second + 6))),
        ("nbf text", mint("nbf", json!(second.to_string()))),
        ("iat in a minute", mint("iat", json!(second + 60))),
        ("iat text", mint("iat", json!(second.to_string()))),
        ("iat 1e30", mint("iat", json!(1e30))),
    ]
}

fn subjects() -> Refused {
    let mint = |value: Value| FIRST.mint(&with("sub", value));
    vec![
        ("sub missing", FIRST.mint(&without("sub"))),
        ("sub null", mint(json!(null))),
        ("sub number", mint(json!(7))),
        ("sub list", mint(json!(["someone"]))),
        ("sub empty", mint(json!(""))),
        ("sub with #", mint(json!("someone#month"))),
        ("sub with /", mint(json!("../someone"))),
        ("sub with a blank", mint(json!("some one"))),
        ("sub with a line break", mint(json!("someone\n"))),
        ("sub with a zero byte", mint(json!("someone\0"))),
        (
            "sub with a letter of another alphabet",
            mint(json!("sоmeone")),
        ),
        ("sub of 129 characters", mint(json!("s".repeat(129)))),
    ]
}

/// Signs the parts as they stand, encoded or not.
fn sign_parts(header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &FIRST.private(), Algorithm::RS256);
    format!("{message}.{}", signature.unwrap())
}

fn shapes() -> Refused {
    let good = FIRST.mint(&access_claims(now()));
    let other = FIRST.mint(&with("sub", json!("someone-else")));
    let of_second = SECOND.mint(&access_claims(now()));
    let parts: Vec<&str> = good.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    let other_payload = other.split('.').nth(1).unwrap();
    let other_signature = other.split('.').nth(2).unwrap();
    let second_signature = of_second.split('.').nth(2).unwrap();
    let padded = |part: &str| format!("{part}{}", &"===="[..(4 - part.len() % 4) % 4 + 1]);
    let written = |payload: &str| {
        sign(
            &FIRST.header().to_string(),
            payload,
            &FIRST.private(),
            Algorithm::RS256,
        )
    };
    let text = access_claims(now()).to_string();
    let twice = text.replacen('{', "{\"sub\":\"someone-else\",", 1);
    vec![
        (
            "payload of another token",
            format!("{header}.{other_payload}.{signature}"),
        ),
        (
            "signature of another token",
            format!("{header}.{payload}.{other_signature}"),
        ),
        (
            "signature of another key",
            format!("{header}.{payload}.{second_signature}"),
        ),
        ("signature empty", format!("{header}.{payload}.")),
        (
            "signature cut",
            format!("{header}.{payload}.{}", &signature[..signature.len() - 4]),
        ),
        ("signature too long", format!("{good}AAAA")),
        (
            "signature of zeroes",
            format!("{header}.{payload}.{}", "A".repeat(342)),
        ),
        ("two parts", format!("{header}.{payload}")),
        ("one part", header.to_owned()),
        ("four parts", format!("{good}.{signature}")),
        (
            "five parts",
            format!("{header}.{payload}.{payload}.{payload}.{signature}"),
        ),
        ("trailing dot", format!("{good}.")),
        ("leading dot", format!(".{good}")),
        ("dots alone", "..".to_owned()),
        ("three dots", "...".to_owned()),
        ("no payload", sign_parts(header, "")),
        ("no header", sign_parts("", payload)),
        ("padding behind the signature", format!("{good}==")),
        (
            "padding behind the header",
            sign_parts(&padded(header), payload),
        ),
        (
            "padding behind the payload",
            sign_parts(header, &padded(payload)),
        ),
        ("blank within", sign_parts(header, &format!(" {payload}"))),
        ("tab within", sign_parts(header, &format!("{payload}\t"))),
        (
            "not base64",
            format!("{header}.{payload}.{}", "!".repeat(342)),
        ),
        ("the other alphabet", good.replace(['-', '_'], "+")),
        ("quotes", format!("\"{good}\"")),
        ("payload list", written("[]")),
        ("payload text", written("\"someone\"")),
        ("payload null", written("null")),
        ("payload empty", written("")),
        ("payload empty object", written("{}")),
        ("payload cut", written(&text[..text.len() - 1])),
        ("payload with a tail", written(&format!("{text}{{}}"))),
        ("two subjects", written(&twice)),
        ("deep nesting", written(&"[".repeat(3_000))),
    ]
}
