//! What clients may ask for of videos: confirming, publishing, changing (R15, R23).

use serde_json::{Map, Value};

use super::{Video, Visibility};
use crate::fields::{InvalidField, name, only, required_line, required_text, text};
use crate::ids::JobId;
use crate::time::Time;

/// Characters of a title.
const TITLE_LENGTH: usize = 200;
/// Characters of a description.
const DESCRIPTION_LENGTH: usize = 5000;

/// What confirming an upload says (R15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmUpload {
    /// The key that was handed out.
    pub s3_key: String,
    /// What the video is to be called.
    pub details: Details,
}

impl ConfirmUpload {
    /// Checks a body's fields; the first one at fault is named.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, InvalidField> {
        only(body, &["s3Key", "title", "description", "visibility"])?;
        Ok(Self {
            s3_key: required_text(body, "s3Key", 1024)?,
            details: Details::read(body)?,
        })
    }
}

/// Asks for a finished job's film to stand in the gallery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishFilm {
    /// The finished job.
    pub job_id: JobId,
    /// What the video is to be called.
    pub details: Details,
}

impl PublishFilm {
    /// Checks a body's fields; the first one at fault is named.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, InvalidField> {
        only(body, &["jobId", "title", "description", "visibility"])?;
        let job_id = required_text(body, "jobId", 36)?;
        Ok(Self {
            job_id: job_id
                .parse()
                .map_err(|_| InvalidField::new("jobId", "the id of a job"))?,
            details: Details::read(body)?,
        })
    }
}

/// What an owner says about a video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// 1-200 characters.
    pub title: String,
    /// At most 5,000 characters.
    pub description: String,
    /// See [`Visibility`].
    pub visibility: Visibility,
}

impl Details {
    fn read(body: &Map<String, Value>) -> Result<Self, InvalidField> {
        Ok(Self {
            title: required_line(body, "title", TITLE_LENGTH)?,
            description: text(body, "description", DESCRIPTION_LENGTH)?.unwrap_or_default(),
            visibility: name(body, "visibility", VISIBILITIES)?,
        })
    }
}

const VISIBILITIES: &str = "one of: public, unlisted, private";

/// A partial change (R23): what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateVideo {
    title: Option<String>,
    description: Option<String>,
    visibility: Option<Visibility>,
}

impl UpdateVideo {
    /// Checks a body's fields; the first one at fault is named.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, InvalidField> {
        only(body, &["title", "description", "visibility"])?;
        let title = match body.get("title") {
            None => None,
            Some(_) => Some(required_line(body, "title", TITLE_LENGTH)?),
        };
        let visibility = match body.get("visibility") {
            None | Some(Value::Null) => None,
            Some(_) => Some(name(body, "visibility", VISIBILITIES)?),
        };
        let change = Self {
            title,
            description: text(body, "description", DESCRIPTION_LENGTH)?,
            visibility,
        };
        if change.title.is_none() && change.description.is_none() && change.visibility.is_none() {
            return Err(InvalidField::new(
                "body",
                "at least one of: title, description, visibility",
            ));
        }
        Ok(change)
    }

    /// The video with the change made.
    pub fn apply(&self, video: &Video, now: Time) -> Video {
        Video {
            title: self.title.clone().unwrap_or_else(|| video.title.clone()),
            description: self
                .description
                .clone()
                .unwrap_or_else(|| video.description.clone()),
            visibility: self.visibility.unwrap_or(video.visibility),
            updated_at: now,
            ..video.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn update(body: &Value) -> Result<UpdateVideo, InvalidField> {
        UpdateVideo::from_json(body.as_object().unwrap())
    }

    #[test]
    fn an_update_changes_what_it_names_and_nothing_else() {
        let fault = |body: Value| update(&body).unwrap_err().field;
        assert_eq!(fault(json!({})), "body");
        assert_eq!(fault(json!({"title": ""})), "title");
        assert_eq!(fault(json!({"title": null})), "title");
        assert_eq!(fault(json!({"visibility": "secret"})), "visibility");
        assert_eq!(fault(json!({"userId": "me"})), "userId");
        assert_eq!(fault(json!({"title": "x".repeat(201)})), "title");
        let change = update(&json!({"description": ""})).unwrap();
        assert_eq!(change.description.as_deref(), Some(""));
        assert_eq!(change.title, None);
    }

    #[test]
    fn a_video_nobody_spoke_of_is_private() {
        let body = json!({"s3Key": "gallery/u/1-a.mp4", "title": " A "});
        let confirm = ConfirmUpload::from_json(body.as_object().unwrap()).unwrap();
        assert_eq!(confirm.details.title, "A");
        assert_eq!(confirm.details.visibility, Visibility::Private);
    }
}
