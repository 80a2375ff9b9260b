//! A look-alike of Replicate's HTTP API, so that `OmniGen` runs without an
//! account: the same routes and bodies, signed webhooks, and real media drawn
//! by `FFmpeg` from the prompt. It can be told to misbehave (`rules`).
//!
//! It binds to 127.0.0.1 only and keeps its predictions in memory.

mod answers;
mod api;
mod clock;
mod control;
mod create;
mod errors;
mod file_store;
mod files;
mod lifecycle;
mod models;
mod outputs;
mod paging;
mod prediction;
mod predictions;
mod rules;
mod server;
mod settings;
mod store;
mod stream;
mod subject;
mod webhooks;

#[cfg(test)]
mod tests;

use anyhow::Context;
use clap::Parser;
use settings::Arguments;
use std::net::Ipv4Addr;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::INFO)
        .init();
    let arguments = Arguments::parse();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port))
        .await
        .with_context(|| format!("port {} on 127.0.0.1 cannot be bound", arguments.port))?;
    let port = listener.local_addr()?.port();
    let server = server::Server::new(arguments.settings(port))?;
    tracing::info!(port, "the Replicate look-alike is listening");
    // Nothing outlives the process, so no request is waited for at the end.
    tokio::select! {
        ended = axum::serve(listener, api::router(server)) => ended.context("the server stopped"),
        () = stop_asked() => Ok(()),
    }
}

/// Resolves on Ctrl-C or a termination signal.
async fn stop_asked() {
    let Ok(mut terminated) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
