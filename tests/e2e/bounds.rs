//! Every bound that the document states for a body's fields: what breaks it is refused.

use anyhow::{Context, Result, ensure};
use contract::{Access, operations};
use end_to_end::{Answer, Person, stack};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn what_breaks_a_bound_that_the_document_states_is_refused() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let admin = Person::sign_up_administrator(&stack).await?;
    let document: Value = serde_json::from_str(&contract::text()?)?;
    let mut tried = 0;
    for operation in operations() {
        let Some(example) = operation.example() else {
            continue;
        };
        let caller = if operation.access == Access::Admin {
            &admin
        } else {
            &person
        };
        let method: Method = operation.method.as_str().parse()?;
        let path = with_ids(operation.path);
        for (field, value) in broken(&document, operation.path, &method)? {
            let mut body = example.clone();
            body[&field] = value;
            let request = caller.request(method.clone(), &path).json(&body);
            let answer = Answer::of(request).await?;
            assert!(
                matches!(answer.status, 400 | 404),
                "{method} {path} took a {field} out of bounds: {}",
                answer.status
            );
            tried += 1;
        }
    }
    ensure!(tried > 40, "only {tried} bounds were found");
    Ok(())
}

/// The path with ids of what is not there.
fn with_ids(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        if segment.starts_with('{') {
            Uuid::now_v7().to_string()
        } else {
            segment.to_owned()
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Fields of a body, each with a value just beyond one of its bounds.
fn broken(document: &Value, path: &str, method: &Method) -> Result<Vec<(String, Value)>> {
    let method = method.as_str().to_lowercase();
    let body = &document["paths"][path][&method]["requestBody"]["content"]["application/json"];
    let fields = resolved(document, &body["schema"])["properties"]
        .as_object()
        .with_context(|| format!("{method} {path} has no fields"))?;
    let broken = fields.iter().flat_map(|(field, schema)| {
        let schema = resolved(document, schema);
        beyond(document, schema).map(|value| (field.clone(), value))
    });
    Ok(broken.collect())
}

fn beyond<'a>(document: &'a Value, schema: &'a Value) -> impl Iterator<Item = Value> + 'a {
    let bound = |name: &str| schema[name].as_u64();
    let letters = |count: u64| json!("a".repeat(count as usize));
    let item = item_of(resolved(document, &schema["items"]));
    let items = |count: u64| json!(vec![item.clone(); count as usize]);
    [
        bound("maxLength").map(|most| letters(most + 1)),
        bound("minLength").map(|least| letters(least.saturating_sub(1))),
        bound("maxItems").map(|most| items(most + 1)),
        bound("minItems").map(|least| items(least.saturating_sub(1))),
        schema["maximum"].as_f64().map(|most| json!(most + 1.0)),
        schema["minimum"].as_f64().map(|least| json!(least - 1.0)),
    ]
    .into_iter()
    .flatten()
}

/// A right entry of a list.
fn item_of(schema: &Value) -> Value {
    match &schema["enum"] {
        Value::Array(values) => values[0].clone(),
        _ if schema["format"] == "uuid" => json!(Uuid::now_v7()),
        _ => json!(1),
    }
}

/// What a reference refers to, of a schema that may be absent or `null` too.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let choices = schema["oneOf"].as_array();
    let schema = choices
        .and_then(|choices| choices.iter().find(|choice| choice["$ref"].is_string()))
        .unwrap_or(schema);
    match schema["$ref"].as_str() {
        Some(reference) => document
            .pointer(reference.trim_start_matches('#'))
            .unwrap_or(schema),
        None => schema,
    }
}
