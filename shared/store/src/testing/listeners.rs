//! Open connections in memory, and what they were told.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::{
    PostToConnectionError, PostToConnectionOutput,
};
use aws_sdk_apigatewaymanagement::types::error::GoneException;
use aws_smithy_mocks::{MockResponse, RuleMode, mock, mock_client};

/// Connections that listen, but for those that are closed.
#[derive(Debug, Clone, Default)]
pub struct Listeners {
    heard: Arc<Mutex<Vec<(String, String)>>>,
    closed: Arc<Mutex<HashSet<String>>>,
}

impl Listeners {
    /// From now on that connection is gone.
    pub fn close(&self, connection: &str) {
        self.closed.lock().unwrap().insert(connection.to_owned());
    }

    /// Each message with the connection that heard it.
    pub fn heard(&self) -> Vec<(String, String)> {
        self.heard.lock().unwrap().clone()
    }

    /// A client of these connections.
    pub fn client(&self) -> Client {
        let listeners = self.clone();
        let posts = mock!(Client::post_to_connection).then_compute_response(move |input| {
            let connection = input.connection_id().unwrap().to_owned();
            if listeners.closed.lock().unwrap().contains(&connection) {
                let gone = GoneException::builder().build();
                return MockResponse::Error(PostToConnectionError::GoneException(gone));
            }
            let data = input.data().unwrap().as_ref().to_vec();
            let message = (connection, String::from_utf8(data).unwrap());
            listeners.heard.lock().unwrap().push(message);
            MockResponse::Output(PostToConnectionOutput::builder().build())
        });
        mock_client!(aws_sdk_apigatewaymanagement, RuleMode::MatchAny, &[&posts])
    }
}
