//! `POST /api/v1/live`: where a browser listens for changes, and the ticket that lets it.
//!
//! The socket is on another host, which the session's cookies do not reach.

use config::Bootstrap;
use contract::LiveTicket;
use domain::live::{TICKET_LIFE, Ticket};
use domain::time::Clock;
use edge::http::{ApiError, Authentication, Caller, Error, Reply};
use store::ConnectionsTable;
use uuid::Uuid;

#[derive(Clone)]
struct State {
    connections: ConnectionsTable,
    url: String,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        connections: ConnectionsTable::connect(&mut bootstrap),
        url: bootstrap.environment().required("LIVE_URL"),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("live-ticket", authentication, move |caller, _| {
        handle(caller, state.clone())
    })
    .await
}

async fn handle(caller: Caller, state: State) -> Result<Reply, ApiError> {
    let name = Uuid::new_v4().to_string();
    let ticket = Ticket::issued(&caller.user_id, state.clock.now());

    state.connections.keep_ticket(&name, &ticket).await?;

    Reply::ok(&LiveTicket {
        url: state.url,
        ticket: name,
        expires_in: TICKET_LIFE.as_secs(),
    })
}
