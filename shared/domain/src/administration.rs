//! What administrators ask for (R31, R32, D24).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fields::{InvalidField, flag, list, number, only};
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

impl RestartFailed {
    /// Checks a body's fields; the first one at fault is named.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, InvalidField> {
        only(body, &["jobIds", "limit", "dryRun"])?;
        let constraint = format!("a list of at most {MOST} ids of jobs");
        let id = |value: &Value| value.as_str()?.parse().ok();
        Ok(Self {
            ids: list(body, "jobIds", MOST as usize, &constraint, id)?,
            limit: limit(body)?,
            dry_run: flag(body, "dryRun")?,
        })
    }
}

/// The name of a dead letter: a text that can be a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

impl Redrive {
    /// Checks a body's fields; the first one at fault is named.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, InvalidField> {
        only(body, &["ids", "limit", "dryRun"])?;
        Ok(Self {
            ids: letter_ids(body)?,
            limit: limit(body)?,
            dry_run: flag(body, "dryRun")?,
        })
    }
}

/// Dead letters to be thrown away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discard {
    /// These.
    pub ids: Vec<DeadLetterId>,
    /// Only say which.
    pub dry_run: bool,
}

impl Discard {
    /// Checks a body's fields; the first one at fault is named.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, InvalidField> {
        only(body, &["ids", "dryRun"])?;
        let ids = letter_ids(body)?.ok_or_else(|| InvalidField::new("ids", "required"))?;
        Ok(Self {
            ids,
            dry_run: flag(body, "dryRun")?,
        })
    }
}

fn letter_ids(body: &Map<String, Value>) -> Result<Option<Vec<DeadLetterId>>, InvalidField> {
    let constraint = format!("a list of at most {MOST} ids of dead letters");
    let id = |value: &Value| DeadLetterId::try_from(value.as_str()?.to_owned()).ok();
    list(body, "ids", MOST as usize, &constraint, id)
}

fn limit(body: &Map<String, Value>) -> Result<u32, InvalidField> {
    Ok(number(body, "limit", 1..=u64::from(MOST))?.unwrap_or(MOST))
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
        let dry_run = match dry_run {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(InvalidField::new("dryRun", "true or false")),
        };
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
    use serde_json::json;

    fn restart(body: &Value) -> Result<RestartFailed, InvalidField> {
        RestartFailed::from_json(body.as_object().unwrap())
    }

    #[test]
    fn an_empty_body_means_a_hundred() {
        let all = restart(&json!({})).unwrap();
        assert_eq!((all.ids, all.limit, all.dry_run), (None, 100, false));
        let redrive = Redrive::from_json(json!({}).as_object().unwrap()).unwrap();
        assert_eq!((redrive.ids, redrive.limit), (None, 100));
    }

    #[test]
    fn every_rule_names_its_field() {
        let fault = |body: Value| restart(&body).unwrap_err().field;
        assert_eq!(fault(json!({"limit": 0})), "limit");
        assert_eq!(fault(json!({"limit": 101})), "limit");
        assert_eq!(fault(json!({"jobIds": ["x"]})), "jobIds");
        assert_eq!(fault(json!({"jobIds": "x"})), "jobIds");
        assert_eq!(fault(json!({"dryRun": "yes"})), "dryRun");
        assert_eq!(fault(json!({"all": true})), "all");
        let id = "0198c0de-0000-7000-8000-000000000001";
        assert_eq!(fault(json!({"jobIds": vec![id; 101]})), "jobIds");
        let some = restart(&json!({"jobIds": [id], "dryRun": true})).unwrap();
        assert_eq!(some.ids.unwrap().len(), 1);
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
