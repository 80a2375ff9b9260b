//! The cookies of a session and of a sign-in that is under way (D41).
//!
//! All are for the functions alone: no script reads them, no plain connection and no
//! request of another site's page carries them. Of `__Host-` and `__Secure-` names the
//! browser itself sees to that.

use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use edge::http::cookies::SESSION;

/// Carries the refresh token, to the sign-in's own routes only.
pub(super) const REFRESH: &str = "__Secure-refresh";
/// Carries what the callback must match, for as long as a sign-in may take.
pub(super) const LOGIN: &str = "__Host-login";

/// Bytes of the longest access token that is taken: browsers drop a cookie whose name and
/// value are longer than 4,096 bytes, without a word.
pub(super) const MAX_ACCESS_TOKEN: usize = 4_000;
/// Bytes of the longest refresh token; Cognito's have about 1,800.
pub(super) const MAX_REFRESH_TOKEN: usize = 2_600;
/// How long a sign-in may take, in seconds; Cognito's own form gives up earlier.
const LOGIN_SECONDS: i64 = 600;
/// How long a refresh token is good for at most; the template says the same.
const REFRESH_DAYS: i64 = 30;

/// The session, for as long as its access token is good.
pub(super) fn session(access_token: &str, seconds: i64) -> String {
    text(SESSION, access_token, "/", seconds)
}

/// What the session is renewed with; `path` is that of the sign-in's routes.
pub(super) fn refresh(refresh_token: &str, path: &str) -> String {
    text(REFRESH, refresh_token, path, REFRESH_DAYS * 24 * 3600)
}

/// A sign-in that has begun.
pub(super) fn login(pending: &str) -> String {
    text(LOGIN, pending, "/", LOGIN_SECONDS)
}

/// Takes the session back.
pub(super) fn no_session() -> String {
    text(SESSION, "", "/", 0)
}

/// Takes the refresh token back.
pub(super) fn no_refresh(path: &str) -> String {
    text(REFRESH, "", path, 0)
}

/// Ends a sign-in, so that its callback works once.
pub(super) fn no_login() -> String {
    text(LOGIN, "", "/", 0)
}

fn text(name: &'static str, value: &str, path: &str, seconds: i64) -> String {
    Cookie::build((name, value))
        .http_only(true)
        .secure(true)
        .same_site(SameSite::Lax)
        .path(path)
        .max_age(Duration::seconds(seconds))
        .build()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::pending::Pending;
    use crate::sign_in::return_path::{MAX_LENGTH, ReturnPath};

    #[test]
    fn every_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let session = session("x.y.z", 3600);
        assert_eq!(
            session,
            "__Host-session=x.y.z; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=3600"
        );
        for cookie in [
            session,
            refresh("r", "/api/v1/auth"),
            login("p"),
            no_session(),
            no_refresh("/api/v1/auth"),
            no_login(),
        ] {
            for attribute in ["; HttpOnly", "; Secure", "; SameSite=Lax", "; Path=/"] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
            // What the prefix promises, a browser checks.
            let is_of_the_host = cookie.contains("; Path=/;");
            assert_eq!(cookie.starts_with("__Host-"), is_of_the_host, "{cookie}");
        }
    }

    #[test]
    fn what_is_taken_back_is_gone_at_once() {
        for cookie in [no_session(), no_refresh("/api/v1/auth"), no_login()] {
            assert!(cookie.contains("=; "), "{cookie}");
            assert!(cookie.ends_with("; Max-Age=0"), "{cookie}");
        }
    }

    /// The gateway refuses a request whose line and headers have more than 10,240 bytes
    /// together, before any function sees it. The fullest is that of the callback while an
    /// older session is still there.
    #[test]
    fn the_fullest_request_fits_the_gateway() {
        const GATEWAY: usize = 10_240;
        // As Chromium 156 sends them, with room for a proxy's.
        const BROWSERS: usize = 1_800;
        // Cognito's codes and what it adds to the callback's address.
        const CODE: usize = 128;

        let path = format!("/{}", "a".repeat(MAX_LENGTH - 1));
        let (pending, _) = Pending::begin(ReturnPath::try_from(path).unwrap());
        let pending = pending.to_cookie().unwrap();
        let pairs = [
            (SESSION, MAX_ACCESS_TOKEN),
            (REFRESH, MAX_REFRESH_TOKEN),
            (LOGIN, pending.len()),
        ];
        for (name, length) in pairs {
            assert!(name.len() + length <= 4_096, "{name}: browsers drop it");
        }
        let cookies: usize = pairs
            .map(|(name, length)| name.len() + length + 3)
            .iter()
            .sum();
        let line = "GET /api/v1/auth/callback?code=&state= HTTP/1.1".len() + CODE + pending.len();
        let total = BROWSERS + cookies + line;
        assert!(total < GATEWAY, "{total}");
    }
}
