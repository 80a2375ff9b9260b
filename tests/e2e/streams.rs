//! A video from the upload to the screen: what `/stream` names is played over HTTP, as a
//! player plays it.

use anyhow::{Context, Result, ensure};
use end_to_end::{Person, stack};
use reqwest::Method;
use serde_json::{Value, json};

use crate::transcode_fixture::{TranscodeFixture, drawn, played};
use crate::uploads::{confirm, put};

/// Three pieces of the stream, the last one cut short.
const SECONDS: u32 = 14;
const RATE: u32 = 10;
const FRAMES: usize = (SECONDS * RATE) as usize;

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_stream_plays_from_its_first_frame_to_its_last() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let key = put(&fixture.person, &drawn("1280x720", RATE, SECONDS)?).await?;
    let details = json!({"title": "On a screen", "visibility": "unlisted"});
    let video = confirm(&fixture.person, &key, details).await?.body;
    let id = video["id"].as_str().context("no video")?;
    let transcode = fixture.create(&key, &Value::Null).await?;
    assert_eq!(fixture.end(&transcode).await?["status"], "COMPLETED");

    let path = format!("/api/gallery/videos/{id}/stream");
    let stream = fixture.person.get(&path).await?.body;
    let mut qualities = Vec::new();
    for rendition in stream["renditions"].as_array().context("no renditions")? {
        qualities.push(rendition["quality"].as_str().unwrap_or_default().to_owned());
        let url = rendition["url"].as_str().context("no URL")?;
        assert_eq!(played(url)?, FRAMES, "{rendition}");
    }
    assert_eq!(qualities, ["medium", "low"]);

    // An unlisted video's id is enough to play it, without a token.
    let master = stream["hlsUrl"].as_str().context("no stream")?;
    assert_eq!(played(master)?, FRAMES, "master");
    for quality in qualities {
        let variant = master.replace("master", &quality);
        assert_eq!(played(&variant)?, FRAMES, "{quality}");
    }
    check_access(&fixture.person, id, master).await
}

/// Made private it is its owner's only, playlists and all.
async fn check_access(owner: &Person, id: &str, master: &str) -> Result<()> {
    let path = format!("/api/gallery/videos/{id}");
    let change = owner.request(Method::PUT, &path);
    let changed = change
        .json(&json!({"visibility": "private"}))
        .send()
        .await?;
    ensure!(changed.status() == 200, "{}", changed.status());
    let anonymous = reqwest::get(master).await?.status();
    let signed_in = owner.get(&format!("{path}/hls/master.m3u8")).await?;
    assert_eq!((anonymous.as_u16(), signed_in.status), (403, 200));
    Ok(())
}
