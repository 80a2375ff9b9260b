//! A sign-in between the login and the callback.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier};
use serde::{Deserialize, Serialize};

use super::return_path::ReturnPath;

/// What the callback must match, and where the browser goes then. It waits in a cookie
/// of the browser that began.
#[derive(Serialize, Deserialize)]
pub(super) struct Pending {
    /// Comes back from the hosted UI in the callback's address.
    state: CsrfToken,
    /// Comes back in the ID token.
    pub(super) nonce: String,
    /// Proves to the pool that who exchanges the code is who began (PKCE).
    verifier: PkceCodeVerifier,
    /// Where the browser goes in the end.
    #[serde(rename = "returnTo")]
    pub(super) return_path: ReturnPath,
}

impl Pending {
    /// A sign-in that begins, of random values of 128 and 256 bits, with the challenge to
    /// its verifier.
    pub(super) fn begin(return_path: ReturnPath) -> (Self, PkceCodeChallenge) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let pending = Self {
            state: CsrfToken::new_random(),
            nonce: CsrfToken::new_random().into_secret(),
            verifier,
            return_path,
        };
        (pending, challenge)
    }

    /// The cookie's value.
    pub(super) fn to_cookie(&self) -> Result<String, serde_json::Error> {
        serde_json::to_vec(self).map(|json| URL_SAFE_NO_PAD.encode(json))
    }

    /// What a cookie's value says, if this wrote it.
    pub(super) fn of_cookie(value: &str) -> Option<Self> {
        let json = URL_SAFE_NO_PAD.decode(value).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// The state, for the hosted UI's address.
    pub(super) fn state(&self) -> CsrfToken {
        self.state.clone()
    }

    /// Whether the callback is of this sign-in.
    pub(super) fn is_of(&self, state: &str) -> bool {
        self.state.secret() == state
    }

    /// The verifier, for the pool.
    pub(super) fn into_parts(self) -> (PkceCodeVerifier, String, ReturnPath) {
        (self.verifier, self.nonce, self.return_path)
    }
}
