//! The route `$connect` of the `WebSocket` API: lets in who brings a ticket.

use config::Bootstrap;
use domain::time::{Clock, Time};
use edge::socket::{Contact, Verdict};
use lambda_runtime::Error;
use store::{ConnectionsTable, StoreError};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let connections = ConnectionsTable::connect(&mut bootstrap);
    let clock: Clock = bootstrap.clock();
    bootstrap.finish()?;

    let (connections, clock) = (&connections, &clock);
    edge::socket::run("live-connect", |contact| async move {
        Ok(handle(&contact, connections, clock.now()).await?)
    })
    .await
}

async fn handle(
    contact: &Contact,
    connections: &ConnectionsTable,
    now: Time,
) -> Result<Verdict, StoreError> {
    let ticket = contact.query("ticket").unwrap_or_default();
    if ticket.is_empty() {
        return Ok(Verdict::Refused);
    }
    let ticket = connections.redeem_ticket(ticket).await?;
    let Some(user) = ticket.and_then(|ticket| ticket.opens(now)) else {
        return Ok(Verdict::Refused);
    };
    let connection = &contact.connection;
    connections.keep_connection(connection, &user, now).await?;
    Ok(Verdict::Welcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::live::Ticket;
    use std::time::Duration;
    use store::testing::{Tables, now};

    async fn asked(ticket: Option<&str>, seconds: u64) -> (Verdict, Vec<String>) {
        let connections = ConnectionsTable::new(Tables::default().client(), "connections");
        let issued = Ticket::issued("u", now());
        connections.keep_ticket("t", &issued).await.unwrap();
        let contact = Contact::new("c", ticket.map(|ticket| ("ticket", ticket)));
        let at = now().after(Duration::from_secs(seconds));
        let verdict = handle(&contact, &connections, at).await.unwrap();
        (verdict, connections.connections_of("u").await.unwrap())
    }

    #[tokio::test]
    async fn a_ticket_lets_its_owner_in() {
        let (verdict, listening) = asked(Some("t"), 59).await;
        assert_eq!(verdict, Verdict::Welcome);
        assert_eq!(listening, ["c"]);
    }

    #[tokio::test]
    async fn without_one_of_this_minute_nobody_listens() {
        for (ticket, seconds) in [
            (None, 0),
            (Some(""), 0),
            (Some("forged"), 0),
            (Some("t"), 60),
        ] {
            let (verdict, listening) = asked(ticket, seconds).await;
            assert_eq!(verdict, Verdict::Refused, "{ticket:?}");
            assert_eq!(listening, [""; 0], "{ticket:?}");
        }
    }
}
