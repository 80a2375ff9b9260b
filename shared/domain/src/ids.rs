//! Names of things: UUIDv7 in text (D4), a type for each kind so that they
//! cannot be mixed up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$documentation:meta])* $name:ident)*) => {$(
        $(#[$documentation])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            /// Reads the hyphenated form only, so that one thing has one name.
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                let id = Uuid::parse_str(text)?;
                if id.to_string() == text {
                    Ok(Self(id))
                } else {
                    Uuid::parse_str("not the hyphenated form").map(Self)
                }
            }
        }
    )*};
}

ids! {
    /// A generation job's name, also the name of its execution (D12).
    JobId
    /// A gallery video's name.
    VideoId
    /// A transcode job's name.
    TranscodeId
    /// The name of a file that a transcode made.
    AssetId
    /// The name of a multipart upload.
    UploadId
    /// The name of a client's webhook.
    WebhookId
    /// The name of an event, and within a webhook of its delivery.
    EventId
}
