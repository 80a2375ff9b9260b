//! AWS's JSON protocol over plain HTTP, for the few calls that need no SDK.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use backon::{ExponentialBuilder, Retryable};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::Stack;
use crate::addresses::ACCESS_KEY;

/// Calls Cognito.
///
/// # Errors
/// The local cloud refuses the call, or is not there.
pub async fn cognito(stack: &Stack, operation: &str, body: &Value) -> Result<Value> {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    call(stack, "cognito-idp", &target, body).await
}

/// Calls DynamoDB.
///
/// # Errors
/// The local cloud refuses the call, or is not there.
pub async fn dynamodb(stack: &Stack, operation: &str, body: &Value) -> Result<Value> {
    let target = format!("DynamoDB_20120810.{operation}");
    call(stack, "dynamodb", &target, body).await
}

/// Ends a job's execution from outside, as an operator may.
///
/// # Errors
/// The local cloud refuses the call, or is not there.
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
///
/// # Errors
/// The local cloud refuses the call, or is not there.
pub async fn invoke(stack: &Stack, function: &str, event: &Value) -> Result<Value> {
    let path = format!("{}/invocations", stack.function(function)?);
    let request = lambda(stack, Method::POST, &path).body(event.to_string());
    Ok(request.send().await?.json().await?)
}

/// Every function as it is deployed, with its variables.
///
/// # Errors
/// The local cloud is not there.
pub async fn functions(stack: &Stack) -> Result<Value> {
    let answer = lambda(stack, Method::GET, "").send().await?;
    Ok(answer.error_for_status()?.json().await?)
}

/// A request to Lambda's API; `path` follows `functions/`.
fn lambda(stack: &Stack, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}/2015-03-31/functions/{path}", stack.endpoint_url);
    Client::new()
        .request(method, url)
        .header("authorization", authorization(stack, "lambda"))
}

/// Moves the time by which a job must have ended.
///
/// # Errors
/// The local cloud refuses the call, or is not there.
pub async fn set_deadline(stack: &Stack, job: &str, deadline: &str) -> Result<()> {
    set_time(stack, job, "deadline", deadline).await
}

/// Moves the time until which a job's storyboard waits for approval.
///
/// # Errors
/// The local cloud refuses the call, or is not there.
pub async fn set_review_until(stack: &Stack, job: &str, until: &str) -> Result<()> {
    set_time(stack, job, "reviewUntil", until).await
}

async fn set_time(stack: &Stack, job: &str, attribute: &str, time: &str) -> Result<()> {
    let body = json!({
        "TableName": stack.table("jobs")?,
        "Key": {"jobId": {"S": job}, "sk": {"S": "job"}},
        "UpdateExpression": "SET #attribute = :time",
        "ExpressionAttributeNames": {"#attribute": attribute},
        "ExpressionAttributeValues": {":time": {"S": time}},
    });
    dynamodb(stack, "UpdateItem", &body).await.map(drop)
}

/// Sets how many films a user may make in a month.
///
/// # Errors
/// The local cloud refuses the call, or is not there.
pub async fn set_quota(stack: &Stack, user_id: &str, quota: u32) -> Result<()> {
    let body = json!({
        "TableName": stack.table("usage")?,
        "Item": {
            "userId": {"S": user_id},
            "sk": {"S": "quota"},
            "quota": {"N": quota.to_string()},
        },
    });
    dynamodb(stack, "PutItem", &body).await.map(drop)
}

/// A job's own row, with DynamoDB's types.
///
/// # Errors
/// The local cloud refuses the call, or is not there.
pub async fn job_row(stack: &Stack, job: &str) -> Result<Value> {
    let key = json!({"jobId": {"S": job}, "sk": {"S": "job"}});
    let body = json!({"TableName": stack.table("jobs")?, "Key": key, "ConsistentRead": true});
    let answer = dynamodb(stack, "GetItem", &body).await?;
    Ok(answer["Item"].clone())
}

/// Events of one answer of CloudWatch Logs.
const LOG_EVENTS: usize = 10_000;

/// Every line that any function logged.
///
/// # Errors
/// The local cloud refuses the call, or is not there.
pub async fn log_lines(stack: &Stack) -> Result<Vec<String>> {
    let groups = logs(stack, "DescribeLogGroups", &json!({})).await?;
    let mut lines = Vec::new();
    for group in groups["logGroups"].as_array().context("no log groups")? {
        let mut wanted = json!({"logGroupName": group["logGroupName"]});
        loop {
            let answer = logs(stack, "FilterLogEvents", &wanted).await?;
            let events = answer["events"].as_array().context("no events")?;
            let texts = events.iter().filter_map(|event| event["message"].as_str());
            lines.extend(texts.map(str::to_owned));
            // The emulator knows no pages: the rest begins at the last event's time.
            match events.last() {
                Some(last) if events.len() == LOG_EVENTS => {
                    wanted["startTime"] = last["timestamp"].clone();
                }
                _ => break,
            }
        }
    }
    Ok(lines)
}

/// The saved queries of Logs Insights, by their names.
///
/// # Errors
/// The local cloud refuses the call, or is not there.
pub async fn saved_queries(stack: &Stack) -> Result<BTreeMap<String, String>> {
    let answer = logs(stack, "DescribeQueryDefinitions", &json!({})).await?;
    let queries = answer["queryDefinitions"]
        .as_array()
        .context("no queries")?;
    let text = |query: &Value, name: &str| query[name].as_str().unwrap_or_default().to_owned();
    Ok(queries
        .iter()
        .map(|query| (text(query, "name"), text(query, "queryString")))
        .collect())
}

async fn logs(stack: &Stack, operation: &str, body: &Value) -> Result<Value> {
    call(stack, "logs", &format!("Logs_20140328.{operation}"), body).await
}

/// A call that is not answered by what it asks for.
#[derive(Debug, thiserror::Error)]
#[error("{target} was refused: {status} {text}")]
struct Refused {
    target: String,
    status: StatusCode,
    text: String,
}

/// Calls, and again after a server's error, as every SDK does.
async fn call(stack: &Stack, service: &str, target: &str, body: &Value) -> Result<Value> {
    let is_servers = |error: &anyhow::Error| {
        let refused = error.downcast_ref::<Refused>();
        refused.is_some_and(|refused| refused.status.is_server_error())
    };
    (|| call_once(stack, service, target, body))
        .retry(ExponentialBuilder::default())
        .when(is_servers)
        .await
}

async fn call_once(stack: &Stack, service: &str, target: &str, body: &Value) -> Result<Value> {
    let response = Client::new()
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
        bail!(Refused {
            target: target.to_owned(),
            status,
            text,
        });
    }
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// The distribution's public keys, as `CloudFront` lists them.
///
/// # Errors
///
/// The emulator does not answer.
pub async fn public_keys(stack: &Stack) -> Result<String> {
    let listed = Client::new()
        .get(format!("{}/2020-05-31/public-key", stack.endpoint_url))
        .header("authorization", authorization(stack, "cloudfront"))
        .send()
        .await?;
    Ok(listed.text().await?)
}

/// The emulator wants to see whose call it is; of the root user it does not check the signature.
fn authorization(stack: &Stack, service: &str) -> String {
    let credential = format!(
        "{ACCESS_KEY}/20260101/{}/{service}/aws4_request",
        stack.region
    );
    format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=local")
}
