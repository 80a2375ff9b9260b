//! Whether an answer has what the document prints.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Everything printed is there, of the same type. Names are strings (D4). One
/// item of a list must be like the first printed one: others may stand there too.
pub(super) fn holds(printed: &Value, answer: &Value) -> Result<()> {
    match (printed, answer) {
        (Value::Object(fields), Value::Object(answered)) => {
            for (name, value) in fields {
                let found = answered
                    .get(name)
                    .with_context(|| format!("{name} is missing in {answer}"))?;
                if name == "id" || name.ends_with("Ids") {
                    is_named(found).with_context(|| name.clone())?;
                } else {
                    holds(value, found).with_context(|| name.clone())?;
                }
            }
            Ok(())
        }
        (Value::Array(items), Value::Array(answered)) => {
            let Some(first) = items.first() else {
                return Ok(());
            };
            ensure!(!answered.is_empty(), "the list is empty");
            let held = answered.iter().any(|item| holds(first, item).is_ok());
            ensure!(held, "none of {answered:?} is like {first}");
            Ok(())
        }
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)) => Ok(()),
        _ => {
            ensure!(printed == answer, "{answer} instead of {printed}");
            Ok(())
        }
    }
}

fn is_named(value: &Value) -> Result<()> {
    let is_name = value.is_string()
        || value
            .as_array()
            .is_some_and(|ids| ids.iter().all(Value::is_string));
    ensure!(is_name, "{value} is no name");
    Ok(())
}
