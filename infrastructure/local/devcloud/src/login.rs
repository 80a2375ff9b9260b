//! A person signs in at a terminal: the browser shows the hosted UI's form and leads back to
//! a listener of this machine (RFC 8252), which takes the code for tokens.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use oauth2::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::Stack;

type Answer = HashMap<String, String>;

/// A sign-in that has begun.
#[derive(Debug)]
pub struct Login {
    stack: Stack,
    listener: TcpListener,
    state: CsrfToken,
    verifier: PkceCodeVerifier,
    address: Url,
}

/// Who has signed in, with the tokens of that.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The `sub` claim.
    pub user_id: String,
    /// The e-mail address.
    pub email: String,
    /// The access token.
    pub access_token: String,
    /// The ID token.
    pub id_token: String,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Session of {}", self.email)
    }
}

impl Login {
    /// Begins: from now on the browser may come back.
    ///
    /// # Errors
    /// The port of the callback is taken.
    pub async fn begin(stack: &Stack) -> Result<Self> {
        let callback: Url = stack.login_callback_url.parse()?;
        let port = callback.port().context("the callback has no port")?;
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .context("another `cargo xtask login` is waiting, or its port is taken")?;
        let state = CsrfToken::new_random();
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let address = Url::parse_with_params(
            &format!("{}/oauth2/authorize", stack.hosted_ui_url),
            [
                ("response_type", "code"),
                ("client_id", &stack.client_id),
                ("redirect_uri", &stack.login_callback_url),
                ("scope", "openid email"),
                ("state", state.secret()),
                ("code_challenge", challenge.as_str()),
                ("code_challenge_method", challenge.method().as_str()),
            ],
        )?;
        Ok(Self {
            stack: stack.clone(),
            listener,
            state,
            verifier,
            address,
        })
    }

    /// The address of the form.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// Waits until the browser has come back, and takes the code for tokens.
    ///
    /// # Errors
    /// The sign-in was refused, or the pool does not take the code.
    pub async fn finish(self) -> Result<Session> {
        let (arrived, mut arrivals) = mpsc::channel(1);
        let state = self.state.secret().clone();
        let routes = Router::new()
            .route("/callback", get(welcome))
            .with_state((state, arrived));
        let server = tokio::spawn(axum::serve(self.listener, routes).into_future());
        let answer = arrivals.recv().await;
        server.abort();
        let answer = answer.context("the listener stopped")?;
        if let Some(error) = answer.get("error") {
            bail!("the sign-in was refused: {error}");
        }
        let code = answer.get("code").context("the browser brought no code")?;
        exchange(&self.stack, code, self.verifier.secret()).await
    }
}

/// Hears the browser that comes back; one of another sign-in is sent away.
async fn welcome(
    State((state, arrived)): State<(String, mpsc::Sender<Answer>)>,
    Query(answer): Query<Answer>,
) -> (StatusCode, Html<&'static str>) {
    if answer.get("state") != Some(&state) {
        let text = Html("This is not the sign-in that the terminal waits for.");
        return (StatusCode::BAD_REQUEST, text);
    }
    // A browser that asks twice is heard once.
    let _ = arrived.try_send(answer);
    (
        StatusCode::OK,
        Html("You may close this window and go on in the terminal."),
    )
}

async fn exchange(stack: &Stack, code: &str, verifier: &str) -> Result<Session> {
    let form = Url::parse_with_params(
        "form:",
        [
            ("grant_type", "authorization_code"),
            ("client_id", &stack.client_id),
            ("redirect_uri", &stack.login_callback_url),
            ("code", code),
            ("code_verifier", verifier),
        ],
    )?;
    let answer = client()?
        .post(format!("{}/oauth2/token", stack.hosted_ui_url))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.query().unwrap_or_default().to_owned())
        .send()
        .await?;
    let status = answer.status();
    ensure!(
        status.is_success(),
        "the pool does not take the code: {status}"
    );
    let tokens: Value = answer.json().await?;
    let token = |name: &str| {
        let token = tokens[name].as_str().map(str::to_owned);
        token.with_context(|| format!("the sign-in gave no {name}"))
    };
    let (access_token, id_token) = (token("access_token")?, token("id_token")?);
    let me: Value = ask_me(stack, &id_token)
        .await?
        .error_for_status()?
        .json()
        .await?;
    let of_me = |name: &str| {
        let text = me[name].as_str().map(str::to_owned);
        text.with_context(|| format!("the API tells no {name}"))
    };
    Ok(Session {
        user_id: of_me("userId")?,
        email: of_me("email")?,
        access_token,
        id_token,
    })
}

async fn ask_me(stack: &Stack, token: &str) -> Result<reqwest::Response> {
    let request = client()?.get(format!("{}/api/v1/me", stack.api_url));
    Ok(request.bearer_auth(token).send().await?)
}

fn client() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

impl Session {
    /// Writes it to a file that no other user of this machine may read.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let opened = options.open(file);
        let opened = opened.with_context(|| format!("cannot write {}", file.display()))?;
        Ok(serde_json::to_writer_pretty(opened, self)?)
    }

    /// The session of the last sign-in, if it is still good.
    ///
    /// # Errors
    /// There was no sign-in, the session has ended, or the local cloud is not there.
    pub async fn read(file: &Path, stack: &Stack) -> Result<Self> {
        let text = fs::read_to_string(file).context("sign in first: cargo xtask login")?;
        let session: Self = serde_json::from_str(&text)?;
        let status = ask_me(stack, &session.access_token).await?.status();
        ensure!(
            status.is_success(),
            "the session of {} has ended ({status}): cargo xtask login",
            session.email
        );
        Ok(session)
    }
}
