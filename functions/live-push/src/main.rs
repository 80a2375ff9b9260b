//! Behind the streams of the tables of films and transcodes: tells who listens that
//! something of theirs has changed.
//!
//! A hint that cannot be sent is lost, and costs the time of a poll; nothing waits for it.

use config::Bootstrap;
use domain::live::{Hint, Snapshot, hints};
use futures_util::future::join_all;
use lambda_runtime::Error;
use store::{ConnectionsTable, Sent, Sockets, StoreError};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let connections = ConnectionsTable::connect(&mut bootstrap);
    let sockets = Sockets::connect(&mut bootstrap);
    bootstrap.finish()?;

    let (connections, sockets) = (&connections, &sockets);
    edge::stream::run("live-push", |changes| handle(changes, connections, sockets)).await
}

async fn handle(
    changes: Vec<(Option<Snapshot>, Snapshot)>,
    connections: &ConnectionsTable,
    sockets: &Sockets,
) {
    let told = hints(changes);
    let telling = told
        .iter()
        .map(|(user, hint)| tell(user, *hint, connections, sockets));
    for failed in join_all(telling).await.into_iter().filter_map(Result::err) {
        tracing::warn!(cause = %failed, "a hint was not sent");
    }
}

async fn tell(
    user: &str,
    hint: Hint,
    connections: &ConnectionsTable,
    sockets: &Sockets,
) -> Result<(), StoreError> {
    let listening = connections.connections_of(user).await?;
    let sending = listening.iter().map(|connection| async move {
        match sockets.post_message(connection, &hint).await? {
            Sent::Taken => Ok(()),
            Sent::Gone => connections.forget_connection(connection).await,
        }
    });
    join_all(sending).await.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use store::testing::{Listeners, Tables, now};

    const JOB: &str = "0198c0de-0000-7000-8000-000000000001";

    fn change(user: &str) -> (Option<Snapshot>, Snapshot) {
        let row = json!({"userId": user, "updatedAt": now(), "jobId": JOB});
        (None, serde_json::from_value(row).unwrap())
    }

    async fn table() -> ConnectionsTable {
        let table = ConnectionsTable::new(Tables::default().client(), "connections");
        for (connection, user) in [("a", "u"), ("b", "u"), ("c", "other")] {
            table
                .keep_connection(connection, user, now())
                .await
                .unwrap();
        }
        table
    }

    #[tokio::test]
    async fn the_owner_hears_of_it_on_every_connection_and_nobody_else() {
        let listeners = Listeners::default();
        let sockets = Sockets::new(listeners.client());
        handle(vec![change("u")], &table().await, &sockets).await;
        let hint = json!({"jobId": JOB, "version": now().as_millisecond()}).to_string();
        let mut heard = listeners.heard();
        heard.sort();
        let expected = ["a", "b"].map(|connection| (connection.to_owned(), hint.clone()));
        assert_eq!(heard, expected);
    }

    #[tokio::test]
    async fn a_connection_that_is_closed_is_forgotten_and_the_others_hear() {
        let listeners = Listeners::default();
        listeners.close("a");
        let (table, sockets) = (table().await, Sockets::new(listeners.client()));
        handle(vec![change("u")], &table, &sockets).await;
        assert_eq!(listeners.heard().len(), 1);
        assert_eq!(table.connections_of("u").await.unwrap(), ["b"]);
    }
}
