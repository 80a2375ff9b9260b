//! A transcode's message: what stands in it, how often the work is handed on, and when
//! it is sent again (R106, R112, D32, D38).

mod lost;

use serde::{Deserialize, Serialize};

use crate::ids::TranscodeId;
use crate::transcode::TranscodePart;

pub use lost::{LeaseState, Patience};

/// The version of the messages that are written and read.
const VERSION: u32 = 1;
/// How often the work on a transcode is handed on at most. A long one is handed on when its
/// segments are there and when its renditions are; pieces that were spoilt in the bucket take
/// two more, and so does a part whose workers all died. The transcoder sends to its own queue,
/// so that without a bound one that never gets done would be paid for without end.
pub const MAX_HANDOVERS: u32 = 12;

/// A message of the queue: a transcode to be begun or brought on, or a part of a long one
/// to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TranscodeMessage {
    /// Which one.
    pub transcode_id: TranscodeId,
    version: u32,
    /// How often the work on it has been handed on.
    #[serde(default)]
    pub handover: u32,
    /// The part to be made; none to look what comes next.
    #[serde(default)]
    pub part: Option<TranscodePart>,
}

/// A message that is not in the form written here.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableMessage {
    /// It is not the JSON that is written.
    #[error("the message is not readable")]
    Malformed(#[from] serde_json::Error),
    /// It is of another version.
    #[error("the message has the unknown version {0}")]
    Version(u32),
}

impl TranscodeMessage {
    /// The first message of a transcode.
    pub fn new(transcode_id: TranscodeId) -> Self {
        Self {
            transcode_id,
            version: VERSION,
            handover: 0,
            part: None,
        }
    }

    /// The message by which a part of it is asked for.
    pub fn of_part(self, part: TranscodePart) -> Self {
        Self {
            part: Some(part),
            ..self
        }
    }

    /// The message that asks a worker to look what comes next; none once it was handed on
    /// [`MAX_HANDOVERS`] times.
    pub fn handed_on(self) -> Option<Self> {
        let handover = self.handover.saturating_add(1);
        (handover <= MAX_HANDOVERS).then_some(Self {
            handover,
            part: None,
            ..self
        })
    }

    /// Reads a message's body.
    ///
    /// # Errors
    ///
    /// The text is none of that form.
    pub fn read(body: &str) -> Result<Self, UnreadableMessage> {
        let message: Self = serde_json::from_str(body)?;
        if message.version == VERSION {
            Ok(message)
        } else {
            Err(UnreadableMessage::Version(message.version))
        }
    }

    /// The body to send.
    pub fn body(&self) -> String {
        let handover = match self.handover {
            0 => String::new(),
            times => format!(",\"handover\":{times}"),
        };
        let part = match self.part {
            None => String::new(),
            Some(TranscodePart::Sound) => ",\"part\":\"sound\"".to_owned(),
            Some(TranscodePart::Segment(index)) => format!(",\"part\":{{\"segment\":{index}}}"),
            Some(TranscodePart::Rendition(quality)) => {
                format!(",\"part\":{{\"rendition\":\"{}\"}}", quality.as_str())
            }
            Some(TranscodePart::Stream(quality)) => {
                format!(",\"part\":{{\"stream\":\"{}\"}}", quality.as_str())
            }
        };
        format!(
            "{{\"transcodeId\":\"{}\",\"version\":{}{handover}{part}}}",
            self.transcode_id, self.version
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rendition::Quality;

    fn id() -> TranscodeId {
        "0198c0de-0000-7000-8000-000000000001".parse().unwrap()
    }

    #[test]
    fn a_message_reads_back() {
        let first = TranscodeMessage::new(id());
        assert_eq!(
            first.body(),
            r#"{"transcodeId":"0198c0de-0000-7000-8000-000000000001","version":1}"#
        );
        let second = first.handed_on().unwrap();
        assert_eq!(TranscodeMessage::read(&first.body()).unwrap(), first);
        assert_eq!(TranscodeMessage::read(&second.body()).unwrap(), second);
        assert_eq!(second.handover, 1);
    }

    #[test]
    fn a_transcode_is_handed_on_a_counted_number_of_times() {
        let mut message = TranscodeMessage::new(id());
        let mut handovers = 0;
        while let Some(next) = message.of_part(TranscodePart::Sound).handed_on() {
            assert!(handovers < 1000, "there is no bound");
            assert_eq!(next.part, None);
            (message, handovers) = (next, handovers + 1);
        }
        assert_eq!(
            (handovers, message.handover),
            (MAX_HANDOVERS, MAX_HANDOVERS)
        );
        assert!(handovers >= 2 + 2 * 3, "three pieces may be spoilt");
    }

    #[test]
    fn a_part_reads_back_with_its_place_in_the_work() {
        let order = TranscodeMessage::new(id()).handed_on().unwrap();
        let parts = [
            TranscodePart::Sound,
            TranscodePart::Segment(0),
            TranscodePart::Segment(239),
            TranscodePart::Rendition(Quality::High),
            TranscodePart::Stream(Quality::Low),
        ];
        for part in parts {
            let message = order.of_part(part);
            assert_eq!(TranscodeMessage::read(&message.body()).unwrap(), message);
        }
        assert!(TranscodeMessage::read(&first_with("}", ",\"part\":\"end\"}")).is_err());
    }

    #[test]
    fn what_nobody_wrote_is_unreadable() {
        let other = first_with("\"version\":1", "\"version\":2");
        assert!(matches!(
            TranscodeMessage::read(&other),
            Err(UnreadableMessage::Version(2))
        ));
        for body in ["", "nonsense", "{}", "[]", "{\"transcodeId\":7}"] {
            assert!(TranscodeMessage::read(body).is_err(), "{body}");
        }
        assert!(TranscodeMessage::read(&first_with("}", ",\"x\":1}")).is_err());
    }

    fn first_with(from: &str, to: &str) -> String {
        TranscodeMessage::new(id()).body().replace(from, to)
    }
}
