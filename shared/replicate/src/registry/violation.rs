//! What is wrong with an input, said as the provider says it.

use std::fmt;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One entry of a 422's `invalid_fields`. It displays as a line of the 422's
/// `detail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The field, such as `input.duration`; `input` itself when one is missing.
    #[serde(default)]
    pub field: String,
    /// What is wrong: `enum`, `required`, `number_lte`,
    /// `additional_property_not_allowed`, ...
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The same for people.
    #[serde(rename = "description", default)]
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.field, self.message)
    }
}

impl Violation {
    /// One validator error may name several unexpected properties.
    pub(super) fn from_error(error: &ValidationError<'_>) -> Vec<Self> {
        let field = field_name(error);
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            return unexpected
                .iter()
                .map(|property| Self::unexpected(&field, property))
                .collect();
        }
        let (kind, message) = describe(error, &field);
        vec![Self {
            field,
            kind: kind.to_owned(),
            message,
        }]
    }

    fn unexpected(field: &str, property: &str) -> Self {
        Self {
            field: field.to_owned(),
            kind: "additional_property_not_allowed".to_owned(),
            message: format!("Additional property {property} is not allowed"),
        }
    }
}

fn field_name(error: &ValidationError<'_>) -> String {
    format!("input{}", error.instance_path().as_str().replace('/', "."))
}

fn describe(error: &ValidationError<'_>, field: &str) -> (&'static str, String) {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Required { property } => ("required", format!("{} is required", plain(property))),
        Kind::Enum { options } => {
            let name = field.rsplit('.').next().unwrap_or(field);
            (
                "enum",
                format!("{name} must be one of the following: {}", list(options)),
            )
        }
        Kind::Maximum { limit } => (
            "number_lte",
            format!("Must be less than or equal to {limit}"),
        ),
        Kind::Minimum { limit } => (
            "number_gte",
            format!("Must be greater than or equal to {limit}"),
        ),
        Kind::MinLength { limit } => (
            "string_gte",
            format!("String length must be greater than or equal to {limit}"),
        ),
        Kind::MaxLength { limit } => (
            "string_lte",
            format!("String length must be less than or equal to {limit}"),
        ),
        Kind::MinItems { limit } => (
            "array_min_items",
            format!("Array must have at least {limit} items"),
        ),
        Kind::MaxItems { limit } => (
            "array_max_items",
            format!("Array must have at most {limit} items"),
        ),
        Kind::Type { kind } => {
            let given = type_name(error.instance());
            (
                "invalid_type",
                format!("Invalid type. Expected: {}, given: {given}", expected(kind)),
            )
        }
        // The validator's own text would quote the value, and a prompt is private.
        other => (
            "invalid",
            format!("Does not match the schema ({})", other.keyword()),
        ),
    }
}

fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(set) => set
            .iter()
            .map(|one| one.to_string())
            .collect::<Vec<_>>()
            .join("/"),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn list(options: &Value) -> String {
    let Some(options) = options.as_array() else {
        return options.to_string();
    };
    options
        .iter()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
