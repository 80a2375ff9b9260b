//! Holds what the API answers against its contract: a status that is described, a
//! body of that status's schema, and a code that the route may fail with.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use contract::{ErrorBody, ErrorCode, Operation};
use jsonschema::Validator;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// Routes, and what their answers are held against.
struct Contract {
    operations: Vec<Operation>,
    document: Value,
    /// By the reference to their schema. Each is made when an answer first needs it: all of
    /// them take seconds, and every test is a process.
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

impl Contract {
    fn read() -> Result<Self> {
        Ok(Self {
            operations: contract::operations(),
            document: serde_json::to_value(contract::document())?,
            validators: Mutex::default(),
        })
    }

    /// What the answer to an operation may be with that status.
    fn answer(&self, operation: &Operation, status: u16) -> Result<&Value> {
        let method = operation.method.as_str();
        let described = &self.document["paths"][operation.path][method.to_lowercase()];
        let answer = described["responses"].get(status.to_string());
        answer.with_context(|| format!("{method} {} {status} is not described", operation.path))
    }

    /// The validator of an answer's body; none for an answer that is no JSON.
    fn validator(&self, answer: &Value) -> Result<Option<Arc<Validator>>> {
        let Some(schema) = answer.pointer("/content/application~1json/schema") else {
            return Ok(None);
        };
        let reference = schema["$ref"].as_str().context("no reference")?;
        let mut validators = self
            .validators
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = validators.get(reference) {
            return Ok(Some(validator.clone()));
        }
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": self.document["components"],
            "$ref": reference,
        });
        let validator = jsonschema::validator_for(&schema).context("a schema of the contract")?;
        let validator = Arc::new(validator);
        validators.insert(reference.to_owned(), validator.clone());
        Ok(Some(validator))
    }
}

/// Checks an answer to `method` at `path`, which begins with `/api/`.
///
/// # Errors
///
/// What the contract does not say.
pub(crate) fn check(
    method: &Method,
    path: &str,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<()> {
    let contract = contract()?;
    let is_head = *method == Method::HEAD;
    let asked = if is_head { "GET" } else { method.as_str() };
    let operation = contract
        .operations
        .iter()
        .find(|operation| operation.method.as_str() == asked && operation.serves(path));
    // Preflights are answered by the gateway (D19).
    if *method == Method::OPTIONS {
        return Ok(());
    }
    let Some(operation) = operation else {
        return unknown_route(status, is_head, body);
    };
    let answer = contract.answer(operation, status)?;
    if is_head {
        ensure!(body.is_empty(), "a HEAD has a body");
        return Ok(());
    }
    if status >= 400 {
        gives_nothing_away(body)?;
    }
    let Some(validator) = contract.validator(answer)? else {
        return Ok(());
    };
    let key = (operation.function, operation.method.as_str(), status);
    let media_type = headers
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    ensure!(media_type == Some("application/json"), "{media_type:?}");
    let body: Value = serde_json::from_slice(body).context("the body is no JSON")?;
    if let Some(fault) = validator.iter_errors(&body).next() {
        bail!("{key:?}: {} at {}", fault, fault.instance_path());
    }
    let may = operation.errors();
    if may.iter().any(|code| code.status() == status) {
        let code = serde_json::from_value::<ErrorBody>(body)?.code;
        ensure!(
            may.contains(&code),
            "{key:?}: {} is not described",
            code.as_str()
        );
    }
    Ok(())
}

/// A failure's body names nothing of ours.
fn gives_nothing_away(body: &[u8]) -> Result<()> {
    let text = String::from_utf8_lossy(body);
    for word in ["arn:", "eyJ", "X-Amz-", "backtrace", "panicked", "dynamodb"] {
        ensure!(!text.contains(word), "a failure's body says {word}: {text}");
    }
    Ok(())
}

/// A path that is no route's, or a method that it does not know.
fn unknown_route(status: u16, is_head: bool, body: &[u8]) -> Result<()> {
    // The gateway cannot be asked to make a HEAD's answer of it.
    if is_head && body.is_empty() {
        return Ok(());
    }
    let code = serde_json::from_slice::<ErrorBody>(body)?.code;
    let may = [
        ErrorCode::NotFound,
        ErrorCode::MethodNotAllowed,
        ErrorCode::InvalidRequest,
    ];
    ensure!(may.contains(&code) && code.status() == status, "{code:?}");
    Ok(())
}

fn contract() -> Result<&'static Contract> {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    if let Some(contract) = CONTRACT.get() {
        return Ok(contract);
    }
    let read = Contract::read()?;
    Ok(CONTRACT.get_or_init(|| read))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(method: &Method, path: &str, status: u16, body: &Value) -> Result<()> {
        let headers = [("content-type", "application/json")]
            .into_iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        check(method, path, status, &headers, body.to_string().as_bytes())
    }

    fn failure(code: &str) -> Value {
        json!({"error": "E", "code": code, "details": {}, "timestamp": "2026-11-20T12:00:00.000Z"})
    }

    #[test]
    fn what_the_contract_says_is_accepted() {
        let link = json!({"videoUrl": "https://host/film", "expiresIn": 3600});
        let path = "/api/v1/jobs/0198c0de-0000-7000-8000-000000000001/video";
        answered(&Method::GET, path, 200, &link).unwrap();
        answered(&Method::GET, path, 409, &failure("VIDEO_NOT_READY")).unwrap();
        answered(&Method::GET, "/api/v1/nowhere", 404, &failure("NOT_FOUND")).unwrap();
    }

    #[test]
    fn whatever_is_described_can_be_held_against_its_schema() {
        let contract = contract().unwrap();
        let mut held = 0;
        for operation in &contract.operations {
            for status in 100..600 {
                let Ok(answer) = contract.answer(operation, status) else {
                    continue;
                };
                held += usize::from(contract.validator(answer).unwrap().is_some());
            }
        }
        assert!(held > contract.operations.len(), "{held}");
    }

    #[test]
    fn what_it_does_not_say_is_refused() {
        let path = "/api/v1/jobs/0198c0de-0000-7000-8000-000000000001/video";
        for (status, body) in [
            (200, json!({"videoUrl": "https://host/film"})),
            (200, json!({"videoUrl": 7, "expiresIn": 3600})),
            (201, json!({})),
            (409, failure("UPLOAD_INCOMPLETE")),
            (409, failure("NO_SUCH_CODE")),
            (409, json!({"error": "E", "code": "VIDEO_NOT_READY"})),
        ] {
            let refused = answered(&Method::GET, path, status, &body);
            assert!(refused.is_err(), "{status} {body}");
        }
    }
}
