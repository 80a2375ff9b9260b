//! Who asks, and whose things there are.

use anyhow::{Context, Result, ensure};
use domain::failure::JobError;
use end_to_end::{Person, Stack, unique_word};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use store::{Ceilings, Ending};
use uuid::Uuid;

use crate::tokens::token_of_another_pool;
use crate::transcode_fixture::{TranscodeFixture, drawn};
use crate::{accepted, short_film, tables, webhooks_table};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    Anonymous,
    /// With a genuine token of a pool that is not ours.
    Foreigner,
    /// With a token of ours that was changed.
    Forger,
    /// With a token of the owner's that has expired.
    Expired,
    Other,
    Admin,
    Owner,
}

/// Everybody; the owner last.
pub(super) const CALLERS: [Caller; 7] = [
    Caller::Anonymous,
    Caller::Foreigner,
    Caller::Forger,
    Caller::Expired,
    Caller::Other,
    Caller::Admin,
    Caller::Owner,
];

impl Caller {
    pub(super) fn is_signed_in(self) -> bool {
        matches!(self, Self::Owner | Self::Other | Self::Admin)
    }

    pub(super) fn has_bad_token(self) -> bool {
        matches!(self, Self::Foreigner | Self::Forger | Self::Expired)
    }

    pub(super) fn owns(self, id: Id) -> bool {
        (self, id) == (Self::Owner, Id::Own) || (self, id) == (Self::Other, Id::Foreign)
    }
}

/// Whose thing is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Id {
    Malformed,
    Missing,
    /// The other's.
    Foreign,
    /// The owner's.
    Own,
}

pub(super) const IDS: [Id; 4] = [Id::Malformed, Id::Missing, Id::Foreign, Id::Own];

/// One of each.
#[derive(Debug, Clone)]
pub(super) struct Things {
    pub(super) job: String,
    pub(super) video: String,
    pub(super) transcode: String,
    pub(super) asset: String,
    pub(super) upload: String,
    pub(super) webhook: String,
    /// Of the webhook.
    pub(super) delivery: String,
}

impl Things {
    fn named(id: &str) -> Self {
        let id = || id.to_owned();
        Self {
            job: id(),
            video: id(),
            transcode: id(),
            asset: id(),
            upload: id(),
            webhook: id(),
            delivery: id(),
        }
    }

    /// A job that failed, a private video with its renditions, an upload in parts, a webhook
    /// that a test event is sent to.
    async fn of(fixture: &TranscodeFixture) -> Result<Self> {
        let person = &fixture.person;
        let key = fixture.source(drawn("320x240", 10, 1)?).await?;
        let transcode = fixture.create(&key, &json!(["low"])).await?;
        let end = fixture.end(&transcode).await?;
        ensure!(end["status"] == "COMPLETED", "{end}");
        let assets = fixture.assets(&transcode).await?;
        let videos = person.get("/api/gallery/videos?owner=me").await?;
        let file = json!({"filename": "a.mp4", "contentType": "video/mp4", "size": 20_000_000});
        let upload = person.post("/api/upload/multipart", &file).await?;
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let webhook = json!({"url": "https://example.com/"});
        let webhook = person.post("/api/v1/webhooks", &webhook).await?;
        let webhook = text(&webhook.body["webhook"]["webhookId"]).context("no webhook")?;
        let test = format!("/api/v1/webhooks/{webhook}/test");
        let delivery = person.post(&test, &json!({})).await?;
        Ok(Self {
            job: failed_job(&fixture.stack, person).await?,
            video: text(&videos.body["videos"][0]["id"]).context("no video")?,
            asset: text(&assets.first().context("no asset")?["id"]).context("no asset")?,
            upload: text(&upload.body["uploadId"]).context("no upload")?,
            webhook,
            delivery: text(&delivery.body["deliveryId"]).context("no delivery")?,
            transcode,
        })
    }
}

async fn failed_job(stack: &Stack, person: &Person) -> Result<String> {
    let (jobs, usage) = tables(stack)?;
    let now = config::clock::now();
    // Its owner resumes it in the course of the test: the film is made.
    let job = accepted(person, &short_film(&unique_word("failed")), now)?;
    usage.reserve(&jobs, &job, Ceilings::of_quota(10)).await?;
    let ending = Ending::Failed(JobError::workflow_failed());
    let webhooks = webhooks_table(stack)?;
    usage
        .settle(&jobs, &webhooks, &job, &ending, 0, now)
        .await?;
    Ok(job.job_id.to_string())
}

/// Everybody, and everything that there is.
pub(super) struct Cast {
    owner: Person,
    other: Person,
    admin: Person,
    foreign_token: String,
    expired_token: String,
    own: Things,
    foreign: Things,
    missing: Things,
    malformed: Things,
}

impl Cast {
    pub(super) async fn new(stack: &Stack) -> Result<Self> {
        let owner = TranscodeFixture::new(stack).await?;
        let other = TranscodeFixture::new(stack).await?;
        let (own, foreign) = tokio::try_join!(Things::of(&owner), Things::of(&other))?;
        Ok(Self {
            admin: Person::sign_up_administrator(stack).await?,
            foreign_token: token_of_another_pool(stack).await?,
            expired_token: owner.person.expired_token().await?,
            own,
            foreign,
            missing: Things::named(&Uuid::now_v7().to_string()),
            malformed: Things::named("42"),
            owner: owner.person,
            other: other.person,
        })
    }

    pub(super) fn things(&self, id: Id) -> &Things {
        match id {
            Id::Own => &self.own,
            Id::Foreign => &self.foreign,
            Id::Missing => &self.missing,
            Id::Malformed => &self.malformed,
        }
    }

    pub(super) fn request(&self, caller: Caller, method: Method, path: &str) -> RequestBuilder {
        let anonymous = |method| self.owner.anonymous(method, path);
        match caller {
            Caller::Anonymous => anonymous(method),
            Caller::Foreigner => anonymous(method).bearer_auth(&self.foreign_token),
            Caller::Forger => {
                let forged = format!("{}AAAA", self.owner.access_token);
                anonymous(method).bearer_auth(forged)
            }
            Caller::Expired => anonymous(method).bearer_auth(&self.expired_token),
            Caller::Other => self.other.request(method, path),
            Caller::Admin => self.admin.request(method, path),
            Caller::Owner => self.owner.request(method, path),
        }
    }
}
