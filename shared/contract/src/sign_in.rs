//! Signing in through the hosted UI, and out.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::ErrorCode;
use crate::operation::{Access, Content, Method, Operation};

/// A session that was renewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionRenewed {
    /// Seconds until it has to be renewed again.
    pub expires_in: i64,
}

/// A session that was ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedOut {
    /// Where the browser signs out of the hosted UI, which then leads back to the site.
    pub logout_url: String,
}

/// Where a sign-in leads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
struct LoginQuery {
    /// A path on the site, where the browser goes in the end; `/` unless said otherwise.
    #[param(max_length = 256, example = "/create")]
    return_to: Option<String>,
}

/// What the hosted UI adds to the callback's address.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "describes parameters, which `edge` reads one by one"
)]
struct CallbackQuery {
    /// What the tokens are given for, once.
    code: Option<String>,
    /// That of the sign-in that began in this browser.
    state: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    use ErrorCode::{Forbidden, SignInFailed, Unauthorized};
    use Method::{Get, Post};

    let operation = |function, method, path, summary| {
        Operation::new(function, method, path, Access::Anyone, summary)
    };
    let login = |method| {
        operation(
            "auth-login",
            method,
            "/api/v1/auth/login",
            "Leads a browser to the form that it signs in with",
        )
        .query::<LoginQuery>()
        .replies(302, "The form", Content::Redirect)
    };
    vec![
        login(Get),
        login(Post),
        operation(
            "auth-callback",
            Get,
            "/api/v1/auth/callback",
            "Takes a browser back from the form, with the cookies of its session",
        )
        .query::<CallbackQuery>()
        .replies(302, "The page that the sign-in was for", Content::Redirect)
        .fails(&[SignInFailed]),
        operation(
            "auth-refresh",
            Post,
            "/api/v1/auth/refresh",
            "Renews the session by the cookie __Secure-refresh",
        )
        .answers::<SessionRenewed>(200, "It is renewed")
        .fails(&[Forbidden, Unauthorized]),
        operation(
            "auth-logout",
            Post,
            "/api/v1/auth/logout",
            "Ends the session; a browser is led to the hosted UI, which forgets it too",
        )
        .answers::<SignedOut>(200, "It is ended, for who accepts JSON")
        .replies(302, "It is ended", Content::Redirect)
        .fails(&[Forbidden]),
    ]
}
