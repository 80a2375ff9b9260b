//! What cannot be done is given up after three tries, kept, and sent again when
//! an administrator says so (D32; reliability S4).

use std::time::Instant;

use anyhow::{Result, bail};
use domain::delivery::TranscodeMessage;
use domain::rendition::Quality;
use end_to_end::{Person, aws, stack, unique_word};
use serde_json::{Value, json};

use super::SOON;
use crate::transcode_fixture::{self, TranscodeFixture};

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_message_that_nobody_understands_ends_among_the_dead_letters() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let poison = unique_word("poison");
    fixture
        .queue
        .send_message()
        .queue_url(fixture.stack.queue("transcodes")?)
        .message_body(&poison)
        .send()
        .await?;
    let admin = Person::sign_up_administrator(&stack).await?;
    let letter = letter_with(&admin, &poison).await?;
    assert_eq!(letter["jobId"], Value::Null, "{letter}");
    assert_eq!(letter["cause"], "the message is not readable");

    // Sent again it comes back; it is thrown away.
    let path = "/api/jobs/admin/dead-letters/discard";
    let named = json!({"ids": [letter["id"]]});
    assert_eq!(fixture.person.post(path, &named).await?.status, 403);
    let unnamed = admin.post(path, &json!({})).await?;
    assert_eq!(unnamed.status, 400, "{}", unnamed.body);
    let discarded = admin.post(path, &named).await?;
    assert_eq!(discarded.status, 200, "{}", discarded.body);
    assert_eq!(discarded.body["ids"], named["ids"]);
    let again = admin.post(path, &named).await?;
    assert_eq!(again.body["ids"], json!([]));
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_transcode_that_was_given_up_fails_with_its_cause_and_can_be_redriven_once() -> Result<()>
{
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let key = fixture
        .source(transcode_fixture::drawn("320x240", 25, 1)?)
        .await?;
    let transcode = fixture
        .silent(&key, &[Quality::Low], config::clock::now())
        .await?;
    let id = transcode.id.to_string();
    let body = TranscodeMessage::new(transcode.id).body();
    let event = transcode_fixture::event(&unique_word("message"), &body);
    // A worker has it: the message waits for what becomes of that.
    let now = config::clock::now();
    let until = now.after(SOON);
    fixture
        .transcodes
        .take(transcode.id, "somebody", now, until)
        .await?;
    let held = aws::invoke(&stack, "transcode-failed", &event).await?;
    assert_ne!(held, json!({"batchItemFailures": []}));
    assert_eq!(fixture.job(&id).await?["status"], "PENDING");
    fixture
        .transcodes
        .release(transcode.id, "somebody", None, now)
        .await?;

    let handled = aws::invoke(&stack, "transcode-failed", &event).await?;
    assert_eq!(handled, json!({"batchItemFailures": []}));
    let failed = fixture.job(&id).await?;
    // Another test may restart whatever failed.
    if failed["status"] == "FAILED" {
        assert_eq!(failed["code"], "PROCESSING_INTERRUPTED", "{failed}");
    }
    let admin = Person::sign_up_administrator(&stack).await?;
    let letter = letter_with(&admin, &id).await?;
    assert_eq!(letter["jobId"], id);

    let wanted = json!({"ids": [letter["id"]]});
    let path = "/api/jobs/admin/dead-letters/redrive";
    let answer = admin.post(path, &wanted).await?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let again = admin.post(path, &wanted).await?;
    assert_eq!(
        (&again.body["ids"], &again.body["skipped"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(fixture.end(&id).await?["status"], "COMPLETED");
    Ok(())
}

/// The dead letter whose body holds that text, as soon as it is there.
async fn letter_with(admin: &Person, text: &str) -> Result<Value> {
    let started = Instant::now();
    while started.elapsed() < SOON {
        let answer = admin.get("/api/jobs/admin/dead-letters?limit=100").await?;
        let letters = answer.body["deadLetters"].as_array();
        let found = letters.into_iter().flatten().find(|letter| {
            let body = letter["body"].as_str();
            body.is_some_and(|body| body.contains(text))
        });
        if let Some(letter) = found {
            return Ok(letter.clone());
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    bail!("no dead letter holds {text}")
}
