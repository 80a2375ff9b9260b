//! What can go wrong at the provider, by meaning.

use std::time::Duration;

use crate::registry::Violation;

/// Why a call did not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 401: the token is wrong or was rotated; read it again once.
    #[error("the provider does not accept the token")]
    Unauthenticated,
    /// 402: the account is empty. Only its owner can help.
    #[error("the provider's account has no credit")]
    InsufficientCredit,
    /// 404: no such model or prediction, or none of ours.
    #[error("the provider does not know it")]
    NotFound,
    /// The input does not fit: found here before the call, or answered with 422.
    #[error("the input does not fit the model ({} violations)", .0.len())]
    InvalidInput(Vec<Violation>),
    /// 429, and it did not get better within the tries made here.
    #[error("the provider asks to slow down")]
    Throttled {
        /// How long it asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// Any other status below 500: repeating it would not help.
    #[error("the provider refuses with status {status}")]
    Rejected {
        /// The HTTP status.
        status: u16,
    },
    /// 408 or 5xx: the provider is in trouble.
    #[error("the provider is unavailable (status {status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// The call or its answer was lost on the way.
    #[error("the provider was not reached")]
    Transport(#[source] reqwest::Error),
    /// An answer that is not what the API promises. Says where, never what.
    #[error("the provider's answer is malformed: {0}")]
    Malformed(String),
    /// Our own settings make a call impossible.
    #[error("the provider's client is misconfigured: {0}")]
    Misconfigured(&'static str),
}

impl Error {
    pub(crate) fn transport(error: reqwest::Error) -> Self {
        if error.is_builder() {
            return Self::Misconfigured("the request cannot be built");
        }
        Self::Transport(error.without_url())
    }

    /// Whether a create that ended so may still have made a prediction, and
    /// cost money. Then it must be looked for before another one is made.
    pub fn may_have_created(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::Malformed(_) => true,
            Self::Transport(source) => !source.is_connect(),
            Self::Unauthenticated
            | Self::InsufficientCredit
            | Self::NotFound
            | Self::InvalidInput(_)
            | Self::Throttled { .. }
            | Self::Rejected { .. }
            | Self::Misconfigured(_) => false,
        }
    }

    /// Whether the same call may succeed later. For a create, look at
    /// [`Error::may_have_created`] first.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Throttled { .. }
                | Self::Unavailable { .. }
                | Self::Transport(_)
                | Self::Malformed(_)
        )
    }
}
