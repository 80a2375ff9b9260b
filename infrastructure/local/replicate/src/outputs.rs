//! The output files, right and wrong. As at the provider they need no token.

use crate::errors::ApiError;
use crate::rules::Behaviour;
use crate::server::Shared;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use drawing::content_type;
use futures_util::stream;
use std::convert::Infallible;

/// A huge file has this many chunks of a megabyte: 600 MB, over the 512 MB
/// limit of the clients.
const HUGE_CHUNKS: usize = 600;
/// Bytes of a broken file that are still right.
const SOUND_BEGINNING: usize = 40;
const CHUNK: usize = 1024 * 1024;

/// `GET /outputs/{id}/{name}`
pub(crate) async fn get(
    State(server): State<Shared>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let prediction = server.store.get(&id).ok_or(ApiError::NotFound)?;
    let path = server
        .renderer
        .output(&id, &name)
        .ok_or(ApiError::NotFound)?;
    let content_type = content_type(&name);
    let behaviour = prediction.rule.map(|rule| rule.behaviour);
    match behaviour {
        Some(Behaviour::ExpireOutput) => return Err(ApiError::NotFound),
        Some(Behaviour::RedirectOutput) => return Ok(redirect()),
        Some(Behaviour::HtmlOutput) => {
            let page = "<!doctype html><title>Sign in</title><p>This is no film.</p>";
            return Ok(Html(page).into_response());
        }
        Some(Behaviour::HugeFile) => return Ok(huge(content_type)),
        _ => {}
    }
    let mut bytes = tokio::fs::read(path)
        .await
        .map_err(|_| ApiError::NotFound)?;
    if behaviour == Some(Behaviour::BrokenFile) {
        break_off(&mut bytes);
    }
    Ok(([(header::CONTENT_TYPE, content_type)], bytes).into_response())
}

/// The file begins right and is noise after that: what a half MP3 lacks it
/// would not miss.
fn break_off(bytes: &mut Vec<u8>) {
    bytes.truncate(bytes.len() / 2);
    for (index, byte) in bytes.iter_mut().enumerate().skip(SOUND_BEGINNING) {
        *byte ^= (index as u8).wrapping_mul(37) | 1;
    }
}

fn redirect() -> Response {
    let target = "http://169.254.169.254/latest/meta-data/";
    (StatusCode::FOUND, [(header::LOCATION, target)]).into_response()
}

/// Streams without a Content-Length.
fn huge(content_type: &'static str) -> Response {
    let chunk = Bytes::from(vec![0_u8; CHUNK]);
    let chunks = std::iter::repeat_n(Ok::<_, Infallible>(chunk), HUGE_CHUNKS);
    let body = Body::from_stream(stream::iter(chunks));
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}
