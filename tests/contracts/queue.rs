//! What the queues of transcodes and webhooks promise (D32, D38; reliability S5).

use anyhow::{Context, Result};
use serde_json::Value;

use crate::sources;

/// How often a message is tried before it is given up.
pub(crate) const TRIES: u64 = 3;
/// Lambda asks for so much more visibility than the function's time (D38).
const PATIENCE: u64 = 6;

/// A queue, and what stands at its event source.
struct Fed {
    function: String,
    timeout: u64,
    source: Value,
    queue: Value,
}

/// Every function that a queue feeds.
fn fed() -> Result<Vec<Fed>> {
    let template = sources::template()?;
    let default = template["Globals"]["Function"]["Timeout"].clone();
    let mut found = Vec::new();
    for (function, properties) in sources::template_functions()? {
        let events = properties["Events"].as_object().into_iter().flatten();
        for (_, event) in events.filter(|(_, event)| event["Type"] == "SQS") {
            let source = event["Properties"].clone();
            let queue = logical_id(&source["Queue"])?;
            let timeout = properties.get("Timeout").unwrap_or(&default);
            found.push(Fed {
                timeout: timeout.as_u64().context("no timeout")?,
                queue: template["Resources"][queue]["Properties"].clone(),
                function: function.clone(),
                source,
            });
        }
    }
    Ok(found)
}

/// `X` of `!GetAtt X.Arn`.
fn logical_id(reference: &Value) -> Result<&str> {
    let text = reference["Fn::GetAtt"].as_str();
    text.and_then(|text| text.strip_suffix(".Arn"))
        .with_context(|| format!("{reference} is no ARN of a queue"))
}

#[test]
fn transcodes_their_dead_letters_and_webhooks_are_fed_by_queues() -> Result<()> {
    let functions: Vec<String> = fed()?.into_iter().map(|fed| fed.function).collect();
    assert_eq!(
        functions,
        ["transcode-failed", "transcoder", "webhook-deliver"]
    );
    Ok(())
}

#[test]
fn a_message_is_hidden_for_six_times_the_functions_time() -> Result<()> {
    for fed in fed()? {
        let visibility = fed.queue["VisibilityTimeout"].as_u64();
        let visibility = visibility.with_context(|| fed.function.clone())?;
        assert!(visibility >= PATIENCE * fed.timeout, "{}", fed.function);
    }
    Ok(())
}

#[test]
fn messages_come_one_at_a_time_and_are_answered_for_one_by_one() -> Result<()> {
    let template = sources::template()?;
    for fed in fed()? {
        let (function, source) = (&fed.function, &fed.source);
        assert_eq!(source["BatchSize"], 1, "{function}");
        let responses = serde_json::json!(["ReportBatchItemFailures"]);
        assert_eq!(source["FunctionResponseTypes"], responses, "{function}");
        let most = &source["ScalingConfig"]["MaximumConcurrency"];
        let parameter = most["Ref"].as_str().unwrap_or_default();
        let most = most
            .as_u64()
            .or(template["Parameters"][parameter]["MinValue"].as_u64());
        assert!(most >= Some(2), "{function}: {most:?}");
    }
    Ok(())
}

#[test]
fn after_three_tries_a_message_is_kept_for_longer_elsewhere() -> Result<()> {
    let template = sources::template()?;
    let fed = fed()?;
    let transcoder = fed.iter().find(|fed| fed.function == "transcoder");
    let queue = &transcoder.context("no transcoder")?.queue;
    let redrive = &queue["RedrivePolicy"];
    assert_eq!(redrive["maxReceiveCount"], TRIES);
    let target = logical_id(&redrive["deadLetterTargetArn"])?;
    let dead = &template["Resources"][target]["Properties"];
    let kept = |queue: &Value| queue["MessageRetentionPeriod"].as_u64();
    assert!(kept(dead) > kept(queue) && kept(queue).is_some());
    let handler = fed.iter().find(|fed| fed.function == "transcode-failed");
    let handler = handler.context("nobody reads the dead letters")?;
    assert_eq!(logical_id(&handler.source["Queue"])?, target);
    Ok(())
}

/// Lambda stops a chain of messages after about 16; ours are bounded by
/// `domain::delivery::MAX_HANDOVERS` and by the attempts of a delivery.
#[test]
fn only_a_function_that_bounds_its_chain_may_send_to_its_own_queue() -> Result<()> {
    let functions = sources::template_functions()?;
    for fed in fed()? {
        let properties = &functions[&fed.function];
        let own = &fed.source["Queue"];
        let sends = sources::statements(properties).any(|statement| {
            let actions = sources::actions(statement);
            actions.contains(&"sqs:SendMessage".to_owned()) && statement["Resource"] == *own
        });
        let allowed = properties["RecursiveLoop"] == "Allow";
        assert_eq!(allowed, sends, "{}", fed.function);
        let is_bounded = ["transcoder", "webhook-deliver"].contains(&fed.function.as_str());
        assert!(!allowed || is_bounded, "{}", fed.function);
    }
    Ok(())
}

#[test]
fn queues_are_encrypted() -> Result<()> {
    for fed in fed()? {
        assert_eq!(fed.queue["SqsManagedSseEnabled"], true, "{}", fed.function);
    }
    Ok(())
}
