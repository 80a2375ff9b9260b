//! `cargo xtask demo`: from a prompt to a film on the disk, with `--review` by way of its
//! storyboard; or, with `--upload`, from a film to every rendition of it.

mod progress;
mod review;
mod upload;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use contract::Job;
use devcloud::Api;
use devcloud::users::Name;
use domain::job::{Stage, Status};
use serde::Serialize;
use serde_json::{Value, json};

use self::progress::Progress;
use crate::http::wait;
use crate::workspace::Workspace;
use crate::{cloud, http, say};

const PROMPT: &str = "A paper boat crosses a flooded city at dawn";

/// What film, and where to.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What the film shows
    #[arg(default_value = PROMPT)]
    prompt: String,
    /// Upload a film instead, and have every rendition made of it; without a
    /// file, one that is drawn for it
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "prompt")]
    upload: Option<Option<PathBuf>>,
    /// The folder that the film is saved in
    #[arg(long, default_value = "out")]
    out: PathBuf,
    /// Show the storyboard and its price first, to be changed and approved
    #[arg(long, conflicts_with = "upload")]
    review: bool,
    /// Have this scene of the finished film made anew
    #[arg(long, value_name = "SCENE", conflicts_with = "upload")]
    redo: Option<u32>,
    /// End with one JSON object as the last line of stdout
    #[arg(long)]
    json: bool,
    /// `music-video` or `ad-creative`
    #[arg(long, default_value = "music-video")]
    category: String,
    /// How many scenes, 1 to 12
    #[arg(long)]
    scenes: Option<u32>,
    /// How long, 6 to 60 seconds
    #[arg(long)]
    duration: Option<u32>,
    /// `16:9`, `9:16` or `1:1`
    #[arg(long)]
    aspect_ratio: Option<String>,
    /// `cut`, or one of FFmpeg's transitions
    #[arg(long)]
    transition: Option<String>,
    /// `music` or `none`
    #[arg(long)]
    audio: Option<String>,
    /// Deploy the local cloud by Terraform instead of SAM
    #[arg(long)]
    terraform: bool,
    /// The same seed and prompt make the same film
    #[arg(long)]
    seed: Option<u32>,
}

impl Options {
    /// The body of POST /api/v1/jobs: what is not said is left to the API.
    fn request(&self) -> Value {
        let mut request = json!({"prompt": self.prompt, "category": self.category});
        let optional = [
            ("scenes", self.scenes.map(Value::from)),
            ("durationSeconds", self.duration.map(Value::from)),
            ("aspectRatio", self.aspect_ratio.clone().map(Value::from)),
            ("transition", self.transition.clone().map(Value::from)),
            ("audio", self.audio.clone().map(Value::from)),
            ("seed", self.seed.map(Value::from)),
            ("review", self.review.then_some(Value::Bool(true))),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                request[name] = value;
            }
        }
        request
    }
}

/// The last line of `--json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    job_id: &'a str,
    status: &'a str,
    video: &'a Path,
    thumbnail: Option<&'a Path>,
    seconds: f64,
    scenes: u32,
}

/// The files of a film.
struct Film {
    video: PathBuf,
    thumbnail: Option<PathBuf>,
}

/// Makes a film, shows how it goes, saves it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let stack = cloud::up(workspace, &cloud::Options::by(options.terraform))?;
    if let Some(file) = &options.upload {
        return upload::run(
            workspace,
            &stack,
            file.as_deref(),
            &options.out,
            options.json,
        );
    }
    let api = wait(Api::of(&stack, Name::Demo))?;
    let began = Instant::now();
    let id = wait(api.create_job(&options.request()))?.job_id.to_string();
    say::note(&format!("Job {id}: \"{}\"", options.prompt));
    let (mut job, mut stages) = follow(&api, &id)?;
    if job.status == Status::AwaitingReview {
        review::review(workspace, &api, &id, &options.out)?;
        let (made, rest) = follow(&api, &id)?;
        job = made;
        stages.extend(rest);
    }
    let mut film = finished(&api, &id, &job, &options.out)?;
    let seconds = began.elapsed().as_secs_f64();
    report(&film, &stages, seconds);
    let asked = |job: &Job| match options.review {
        true => review::scene_to_redo(scene_count(job)),
        false => Ok(None),
    };
    let mut scene = match options.redo {
        Some(index) => Some(index),
        None => asked(&job)?,
    };
    while let Some(index) = scene {
        let began = Instant::now();
        let accepted = wait(api.redo_scene(&id, index))?;
        say::note(&format!(
            "{}: take {}",
            accepted.message, accepted.change.take
        ));
        let (made, stages) = follow(&api, &id)?;
        job = made;
        film = finished(&api, &id, &job, &options.out)?;
        report(&film, &stages, began.elapsed().as_secs_f64());
        scene = asked(&job)?;
    }
    if let Some(site) = &stack.site_url {
        say::note(&format!("On the site: {site}/films/{id}"));
    }
    if options.json {
        let summary = Summary {
            job_id: &id,
            status: job.status.as_str(),
            video: &film.video,
            thumbnail: film.thumbnail.as_deref(),
            seconds: (seconds * 10.0).round() / 10.0,
            scenes: scene_count(&job),
        };
        say::result(&serde_json::to_string(&summary)?);
    } else {
        say::result(&film.video.display().to_string());
    }
    Ok(())
}

/// Follows a job to its end, or until it waits for its owner; gives it with the time that
/// each of its stages took.
fn follow(api: &Api, id: &str) -> Result<(Job, Vec<(Stage, Duration)>)> {
    let mut progress = Progress::new();
    let mut stages = Vec::new();
    let mut stage = (None, Instant::now());
    let job = wait(api.watch_job(id, |job| {
        progress.show(job);
        if stage.0 != Some(job.stage) {
            let (before, since) = stage;
            stages.extend(before.map(|before| (before, since.elapsed())));
            stage = (Some(job.stage), Instant::now());
        }
    }))?;
    progress.finish();
    Ok((job, stages))
}

fn failure_of(job: &Job) -> String {
    match &job.error {
        None => "the job failed without a reason".to_owned(),
        Some(error) => format!(
            "the job failed while {}: {} ({})",
            error.stage.as_str(),
            error.message,
            error.code
        ),
    }
}

/// The files of the film, if it is one.
fn finished(api: &Api, id: &str, job: &Job, out: &Path) -> Result<Film> {
    match (job.status, &job.error) {
        (Status::Completed, None) => save(api, id, job, out),
        _ => bail!("{}", failure_of(job)),
    }
}

fn scene_count(job: &Job) -> u32 {
    let scenes = job.scenes.as_deref().map_or(0, <[_]>::len);
    u32::try_from(scenes).unwrap_or(u32::MAX)
}

/// The folder that films are saved in.
fn folder(out: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(out)
        .with_context(|| format!("cannot make the folder {}", out.display()))?;
    out.canonicalize()
        .with_context(|| format!("cannot use the folder {}", out.display()))
}

fn save(api: &Api, id: &str, job: &Job, out: &Path) -> Result<Film> {
    let folder = folder(out)?;
    let video = folder.join(format!("{id}.mp4"));
    let link = wait(api.film(id))?;
    http::download(&link.video_url, &video).context("the film could not be fetched")?;
    let thumbnail = match &job.thumbnail_url {
        None => None,
        Some(url) => {
            let picture = folder.join(format!("{id}.jpg"));
            http::download(url, &picture).context("the thumbnail could not be fetched")?;
            Some(picture)
        }
    };
    Ok(Film { video, thumbnail })
}

fn report(film: &Film, stages: &[(Stage, Duration)], seconds: f64) {
    say::note(&format!("The film is there: {}", film.video.display()));
    for (stage, time) in stages {
        let (stage, seconds) = (stage.as_str(), time.as_secs_f64());
        say::note(&format!("  {stage:<12}{seconds:>7.1} s"));
    }
    say::note(&format!("  {:<12}{seconds:>7.1} s", "in all"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn options(arguments: &[&str]) -> Options {
        use clap::Parser;
        Line::parse_from([&["demo"], arguments].concat()).options
    }

    #[test]
    fn what_is_not_said_is_left_to_the_api() {
        let request = options(&[]).request();
        assert_eq!(
            request,
            json!({"prompt": PROMPT, "category": "music-video"})
        );
    }

    #[test]
    fn what_is_said_is_asked_for() {
        let request = options(&[
            "A red kite over hills",
            "--scenes",
            "2",
            "--aspect-ratio",
            "1:1",
        ])
        .request();
        assert_eq!(request["scenes"], 2);
        assert_eq!(request["aspectRatio"], "1:1");
        assert_eq!(request["prompt"], "A red kite over hills");
    }

    #[test]
    fn an_upload_may_name_a_file_or_not() {
        let upload = |arguments: &[&str]| options(arguments).upload;
        assert_eq!(upload(&[]), None);
        assert_eq!(upload(&["--upload"]), Some(None));
        assert_eq!(upload(&["--upload", "--json"]), Some(None));
        let named = upload(&["--upload", "a.mov"]);
        assert_eq!(named, Some(Some(PathBuf::from("a.mov"))));
    }

    #[test]
    fn a_failed_job_tells_its_reason() {
        let error = json!({
            "code": "CONTENT_REFUSED", "message": "Flagged.", "stage": "generating",
            "retryable": false,
        });
        let error = serde_json::from_value(error).expect("an error");
        let job = Job {
            error: Some(error),
            ..crate::sample_job()
        };
        assert_eq!(
            failure_of(&job),
            "the job failed while generating: Flagged. (CONTENT_REFUSED)"
        );
    }
}
