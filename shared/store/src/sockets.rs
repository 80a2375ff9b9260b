//! The gateway's side of open connections: what is sent to them.

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::Builder;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use config::Bootstrap;
use serde::Serialize;

use crate::error::StoreError;

/// Open connections of the `WebSocket` API.
#[derive(Debug, Clone)]
pub struct Sockets {
    client: Client,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// The gateway took it.
    Taken,
    /// The connection is closed, for good.
    Gone,
}

impl Sockets {
    /// Those of the API that `LIVE_URL` leads to: the same host and path, over HTTP.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let url = bootstrap.environment().required("LIVE_URL");
        let management = url.replacen("ws", "http", 1);
        let config = Builder::from(bootstrap.sdk()).endpoint_url(management);
        Self::new(Client::from_conf(config.build()))
    }

    /// Connections behind a client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Sends a message, as JSON.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn post_message(
        &self,
        connection: &str,
        message: &impl Serialize,
    ) -> Result<Sent, StoreError> {
        let operation = "post message";
        let data = serde_json::to_vec(message);
        let data = data.map_err(|error| StoreError::unsendable(operation, error))?;
        let sent = self
            .client
            .post_to_connection()
            .connection_id(connection)
            .data(Blob::new(data))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Sent::Taken),
            Err(error) => match error.as_service_error() {
                Some(PostToConnectionError::GoneException(_)) => Ok(Sent::Gone),
                _ => Err(StoreError::from_sdk(operation, error)),
            },
        }
    }
}
