//! Files transcoded over the local cloud, as any client sees it; and what becomes
//! of them when messages come twice, workers die, time is short, and files are bad.

mod cancelled;
mod dead;
mod killed;
mod wide;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use domain::delivery::TranscodeMessage;
use domain::rendition::Quality;
use end_to_end::{Person, aws, stack};
use futures_util::future::try_join_all;
use media::Probe;
use serde_json::{Value, json};

use crate::transcode_fixture::{self, TranscodeFixture};
use crate::video_file::Film;

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_becomes_five_assets_and_a_stream() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let key = fixture
        .source(transcode_fixture::drawn("1920x1080", 30, 5)?)
        .await?;
    let id = fixture.create(&key, &Value::Null).await?;
    let seen = fixture.watch(&id).await?;
    let end = seen.last().context("nothing was seen")?;
    assert_eq!(end["status"], "COMPLETED", "{end}");
    assert_eq!(
        (&end["progress"], &end["resolution"]),
        (&json!(100), &json!("1920x1080"))
    );
    assert_eq!(
        (&end["videoCodec"], &end["audioCodec"]),
        (&json!("h264"), &json!("aac"))
    );
    assert!(
        end["duration"]
            .as_f64()
            .is_some_and(|seconds| (seconds - 5.0).abs() < 0.1)
    );

    let folder = tempfile::tempdir()?;
    let assets = fixture.assets(&id).await?;
    let kinds: Vec<(&str, &str)> = assets
        .iter()
        .map(|asset| {
            let text = |name: &str| asset[name].as_str().unwrap_or("-");
            (text("assetType"), text("quality"))
        })
        .collect();
    let expected = [
        ("thumbnail", "-"),
        ("gif", "-"),
        ("video", "high"),
        ("video", "medium"),
        ("video", "low"),
    ];
    assert_eq!(kinds, expected);
    for asset in &assets {
        let bytes = download(&fixture.person, &id, asset).await?;
        assert_eq!(
            Some(bytes.len() as u64),
            asset["fileSize"].as_u64(),
            "{asset}"
        );
        if asset["assetType"] == "video" {
            let film = Film::save(bytes, folder.path())?;
            let probe = film.probe().await?;
            assert_eq!(frames(&probe), Some(150), "{asset}");
            let size = probe.video.map(|video| (video.width, video.height));
            let told = (&asset["width"], &asset["height"]);
            assert_eq!(
                size.map(|(width, height)| json!([width, height])),
                Some(json!([told.0, told.1]))
            );
            assert!(film.starts_fast(), "{asset}");
        }
    }
    check_stream(&fixture, &id, 150).await?;
    // Nothing is left of the work itself.
    let files = fixture.files(&id).await?;
    ensure!(
        !files.keys().any(|name| name.starts_with("segments/")),
        "{files:?}"
    );
    assert_eq!(files.len(), 5 + 7, "{files:?}");
    Ok(())
}

fn frames(probe: &Probe) -> Option<u64> {
    probe.video.as_ref().map(|video| video.frames)
}

async fn download(person: &Person, id: &str, asset: &Value) -> Result<Vec<u8>> {
    let asset_id = asset["id"].as_str().context("no id")?;
    let path = format!("/api/jobs/{id}/assets/{asset_id}/download");
    let answer = person.get(&path).await?;
    assert_eq!(answer.status, 302, "{}", answer.body);
    let file = reqwest::get(answer.header("location")).await?;
    Ok(file.error_for_status()?.bytes().await?.to_vec())
}

/// Plays every variant of the stream by FFmpeg's own player.
async fn check_stream(fixture: &TranscodeFixture, id: &str, frames: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let files = fixture.files(id).await?;
    let parts = files.keys().filter_map(|name| name.strip_prefix("hls/"));
    for name in parts {
        let key = domain::keys::transcode_output(id.parse()?, &format!("hls/{name}"));
        fixture
            .objects
            .download(&key, &folder.path().join(name))
            .await?;
    }
    let open = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    testkit::hls::check_master(&open("master.m3u8"), open).map_err(anyhow::Error::msg)?;
    for name in ["master.m3u8", "high.m3u8", "medium.m3u8", "low.m3u8"] {
        let playlist = folder.path().join(name).display().to_string();
        assert_eq!(transcode_fixture::played(&playlist)?, frames, "{name}");
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn nobody_sees_or_uses_what_is_somebody_elses() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let other = Person::sign_up(&stack).await?;
    let key = fixture.source(b"whatever".to_vec()).await?;
    let transcode = fixture
        .silent(&key, &[Quality::Low], config::clock::now())
        .await?;
    let id = transcode.id;
    let unknown = "0198c0de-0000-7000-8000-0000000000ff";
    for path in [
        format!("/api/jobs/{id}"),
        format!("/api/jobs/{id}/assets"),
        format!("/api/jobs/{id}/assets/{unknown}/download"),
        format!("/api/jobs/{unknown}"),
        "/api/jobs/nonsense".to_owned(),
    ] {
        let answer = other.get(&path).await?;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (404, &json!("NOT_FOUND")),
            "{path}"
        );
        let nobody = other.anonymous(reqwest::Method::GET, &path);
        assert_eq!(nobody.send().await?.status().as_u16(), 401, "{path}");
    }
    for foreign in [
        key.as_str(),
        "gallery/x/1-a.mp4",
        "nonsense",
        "../final.mp4",
    ] {
        let body = json!({"inputSource": foreign, "outputFormats": ["low"]});
        let answer = other.post("/api/jobs", &body).await?;
        assert_eq!(answer.status, 404, "{foreign}: {}", answer.body);
    }
    let body = json!({"inputSource": key, "outputFormats": ["4k"]});
    let answer = fixture.person.post("/api/jobs", &body).await?;
    assert_eq!(
        (answer.status, &answer.body["details"]["field"]),
        (400, &json!("outputFormats[0]"))
    );

    let own = fixture.person.get("/api/jobs?limit=1").await?;
    assert_eq!(own.body["jobs"][0]["id"], id.to_string());
    assert_eq!(other.get("/api/jobs").await?.body["jobs"], json!([]));
    fixture.withdraw(id).await?;
    Ok(())
}

/// Reliability S2: of three receipts of one message one works.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_message_that_comes_three_times_at_once_is_done_once() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let key = fixture
        .source(transcode_fixture::drawn("640x360", 25, 5)?)
        .await?;
    let transcode = fixture
        .silent(&key, &[Quality::Low], config::clock::now())
        .await?;
    let body = TranscodeMessage::new(transcode.id).body();
    let event = transcode_fixture::event("thrice", &body);

    let answers = try_join_all((0..3).map(|_| aws::invoke(&stack, "transcoder", &event))).await?;
    let failed = json!({"batchItemFailures": [{"itemIdentifier": "thrice"}]});
    let done = json!({"batchItemFailures": []});
    assert_eq!(
        answers.iter().filter(|answer| **answer == done).count(),
        1,
        "{answers:?}"
    );
    assert_eq!(
        answers.iter().filter(|answer| **answer == failed).count(),
        2,
        "{answers:?}"
    );
    let id = transcode.id.to_string();
    assert_eq!(fixture.job(&id).await?["status"], "COMPLETED");
    let before = fixture.assets(&id).await?;
    assert_eq!(before.len(), 3, "{before:?}");

    // And once more, much later: it is done already.
    assert_eq!(aws::invoke(&stack, "transcoder", &event).await?, done);
    assert_eq!(fixture.assets(&id).await?, before);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_bad_source_fails_at_once_and_says_why() -> Result<()> {
    let stack = stack()?;
    let fixture = TranscodeFixture::new(&stack).await?;
    let film = transcode_fixture::drawn("320x240", 25, 2)?;
    let cut = film[..film.len() / 2].to_vec();
    for (bytes, codes) in [
        (
            b"not a film at all".to_vec(),
            ["UNSUPPORTED_MEDIA", "CORRUPT_MEDIA"],
        ),
        (cut, ["CORRUPT_MEDIA", "UNSUPPORTED_MEDIA"]),
    ] {
        let key = fixture.source(bytes).await?;
        let id = fixture.create(&key, &json!(["low"])).await?;
        let end = fixture.end(&id).await?;
        assert_eq!(end["status"], "FAILED", "{end}");
        let code = end["code"].as_str().unwrap_or_default();
        assert!(codes.contains(&code), "{end}");
        assert!(
            end["errorText"]
                .as_str()
                .is_some_and(|text| text.len() > 10),
            "{end}"
        );
        assert_eq!(fixture.assets(&id).await?, [] as [Value; 0]);
        assert!(fixture.files(&id).await?.is_empty());
    }
    let key = fixture.source(film).await?;
    fixture.objects.delete(&key).await?;
    let id = fixture.create(&key, &json!(["low"])).await?;
    let end = fixture.end(&id).await?;
    assert_eq!(end["code"], "SOURCE_NOT_FOUND", "{end}");
    assert_eq!(
        end["errorText"],
        "Failed to download source video: 404 Not Found"
    );
    Ok(())
}

/// Longer than any heartbeat of the local cloud.
const SOON: Duration = Duration::from_secs(90);
