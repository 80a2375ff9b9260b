//! The wire: every request and reply as a type, and every route once, with who may
//! call it and what it answers. The `OpenAPI` document is made of this.

mod account;
mod administration;
mod error;
mod film_list;
mod films;
mod gallery;
mod health;
mod live;
mod openapi;
mod operation;
mod paging;
mod quote;
mod read;
mod sign_in;
mod spending;
mod storyboards;
mod takes;
mod transcodes;
mod uploads;
mod webhooks;

pub use account::{Holding, Level, Profile, Usage};
pub use administration::{
    Cleanup, DeadLetter, DeadLetterList, Discard, Discarded, Redrive, Redriven, RestartFailed,
    Restarted, Stats, TranscodePage,
};
pub use error::{ErrorBody, ErrorCode};
pub use film_list::{JobList, Thumbnail};
pub use films::{CreateJob, Job, JobAccepted, JobCancelled, Scene, VideoLink, WebhookResult};
pub use gallery::{OembedVideo, PublishFilm, Rendition, Stream, UpdateVideo, Video, VideoList};
pub use health::{Check, Checks, Health, HealthStatus};
pub use live::LiveTicket;
pub use openapi::{document, text};
pub use operation::{Access, Method, Operation, operations};
pub use paging::{Message, Pagination};
pub use quote::{Cost, CostStep, JobResumed, Quote, TimeLeft};
pub use read::read;
pub use sign_in::{SessionRenewed, SignedOut};
pub use spending::{SetSpending, Spending};
pub use storyboards::{
    Animatic, ApproveStoryboard, EditedScene, PlannedStoryboard, Storyboard, StoryboardMusic,
    StoryboardScene, UpdateStoryboard,
};
pub use takes::{
    ChangeAccepted, ChooseTake, FilmChange, RegenerateScene, RegenerateSoundtrack, Take,
};
pub use transcodes::{
    AssetLink, AssetList, CreateTranscode, Transcode, TranscodeCreated, TranscodeJob, TranscodeList,
};
pub use uploads::{
    AnnounceMultipart, AnnounceUpload, ConfirmUpload, MultipartUpload, PartLink, PartLinks,
    PartNumbers, StoredPart, StoredParts, UploadCompleted, UploadPlace,
};
pub use webhooks::{
    CreateWebhook, DeliveryAttempt, UpdateWebhook, Webhook, WebhookCreated, WebhookDelivery,
    WebhookDeliveryList, WebhookEvent, WebhookEventData, WebhookList, WebhookSecret,
};
