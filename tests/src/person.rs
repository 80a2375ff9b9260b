//! Somebody who signed up, and what they do with the API.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, redirect};
use serde_json::{Value, json};

use crate::{Stack, aws, unique_word};

const PASSWORD: &str = "Only-on-this-machine-1";
/// Below the limit of a hundred requests a minute.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// No job of the tests takes that long, not even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(420);

/// A user of their own, so that nobody else's requests count against them.
#[derive(Debug, Clone)]
pub struct Person {
    /// Where they are.
    pub stack: Stack,
    /// The `sub` claim.
    pub user_id: String,
    /// The e-mail address.
    pub email: String,
    /// Signs requests in.
    pub access_token: String,
    /// Does as well.
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

    /// The answer of a request.
    pub async fn of(request: RequestBuilder) -> Result<Self> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = serde_json::from_slice(&response.bytes().await?).unwrap_or_default();
        Ok(Self {
            status,
            headers,
            body,
        })
    }
}

/// A job's life as a client sees it.
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
    /// Signs somebody up, and in.
    pub async fn sign_up(stack: &Stack) -> Result<Self> {
        let email = format!("{}@omnigen.test", unique_word("person"));
        let (pool, client) = (&stack.user_pool_id, &stack.client_id);
        Self::sign_up_in(stack, pool, client, &email).await
    }

    /// Signs somebody up who may administer (D31).
    pub async fn sign_up_administrator(stack: &Stack) -> Result<Self> {
        let person = Self::sign_up(stack).await?;
        let member = json!({
            "UserPoolId": stack.user_pool_id, "Username": person.email, "GroupName": "admin",
        });
        aws::cognito(stack, "AdminAddUserToGroup", &member).await?;
        // The group stands in tokens that are made from now on.
        Self::sign_in(stack, &stack.client_id, &person.email).await
    }

    /// The same in any pool, by any of its clients.
    pub async fn sign_up_in(stack: &Stack, pool: &str, client: &str, email: &str) -> Result<Self> {
        let user = json!({
            "UserPoolId": pool, "Username": email, "MessageAction": "SUPPRESS",
            "UserAttributes": [
                {"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"},
            ],
        });
        aws::cognito(stack, "AdminCreateUser", &user).await?;
        let password = json!({
            "UserPoolId": pool, "Username": email, "Password": PASSWORD, "Permanent": true,
        });
        aws::cognito(stack, "AdminSetUserPassword", &password).await?;
        Self::sign_in(stack, client, email).await
    }

    /// Signs somebody in who has signed up.
    pub async fn sign_in(stack: &Stack, client: &str, email: &str) -> Result<Self> {
        let sign_in = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
            "AuthParameters": {"USERNAME": email, "PASSWORD": PASSWORD},
        });
        let answer = aws::cognito(stack, "InitiateAuth", &sign_in).await?;
        let token = |name: &str| {
            let token = answer["AuthenticationResult"][name].as_str();
            token
                .map(str::to_owned)
                .with_context(|| format!("no {name}"))
        };
        let mut person = Self {
            stack: stack.clone(),
            user_id: String::new(),
            email: email.to_owned(),
            access_token: token("AccessToken")?,
            id_token: token("IdToken")?,
            http: Client::builder()
                .redirect(redirect::Policy::none())
                .build()?,
        };
        let user = json!({"AccessToken": person.access_token});
        let user = aws::cognito(stack, "GetUser", &user).await?;
        person.user_id = user["UserAttributes"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|attribute| attribute["Name"] == "sub")
            .and_then(|attribute| attribute["Value"].as_str())
            .context("no sub")?
            .to_owned();
        Ok(person)
    }

    /// A request without a token.
    pub fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.stack.api_url))
    }

    /// A request of this person.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(&self.access_token)
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// POST of a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    /// Asks for a film; the job's id.
    pub async fn create(&self, film: &Value) -> Result<String> {
        let answer = self.post("/api/v1/jobs", film).await?;
        ensure!(answer.status == 202, "{} {}", answer.status, answer.body);
        let id = answer.body["jobId"].as_str().context("no job id")?;
        Ok(id.to_owned())
    }

    /// One of this person's jobs.
    pub async fn job(&self, id: &str) -> Result<Value> {
        let answer = self.get(&format!("/api/v1/jobs/{id}")).await?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        Ok(answer.body)
    }

    /// Watches a job to its end. Progress that falls is an error.
    pub async fn watch(&self, id: &str) -> Result<Course> {
        let started = Instant::now();
        let mut course = Course { seen: Vec::new() };
        loop {
            let job = self.job(id).await?;
            let progress = |job: &Value| job["progress"].as_u64();
            if let Some(before) = course.seen.last() {
                ensure!(progress(&job) >= progress(before), "fell: {before} {job}");
            }
            let is_final = job["status"] == "completed" || job["status"] == "failed";
            course.seen.push(job);
            if is_final {
                return Ok(course);
            }
            if started.elapsed() > PATIENCE {
                bail!("job {id} does not end: {}", course.end());
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// How much of the month is `(used, reserved, remaining)`.
    pub async fn usage(&self) -> Result<(u64, u64, u64)> {
        let answer = self.get("/api/v1/me").await?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        let number = |name: &str| answer.body["usage"][name].as_u64().context("no usage");
        Ok((number("used")?, number("reserved")?, number("remaining")?))
    }
}
