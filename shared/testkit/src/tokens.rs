//! Tokens as a Cognito pool signs them, and forged ones.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::time::Time;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

/// The pool's name in the `iss` claim.
pub const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_testpool";
/// The client the tokens are for.
pub const CLIENT_ID: &str = "testclient";
/// The user the tokens are of.
pub const SUBJECT: &str = "0198c0de-0000-7000-8000-00000000000a";
/// The public half of [`FIRST`], in the text an attacker would take as a secret.
pub const FIRST_PUBLIC_PEM: &[u8] = include_bytes!("../fixtures/test-only-first.public.pem");

/// A key of the pool.
pub const FIRST: SigningKey = SigningKey {
    id: "first",
    algorithm: Algorithm::RS256,
    pem: include_bytes!("../fixtures/test-only-first.pem"),
};
/// Another key of the pool.
pub const SECOND: SigningKey = SigningKey {
    id: "second",
    algorithm: Algorithm::RS256,
    pem: include_bytes!("../fixtures/test-only-second.pem"),
};
/// An attacker's key.
pub const FOREIGN: SigningKey = SigningKey {
    id: "foreign",
    algorithm: Algorithm::RS256,
    pem: include_bytes!("../fixtures/test-only-foreign.pem"),
};
/// A key of a kind that signs no token of ours.
pub const ELLIPTIC: SigningKey = SigningKey {
    id: "elliptic",
    algorithm: Algorithm::ES256,
    pem: include_bytes!("../fixtures/test-only-elliptic.pem"),
};

/// A key pair with its name in the key set.
#[derive(Debug, Clone, Copy)]
pub struct SigningKey {
    /// Its `kid`.
    pub id: &'static str,
    algorithm: Algorithm,
    pem: &'static [u8],
}

impl SigningKey {
    /// The private half.
    pub fn private(&self) -> EncodingKey {
        let key = match self.algorithm {
            Algorithm::ES256 => EncodingKey::from_ec_pem(self.pem),
            _ => EncodingKey::from_rsa_pem(self.pem),
        };
        key.expect("a key in PEM")
    }

    /// The public half, as a key set names it.
    pub fn public(&self) -> Value {
        let key = Jwk::from_encoding_key(&self.private(), self.algorithm).expect("a public key");
        let mut key = serde_json::to_value(key).expect("a key in JSON");
        key["kid"] = self.id.into();
        key["use"] = "sig".into();
        key
    }

    /// The header of this key's tokens.
    pub fn header(&self) -> Value {
        json!({ "alg": self.algorithm, "kid": self.id })
    }

    /// A token with these claims.
    pub fn mint(&self, claims: &Value) -> String {
        self.mint_with_header(&self.header(), claims)
    }

    /// A token with these claims and this header, whatever it says.
    pub fn mint_with_header(&self, header: &Value, claims: &Value) -> String {
        sign(
            &header.to_string(),
            &claims.to_string(),
            &self.private(),
            self.algorithm,
        )
    }
}

/// The document at the pool's key set address.
pub fn key_set(keys: &[SigningKey]) -> Value {
    json!({ "keys": keys.iter().map(SigningKey::public).collect::<Vec<_>>() })
}

/// A token of any header and payload text, signed in any way.
pub fn sign(header: &str, payload: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm)
        .expect("a key for the algorithm");
    format!("{message}.{signature}")
}

/// What an access token says.
pub fn access_claims(now: Time) -> Value {
    json!({
        "iss": ISSUER,
        "sub": SUBJECT,
        "token_use": "access",
        "client_id": CLIENT_ID,
        "username": SUBJECT,
        "scope": "openid email",
        "iat": now.as_second(),
        "exp": now.as_second() + 3600,
    })
}

/// What an ID token says.
pub fn id_claims(now: Time) -> Value {
    json!({
        "iss": ISSUER,
        "sub": SUBJECT,
        "token_use": "id",
        "aud": CLIENT_ID,
        "email": "someone@example.com",
        "email_verified": true,
        "iat": now.as_second(),
        "exp": now.as_second() + 3600,
    })
}
