//! AWS's JSON protocol over plain HTTP, for the few calls that the tests need.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::Stack;

/// Calls Cognito.
pub async fn cognito(stack: &Stack, operation: &str, body: &Value) -> Result<Value> {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    call(stack, "cognito-idp", &target, body).await
}

/// Calls DynamoDB.
pub async fn dynamodb(stack: &Stack, operation: &str, body: &Value) -> Result<Value> {
    let target = format!("DynamoDB_20120810.{operation}");
    call(stack, "dynamodb", &target, body).await
}

/// Ends a job's execution from outside, as an operator may.
pub async fn stop_execution(stack: &Stack, job: &str) -> Result<()> {
    let machine = stack
        .state_machine_arn
        .replace(":stateMachine:", ":execution:");
    let body = json!({"executionArn": format!("{machine}:{job}")});
    call(stack, "states", "AWSStepFunctions.StopExecution", &body)
        .await
        .map(drop)
}

/// A function's answer to an event, or the error it failed with.
pub async fn invoke(stack: &Stack, function: &str, event: &Value) -> Result<Value> {
    let name = stack.functions.get(function);
    let name = name.with_context(|| format!("no function {function}"))?;
    let url = format!(
        "{}/2015-03-31/functions/{name}/invocations",
        stack.endpoint_url
    );
    let response = reqwest::Client::new()
        .post(&url)
        .header("authorization", authorization(stack, "lambda"))
        .body(event.to_string())
        .send()
        .await?;
    Ok(response.json().await?)
}

/// Moves the time by which a job must have ended.
pub async fn set_deadline(stack: &Stack, job: &str, deadline: &str) -> Result<()> {
    let body = json!({
        "TableName": stack.table("jobs")?,
        "Key": {"jobId": {"S": job}, "sk": {"S": "job"}},
        "UpdateExpression": "SET deadline = :deadline",
        "ExpressionAttributeValues": {":deadline": {"S": deadline}},
    });
    dynamodb(stack, "UpdateItem", &body).await.map(drop)
}

/// A job's own row, with DynamoDB's types.
pub async fn job_row(stack: &Stack, job: &str) -> Result<Value> {
    let key = json!({"jobId": {"S": job}, "sk": {"S": "job"}});
    let body = json!({"TableName": stack.table("jobs")?, "Key": key, "ConsistentRead": true});
    let answer = dynamodb(stack, "GetItem", &body).await?;
    Ok(answer["Item"].clone())
}

async fn call(stack: &Stack, service: &str, target: &str, body: &Value) -> Result<Value> {
    let response = reqwest::Client::new()
        .post(&stack.endpoint_url)
        .header("x-amz-target", target)
        .header("content-type", "application/x-amz-json-1.1")
        .header("authorization", authorization(stack, service))
        .body(body.to_string())
        .send()
        .await
        .with_context(|| format!("{target} was not answered"))?;
    let status = response.status();
    let text = response.text().await?;
    if !status.is_success() {
        bail!("{target} was refused: {status} {text}");
    }
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// The emulator wants to see a signature, not to check it.
fn authorization(stack: &Stack, service: &str) -> String {
    let credential = format!("test/20260101/{}/{service}/aws4_request", stack.region);
    format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=local")
}
