//! Hints of what changes, pushed to whose it is (D45).

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contract::LiveTicket;
use devcloud::Listener;
use domain::live::Hint;
use end_to_end::{Person, stack, unique_word};

use crate::short_film;

/// Longer than a push takes on a busy machine, shorter than a poll is slow.
const SOON: Duration = Duration::from_secs(60);
/// Long enough for what was pushed to another listener at the same moment.
const A_MOMENT: Duration = Duration::from_secs(3);

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn whoever_makes_a_film_hears_of_every_change_and_nobody_else_does() -> Result<()> {
    let stack = stack()?;
    let (maker, other) = tokio::try_join!(Person::sign_up(&stack), Person::sign_up(&stack))?;
    let listening = tokio::try_join!(
        Listener::of(&maker),
        Listener::of(&maker),
        Listener::of(&other)
    )?;
    let (mut listener, mut second, mut stranger) = listening;
    // A word of the client's is not answered.
    listener.ping().await?;

    let accepted = maker
        .post("/api/v1/jobs", &short_film(&unique_word("live")))
        .await?;
    let job = accepted.body["jobId"].as_str().context("no job")?;
    let (mut last, mut told) = (0, 0);
    loop {
        let hint = listener.hint(SOON).await?.context("nothing was told")?;
        let Hint::Job { job_id, version } = hint else {
            anyhow::bail!("{hint:?}");
        };
        assert_eq!(job_id.to_string(), job);
        ensure!(version > last, "{version} after {last}");
        (last, told) = (version, told + 1);
        if maker.job(job).await?["status"] == "completed" {
            break;
        }
    }
    // Accepted, planned, generated, composed, ended.
    ensure!(told >= 5, "only {told} hints");
    ensure!(second.hint(A_MOMENT).await?.is_some(), "the second window");
    assert_eq!(stranger.hint(A_MOMENT).await?, None);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_ticket_lets_one_connection_in() -> Result<()> {
    let person = Person::sign_up(&stack()?).await?;
    let ticket = Listener::ticket(&person).await?;
    assert_eq!(ticket.expires_in, 60);
    let forged = LiveTicket {
        ticket: "00000000-0000-4000-8000-000000000000".to_owned(),
        ..ticket.clone()
    };
    let none = LiveTicket {
        ticket: String::new(),
        ..ticket.clone()
    };
    for refused in [&forged, &none] {
        assert!(Listener::with(refused).await.is_err(), "{refused:?}");
    }
    let _open = Listener::with(&ticket).await?;
    assert!(Listener::with(&ticket).await.is_err(), "once is enough");
    Ok(())
}
