//! Rules for the fields of a request: each names its field when it is broken (R58).

use std::ops::RangeInclusive;

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

/// A text of limited length, trimmed.
pub(crate) fn text(field: &str, text: &str, most: usize) -> Result<String, InvalidField> {
    let text = text.trim();
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
    Ok(text.to_owned())
}

/// A text of which something can be seen.
pub(crate) fn visible_text(field: &str, value: &str, most: usize) -> Result<String, InvalidField> {
    let text = text(field, value, most)?;
    match text.chars().any(is_visible) {
        true => Ok(text),
        false => Err(InvalidField::new(field, "required")),
    }
}

/// A [`visible_text`] that stands in one line: line breaks, tabs and runs of
/// spaces become one space.
pub(crate) fn visible_line(field: &str, text: &str, most: usize) -> Result<String, InvalidField> {
    visible_text(field, text, most).map(|text| one_line(&text))
}

/// A text in one line, without the marks that turn the direction of what follows.
pub(crate) fn one_line(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !turns(*letter)).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// A query parameter that is `true` or `false`; `false` unless said otherwise.
///
/// # Errors
///
/// Another text.
pub fn flag(field: &str, text: Option<&str>) -> Result<bool, InvalidField> {
    match text {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(InvalidField::new(field, "true or false")),
    }
}

/// A number within a range; `default` where there is none.
pub(crate) fn within(
    field: &str,
    number: Option<u32>,
    range: RangeInclusive<u32>,
    default: u32,
) -> Result<u32, InvalidField> {
    let number = number.unwrap_or(default);
    if range.contains(&number) {
        return Ok(number);
    }
    let constraint = format!("a whole number from {} to {}", range.start(), range.end());
    Err(InvalidField::new(field, constraint))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zero width, soft hyphen, Hangul filler, blank Braille, byte order mark.
    const UNSEEN: &str = "\u{200B}\u{AD}\u{3164}\u{2800}\u{FEFF}\u{2060}";

    #[test]
    fn a_text_of_which_nothing_can_be_seen_is_no_text() {
        for unseen in ["", " \n ", UNSEEN, "\u{202E}"] {
            let refused = visible_text("title", unseen, 200).unwrap_err();
            assert_eq!(refused.constraint, "required", "{unseen:?}");
        }
        let joined = "\u{1F468}\u{200D}\u{1F469}";
        assert_eq!(visible_line("title", joined, 200).unwrap(), joined);
    }

    #[test]
    fn a_line_has_no_breaks_and_does_not_turn_what_follows() {
        let line = |text: &str| visible_line("title", text, 200).map_err(drop);
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
