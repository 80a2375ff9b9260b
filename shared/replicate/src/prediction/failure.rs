//! Reads the meaning out of a failed prediction's `error` text.

/// Why a prediction ended without an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The content was refused. The same prompt will be refused again.
    Refused,
    /// The provider's own trouble, with its code: worth one more try.
    Transient(String),
    /// Canceled, or past its deadline.
    TimedOut,
    /// The model failed; nothing says that it would not fail again.
    Other,
}

const REFUSALS: [&str; 11] = [
    "e005",
    "sensitive",
    "nsfw",
    "flagged",
    "copyright",
    "content policy",
    "moderat",
    "safety",
    "prohibited",
    "policy violation",
    "violates",
];

const TROUBLES: [&str; 6] = [
    "please retry",
    "queue is full",
    "temporarily unavailable",
    "high demand",
    "out of memory",
    "rate limit",
];

/// Our own mistake (an empty webhook URL), not the provider's trouble.
const NOT_TRANSIENT: &str = "E4875";

impl Failure {
    pub(super) fn from_error(error: &str) -> Self {
        let lower = error.to_lowercase();
        if REFUSALS.iter().any(|word| lower.contains(word)) {
            return Self::Refused;
        }
        if let Some(code) = platform_code(error) {
            return if code == NOT_TRANSIENT {
                Self::Other
            } else {
                Self::Transient(code.to_owned())
            };
        }
        match TROUBLES.iter().find(|word| lower.contains(*word)) {
            Some(word) => Self::Transient((*word).to_owned()),
            None => Self::Other,
        }
    }
}

/// The platform's own codes are an E and four digits, such as E6716.
fn platform_code(error: &str) -> Option<&str> {
    error
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| {
            let digits = word.strip_prefix('E').unwrap_or_default();
            digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
}
