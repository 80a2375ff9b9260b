//! Reading the fields of a request's body: each reader names its field when a
//! rule is broken (R58).

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::script::{is_visible, turns};

/// A field that breaks a rule: `details` of the error body (R58).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {constraint}")]
pub struct InvalidField {
    /// The field's name in the body.
    pub field: String,
    /// The rule it breaks.
    pub constraint: String,
}

impl InvalidField {
    /// `field` breaks `constraint`. The field's name may be the client's own: it is
    /// shortened.
    pub fn new(field: impl AsRef<str>, constraint: impl Into<String>) -> Self {
        Self {
            field: shortened(field.as_ref()).to_owned(),
            constraint: constraint.into(),
        }
    }
}

/// The longest text of a client's that is repeated to it or written to a log.
const LONGEST_ECHO: usize = 100;

/// A client's text, cut to 100 characters where it is repeated or logged.
pub fn shortened(text: &str) -> &str {
    match text.char_indices().nth(LONGEST_ECHO) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

/// A body's fields.
pub(crate) type Body = Map<String, Value>;

/// Refuses fields that nobody asked for: a misspelt one would do nothing, and
/// one like `userId` must not seem to.
pub(crate) fn only(body: &Body, fields: &[&str]) -> Result<(), InvalidField> {
    match body.keys().find(|key| !fields.contains(&key.as_str())) {
        Some(unknown) => Err(InvalidField::new(unknown.clone(), "unknown field")),
        None => Ok(()),
    }
}

/// A text of limited length, trimmed; absent and `null` are the same.
pub(crate) fn text(body: &Body, field: &str, most: usize) -> Result<Option<String>, InvalidField> {
    let text = match body.get(field) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim(),
        Some(_) => return Err(InvalidField::new(field, "a string")),
    };
    if text.chars().count() > most {
        return Err(InvalidField::new(
            field,
            format!("at most {most} characters"),
        ));
    }
    if text
        .chars()
        .any(|letter| letter.is_control() && !letter.is_whitespace())
    {
        return Err(InvalidField::new(field, "no control characters"));
    }
    Ok(Some(text.to_owned()))
}

/// A text that must be there, and of which something can be seen.
pub(crate) fn required_text(body: &Body, field: &str, most: usize) -> Result<String, InvalidField> {
    text(body, field, most)?
        .filter(|text| text.chars().any(is_visible))
        .ok_or_else(|| InvalidField::new(field, "required"))
}

/// A [`required_text`] that stands in one line: line breaks, tabs and runs of
/// spaces become one space.
pub(crate) fn required_line(body: &Body, field: &str, most: usize) -> Result<String, InvalidField> {
    required_text(body, field, most).map(|text| one_line(&text))
}

/// A text in one line, without the marks that turn the direction of what follows.
pub(crate) fn one_line(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !turns(*letter)).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// A yes or no; no by default.
pub(crate) fn flag(body: &Body, field: &str) -> Result<bool, InvalidField> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(yes)) => Ok(*yes),
        Some(_) => Err(InvalidField::new(field, "true or false")),
    }
}

/// A list of at most so many values, each read by `one`.
pub(crate) fn list<T>(
    body: &Body,
    field: &str,
    most: usize,
    constraint: &str,
    one: impl Fn(&Value) -> Option<T>,
) -> Result<Option<Vec<T>>, InvalidField> {
    let fault = || InvalidField::new(field, constraint);
    let values = match body.get(field) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(values)) => values,
        Some(_) => return Err(fault()),
    };
    if values.len() > most {
        return Err(fault());
    }
    let values: Option<Vec<T>> = values.iter().map(one).collect();
    values.map(Some).ok_or_else(fault)
}

pub(crate) fn name<T: FromStr + Default>(
    body: &Body,
    field: &str,
    constraint: &str,
) -> Result<T, InvalidField> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(T::default()),
        Some(_) => required_name(body, field, constraint),
    }
}

pub(crate) fn required_name<T: FromStr>(
    body: &Body,
    field: &str,
    constraint: &str,
) -> Result<T, InvalidField> {
    match body.get(field) {
        None | Some(Value::Null) => Err(InvalidField::new(field, "required")),
        Some(Value::String(text)) => text
            .parse()
            .map_err(|_| InvalidField::new(field, constraint)),
        Some(_) => Err(InvalidField::new(field, constraint)),
    }
}

pub(crate) fn number(
    body: &Body,
    field: &str,
    range: RangeInclusive<u64>,
) -> Result<Option<u32>, InvalidField> {
    let value = match body.get(field) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value,
    };
    value
        .as_u64()
        .filter(|number| range.contains(number))
        .and_then(|number| u32::try_from(number).ok())
        .map(Some)
        .ok_or_else(|| {
            let constraint = format!("a whole number from {} to {}", range.start(), range.end());
            InvalidField::new(field, constraint)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zero width, soft hyphen, Hangul filler, blank Braille, byte order mark.
    const UNSEEN: &str = "\u{200B}\u{AD}\u{3164}\u{2800}\u{FEFF}\u{2060}";

    fn body(text: &str) -> Body {
        serde_json::json!({ "title": text })
            .as_object()
            .unwrap()
            .clone()
    }

    #[test]
    fn a_text_of_which_nothing_can_be_seen_is_no_text() {
        for unseen in ["", " \n ", UNSEEN, "\u{202E}"] {
            let refused = required_text(&body(unseen), "title", 200).unwrap_err();
            assert_eq!(refused.constraint, "required", "{unseen:?}");
        }
        let joined = "\u{1F468}\u{200D}\u{1F469}";
        assert_eq!(required_line(&body(joined), "title", 200).unwrap(), joined);
    }

    #[test]
    fn a_line_has_no_breaks_and_does_not_turn_what_follows() {
        let line = |text: &str| required_line(&body(text), "title", 200).map_err(drop);
        assert_eq!(line("a\r\nb\t c\u{2028}d"), Ok("a b c d".to_owned()));
        assert_eq!(line("\u{202E}gpj.exe"), Ok("gpj.exe".to_owned()));
        assert_eq!(line("a\u{0}b"), Err(()));
    }

    #[test]
    fn a_clients_own_text_is_repeated_up_to_a_hundred_characters() {
        let long = "\u{1F3AC}".repeat(20_000);
        assert_eq!(
            InvalidField::new(&long, "unknown field")
                .field
                .chars()
                .count(),
            100
        );
        assert_eq!(shortened("title"), "title");
    }
}
