//! A storyboard that waits for its owner (D44): read, changed, approved, or left to lapse;
//! what was paid is counted at the provider.

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Person, Provider, Stack, aws, reconciling, stack, unique_word};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::check_error;
use crate::video_file::Film;

/// A film of three scenes and 9 seconds about a word, without music, to be reviewed.
fn reviewed_film(word: &str) -> Value {
    json!({
        "prompt": format!("{word} a lantern drifts over quiet water"),
        "category": "ad-creative",
        "scenes": 3,
        "durationSeconds": 9,
        "aspectRatio": "1:1",
        "audio": "none",
        "review": true,
    })
}

struct Review {
    stack: Stack,
    person: Person,
    word: String,
    id: String,
}

impl Review {
    /// A job whose storyboard waits.
    async fn begin(name: &str) -> Result<Self> {
        let stack = stack()?;
        let person = Person::sign_up(&stack).await?;
        let word = unique_word(name);
        let id = person.create(&reviewed_film(&word)).await?;
        let review = Self {
            stack,
            person,
            word,
            id,
        };
        review.until("awaiting_review").await?;
        Ok(review)
    }

    async fn until(&self, status: &str) -> Result<Value> {
        let is_there = |job: &Value| job["status"] == status;
        self.person.watch_until(&self.id, is_there).await
    }

    fn path(&self, part: &str) -> String {
        format!("/api/v1/jobs/{}/{part}", self.id)
    }

    async fn storyboard(&self) -> Result<Value> {
        let answer = self.person.get(&self.path("storyboard")).await?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        Ok(answer.body)
    }

    async fn update(&self, person: &Person, body: &Value) -> Result<Answer> {
        let request = person.request(Method::PUT, &self.path("storyboard"));
        Answer::of(request.json(body)).await
    }

    async fn approve(&self, person: &Person, version: u64) -> Result<Answer> {
        let body = json!({ "version": version });
        person.post(&self.path("approve"), &body).await
    }

    async fn animatic(&self) -> Result<Answer> {
        self.person.post(&self.path("animatic"), &json!({})).await
    }

    async fn paid(&self) -> Result<usize> {
        let provider = Provider::new(&self.stack);
        Ok(provider.creates(&self.word).await?.paid)
    }

    /// What the provider was asked for, by seconds and prompt.
    async fn asked(&self) -> Result<Vec<Value>> {
        let provider = Provider::new(&self.stack);
        let mut asked = Vec::new();
        for id in provider.creates(&self.word).await?.predictions {
            asked.push(provider.prediction(&id).await?["input"].clone());
        }
        Ok(asked)
    }
}

/// The body of a change: the storyboard's own scenes in this order.
fn change(storyboard: &Value, order: &[usize]) -> Value {
    let scene = |index: &usize| {
        let mut scene = storyboard["scenes"][*index].clone();
        for of_the_view in ["index", "priceNanoUsd"] {
            scene.as_object_mut().map(|scene| scene.remove(of_the_view));
        }
        scene
    };
    let scenes: Vec<Value> = order.iter().map(scene).collect();
    json!({"version": storyboard["version"], "scenes": scenes})
}

fn scene_count(storyboard: &Value) -> usize {
    storyboard["scenes"].as_array().map_or(0, Vec::len)
}

/// Removed, reordered, added, longer: the film has these scenes, and only they are paid for.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_is_made_as_its_owner_has_changed_and_approved_it() -> Result<()> {
    let review = Review::begin("edited").await?;
    let planned = review.storyboard().await?;
    assert_eq!(
        (&planned["version"], &planned["editable"]),
        (&json!(1), &json!(true))
    );
    let job = review.person.job(&review.id).await?;
    assert_eq!(job["reviewUntil"], planned["reviewUntil"]);
    assert_eq!(scene_count(&planned), 3);
    assert_eq!(review.paid().await?, 0);
    assert_eq!(review.person.usage().await?, (0, 1, 9));

    let mut body = change(&planned, &[2, 0, 0]);
    body["scenes"][1]["seconds"] = json!(5.5);
    body["scenes"][2] = json!({
        "title": "The last light", "description": "The lantern goes out: ',drawtext=text=x",
        "camera": "wide", "seconds": 4,
    });
    let changed = review.update(&review.person, &body).await?;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let storyboard = changed.body;
    assert_eq!(scene_count(&storyboard["planned"]), 3);
    assert_eq!(review.paid().await?, 0, "waiting costs nothing");

    let approved = review.approve(&review.person, 2).await?;
    assert_eq!(
        (approved.status, &approved.body["status"]),
        (202, &json!("processing"))
    );
    let course = review.person.watch(&review.id).await?;
    assert_eq!(course.status(), "completed", "{}", course.end());
    assert_eq!(review.approve(&review.person, 2).await?.status, 202);

    let job = course.end();
    let titles = |scenes: &Value| {
        let scenes = scenes.as_array().into_iter().flatten();
        let titles = scenes.map(|scene| (scene["title"].clone(), scene["seconds"].clone()));
        titles.collect::<Vec<_>>()
    };
    assert_eq!(titles(&job["scenes"]), titles(&storyboard["scenes"]));
    let asked = review.asked().await?;
    assert_eq!(asked.len(), 3, "{asked:?}");
    for scene in storyboard["scenes"].as_array().context("no scenes")? {
        let description = scene["description"].as_str().context("no description")?;
        let prompts = asked.iter().filter_map(|input| input["prompt"].as_str());
        let prompts = prompts.filter(|prompt| prompt.contains(description));
        assert_eq!(prompts.count(), 1, "{description}");
    }
    let film = review.person.request(Method::GET, &review.path("video"));
    let film = Answer::of(film.header("accept", "application/json")).await?;
    let url = film.body["videoUrl"].as_str().context("no film")?;
    let bytes = reqwest::get(url).await?.error_for_status()?.bytes().await?;
    let folder = tempfile::tempdir()?;
    let frames = Film::save(bytes.to_vec(), folder.path())?.frames()?.len();
    let seconds = storyboard["seconds"].as_f64().context("no length")?;
    assert_eq!(frames, (seconds * 30.0).round() as usize, "{seconds} s");
    assert_eq!(review.person.usage().await?, (1, 0, 9));
    Ok(())
}

/// Before anything is paid for it is seen how the film will go on, as often as it is changed.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_storyboard_that_waits_is_seen_as_a_small_film_for_nothing() -> Result<()> {
    let review = Review::begin("animatic").await?;
    let first = review.animatic().await?;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(film_size(&first).await?, (640, 640, 9 * 30));
    let again = review.animatic().await?;
    assert_eq!(file_of(&first)?, file_of(&again)?);

    let planned = review.storyboard().await?;
    let mut body = change(&planned, &[0, 1]);
    body["scenes"][0]["seconds"] = json!(5);
    let edited = review.update(&review.person, &body).await?;
    assert_eq!(edited.status, 200, "{}", edited.body);
    let second = review.animatic().await?;
    assert_eq!(second.body["version"], 2);
    let frames = second.body["seconds"].as_f64().context("no length")? * 30.0;
    assert_eq!(film_size(&second).await?.2, frames.round() as usize);
    assert!(film_size(&second).await?.2 < 9 * 30);

    let other = Person::sign_up(&review.stack).await?;
    let foreign = other.post(&review.path("animatic"), &json!({})).await?;
    check_error(&foreign, 404, "NOT_FOUND");
    assert_eq!(review.paid().await?, 0);
    assert_eq!(review.person.usage().await?, (0, 1, 9));

    let ended = Answer::of(
        review
            .person
            .request(Method::DELETE, review.path("").trim_end_matches('/')),
    );
    assert_eq!(ended.await?.status, 202);
    check_error(&review.animatic().await?, 409, "CONFLICT");
    Ok(())
}

/// Width, height and frames of an animatic, all of which decode.
async fn film_size(animatic: &Answer) -> Result<(u32, u32, usize)> {
    let url = animatic.body["url"].as_str().context("no link")?;
    let bytes = reqwest::get(url).await?.error_for_status()?.bytes().await?;
    let folder = tempfile::tempdir()?;
    let film = Film::save(bytes.to_vec(), folder.path())?;
    let video = film.probe().await?.video.context("no picture")?;
    Ok((video.width, video.height, film.frames()?.len()))
}

/// Which file its link leads to.
fn file_of(animatic: &Answer) -> Result<String> {
    let url = animatic.body["url"].as_str().context("no link")?;
    Ok(url.split('?').next().unwrap_or_default().to_owned())
}

/// Two editors, two approvals, and what another user asks for.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn of_two_editors_one_is_told_and_of_two_approvals_one_begins() -> Result<()> {
    let review = Review::begin("raced").await?;
    let other = Person::sign_up(&review.stack).await?;
    let planned = review.storyboard().await?;
    let body = change(&planned, &[0, 1]);
    for answer in [
        other.get(&review.path("storyboard")).await?,
        review.update(&other, &body).await?,
        review.approve(&other, 1).await?,
    ] {
        check_error(&answer, 404, "NOT_FOUND");
    }
    let mut wrong = body.clone();
    wrong["scenes"][1]["description"] = json!("");
    wrong["scenes"][1]["seconds"] = json!(0.5);
    let refused = review.update(&review.person, &wrong).await?;
    check_error(&refused, 400, "VALIDATION_ERROR");
    assert_eq!(refused.body["details"]["field"], "scenes[1].description");

    let edits = tokio::try_join!(
        review.update(&review.person, &body),
        review.update(&review.person, &body)
    )?;
    let mut statuses = [edits.0.status, edits.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    check_error(&review.approve(&review.person, 1).await?, 409, "CONFLICT");

    let approvals = tokio::try_join!(
        review.approve(&review.person, 2),
        review.approve(&review.person, 2)
    )?;
    assert_eq!((approvals.0.status, approvals.1.status), (202, 202));
    let late = review
        .update(&review.person, &change(&planned, &[0]))
        .await?;
    check_error(&late, 409, "CONFLICT");
    let course = review.person.watch(&review.id).await?;
    assert_eq!(course.status(), "completed", "{}", course.end());
    assert_eq!(review.paid().await?, 2);
    assert_eq!(review.person.usage().await?, (1, 0, 9));
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_review_that_lapses_ends_the_job_and_gives_its_place_back() -> Result<()> {
    let review = Review::begin("lapsed").await?;
    let past = "2026-01-01T00:00:00.000Z";
    // A deadline of the making is none of the waiting.
    aws::set_deadline(&review.stack, &review.id, past).await?;
    aws::invoke(&review.stack, "reconciler", &Value::Null).await?;
    review.until("awaiting_review").await?;
    aws::set_review_until(&review.stack, &review.id, past).await?;
    check_error(&review.approve(&review.person, 1).await?, 409, "CONFLICT");
    let course = reconciling(&review.stack, review.person.watch(&review.id)).await?;
    assert_eq!(course.status(), "failed", "{}", course.end());
    assert_eq!(course.end()["error"]["code"], "REVIEW_LAPSED");
    assert_eq!(review.person.usage().await?, (0, 0, 10));
    assert_eq!(review.paid().await?, 0);
    check_error(&review.approve(&review.person, 1).await?, 409, "CONFLICT");
    Ok(())
}
