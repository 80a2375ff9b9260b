//! What administrators ask for (R31, R32, D24).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::{InvalidField, flag, within};
use crate::ids::TranscodeId;

/// The most that is restarted or redriven at once, and what is meant when
/// nothing is said.
const MOST: u32 = 100;
/// Days of age without a word (D24).
const DEFAULT_DAYS: u32 = 90;
const MOST_DAYS: u32 = 3650;

/// Failed transcodes to be tried again (R31).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartFailed {
    /// Only these; the oldest ones otherwise.
    pub ids: Option<Vec<TranscodeId>>,
    /// No more than so many.
    pub limit: u32,
    /// Only say which.
    pub dry_run: bool,
}

/// The name of a dead letter: a text that can be a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 200)]
#[serde(try_from = "String", into = "String")]
pub struct DeadLetterId(String);

impl DeadLetterId {
    /// Bytes of the longest.
    const LONGEST: usize = 200;

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DeadLetterId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match (1..=Self::LONGEST).contains(&text.len()) {
            true => Ok(Self(text)),
            false => Err("the id of a dead letter"),
        }
    }
}

impl From<DeadLetterId> for String {
    fn from(id: DeadLetterId) -> Self {
        id.0
    }
}

/// Dead letters to be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// Only these; the oldest ones otherwise.
    pub ids: Option<Vec<DeadLetterId>>,
    /// No more than so many.
    pub limit: u32,
    /// Only say which.
    pub dry_run: bool,
}

/// Dead letters to be thrown away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discard {
    /// These.
    pub ids: Vec<DeadLetterId>,
    /// Only say which.
    pub dry_run: bool,
}

/// A list of ids of limited length.
///
/// # Errors
///
/// A longer one.
pub fn at_most_a_hundred<Id>(
    field: &str,
    ids: Option<Vec<Id>>,
) -> Result<Option<Vec<Id>>, InvalidField> {
    match &ids {
        Some(ids) if ids.len() > MOST as usize => {
            Err(InvalidField::new(field, format!("at most {MOST} ids")))
        }
        _ => Ok(ids),
    }
}

/// How many at once: 1-100; 100 unless said otherwise.
///
/// # Errors
///
/// Another number.
pub fn limit(limit: Option<u32>) -> Result<u32, InvalidField> {
    within("limit", limit, 1..=MOST, MOST)
}

/// Old transcodes to be removed (R32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleanup {
    /// Those created so many days ago or earlier (D24).
    pub days: u32,
    /// Only say what would be freed.
    pub dry_run: bool,
}

impl Cleanup {
    /// Reads the query parameters `days` and `dryRun`.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn from_query(days: Option<&str>, dry_run: Option<&str>) -> Result<Self, InvalidField> {
        let days = match days {
            None => DEFAULT_DAYS,
            Some(text) => text
                .parse()
                .ok()
                .filter(|days| (1..=MOST_DAYS).contains(days))
                .ok_or_else(|| {
                    InvalidField::new("days", format!("a whole number from 1 to {MOST_DAYS}"))
                })?,
        };
        let dry_run = flag("dryRun", dry_run)?;
        Ok(Self { days, dry_run })
    }
}

/// Bytes as gigabytes of a thousand million, to a megabyte.
pub fn gigabytes(bytes: u64) -> f64 {
    (bytes as f64 / 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_a_hundred_at_once() {
        assert_eq!((limit(None), limit(Some(1))), (Ok(100), Ok(1)));
        for wrong in [0, 101] {
            assert_eq!(limit(Some(wrong)).unwrap_err().field, "limit");
        }
        let ids = |count| at_most_a_hundred("jobIds", Some(vec![1; count]));
        assert!(ids(100).is_ok());
        assert_eq!(ids(101).unwrap_err().field, "jobIds");
    }

    #[test]
    fn days_are_ninety_unless_said_otherwise() {
        let days = |text| Cleanup::from_query(text, None).map(|cleanup| cleanup.days);
        assert_eq!(days(None), Ok(90));
        assert_eq!(days(Some("30")), Ok(30));
        for wrong in ["0", "3651", "-1", "x", ""] {
            assert_eq!(days(Some(wrong)).unwrap_err().field, "days", "{wrong}");
        }
        assert!(Cleanup::from_query(None, Some("true")).unwrap().dry_run);
        assert!(Cleanup::from_query(None, Some("1")).is_err());
    }

    #[test]
    fn gigabytes_are_rounded_to_a_megabyte() {
        assert_eq!(gigabytes(52_345_678), 0.052);
        assert_eq!(gigabytes(12_400_000_000), 12.4);
        assert_eq!(gigabytes(0), 0.0);
    }
}
