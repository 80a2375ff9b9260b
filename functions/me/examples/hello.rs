//! The smallest function there is: the yardstick of `cargo xtask bench`.

#![expect(clippy::print_stdout, reason = "a function's log is its stdout")]

use lambda_http::{Body, Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}

async fn hello(_request: Request) -> Result<Response<Body>, Error> {
    // One line, as any function logs: the emulator waits 50 ms for a first one.
    println!("hello");
    Ok(Response::new(Body::from("hello")))
}
