//! What can go wrong with a transcode, and what its owner reads of it.

use serde::{Deserialize, Serialize};

/// Why a transcode failed (R52, R72).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TranscodeError {
    /// For programs.
    pub code: String,
    /// For people.
    pub text: String,
}

/// What can go wrong with a transcode, by class (R72).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranscodeFault {
    /// The source is not in the bucket.
    SourceMissing,
    /// The source could not be fetched.
    DownloadFailed,
    /// The source is no video that is accepted.
    Unsupported,
    /// The source is damaged.
    Corrupt,
    /// The source goes beyond the bounds.
    TooLarge,
    /// The work took too long or FFmpeg failed.
    TranscodingFailed,
    /// The outputs could not be stored.
    UploadFailed,
    /// Every try was cut short.
    WorkerLost,
    /// It was handed on as often as a transcode may be, and is not done.
    TooManyHandovers,
}

impl TranscodeFault {
    /// What a client reads.
    pub fn error(self) -> TranscodeError {
        let (code, text) = match self {
            Self::SourceMissing => (
                "SOURCE_NOT_FOUND",
                "Failed to download source video: 404 Not Found",
            ),
            Self::DownloadFailed => ("DOWNLOAD_FAILED", "Failed to download source video"),
            Self::Unsupported => (
                "UNSUPPORTED_MEDIA",
                "Metadata extraction failed: the file is not a video of a supported kind",
            ),
            Self::Corrupt => (
                "CORRUPT_MEDIA",
                "Transcoding failed: the video is corrupt or incomplete",
            ),
            Self::TooLarge => (
                "MEDIA_TOO_LARGE",
                "Metadata extraction failed: the picture, length or frame rate is beyond the limits",
            ),
            Self::TranscodingFailed => ("TRANSCODING_FAILED", "Transcoding failed"),
            Self::UploadFailed => ("UPLOAD_FAILED", "Upload of the processed files failed"),
            Self::WorkerLost => (
                "PROCESSING_INTERRUPTED",
                "Processing was interrupted several times and given up",
            ),
            Self::TooManyHandovers => (
                "PROCESSING_TOO_LONG",
                "Parts had to be made again too often, and processing was given up",
            ),
        };
        TranscodeError {
            code: code.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Whether another try with the same source must end the same way.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::SourceMissing
                | Self::Unsupported
                | Self::Corrupt
                | Self::TooLarge
                | Self::TooManyHandovers
        )
    }
}
