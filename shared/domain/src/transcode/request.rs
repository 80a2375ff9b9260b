//! What a client may ask for when it creates a transcode (R25, D33).

use crate::fields::{InvalidField, visible_text};
use crate::ids::JobId;
use crate::keys;
use crate::rendition::Quality;

/// A request for a transcode (R25, R50).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTranscode {
    /// An object of the caller's own (D33).
    pub input_source: String,
    /// Tallest first, each once; all by default.
    pub output_formats: Vec<Quality>,
}

const MOST_FORMATS: usize = 10;
const FORMATS: &str = "a list of: high, medium, low";

impl CreateTranscode {
    /// Checks each.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn new(input_source: &str, formats: Option<Vec<Quality>>) -> Result<Self, InvalidField> {
        let input_source = visible_text("inputSource", input_source, 1024)?;
        let asked = formats.unwrap_or_else(|| Quality::ALL.to_vec());
        if asked.is_empty() || asked.len() > MOST_FORMATS {
            return Err(InvalidField::new("outputFormats", FORMATS));
        }
        let tallest_first = Quality::ALL.into_iter();
        Ok(Self {
            input_source,
            output_formats: tallest_first
                .filter(|quality| asked.contains(quality))
                .collect(),
        })
    }
}

/// What an `inputSource` names (D33).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputSource {
    /// An upload of the caller's.
    Upload(String),
    /// The film of a job, which must be the caller's and there.
    Film(JobId),
}

impl InputSource {
    /// Reads a key as one of `user_id`'s; `None` for any other.
    pub fn read(key: &str, user_id: &str) -> Option<Self> {
        if key.len() > keys::LONGEST {
            return None;
        }
        if let Some(file) = key.strip_prefix(&format!("gallery/{user_id}/")) {
            let is_plain = !file.is_empty() && !file.contains('/') && file != "..";
            return is_plain.then(|| Self::Upload(key.to_owned()));
        }
        film_of(key).map(Self::Film)
    }
}

/// The job of a film's key: the first one's, or that of one with a changed scene.
fn film_of(key: &str) -> Option<JobId> {
    let (job, rest) = key.split_once('/')?;
    let job: JobId = job.parse().ok()?;
    let run = rest
        .strip_prefix("redo-")
        .and_then(|run| run.split_once('/'));
    let run = run.and_then(|(run, _)| run.parse().ok());
    let film = run.map_or_else(|| keys::film(job), |run| keys::redone_film(job, run));
    (film == key).then_some(job)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ones_own_objects_are_sources() {
        let read = |key| InputSource::read(key, "user-1");
        assert!(matches!(
            read("gallery/user-1/17-a.mp4"),
            Some(InputSource::Upload(_))
        ));
        let film = "0198c0de-0000-7000-8000-000000000001/final.mp4";
        assert!(matches!(read(film), Some(InputSource::Film(_))));
        let job: JobId = film[..36].parse().unwrap();
        let redone = keys::redone_film(job, 12);
        let redone = InputSource::read(&redone, "user-1");
        assert_eq!(redone, Some(InputSource::Film(job)));
        for wrong in ["redo-02", "redo-x", "redo-", "take-2", "redo-2/redo-3"] {
            let key = format!("{job}/{wrong}/final.mp4");
            assert_eq!(InputSource::read(&key, "user-1"), None, "{wrong}");
        }
        for key in [
            "gallery/user-2/17-a.mp4",
            "gallery/user-1/",
            "gallery/user-1/../user-2/17-a.mp4",
            "gallery/user-1/..",
            "gallery/user-10/17-a.mp4",
            "https://example.org/a.mp4",
            "s3://bucket/key",
            "nonsense/final.mp4",
            "../final.mp4",
        ] {
            assert_eq!(read(key), None, "{key}");
        }
    }

    #[test]
    fn formats_come_once_and_tallest_first() {
        let formats = |formats: Option<&[Quality]>| {
            CreateTranscode::new("k", formats.map(<[_]>::to_vec))
                .map(|request| request.output_formats)
        };
        assert_eq!(
            formats(Some(&[Quality::Low, Quality::High, Quality::Low])).unwrap(),
            [Quality::High, Quality::Low]
        );
        assert_eq!(formats(None).unwrap(), Quality::ALL);
        for wrong in [&[][..], &[Quality::Low; 11]] {
            assert_eq!(formats(Some(wrong)).unwrap_err().field, "outputFormats");
        }
        let nothing = CreateTranscode::new(" ", None).unwrap_err();
        assert_eq!(nothing.field, "inputSource");
    }

    #[test]
    fn a_source_that_is_longer_than_any_key_is_none() {
        let key = |letters: usize| format!("gallery/user/{}", "\u{1F3AC}".repeat(letters));
        assert!(InputSource::read(&key(200), "user").is_some());
        assert_eq!(InputSource::read(&key(500), "user"), None);
    }
}
