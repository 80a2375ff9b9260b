//! Listening for changes, as a browser does: by a ticket, over a `WebSocket`.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use contract::LiveTicket;
use domain::live::Hint;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::Person;

/// An open connection.
#[derive(Debug)]
pub struct Listener {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Listener {
    /// With a ticket of the person's.
    ///
    /// # Errors
    /// There is no ticket, or it is refused.
    pub async fn of(person: &Person) -> Result<Self> {
        Self::with(&Self::ticket(person).await?).await
    }

    /// A ticket of the person's.
    ///
    /// # Errors
    /// The API refuses.
    pub async fn ticket(person: &Person) -> Result<LiveTicket> {
        let answer = person.post("/api/v1/live", &Value::Null).await?;
        if answer.status != 200 {
            bail!("no ticket: {} {}", answer.status, answer.body);
        }
        Ok(serde_json::from_value(answer.body)?)
    }

    /// With a ticket.
    ///
    /// # Errors
    /// It is refused.
    pub async fn with(ticket: &LiveTicket) -> Result<Self> {
        let address = format!("{}?ticket={}", ticket.url, ticket.ticket);
        let (socket, _) = connect_async(address).await?;
        Ok(Self { socket })
    }

    /// The next hint; none when nothing is said for as long as `patience`.
    ///
    /// # Errors
    /// The connection is closed, or says something else.
    pub async fn hint(&mut self, patience: Duration) -> Result<Option<Hint>> {
        loop {
            let next = tokio::time::timeout(patience, self.socket.next()).await;
            let Ok(message) = next else {
                return Ok(None);
            };
            match message.context("the connection is closed")?? {
                Message::Text(text) => return Ok(Some(serde_json::from_str(&text)?)),
                Message::Ping(_) | Message::Pong(_) => {}
                other => bail!("no hint: {other:?}"),
            }
        }
    }

    /// What keeps a connection open that hears nothing.
    ///
    /// # Errors
    /// The connection is closed.
    pub async fn ping(&mut self) -> Result<()> {
        let ping = json!({"action": "ping"}).to_string();
        Ok(self.socket.send(Message::text(ping)).await?)
    }
}
