//! What clients may ask for of videos: confirming, publishing, changing (R15, R23).

use super::{Video, Visibility};
use crate::fields::{InvalidField, text, visible_line, visible_text};
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

/// Asks for a finished job's film to stand in the gallery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishFilm {
    /// The finished job.
    pub job_id: JobId,
    /// What the video is to be called.
    pub details: Details,
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
    /// Checks each; a video is private and without a description unless said otherwise.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn new(
        title: &str,
        description: Option<&str>,
        visibility: Option<Visibility>,
    ) -> Result<Self, InvalidField> {
        Ok(Self {
            title: visible_line("title", title, TITLE_LENGTH)?,
            description: text(
                "description",
                description.unwrap_or_default(),
                DESCRIPTION_LENGTH,
            )?,
            visibility: visibility.unwrap_or_default(),
        })
    }
}

/// A key that a client names.
///
/// # Errors
///
/// A text that is longer than any key, or none.
pub fn upload_key(key: &str) -> Result<String, InvalidField> {
    visible_text("s3Key", key, 1024)
}

/// A partial change (R23): what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateVideo {
    title: Option<String>,
    description: Option<String>,
    visibility: Option<Visibility>,
}

impl UpdateVideo {
    /// Checks each.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule, or that nothing is to change.
    pub fn new(
        title: Option<&str>,
        description: Option<&str>,
        visibility: Option<Visibility>,
    ) -> Result<Self, InvalidField> {
        if title.is_none() && description.is_none() && visibility.is_none() {
            return Err(InvalidField::new(
                "body",
                "at least one of: title, description, visibility",
            ));
        }
        let title = title.map(|title| visible_line("title", title, TITLE_LENGTH));
        let description = description.map(|words| text("description", words, DESCRIPTION_LENGTH));
        Ok(Self {
            title: title.transpose()?,
            description: description.transpose()?,
            visibility,
        })
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

    #[test]
    fn an_update_changes_what_it_names_and_nothing_else() {
        let fault = |title| UpdateVideo::new(title, None, None).unwrap_err().field;
        assert_eq!(fault(None), "body");
        assert_eq!(fault(Some("")), "title");
        assert_eq!(fault(Some(&"x".repeat(201))), "title");
        let change = UpdateVideo::new(None, Some(""), None).unwrap();
        assert_eq!(change.description.as_deref(), Some(""));
        assert_eq!(change.title, None);
    }

    #[test]
    fn a_video_is_private_unless_said_otherwise() {
        let details = Details::new(" A ", None, None).unwrap();
        assert_eq!(details.title, "A");
        assert_eq!(details.visibility, Visibility::Private);
    }
}
