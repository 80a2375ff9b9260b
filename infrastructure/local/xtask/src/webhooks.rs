//! `cargo xtask webhooks`: receives a user's webhooks on this machine and shows them.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use contract::CreateWebhook;
use devcloud::users::Name;
use devcloud::{Api, Received, Receiver};

use crate::workspace::Workspace;
use crate::{cloud, http, say};

/// For how long the next event is waited for; Ctrl-C ends it sooner.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// What to receive.
#[derive(Args)]
pub(crate) struct Options {
    /// Whose webhooks
    #[arg(long, value_enum, default_value_t = Name::Demo)]
    user: Name,
    /// End after so many events; otherwise with Ctrl-C
    #[arg(long)]
    count: Option<usize>,
}

/// Registers a receiver, sends it a test event, shows what comes, and removes it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let stack = cloud::stack(workspace)?;
    http::wait(async {
        let api = Api::of(&stack, options.user).await?;
        let mut receiver = Receiver::start().await?;
        let wanted = CreateWebhook {
            url: receiver.url(),
            description: Some("cargo xtask webhooks".to_owned()),
            events: None,
        };
        let created = api.create_webhook(&wanted).await?;
        let id = created.webhook.webhook_id.to_string();
        say::note(&format!(
            "Receiving at {}, as webhook {id}.",
            receiver.url()
        ));
        say::note("Make a film or a transcode in another terminal; Ctrl-C ends this.");
        api.test_webhook(&id).await?;
        let shown = tokio::select! {
            shown = show(&mut receiver, &created.secret, options.count) => shown,
            _ = tokio::signal::ctrl_c() => Ok(()),
        };
        api.delete_webhook(&id).await?;
        say::note("The webhook is removed.");
        shown
    })
}

async fn show(receiver: &mut Receiver, secret: &str, count: Option<usize>) -> Result<()> {
    for _ in 0..count.unwrap_or(usize::MAX) {
        let event = receiver.next(PATIENCE).await?;
        say::result(&line(&event, secret));
    }
    Ok(())
}

fn line(event: &Received, secret: &str) -> String {
    let verdict = match event.verify(secret) {
        Ok(()) => "signature verified",
        Err(_) => "SIGNATURE DOES NOT FIT",
    };
    let name = event.body["type"].as_str().unwrap_or_default();
    let data = &event.body["data"];
    let id = event.header("webhook-id");
    format!("{name}  {id}  {verdict}  {data}")
}
