//! A request's body as its type, or the field at fault (R58).

use domain::request::InvalidField;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

/// The body as its type.
///
/// # Errors
///
/// The first field that is missing, unknown, or not of its type.
pub fn read<T: DeserializeOwned>(body: Map<String, Value>) -> Result<T, InvalidField> {
    let body = whole_numbers(Value::Object(body));
    serde_path_to_error::deserialize(body).map_err(|error| {
        let path = error.path().to_string();
        fault(&path, &error.into_inner().to_string())
    })
}

/// `5.0` is the integer 5 in JSON Schema, and so it is here.
fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => whole(&number).map_or(Value::Number(number), Value::from),
        Value::Array(values) => values.into_iter().map(whole_numbers).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            fields
                .map(|(name, value)| (name, whole_numbers(value)))
                .collect()
        }
        value => value,
    }
}

fn whole(number: &Number) -> Option<u64> {
    /// Above it not every whole number is a float.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let float = number.as_f64().filter(|_| number.is_f64())?;
    let is_whole = float.fract() == 0.0 && (0.0..=MOST).contains(&float);
    is_whole.then_some(float as u64)
}

/// The field and the rule that serde's message is about. A missing and an unknown
/// field stand in the message alone; everything else stands in the path.
fn fault(path: &str, message: &str) -> InvalidField {
    if let Some(field) = quoted(message, "missing field `") {
        return InvalidField::new(inside(path, field), "required");
    }
    if let Some(field) = quoted(message, "unknown field `") {
        return InvalidField::new(field, "unknown field");
    }
    if message.starts_with("invalid type: null") {
        return InvalidField::new(path, "required");
    }
    InvalidField::new(path, constraint(message))
}

fn quoted<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    let rest = message.strip_prefix(before)?;
    rest.split_once('`').map(|(name, _)| name)
}

fn inside(path: &str, field: &str) -> String {
    match path {
        "." => field.to_owned(),
        path => format!("{path}.{field}"),
    }
}

/// What was expected, without a word of what the client sent.
fn constraint(message: &str) -> String {
    let expected = message.rsplit_once(", expected ");
    match expected.map(|(_, expected)| expected) {
        Some("u16" | "u32" | "u64" | "usize") => "a whole number, not negative".to_owned(),
        Some("a sequence") => "a list".to_owned(),
        Some("a boolean") => "true or false".to_owned(),
        Some(expected) => expected.replace('`', ""),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CreateJob, PartNumbers};
    use serde_json::json;

    fn refused<T: DeserializeOwned>(body: Value) -> (String, String) {
        let Value::Object(body) = body else {
            panic!("not an object")
        };
        match read::<T>(body) {
            Ok(_) => panic!("it was accepted"),
            Err(fault) => (fault.field, fault.constraint),
        }
    }

    fn with(field: &str, value: Value) -> Value {
        let mut body = json!({ "prompt": "A paper boat", "category": "music-video" });
        body[field] = value;
        body
    }

    #[test]
    fn the_field_at_fault_is_named_with_its_rule() {
        let fault = |field: &str, value| refused::<CreateJob>(with(field, value));
        let named = |field: &str, rule: &str| (field.to_owned(), rule.to_owned());
        assert_eq!(fault("prompt", json!(7)), named("prompt", "a string"));
        assert_eq!(fault("prompt", Value::Null), named("prompt", "required"));
        assert_eq!(
            fault("category", json!("documentary")),
            named("category", "music-video or ad-creative")
        );
        for value in [json!(2.5), json!("5"), json!(-1)] {
            let rule = "a whole number, not negative";
            assert_eq!(fault("scenes", value), named("scenes", rule));
        }
        assert_eq!(
            fault("userId", json!("me")),
            named("userId", "unknown field")
        );
        assert_eq!(refused::<CreateJob>(json!({})), named("prompt", "required"));
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let body = with("scenes", json!(3.0)).as_object().cloned().unwrap();
        assert_eq!(read::<CreateJob>(body).unwrap().scenes, Some(3));
    }

    #[test]
    fn a_list_names_the_item() {
        let fault = |value| refused::<PartNumbers>(json!({ "partNumbers": value }));
        assert_eq!(fault(json!("x")).0, "partNumbers");
        assert_eq!(fault(json!([1, "x"])).0, "partNumbers[1]");
    }

    #[test]
    fn what_a_client_sent_is_not_repeated() {
        let secret = "SECRET".repeat(1000);
        for field in ["category", "scenes", "transition", "audio"] {
            let (_, rule) = refused::<CreateJob>(with(field, json!(secret)));
            assert!(!rule.contains("SECRET"), "{rule}");
        }
    }
}
