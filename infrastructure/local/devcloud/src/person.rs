//! A user who is signed in, and OmniGen's API in that user's name.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, redirect};
use serde_json::{Value, json};

use crate::users::{self, Name, User};
use crate::watch::{a_moment, watch_until};
use crate::{PATIENCE, Stack, aws, described, unique_word, watch};

const PASSWORD: &str = "Only-on-this-machine-1";
/// Above the gateway's own limit of 30 seconds.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A user of the tests.
fn user(email: &str) -> User {
    User {
        username: email.to_owned(),
        password: PASSWORD.to_owned(),
    }
}

/// A user who is signed in. A test signs up its own, so that no other test's requests count.
#[derive(Debug, Clone)]
pub struct Person {
    /// The local cloud.
    pub stack: Stack,
    /// The `sub` claim.
    pub user_id: String,
    /// The e-mail address.
    pub email: String,
    /// Signs requests in.
    pub access_token: String,
    /// Signs requests in as well.
    pub id_token: String,
    http: Client,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; `null` when it is not JSON.
    pub body: Value,
}

impl Answer {
    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The answer of a request. What the API answers is held against its contract.
    ///
    /// # Errors
    /// No answer, or one that the contract does not describe.
    pub async fn of(request: RequestBuilder) -> Result<Self> {
        Self::with_text(request).await.map(|(answer, _)| answer)
    }

    /// The same, with the text of the body.
    ///
    /// # Errors
    /// As [`Answer::of`].
    pub async fn with_text(request: RequestBuilder) -> Result<(Self, String)> {
        let (http, request) = request.build_split();
        let request = request?;
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = http.execute(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?;
        if let Some((_, path)) = path.split_once("/api/") {
            described::check(&method, &format!("/api/{path}"), status, &headers, &bytes)
                .with_context(|| format!("{method} {path}: not as the contract says"))?;
        }
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        let answer = Self {
            status,
            headers,
            body,
        };
        Ok((answer, String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// A job from its creation to its end, as a client sees it.
#[derive(Debug)]
pub struct Course {
    /// Each different state that was seen, in order; the last one is final.
    pub seen: Vec<Value>,
}

impl Course {
    /// How it ended.
    pub fn end(&self) -> &Value {
        self.seen.last().unwrap_or(&Value::Null)
    }

    /// The status it ended with.
    pub fn status(&self) -> &str {
        self.end()["status"].as_str().unwrap_or_default()
    }
}

impl Person {
    /// Signs up a new user, and in.
    ///
    /// # Errors
    /// The local cloud refuses, or is not there.
    pub async fn sign_up(stack: &Stack) -> Result<Self> {
        let email = format!("{}@omnigen.test", unique_word("person"));
        let (pool, client) = (&stack.user_pool_id, &stack.client_id);
        Self::sign_up_in(stack, pool, client, &email).await
    }

    /// Signs up a new user who may administer (D31).
    ///
    /// # Errors
    /// As [`Person::sign_up`].
    pub async fn sign_up_administrator(stack: &Stack) -> Result<Self> {
        let person = Self::sign_up(stack).await?;
        users::make_administrator(stack, &user(&person.email)).await?;
        // The group stands in tokens that are made from now on.
        Self::sign_in(stack, &stack.client_id, &person.email).await
    }

    /// The same in any pool, by any of its clients.
    ///
    /// # Errors
    /// As [`Person::sign_up`].
    pub async fn sign_up_in(stack: &Stack, pool: &str, client: &str, email: &str) -> Result<Self> {
        users::sign_up(stack, pool, &user(email)).await?;
        Self::sign_in(stack, client, email).await
    }

    /// Signs in a user who has signed up.
    ///
    /// # Errors
    /// As [`Person::sign_up`].
    pub async fn sign_in(stack: &Stack, client: &str, email: &str) -> Result<Self> {
        Self::signed_in(stack, client, &user(email)).await
    }

    /// Signs in one of the users that the local cloud always has.
    ///
    /// # Errors
    /// As [`Person::sign_up`].
    pub async fn named(stack: &Stack, name: Name) -> Result<Self> {
        let user = stack.users.get(&name).context("there is no such user")?;
        Self::signed_in(stack, &stack.client_id, user)
            .await
            .context("the local cloud gave no token: run `cargo xtask up`")
    }

    async fn signed_in(stack: &Stack, client: &str, user: &User) -> Result<Self> {
        let tokens = users::sign_in(stack, client, user).await?;
        let body = json!({"AccessToken": tokens.access});
        let profile = aws::cognito(stack, "GetUser", &body).await?;
        Ok(Self {
            stack: stack.clone(),
            user_id: users::subject(&profile["UserAttributes"])?,
            email: user.username.clone(),
            access_token: tokens.access,
            id_token: tokens.id,
            http: Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .timeout(REQUEST_TIMEOUT)
                .build()?,
        })
    }

    /// An access token of this user's that expired a minute ago.
    ///
    /// # Errors
    /// As [`Person::sign_up`].
    pub async fn expired_token(&self) -> Result<String> {
        let tokens = users::expired_tokens(&self.stack, &user(&self.email)).await?;
        Ok(tokens.access)
    }

    /// A request without a token.
    pub fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.stack.api_url))
    }

    /// A request with the access token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(&self.access_token)
    }

    /// GET, asked again a few times while the answer is to come later.
    ///
    /// # Errors
    /// No answer.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        come_again(TRIES, || Answer::of(self.request(Method::GET, path))).await
    }

    /// POST of a JSON body.
    ///
    /// # Errors
    /// No answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    /// Asks for a film; the job's id.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn create(&self, film: &Value) -> Result<String> {
        let answer = self.post("/api/v1/jobs", film).await?;
        ensure!(answer.status == 202, "{} {}", answer.status, answer.body);
        let id = answer.body["jobId"].as_str().context("no job id")?;
        Ok(id.to_owned())
    }

    /// One of this user's jobs.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn job(&self, id: &str) -> Result<Value> {
        let answer = self.get(&format!("/api/v1/jobs/{id}")).await?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        Ok(answer.body)
    }

    /// Watches a job to its end. Progress that falls is an error.
    ///
    /// # Errors
    /// Progress that falls, no end, or an answer other than 200.
    pub async fn watch(&self, id: &str) -> Result<Course> {
        let mut course = Course { seen: Vec::new() };
        watch(
            || self.job(id),
            PATIENCE,
            |job| course.seen.push(job.clone()),
        )
        .await
        .with_context(|| format!("job {id}"))?;
        Ok(course)
    }

    /// Watches a job until a state is there.
    ///
    /// # Errors
    /// Progress that falls, no such state, or an answer other than 200.
    pub async fn watch_until(&self, id: &str, is_there: impl Fn(&Value) -> bool) -> Result<Value> {
        let state = watch_until(is_there, || self.job(id), PATIENCE, a_moment, |_| {});
        state.await.with_context(|| format!("job {id}"))
    }

    /// One of this user's transcodes.
    ///
    /// # Errors
    /// The API does not answer 200.
    pub async fn transcode(&self, id: &str) -> Result<Value> {
        let answer = self.get(&format!("/api/jobs/{id}")).await?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        Ok(answer.body["job"].clone())
    }

    /// Watches a transcode to its end; gives each state that was seen.
    ///
    /// # Errors
    /// Progress that falls, no end, or an answer other than 200.
    pub async fn watch_transcode(&self, id: &str) -> Result<Vec<Value>> {
        let mut seen = Vec::new();
        watch(
            || self.transcode(id),
            PATIENCE,
            |job| seen.push(job.clone()),
        )
        .await
        .with_context(|| format!("transcode {id}"))?;
        Ok(seen)
    }

    /// How much of the month is `(used, reserved, remaining)`.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn usage(&self) -> Result<(u64, u64, u64)> {
        let answer = self.get("/api/v1/me").await?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        let number = |name: &str| answer.body["usage"][name].as_u64().context("no usage");
        Ok((number("used")?, number("reserved")?, number("remaining")?))
    }
}

/// How often a read is asked for that is answered "later".
const TRIES: u32 = 5;

/// The first answer that is not 503, as any client of the API gets it: it comes again when
/// `Retry-After` tells it to. The last answer of so many tries counts, whatever it is.
///
/// # Errors
/// No answer, or a 503 that does not say when to come again.
pub async fn come_again<F>(tries: u32, mut ask: impl FnMut() -> F) -> Result<Answer>
where
    F: Future<Output = Result<Answer>>,
{
    for _ in 1..tries {
        let answer = ask().await?;
        if answer.status != 503 {
            return Ok(answer);
        }
        let seconds = answer.header("retry-after").parse();
        let seconds = seconds.context("503 does not say when to come again")?;
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
    ask().await
}

#[cfg(test)]
mod tests {
    use reqwest::header::RETRY_AFTER;

    use super::*;

    fn later(seconds: &str) -> Answer {
        let seconds = seconds.parse().expect("a header's value");
        Answer {
            status: 503,
            headers: HeaderMap::from_iter([(RETRY_AFTER, seconds)]),
            body: Value::Null,
        }
    }

    fn now() -> Answer {
        Answer {
            status: 200,
            headers: HeaderMap::new(),
            body: Value::Null,
        }
    }

    async fn asked(answers: &[Answer]) -> (Result<u16>, usize) {
        let mut left = answers.iter().cloned();
        let answer = come_again(TRIES, || {
            let answer = left.next().context("asked too often");
            std::future::ready(answer)
        });
        let status = answer.await.map(|answer| answer.status);
        (status, left.len())
    }

    #[tokio::test]
    async fn a_read_that_is_told_to_come_later_comes_again() {
        let (status, left) = asked(&[later("0"), later("0"), now(), now()]).await;
        assert_eq!((status.expect("an answer"), left), (200, 1));
    }

    #[tokio::test]
    async fn a_read_that_is_always_told_later_ends() {
        let answers: [Answer; 7] = std::array::from_fn(|_| later("0"));
        let (status, left) = asked(&answers).await;
        assert_eq!((status.expect("an answer"), left), (503, 2));
    }

    #[tokio::test]
    async fn later_without_a_time_is_an_error() {
        assert!(asked(&[later("soon"), now()]).await.0.is_err());
    }
}
