//! OmniGen's API by the types of its contract, as a client program uses it.

use anyhow::{Context, Result, bail};
use contract::{
    Animatic, AnnounceUpload, ApproveStoryboard, AssetList, ChangeAccepted, ConfirmUpload,
    CreateTranscode, CreateWebhook, Job, JobAccepted, JobCancelled, JobList, Message, Quote,
    Storyboard, Stream, Transcode, TranscodeCreated, UpdateStoryboard, UploadPlace, Video,
    VideoLink, WebhookCreated, WebhookDelivery,
};
use domain::transcode::Asset;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::users::Name;
use crate::watch::{Hints, is_final, watch_until};
use crate::{Answer, PATIENCE, Person, Stack};

/// The API in the name of one user. What it refuses is an error that says why.
#[derive(Debug, Clone)]
pub struct Api {
    person: Person,
}

impl Api {
    /// The API in the name of one of the users that the local cloud always has.
    ///
    /// # Errors
    /// As [`Person::named`].
    pub async fn of(stack: &Stack, user: Name) -> Result<Self> {
        let person = Person::named(stack, user).await?;
        Ok(Self { person })
    }

    /// The API in the name of a user who signs up for it.
    ///
    /// # Errors
    /// As [`Person::sign_up`].
    pub async fn of_new_user(stack: &Stack) -> Result<Self> {
        let person = Person::sign_up(stack).await?;
        Ok(Self { person })
    }

    /// What a film would be and cost; `wanted` as for [`Api::create_job`].
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn quote(&self, wanted: &Value) -> Result<Quote> {
        self.post("/api/v1/jobs?dryRun=true", wanted).await
    }

    /// Asks for a film; `wanted` is [`contract::CreateJob`], whatever its fields hold.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn create_job(&self, wanted: &Value) -> Result<JobAccepted> {
        self.post("/api/v1/jobs", wanted).await
    }

    /// A film as it stands.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn job(&self, id: &str) -> Result<Job> {
        self.get(&format!("/api/v1/jobs/{id}")).await
    }

    /// The newest of the user's films.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn newest_job(&self) -> Result<Option<Job>> {
        let list: JobList = self.get("/api/v1/jobs?limit=1").await?;
        Ok(list.jobs.into_iter().next())
    }

    /// Watches a film to its end, or until it waits for its owner; `show` sees each state.
    ///
    /// # Errors
    /// Progress that falls, no end, or an answer other than 200.
    pub async fn watch_job(&self, id: &str, show: impl FnMut(&Job)) -> Result<Job> {
        let is_last = |job: &Value| is_final(job) || job["status"] == "awaiting_review";
        self.watched(is_last, || self.person.job(id), show).await
    }

    /// A film's storyboard.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn storyboard(&self, id: &str) -> Result<Storyboard> {
        self.get(&format!("/api/v1/jobs/{id}/storyboard")).await
    }

    /// Puts another storyboard in the place of one that waits.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn update_storyboard(
        &self,
        id: &str,
        change: &UpdateStoryboard,
    ) -> Result<Storyboard> {
        let path = format!("/api/v1/jobs/{id}/storyboard");
        let request = self.person.request(Method::PUT, &path).json(change);
        accepted(&Method::PUT, &path, Answer::of(request).await?)
    }

    /// Has the film made by the storyboard of that version.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn approve(&self, id: &str, version: u32) -> Result<JobAccepted> {
        let path = format!("/api/v1/jobs/{id}/approve");
        self.post(&path, &ApproveStoryboard { version }).await
    }

    /// A storyboard that waits, as a small film.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn animatic(&self, id: &str) -> Result<Animatic> {
        let path = format!("/api/v1/jobs/{id}/animatic");
        self.post(&path, &json!({})).await
    }

    /// Has one scene of a finished film made anew.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn redo_scene(&self, id: &str, index: u32) -> Result<ChangeAccepted> {
        let path = format!("/api/v1/jobs/{id}/scenes/{index}/regenerate");
        self.post(&path, &json!({})).await
    }

    /// Cancels a film.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn cancel_job(&self, id: &str) -> Result<JobCancelled> {
        self.delete(&format!("/api/v1/jobs/{id}")).await
    }

    /// Where a finished film can be fetched.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn film(&self, id: &str) -> Result<VideoLink> {
        let path = format!("/api/v1/jobs/{id}/video");
        let request = self.person.request(Method::GET, &path);
        let answer = Answer::of(request.header("accept", "application/json")).await?;
        accepted(&Method::GET, &path, answer)
    }

    /// Asks where a file is to be put.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn announce(&self, file: &AnnounceUpload) -> Result<UploadPlace> {
        self.post("/api/upload/generate-url", file).await
    }

    /// Makes a video of an upload.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn confirm(&self, upload: &ConfirmUpload) -> Result<Video> {
        self.post("/api/upload/confirm", upload).await
    }

    /// Asks for renditions.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn create_transcode(&self, wanted: &CreateTranscode) -> Result<Transcode> {
        let created: TranscodeCreated = self.post("/api/jobs", wanted).await?;
        Ok(created.job)
    }

    /// Watches a transcode to its end; `show` sees each state.
    ///
    /// # Errors
    /// Progress that falls, no end, or an answer other than 200.
    pub async fn watch_transcode(
        &self,
        id: &str,
        show: impl FnMut(&Transcode),
    ) -> Result<Transcode> {
        self.watched(is_final, || self.person.transcode(id), show)
            .await
    }

    /// What a finished transcode made.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn assets(&self, id: &str) -> Result<Vec<Asset>> {
        let answer: AssetList = self.get(&format!("/api/jobs/{id}/assets")).await?;
        Ok(answer.assets)
    }

    /// Where an asset can be fetched.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn asset_url(&self, id: &str, asset: &Asset) -> Result<String> {
        let path = format!("/api/jobs/{id}/assets/{}/download", asset.id);
        let answer = self.person.get(&path).await?;
        match answer.header("location") {
            "" => bail!("{}", refusal(&Method::GET, &path, &answer)),
            location => Ok(location.to_owned()),
        }
    }

    /// How a video is streamed.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn stream(&self, video: &str) -> Result<Stream> {
        self.get(&format!("/api/gallery/videos/{video}/stream"))
            .await
    }

    /// Registers a receiver of events; its secret is answered this once.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn create_webhook(&self, wanted: &CreateWebhook) -> Result<WebhookCreated> {
        self.post("/api/v1/webhooks", wanted).await
    }

    /// Sends a test event to a receiver.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn test_webhook(&self, id: &str) -> Result<WebhookDelivery> {
        let path = format!("/api/v1/webhooks/{id}/test");
        self.post(&path, &serde_json::json!({})).await
    }

    /// Removes a receiver.
    ///
    /// # Errors
    /// The API refuses, or does not answer.
    pub async fn delete_webhook(&self, id: &str) -> Result<Message> {
        self.delete(&format!("/api/v1/webhooks/{id}")).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        accepted(&Method::GET, path, self.person.get(path).await?)
    }

    async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let request = self.person.request(Method::DELETE, path);
        accepted(&Method::DELETE, path, Answer::of(request).await?)
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        let body = serde_json::to_value(body)?;
        accepted(&Method::POST, path, self.person.post(path, &body).await?)
    }

    /// Asks for something, whenever a hint says that it changed, until a state is the last
    /// one; `show` sees each.
    async fn watched<T, Asked>(
        &self,
        is_last: fn(&Value) -> bool,
        ask: impl FnMut() -> Asked,
        mut show: impl FnMut(&T),
    ) -> Result<T>
    where
        T: DeserializeOwned,
        Asked: Future<Output = Result<Value>>,
    {
        let mut hints = Hints::of(&self.person).await;
        let pause = async || hints.next().await;
        let end = watch_until(is_last, ask, PATIENCE, pause, |state| {
            if let Ok(state) = parsed(state.clone()) {
                show(&state);
            }
        });
        parsed(end.await?)
    }
}

/// The body of an answer, unless the request was refused.
fn accepted<T: DeserializeOwned>(method: &Method, path: &str, answer: Answer) -> Result<T> {
    match answer.status {
        200..300 => parsed(answer.body),
        _ => bail!("{}", refusal(method, path, &answer)),
    }
}

/// What the API says about a refusal: status, code and message.
fn refusal(method: &Method, path: &str, answer: &Answer) -> String {
    let text = |pointer: &str| {
        let text = answer.body.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default()
    };
    let fault = |details: &Value| {
        let text = |name: &str| details[name].as_str().unwrap_or_default().to_owned();
        format!("{}: {}", text("field"), text("constraint"))
    };
    let details = &answer.body["details"];
    let faults = match details["faults"].as_array() {
        Some(faults) => faults.iter().map(fault).collect(),
        None if details["field"].is_string() => vec![fault(details)],
        None => Vec::new(),
    };
    let details = match faults.as_slice() {
        [] => String::new(),
        faults => format!(" ({})", faults.join("; ")),
    };
    let (status, code, error) = (answer.status, text("/code"), text("/error"));
    format!("{method} {path} was refused: {status} {code} {error}{details}")
}

fn parsed<T: DeserializeOwned>(body: Value) -> Result<T> {
    serde_json::from_value(body).context("the API answered something unexpected")
}
