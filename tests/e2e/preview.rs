//! What is seen of a film while it is made: a still of each scene, and a playlist that grows
//! (D44).

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Person, Provider, reconciling, stack, unique_word};
use reqwest::Method;
use serde_json::{Value, json};

use crate::transcode_fixture::run_ffmpeg;
use crate::two_scenes;

/// Its second scene hangs once, so that the first is there long before it.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_is_played_while_it_is_made_and_the_playlist_grows_with_it() -> Result<()> {
    let stack = stack()?;
    let (person, provider) = (Person::sign_up(&stack).await?, Provider::new(&stack));
    let film = two_scenes(&unique_word("preview"));
    let prompt = film["prompt"].as_str().context("no prompt")?;
    let quote = person.post("/api/v1/jobs?dryRun=true", &film).await?;
    let title = quote.body["scenes"][1]["title"].as_str();
    let second = format!("{}: {prompt}", title.context("no title")?);
    let once = json!({"times": 1, "seconds": 30});
    provider.misbehave(&second, "hang", &once).await?;

    let id = person.create(&film).await?;
    let nothing = preview(&person, &id).await?.0;
    ensure!(nothing.status == 409, "{}", nothing.body);
    let first_is_there = |job: &Value| job["scenes"][0]["posterUrl"].is_string();
    let job = reconciling(&stack, person.watch_until(&id, first_is_there)).await?;
    check_poster(&job["scenes"][0]).await?;
    let begun = playlist(&person, &id).await?;
    ensure!(!begun.contains("#EXT-X-ENDLIST"), "{begun}");
    ensure!(played(&begun)? == frames(&job, 1), "{begun}");

    let course = reconciling(&stack, person.watch(&id)).await?;
    ensure!(course.status() == "completed", "{}", course.end());
    let job = course.end();
    for scene in job["scenes"].as_array().context("scenes")? {
        check_poster(scene).await?;
        ensure!(scene["takes"][0]["posterUrl"].is_string(), "{scene}");
    }
    let whole = playlist(&person, &id).await?;
    ensure!(whole.ends_with("#EXT-X-ENDLIST\n"), "{whole}");
    ensure!(played(&whole)? == frames(job, 2), "{whole}");
    ensure!(files(&whole).starts_with(&files(&begun)), "{whole}");
    Ok(())
}

async fn preview(person: &Person, id: &str) -> Result<(Answer, String)> {
    let path = format!("/api/v1/jobs/{id}/preview.m3u8");
    Answer::with_text(person.request(Method::GET, &path)).await
}

async fn playlist(person: &Person, id: &str) -> Result<String> {
    let (answer, text) = preview(person, id).await?;
    ensure!(answer.status == 200, "{}", answer.body);
    Ok(text)
}

/// The files that a playlist names, without their signatures.
fn files(playlist: &str) -> Vec<&str> {
    let uris = playlist.lines().filter(|line| line.starts_with("http"));
    uris.filter_map(|uri| uri.split('?').next()).collect()
}

/// The frames of a film's first scenes.
fn frames(job: &Value, scenes: usize) -> usize {
    let scenes = job["scenes"].as_array().into_iter().flatten().take(scenes);
    let seconds = scenes.filter_map(|scene| scene["seconds"].as_f64());
    (seconds.sum::<f64>() * 30.0).round() as usize
}

/// How many frames FFmpeg's player shows of what a playlist names now.
fn played(playlist: &str) -> Result<usize> {
    let folder = tempfile::tempdir()?;
    let (file, list) = (folder.path().join("p.m3u8"), folder.path().join("frames"));
    let mut text = playlist.to_owned();
    if !text.contains("#EXT-X-ENDLIST") {
        text.push_str("#EXT-X-ENDLIST\n");
    }
    std::fs::write(&file, text)?;
    let input = file.to_str().context("a path")?;
    let mut arguments = vec!["-protocol_whitelist", "file,http,tcp", "-i", input];
    arguments.extend(["-map", "0:v:0", "-f", "framecrc"]);
    run_ffmpeg(&arguments, &list)?;
    let text = std::fs::read_to_string(&list)?;
    Ok(text.lines().filter(|line| !line.starts_with('#')).count())
}

async fn check_poster(scene: &Value) -> Result<()> {
    let url = scene["posterUrl"].as_str().context("no poster")?;
    let answer = reqwest::get(url).await?.error_for_status()?;
    let jpeg = answer.bytes().await?;
    ensure!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.len() < 200_000);
    Ok(())
}
