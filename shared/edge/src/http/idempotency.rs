//! The layer that answers a repeated POST with the first answer (D42).
//!
//! It stands behind the rate limit: repeated requests count too.

use std::collections::BTreeMap;
use std::time::Duration;

use config::Bootstrap;
use domain::idempotency::{
    self, Answer, Decision, HEADER, KeyDigest, Outcome, Record, decide, fingerprint, outcome,
};
use domain::time::{Clock, Time};
use lambda_http::{Body, Error, Request, RequestExt, Response};
use store::{IdempotencyKey, IdempotencyTable, StoreError};
use tower::Layer;
use uuid::Uuid;

use super::caller::{Admin, Caller};
use super::error::ApiError;
use super::layers::{
    Authentication, Route, around, call, refuse, serve_protected, with_admin, with_caller,
};
use super::reply::{Reply, set_header};
use super::request::query;

/// The query parameter of a request that only asks what would happen.
const DRY_RUN: &str = "dryRun";
/// Marks an answer that was given before.
const REPLAYED: &str = "idempotency-replayed";
/// Added to the end of an invocation: a function is stopped up to a second late.
const MARGIN: Duration = Duration::from_secs(2);
/// How long a key is held where the runtime does not tell when it ends.
const UNKNOWN_TIME_LIMIT: Duration = Duration::from_secs(60);

/// The name under which a request creates its thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Creation {
    /// The same for every request with the same key.
    pub id: Uuid,
    /// Whether an earlier request may have created it already.
    pub is_repeated: bool,
}

impl Creation {
    /// That of a request; of one without a key, a new name.
    pub fn of(request: &Request) -> Self {
        let known = request.extensions().get::<Self>().copied();
        known.unwrap_or_else(|| Self {
            id: Uuid::now_v7(),
            is_repeated: false,
        })
    }
}

/// Remembers keys and answers.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// Where they are kept.
    pub table: IdempotencyTable,
    /// Tells when a hold ends.
    pub clock: Clock,
}

impl Idempotency {
    /// As the environment says.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            table: IdempotencyTable::connect(bootstrap),
            clock: bootstrap.clock(),
        }
    }
}

/// A key that this request holds.
struct Hold {
    key: IdempotencyKey,
    creation: Creation,
    until: Time,
}

/// What the layer does with a request.
enum Turn {
    /// It goes on to the handler, perhaps with a key.
    Handle(Option<Hold>),
    /// It was answered before.
    Replay(Answer),
}

/// Serves a route that creates, for signed-in callers as [`super::protected`] does; an
/// `Idempotency-Key` counts.
///
/// # Errors
///
/// The runtime stopped.
pub async fn creating<Handler, Answering>(
    endpoint: &'static str,
    authentication: Authentication,
    idempotency: Idempotency,
    handler: Handler,
) -> Result<(), Error>
where
    Handler: Fn(Caller, Request) -> Answering + Clone + Send + Sync + 'static,
    Answering: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    let handler = answer_once(endpoint, idempotency).layer(with_caller(handler));
    serve_protected(endpoint, authentication, handler).await
}

/// The same for administrators (D31).
///
/// # Errors
///
/// The runtime stopped.
pub async fn creating_as_admin<Handler, Answering>(
    endpoint: &'static str,
    authentication: Authentication,
    idempotency: Idempotency,
    handler: Handler,
) -> Result<(), Error>
where
    Handler: Fn(Admin, Request) -> Answering + Clone + Send + Sync + 'static,
    Answering: Future<Output = Result<Reply, ApiError>> + Send + 'static,
{
    let handler = answer_once(endpoint, idempotency).layer(with_admin(handler));
    serve_protected(endpoint, authentication, handler).await
}

/// Answers a request whose key was used before; one without a key passes.
fn answer_once(
    endpoint: &'static str,
    idempotency: Idempotency,
) -> impl Layer<Route, Service = Route> + Clone {
    around(move |request: Request, inner| {
        let idempotency = idempotency.clone();
        async move { idempotency.respond_once(endpoint, request, inner).await }
    })
}

impl Idempotency {
    async fn respond_once(
        &self,
        endpoint: &'static str,
        mut request: Request,
        inner: Route,
    ) -> Response<Body> {
        let hold = match self.turn(endpoint, &request).await {
            Ok(Turn::Handle(Some(hold))) => hold,
            Ok(Turn::Handle(None)) => return call(inner, request).await,
            Ok(Turn::Replay(answer)) => return replayed(answer),
            Err(error) => return refuse(error),
        };
        request.extensions_mut().insert(hold.creation);
        let response = call(inner, request).await;
        if let Err(error) = self.settle_key(&hold, &response).await {
            // The hold ends by itself, and the next request finds what was created.
            tracing::warn!(endpoint, error = %error, "the answer could not be kept");
        }
        response
    }

    async fn turn(&self, route: &'static str, request: &Request) -> Result<Turn, ApiError> {
        let Some(digest) = key_of(request)? else {
            return Ok(Turn::Handle(None));
        };
        // It creates nothing that could be created twice.
        if query(request, DRY_RUN).as_deref() == Some("true") {
            return Ok(Turn::Handle(None));
        }
        let caller = request.extensions().get::<Caller>();
        let key = IdempotencyKey {
            route,
            user_id: caller.ok_or(ApiError::TokenMissing)?.user_id.clone(),
            digest,
        };
        let body: &[u8] = request.body();
        let now = self.clock.now();
        let until = end_of_invocation(request, now);
        let fingerprint = fingerprint(request.uri().path(), body);
        let first = Record::first(fingerprint, Uuid::now_v7(), now, until);
        let Some(known) = self.table.claim_key(&key, &first).await? else {
            return Ok(held(key, &first, false));
        };
        let next = match decide(&known, &first.fingerprint, now) {
            Decision::Replay(answer) => return Ok(Turn::Replay(answer)),
            Decision::Mismatch => return Err(ApiError::IdempotencyMismatch),
            Decision::InFlight => return Err(ApiError::IdempotencyInFlight),
            Decision::Forgotten => first,
            Decision::TakeOver => Record {
                id: known.id,
                ..first
            },
        };
        if !self.table.take_key_over(&key, &known, &next).await? {
            return Err(ApiError::IdempotencyInFlight);
        }
        Ok(held(key, &next, next.id == known.id))
    }

    async fn settle_key(&self, hold: &Hold, response: &Response<Body>) -> Result<bool, StoreError> {
        let (key, until) = (&hold.key, hold.until);
        match outcome(response.status().as_u16()) {
            Outcome::Keep => self.table.keep_answer(key, until, &kept(response)).await,
            Outcome::Free => self.table.free_key(key, until, self.clock.now()).await,
            Outcome::Forget => self.table.forget_key(key, until).await,
        }
    }
}

fn held(key: IdempotencyKey, record: &Record, is_repeated: bool) -> Turn {
    Turn::Handle(Some(Hold {
        key,
        creation: Creation {
            id: record.id,
            is_repeated,
        },
        until: record.held_until,
    }))
}

/// The key that a request brings, if it brings one.
fn key_of(request: &Request) -> Result<Option<KeyDigest>, ApiError> {
    let mut values = request.headers().get_all(HEADER).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    // A second one is joined as the gateway joins headers: by a comma and a space,
    // which no key holds.
    let joined = if values.next().is_some() {
        b", "
    } else {
        value.as_bytes()
    };
    Ok(Some(idempotency::KeyDigest::of(joined)?))
}

/// When this invocation has certainly ended. `cargo lambda watch` tells a time in
/// the past.
fn end_of_invocation(request: &Request, now: Time) -> Time {
    let deadline = request
        .lambda_context_ref()
        .and_then(|context| i64::try_from(context.deadline).ok())
        .map(Time::from_millisecond)
        .filter(|deadline| *deadline > now);
    match deadline {
        Some(deadline) => deadline.after(MARGIN),
        None => now.after(UNKNOWN_TIME_LIMIT),
    }
}

fn kept(response: &Response<Body>) -> Answer {
    let headers = response.headers().iter();
    let headers: BTreeMap<String, String> = headers
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let body: &[u8] = response.body();
    Answer {
        status: response.status().as_u16(),
        headers,
        body: String::from_utf8_lossy(body).into_owned(),
    }
}

fn replayed(answer: Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    match response.body(Body::Text(answer.body)) {
        Ok(mut response) => {
            set_header(&mut response, REPLAYED, "true");
            response
        }
        Err(error) => refuse(ApiError::Internal(Box::new(error))),
    }
}

#[cfg(test)]
mod tests;
