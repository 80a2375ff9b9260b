//! From a prompt to a film: what the client is told on the way, what the film
//! is, and what was paid for it (R6-R9, R40-R43, R95-R98, D3, D16, D17).

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Course, Person, Provider, Stack, reconciling, stack, unique_word};
use media::Probe;
use reqwest::Method;
use serde_json::{Value, json};
use store::{Objects, S3};

use crate::refusals::check_error;
use crate::video_file::{self, Film};

/// How far a film may be from the loudness it is to have, in LU.
const LOUDNESS_TOLERANCE: f64 = 1.0;
const LOUDNESS: f64 = -14.0;
const MAX_TRUE_PEAK: f64 = -1.0;
const STAGES: [&str; 5] = ["queued", "planning", "generating", "composing", "done"];

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_landscape_film_with_music_and_transitions() -> Result<()> {
    let stack = stack()?;
    let word = unique_word("landscape");
    let person = Person::sign_up(&stack).await?;
    let made = make(
        &person,
        &json!({
            "prompt": format!("{word} a paper boat crosses a flooded city at dawn"),
            "category": "music-video", "scenes": 3, "durationSeconds": 9,
            "transition": "wipeleft", "seed": 7,
        }),
    )
    .await?;

    check_course(&made.course, 3)?;
    check_film(&made, (1920, 1080), 9).await?;
    let loudness = made.film.loudness()?;
    ensure!(
        (loudness.integrated - LOUDNESS).abs() <= LOUDNESS_TOLERANCE,
        "{loudness:?}"
    );
    ensure!(loudness.true_peak <= MAX_TRUE_PEAK, "{loudness:?}");

    let job = made.course.end();
    assert_eq!(job["soundtrack"], "ready");
    assert_eq!(job.get("degraded"), None);
    assert_eq!(Provider::new(&stack).creates(&word).await?.paid, 4);
    check_ledger(job, 3, true)?;
    assert_eq!(person.usage().await?, (1, 0, 9));
    check_month(&person, job).await?;
    check_pieces(&stack, job, 3).await?;
    check_list(&person, job).await
}

/// Bodies stay, for a film that is changed; what is without loss goes when the film is there.
async fn check_pieces(stack: &Stack, job: &Value, scenes: usize) -> Result<()> {
    let objects = Objects::new(S3::new(&crate::sdk(stack)), stack.bucket("assets")?);
    let id = job["jobId"].as_str().context("a job without a name")?;
    let listed = objects.listing(&format!("{id}/prepared/"), "").await?;
    let keys: Vec<&str> = listed.iter().map(|one| one.object.key.as_str()).collect();
    assert_eq!(keys.len(), scenes, "{keys:?}");
    assert!(
        keys.iter().all(|key| key.ends_with("-body.mp4")),
        "{keys:?}"
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_portrait_film_with_cuts_and_without_music() -> Result<()> {
    let stack = stack()?;
    let word = unique_word("portrait");
    let person = Person::sign_up(&stack).await?;
    let made = make(
        &person,
        &json!({
            "prompt": format!("{word} a fox looks out of a snowed-in telephone box"),
            "category": "ad-creative", "scenes": 2, "durationSeconds": 6,
            "aspectRatio": "9:16", "transition": "cut", "audio": "none",
        }),
    )
    .await?;

    check_course(&made.course, 2)?;
    check_film(&made, (1080, 1920), 6).await?;
    let job = made.course.end();
    assert_eq!(job["soundtrack"], "none");
    assert_eq!(Provider::new(&stack).creates(&word).await?.paid, 2);
    check_ledger(job, 2, false)
}

/// Its storyboard waits for approval: it cannot be made meanwhile.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_that_is_not_made_is_neither_fetched_nor_shown() -> Result<()> {
    let stack = stack()?;
    let person = Person::sign_up(&stack).await?;
    let mut film = crate::short_film(&unique_word("early"));
    film["review"] = json!(true);
    let id = person.create(&film).await?;
    let is_in_review = |job: &Value| job["status"] == "awaiting_review";
    person.watch_until(&id, is_in_review).await?;

    let early = person.get(&format!("/api/v1/jobs/{id}/video")).await?;
    check_error(&early, 409, "VIDEO_NOT_READY");
    let shown = json!({"jobId": id, "title": "Early", "visibility": "public"});
    let early = person.post("/api/gallery/videos", &shown).await?;
    check_error(&early, 409, "VIDEO_NOT_READY");

    let request = person.request(Method::DELETE, &format!("/api/v1/jobs/{id}"));
    let cancelled = Answer::of(request).await?;
    ensure!(cancelled.status < 300, "{}", cancelled.body);
    // Its execution ended with the storyboard: there is none to stop.
    let course = reconciling(&stack, person.watch(&id)).await?;
    assert_eq!(course.status(), "cancelled", "{}", course.end());
    assert_eq!(person.usage().await?, (0, 0, 10));
    Ok(())
}

struct Made {
    course: Course,
    film: Film,
    thumbnail: Vec<u8>,
    folder: tempfile::TempDir,
}

/// Asks for a film, watches it being made, and fetches it.
async fn make(person: &Person, film: &Value) -> Result<Made> {
    let answer = person.post("/api/v1/jobs", film).await?;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!(answer.body["status"], "pending");
    assert_eq!(answer.body["message"], "Video generation started");
    let id = answer.body["jobId"].as_str().context("no job id")?;

    let course = person.watch(id).await?;
    ensure!(course.status() == "completed", "{}", course.end());
    let folder = tempfile::tempdir()?;
    let film = Film::save(video(person, id).await?, folder.path())?;
    let thumbnail = course.end()["thumbnailUrl"].as_str();
    let thumbnail = fetch(thumbnail.context("no thumbnail")?, "image/jpeg").await?;
    Ok(Made {
        course,
        film,
        thumbnail,
        folder,
    })
}

/// The film by both ways of D3, and a part of it as a player asks for it (R9).
async fn video(person: &Person, id: &str) -> Result<Vec<u8>> {
    let path = format!("/api/v1/jobs/{id}/video");
    let redirect = person.get(&path).await?;
    assert_eq!(redirect.status, 302, "{}", redirect.body);
    let location = redirect.header("location").to_owned();

    let request = person.request(Method::GET, &path);
    let told = Answer::of(request.header("accept", "application/json")).await?;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(told.body["expiresIn"], 3600);
    let url = told.body["videoUrl"].as_str().context("no URL")?;
    let without_query = |url: &str| url.split('?').next().map(str::to_owned);
    assert_eq!(without_query(url), without_query(&location));

    let part = reqwest::Client::new()
        .get(url)
        .header("range", "bytes=0-99");
    let part = part.send().await?;
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await?.len(), 100);
    fetch(&location, "video/mp4").await
}

async fn fetch(url: &str, content_type: &str) -> Result<Vec<u8>> {
    let response = reqwest::get(url).await?.error_for_status()?;
    assert_eq!(response.headers()["content-type"], content_type);
    Ok(response.bytes().await?.to_vec())
}

/// Stages in their order, every scene seen through, times in their order.
fn check_course(course: &Course, scenes: usize) -> Result<()> {
    let stages: Vec<usize> = course
        .seen
        .iter()
        .filter_map(|job| STAGES.iter().position(|stage| job["stage"] == *stage))
        .collect();
    ensure!(stages.len() == course.seen.len(), "an unknown stage");
    ensure!(stages.is_sorted(), "stages go back: {stages:?}");
    ensure!(stages.len() > 3, "too few states were seen: {stages:?}");

    let job = course.end();
    assert_eq!(job["progress"], 100);
    let shown = job["scenes"].as_array().context("no scenes")?;
    assert_eq!(shown.len(), scenes);
    for (at, scene) in shown.iter().enumerate() {
        assert_eq!(scene["index"], at + 1);
        assert_eq!(scene["status"], "complete");
        assert_eq!(scene["attempts"], 1);
        ensure!(
            scene["title"]
                .as_str()
                .is_some_and(|title| !title.is_empty())
        );
    }
    let times: Vec<&str> = [
        "createdAt",
        "startedAt",
        "plannedAt",
        "composingAt",
        "completedAt",
    ]
    .into_iter()
    .filter_map(|name| job[name].as_str())
    .collect();
    ensure!(times.len() == 5 && times.is_sorted(), "{times:?}");
    Ok(())
}

async fn check_film(made: &Made, size: (u32, u32), seconds: u64) -> Result<()> {
    let probe = made.film.probe().await?;
    check_streams(&probe, size, seconds)?;
    assert_eq!(made.film.h264_profile()?, 100, "not High");
    ensure!(made.film.starts_fast(), "the index is at the end");
    let brightness = video_file::brightness(&made.thumbnail, made.folder.path())?;
    ensure!(brightness > 16, "the thumbnail is black: {brightness}");

    let frames = made.film.frames()?;
    assert_eq!(frames.len() as u64, seconds * 30);
    let times: Vec<i64> = frames.iter().map(|frame| frame.time).collect();
    let step = times[1] - times[0];
    let expected: Vec<i64> = (0..times.len() as i64).map(|frame| frame * step).collect();
    assert_eq!(times, expected, "frames are not at their times");
    let mut pictures: Vec<&str> = frames.iter().map(|frame| frame.checksum.as_str()).collect();
    pictures.sort_unstable();
    pictures.dedup();
    ensure!(pictures.len() > frames.len() / 2, "the film stands still");
    Ok(())
}

fn check_streams(probe: &Probe, size: (u32, u32), seconds: u64) -> Result<()> {
    let video = probe.video.as_ref().context("no picture")?;
    assert_eq!((video.width, video.height), size);
    assert_eq!(video.codec, "h264");
    assert_eq!(video.pixel_format, "yuv420p");
    assert_eq!(video.rotation, 0);
    assert_eq!(video.frame_rate.0, 30 * video.frame_rate.1);
    assert_eq!(video.frames, seconds * 30);
    let audio = probe.audio.as_ref().context("no sound")?;
    assert_eq!(audio.codec, "aac");
    assert_eq!((audio.sample_rate, audio.channels), (48_000, 2));
    for length in [probe.duration, video.duration, audio.duration] {
        let error = (length.as_secs_f64() - seconds as f64).abs();
        ensure!(error <= 1.0 / 30.0 + 0.001, "{length:?} long");
    }
    Ok(())
}

/// A person's month has cost what the models of the only film did.
async fn check_month(person: &Person, job: &Value) -> Result<()> {
    let ledger = job["ledger"].as_array().context("no ledger")?;
    let models = ledger.iter().filter(|line| line["kind"] == "model");
    let paid = models.filter_map(|line| line["actualNanoUsd"].as_u64());
    let me = person.get("/api/v1/me").await?;
    assert_eq!(me.body["usage"]["paidNanoUsd"], paid.sum::<u64>());
    Ok(())
}

/// What each step cost: a line for each scene, the music, and each step of ours.
fn check_ledger(job: &Value, scenes: usize, music: bool) -> Result<()> {
    let ledger = job["ledger"].as_array().context("no ledger")?;
    let count = |prefix: &str| {
        let step = |line: &&Value| line["step"].as_str().is_some_and(|s| s.starts_with(prefix));
        ledger.iter().filter(step).count()
    };
    assert_eq!(count("scene-"), scenes);
    assert_eq!(count("soundtrack"), usize::from(music));
    ensure!(count("prepare-") >= scenes && count("compose") >= 1);
    for line in ledger {
        for price in ["predictedNanoUsd", "actualNanoUsd"] {
            ensure!(
                line[price].as_u64().is_some_and(|price| price > 0),
                "{line}"
            );
        }
    }
    Ok(())
}

/// It is the first of its owner's list, with its picture (R5, D22).
async fn check_list(person: &Person, job: &Value) -> Result<()> {
    let list = person.get("/api/v1/jobs").await?;
    assert_eq!(list.status, 200);
    let first = &list.body["jobs"][0];
    assert_eq!(first["jobId"], job["jobId"]);
    assert_eq!(first["status"], "completed");
    let thumbnail = &list.body["thumbnails"][0];
    assert_eq!(thumbnail["jobId"], job["jobId"]);
    assert_eq!(first["thumbnailUrl"], thumbnail["url"]);
    fetch(thumbnail["url"].as_str().context("no URL")?, "image/jpeg").await?;
    assert_eq!(list.body["nextCursor"], Value::Null);
    Ok(())
}
