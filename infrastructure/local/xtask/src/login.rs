//! `cargo xtask login`: a session for a person at a terminal.

use anyhow::Result;
use devcloud::users::TokenKind;
use devcloud::{Login, Session};

use crate::cloud;
use crate::http;
use crate::say;
use crate::workspace::Workspace;

/// Where the session is kept.
const SESSION_FILE: &str = "session.json";

/// Prints the address of the form, waits for the browser, and keeps the session.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let stack = cloud::stack(workspace)?;
    let session = http::wait(async {
        let login = Login::begin(&stack).await?;
        say::note("Open this address in a browser and sign in, for instance as one of:");
        for user in stack.users.values() {
            say::note(&format!("  {}  {}", user.username, user.password));
        }
        say::result(login.address().as_str());
        login.finish().await
    })?;
    session.write(&workspace.local(SESSION_FILE))?;
    say::note(&format!(
        "Signed in as {} ({}). The token: cargo xtask token --login",
        session.email, session.user_id
    ));
    Ok(())
}

/// Prints a token of the session.
pub(crate) fn token(workspace: &Workspace, kind: TokenKind) -> Result<()> {
    let stack = cloud::stack(workspace)?;
    let file = workspace.local(SESSION_FILE);
    let session = http::wait(Session::read(&file, &stack))?;
    say::result(match kind {
        TokenKind::Access => &session.access_token,
        TokenKind::Id => &session.id_token,
    });
    Ok(())
}
