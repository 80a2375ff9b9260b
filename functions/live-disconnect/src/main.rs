//! The route `$disconnect` of the `WebSocket` API: forgets a connection.

use config::Bootstrap;
use edge::socket::Verdict;
use lambda_runtime::Error;
use store::ConnectionsTable;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let connections = ConnectionsTable::connect(&mut bootstrap);
    bootstrap.finish()?;

    let connections = &connections;
    edge::socket::run("live-disconnect", |contact| async move {
        connections.forget_connection(&contact.connection).await?;
        Ok(Verdict::Welcome)
    })
    .await
}
