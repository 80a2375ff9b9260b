//! A scene of a film is made anew, or another take of it chosen (D44); what was paid is
//! counted at the provider.

use anyhow::{Context, Result, ensure};
use end_to_end::{Answer, Person, Provider, Stack, reconciling, stack, unique_word};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::check_error;
use crate::video_file::{Film, Frame};

mod soundtrack;

/// Two scenes of three seconds that are cut, without music.
fn film_of(word: &str) -> Value {
    json!({
        "prompt": format!("{word} a lantern drifts over quiet water"),
        "category": "ad-creative",
        "scenes": 2,
        "durationSeconds": 6,
        "aspectRatio": "1:1",
        "transition": "cut",
        "audio": "none",
    })
}

struct Owner {
    stack: Stack,
    person: Person,
    provider: Provider,
    word: String,
    id: String,
}

impl Owner {
    /// The owner of a film that is there.
    async fn of_film(name: &str) -> Result<Self> {
        let word = unique_word(name);
        let owner = Self::of(film_of(&word), word).await?;
        ensure!(owner.paid().await? == 2);
        Ok(owner)
    }

    /// The owner of that film.
    async fn of(film: Value, word: String) -> Result<Self> {
        let stack = stack()?;
        let (person, provider) = (Person::sign_up(&stack).await?, Provider::new(&stack));
        let id = person.create(&film).await?;
        let owner = Self {
            stack,
            person,
            provider,
            word,
            id,
        };
        let job = owner.until_it_ends().await?;
        ensure!(job["status"] == "completed", "{job}");
        Ok(owner)
    }

    fn path(&self, part: &str) -> String {
        format!("/api/v1/jobs/{}/{part}", self.id)
    }

    async fn until_it_ends(&self) -> Result<Value> {
        let course = reconciling(&self.stack, self.person.watch(&self.id)).await?;
        Ok(course.end().clone())
    }

    async fn regenerate(&self, body: &Value) -> Result<Answer> {
        let path = self.path("scenes/2/regenerate");
        self.person.post(&path, body).await
    }

    async fn regenerate_with_key(&self, key: &str) -> Result<Answer> {
        let path = self.path("scenes/2/regenerate");
        let request = self.person.request(Method::POST, &path);
        Answer::of(request.header("Idempotency-Key", key)).await
    }

    async fn choose(&self, take: u64) -> Result<Answer> {
        let request = self
            .person
            .request(Method::PUT, &self.path("scenes/2/take"));
        Answer::of(request.json(&json!({"take": take}))).await
    }

    async fn cancel(&self) -> Result<Answer> {
        let path = format!("/api/v1/jobs/{}", self.id);
        Answer::of(self.person.request(Method::DELETE, &path)).await
    }

    async fn paid(&self) -> Result<usize> {
        Ok(self.provider.creates(&self.word).await?.paid)
    }

    /// The film as it is served now.
    async fn film(&self) -> Result<Vec<u8>> {
        let request = self.person.request(Method::GET, &self.path("video"));
        let answer = Answer::of(request.header("accept", "application/json")).await?;
        ensure!(answer.status == 200, "{}", answer.body);
        let url = answer.body["videoUrl"].as_str().context("no film")?;
        let film = reqwest::get(url).await?.error_for_status()?;
        Ok(film.bytes().await?.to_vec())
    }

    /// The takes of the second scene, and that which is in the film.
    async fn takes(&self) -> Result<(Vec<u64>, u64)> {
        let mut of_job = self.person.job(&self.id).await?["scenes"][1]["takes"].clone();
        let storyboard = self.person.get(&self.path("storyboard")).await?;
        let takes = of_job.as_array_mut().context("no takes")?;
        for take in takes.iter_mut().filter_map(Value::as_object_mut) {
            // The storyboard has the words, and no pictures.
            take.remove("posterUrl").context("a take has no picture")?;
        }
        ensure!(storyboard.body["scenes"][1]["takes"] == json!(takes));
        let number = |take: &Value| take["take"].as_u64().unwrap_or_default();
        let chosen = takes.iter().find(|take| take["chosen"] == true);
        Ok((
            takes.iter().map(number).collect(),
            number(chosen.context("none is chosen")?),
        ))
    }
}

/// What the pictures of a film's two scenes are.
fn scenes(film: &[u8]) -> Result<[Vec<String>; 2]> {
    let folder = tempfile::tempdir()?;
    let frames = Film::save(film.to_vec(), folder.path())?.frames()?;
    ensure!(frames.len() == 180, "{} frames", frames.len());
    let pictures = |frames: &[Frame]| frames.iter().map(|frame| frame.checksum.clone()).collect();
    let (first, second) = frames.split_at(90);
    Ok([pictures(first), pictures(second)])
}

/// One scene is paid for, the other stays as it was; the first take comes back for nothing.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn one_scene_is_made_anew_and_its_first_take_chosen_again() -> Result<()> {
    let owner = Owner::of_film("anew").await?;
    let first = owner.film().await?;
    let planned = owner.person.get(&owner.path("storyboard")).await?.body;

    let wanted = json!({"description": "A lighthouse burns in the storm", "seed": 7});
    let answer = owner.regenerate(&wanted).await?;
    ensure!(answer.status == 202, "{}", answer.body);
    ensure!(answer.body["take"] == 2 && answer.body["usesPlace"] == false);
    ensure!(owner.film().await? == first, "it is served meanwhile");
    check_error(&owner.choose(1).await?, 409, "CONFLICT");
    let job = owner.until_it_ends().await?;
    ensure!(
        job["status"] == "completed" && job["error"].is_null(),
        "{job}"
    );

    ensure!(owner.paid().await? == 3, "one scene");
    let creates = owner.provider.creates(&owner.word).await?;
    let last = creates.predictions.last().context("no prediction")?;
    let input = owner.provider.prediction(last).await?["input"].clone();
    let prompt = input["prompt"].as_str().context("no prompt")?;
    ensure!(
        prompt.contains("A lighthouse burns in the storm"),
        "{prompt}"
    );
    ensure!(input["seed"] == 7, "{input}");
    let second = owner.film().await?;
    let (before, after) = (scenes(&first)?, scenes(&second)?);
    ensure!(before[0] == after[0], "the other scene stays");
    ensure!(before[1] != after[1], "the scene is another");
    ensure!(owner.takes().await? == (vec![1, 2], 2));
    ensure!(owner.person.usage().await? == (1, 0, 9), "it is free");

    let answer = owner.choose(1).await?;
    ensure!(answer.status == 202 && answer.body["cost"]["nanoUsd"] == 0);
    let job = owner.until_it_ends().await?;
    ensure!(job["status"] == "completed", "{job}");
    ensure!(owner.paid().await? == 3, "nothing");
    ensure!(scenes(&owner.film().await?)? == before);
    ensure!(owner.takes().await? == (vec![1, 2], 1));
    let storyboard = owner.person.get(&owner.path("storyboard")).await?.body;
    let described = |storyboard: &Value| storyboard["scenes"][1]["description"].clone();
    ensure!(described(&storyboard) == described(&planned));
    let again = owner.choose(1).await?;
    ensure!(again.status == 202 && again.body["status"] == "completed");
    check_error(&owner.choose(3).await?, 400, "VALIDATION_ERROR");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn of_two_at_once_one_is_made_and_with_a_key_both_are_that_one() -> Result<()> {
    let owner = Owner::of_film("twice").await?;
    let nothing = json!({});
    let (one, other) = tokio::try_join!(owner.regenerate(&nothing), owner.regenerate(&nothing))?;
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    ensure!(statuses == [202, 409], "{} {}", one.body, other.body);
    owner.until_it_ends().await?;
    ensure!(owner.paid().await? == 3);

    let key = owner.word.as_str();
    let (one, other) = tokio::try_join!(
        owner.regenerate_with_key(key),
        owner.regenerate_with_key(key)
    )?;
    let accepted: Vec<&Answer> = [&one, &other]
        .into_iter()
        .filter(|one| one.status == 202)
        .collect();
    let first = accepted.first().context("none was accepted")?;
    ensure!(accepted.iter().all(|one| one.body == first.body));
    for late in [&one, &other].iter().filter(|one| one.status != 202) {
        check_error(late, 409, "IDEMPOTENCY_IN_FLIGHT");
    }
    let repeated = owner.regenerate_with_key(key).await?;
    ensure!(repeated.status == 202 && repeated.body == first.body);
    let job = owner.until_it_ends().await?;
    ensure!(job["status"] == "completed", "{job}");
    ensure!(owner.paid().await? == 4);
    ensure!(owner.regenerate_with_key(key).await?.body == first.body);
    ensure!(owner.takes().await? == (vec![1, 2, 3], 3));
    ensure!(owner.person.job(&owner.id).await?["status"] == "completed");
    Ok(())
}

/// Whatever becomes of the change, the film is as it was, and served.
#[tokio::test]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn what_is_cancelled_or_fails_leaves_the_film() -> Result<()> {
    let owner = Owner::of_film("stays").await?;
    let film = owner.film().await?;
    let of_other = Person::sign_up(&owner.stack).await?;
    let theirs = of_other
        .post(&owner.path("scenes/2/regenerate"), &json!({}))
        .await?;
    check_error(&theirs, 404, "NOT_FOUND");

    let hanging = unique_word("hanging");
    owner
        .provider
        .misbehave(&hanging, "hang", &json!({}))
        .await?;
    let wanted = json!({"description": format!("{hanging} in the fog")});
    ensure!(owner.regenerate(&wanted).await?.status == 202);
    let began = |job: &Value| job["scenes"][1]["status"] == "generating";
    let job = owner.person.watch_until(&owner.id, began).await?;
    ensure!(job["change"]["take"] == 2, "{job}");
    let answer = owner.cancel().await?;
    ensure!(answer.status == 202, "{}", answer.body);
    let job = owner.until_it_ends().await?;
    ensure!(
        job["status"] == "completed" && job["progress"] == 100,
        "{job}"
    );
    ensure!(job["change"].is_null() && job["error"].is_null(), "{job}");
    let creates = owner.provider.creates(&owner.word).await?;
    let last = creates.predictions.last().context("no prediction")?;
    ensure!(owner.provider.prediction(last).await?["status"] == "canceled");
    ensure!(owner.film().await? == film);
    check_error(&owner.cancel().await?, 409, "CONFLICT");

    let refused = unique_word("refused");
    owner
        .provider
        .misbehave(&refused, "refuse", &json!({}))
        .await?;
    let wanted = json!({"description": format!("{refused} in the fog")});
    let answer = owner.regenerate(&wanted).await?;
    ensure!(
        answer.status == 202 && answer.body["take"] == 3,
        "{}",
        answer.body
    );
    let job = owner.until_it_ends().await?;
    ensure!(job["status"] == "completed", "{job}");
    ensure!(job["error"]["code"] == "CONTENT_REFUSED", "{job}");
    ensure!(owner.film().await? == film);
    ensure!(owner.takes().await? == (vec![1], 1));
    ensure!(owner.person.usage().await? == (1, 0, 9));
    let resumed = owner.person.post(&owner.path("resume"), &json!({})).await?;
    check_error(&resumed, 409, "CONFLICT");
    Ok(())
}
