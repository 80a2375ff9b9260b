//! The music of a film is made anew, or another take of it chosen.

use std::time::Duration;

use super::*;

/// Two scenes of which one becomes the other, with music.
fn film_with_music(word: &str) -> Value {
    let mut film = film_of(word);
    film["transition"] = json!("fade");
    film["audio"] = json!("music");
    film
}

impl Owner {
    async fn of_film_with_music(name: &str) -> Result<Self> {
        let word = unique_word(name);
        let owner = Self::of(film_with_music(&word), word).await?;
        ensure!(owner.paid().await? == 3);
        Ok(owner)
    }

    async fn regenerate_music(&self, body: &Value) -> Result<Answer> {
        let path = self.path("soundtrack/regenerate");
        self.person.post(&path, body).await
    }

    async fn choose_music(&self, take: u64) -> Result<Answer> {
        let path = self.path("soundtrack/take");
        let request = self.person.request(Method::PUT, &path);
        Answer::of(request.json(&json!({"take": take}))).await
    }

    /// The takes of the music, and that which is in the film if one is.
    async fn music_takes(&self) -> Result<(Vec<u64>, Option<u64>)> {
        let mut of_job = self.person.job(&self.id).await?["soundtrackTakes"].clone();
        let takes = of_job.as_array_mut().context("no takes")?;
        for take in takes.iter_mut().filter_map(Value::as_object_mut) {
            // The storyboard has the words, and no sound.
            take.remove("audioUrl").context("a take has no sound")?;
        }
        let storyboard = self.person.get(&self.path("storyboard")).await?;
        let of_storyboard = &storyboard.body["music"]["takes"];
        ensure!(
            *of_storyboard == of_job || of_storyboard.is_null(),
            "{of_storyboard}"
        );
        let takes = of_job.as_array().context("no takes")?.iter();
        let number = |take: &Value| take["take"].as_u64().unwrap_or_default();
        let chosen = takes.clone().find(|take| take["chosen"] == true);
        Ok((takes.map(number).collect(), chosen.map(number)))
    }
}

/// Every frame of a film, and its sound.
fn parts(film: &[u8]) -> Result<(Vec<Frame>, String)> {
    let folder = tempfile::tempdir()?;
    let film = Film::save(film.to_vec(), folder.path())?;
    let frames = film.frames()?;
    ensure!(frames.len() == 180, "{} frames", frames.len());
    Ok((frames, film.sound()?))
}

/// The music alone is paid for and every frame stays; the first take comes back for nothing.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn the_music_is_made_anew_and_its_first_take_chosen_again() -> Result<()> {
    let owner = Owner::of_film_with_music("tune").await?;
    let first = owner.film().await?;

    let words = format!("{} slow strings", owner.word);
    let wanted = json!({"description": words, "seed": 7});
    let answer = owner.regenerate_music(&wanted).await?;
    ensure!(answer.status == 202, "{}", answer.body);
    ensure!(answer.body["take"] == 2 && answer.body["scene"].is_null());
    ensure!(answer.body["cost"]["steps"][0]["step"] == "soundtrack");
    ensure!(owner.film().await? == first, "it is served meanwhile");
    check_error(&owner.regenerate(&json!({})).await?, 409, "CONFLICT");
    check_error(&owner.choose_music(1).await?, 409, "CONFLICT");
    let job = owner.until_it_ends().await?;
    ensure!(
        job["status"] == "completed" && job["error"].is_null(),
        "{job}"
    );

    ensure!(owner.paid().await? == 4, "the music");
    let creates = owner.provider.creates(&owner.word).await?;
    let last = creates.predictions.last().context("no prediction")?;
    let input = owner.provider.prediction(last).await?["input"].clone();
    ensure!(
        input["prompt"] == json!(words) && input["seed"] == 7,
        "{input}"
    );
    let second = owner.film().await?;
    let (before, after) = (parts(&first)?, parts(&second)?);
    ensure!(before.0 == after.0, "every frame stays");
    ensure!(before.1 != after.1, "the sound is another");
    ensure!(owner.music_takes().await? == (vec![1, 2], Some(2)));
    ensure!(owner.person.usage().await? == (1, 0, 9), "it is free");

    let answer = owner.choose_music(1).await?;
    ensure!(answer.status == 202 && answer.body["cost"]["nanoUsd"] == 0);
    let job = owner.until_it_ends().await?;
    ensure!(job["status"] == "completed", "{job}");
    ensure!(owner.paid().await? == 4, "nothing");
    ensure!(parts(&owner.film().await?)? == before);
    ensure!(owner.music_takes().await? == (vec![1, 2], Some(1)));
    let again = owner.choose_music(1).await?;
    ensure!(again.status == 202 && again.body["status"] == "completed");
    check_error(&owner.choose_music(3).await?, 400, "VALIDATION_ERROR");
    Ok(())
}

/// Whatever becomes of the change, the film is as it was, with its music.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn music_that_is_cancelled_or_refused_leaves_the_film() -> Result<()> {
    let owner = Owner::of_film_with_music("hum").await?;
    let film = owner.film().await?;

    let hanging = unique_word("hanging");
    owner
        .provider
        .misbehave(&hanging, "hang", &json!({}))
        .await?;
    let wanted = json!({"description": format!("{hanging} in the fog")});
    ensure!(owner.regenerate_music(&wanted).await?.status == 202);
    let creates = || async { anyhow::Ok(owner.provider.creates(&hanging).await?.predictions) };
    let began = |job: &Value| job["change"]["take"] == 2;
    owner.person.watch_until(&owner.id, began).await?;
    while creates().await?.is_empty() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let answer = owner.cancel().await?;
    ensure!(answer.status == 202, "{}", answer.body);
    let job = owner.until_it_ends().await?;
    ensure!(
        job["status"] == "completed" && job["progress"] == 100,
        "{job}"
    );
    ensure!(job["change"].is_null() && job["error"].is_null(), "{job}");
    let predictions = creates().await?;
    let last = predictions.last().context("no prediction")?;
    ensure!(owner.provider.prediction(last).await?["status"] == "canceled");
    ensure!(owner.film().await? == film);

    let refused = unique_word("refused");
    owner
        .provider
        .misbehave(&refused, "refuse", &json!({}))
        .await?;
    let wanted = json!({"description": format!("{refused} in the fog")});
    let answer = owner.regenerate_music(&wanted).await?;
    ensure!(answer.status == 202, "{}", answer.body);
    ensure!(answer.body["take"] == 3, "{}", answer.body);
    let job = owner.until_it_ends().await?;
    ensure!(job["status"] == "completed", "{job}");
    ensure!(job["error"]["code"] == "CONTENT_REFUSED", "{job}");
    ensure!(
        job["soundtrack"] == "ready" && job["degraded"].is_null(),
        "{job}"
    );
    ensure!(owner.film().await? == film);
    ensure!(owner.music_takes().await? == (vec![1], Some(1)));
    ensure!(owner.person.usage().await? == (1, 0, 9));
    Ok(())
}

/// What a film was made without can be made yet; one that was to have none has none.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn a_film_that_was_made_without_its_music_has_it_then() -> Result<()> {
    let word = unique_word("mute");
    let provider = Provider::new(&stack()?);
    let music = json!({"kind": "music"});
    provider.misbehave(&word, "refuse", &music).await?;
    let owner = Owner::of(film_with_music(&word), word).await?;
    let silent = owner.film().await?;
    let job = owner.person.job(&owner.id).await?;
    ensure!(
        job["soundtrack"] == "failed" && job["degraded"].is_string(),
        "{job}"
    );
    ensure!(owner.music_takes().await? == (vec![], None));

    let wanted = json!({"description": "a waltz"});
    ensure!(owner.regenerate_music(&wanted).await?.status == 202);
    let job = owner.until_it_ends().await?;
    ensure!(
        job["status"] == "completed" && job["error"].is_null(),
        "{job}"
    );
    ensure!(
        job["soundtrack"] == "ready" && job["degraded"].is_null(),
        "{job}"
    );
    ensure!(owner.music_takes().await? == (vec![2], Some(2)));
    let (before, after) = (parts(&silent)?, parts(&owner.film().await?)?);
    ensure!(before.0 == after.0 && before.1 != after.1);

    let owner = Owner::of_film("still").await?;
    check_error(&owner.regenerate_music(&json!({})).await?, 409, "CONFLICT");
    check_error(&owner.choose_music(1).await?, 409, "CONFLICT");
    Ok(())
}
