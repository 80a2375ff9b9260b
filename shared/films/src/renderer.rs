//! FFmpeg's part: bringing scenes to the film's format, and composing the film.

use std::path::{Path, PathBuf};
use std::time::Duration;

use config::Bootstrap;
use domain::failure::{Failure, StepError};
use domain::job::{Job, JobId, JobRun, SceneStatus, Soundtrack};
use domain::keys;
use domain::prices::{self, CostKind, LedgerEntry, lambda_nano_usd};
use domain::storyboard::Storyboard;
use domain::time::Clock;
use edge::step::Invocation;
use media::preview::ScenePart;
use media::{Earlier, Ffmpeg, FilmPlan, SceneFiles, Session, Sources};
use store::{JobsTable, Objects};
use tokio::sync::watch;

mod animatic;
mod preview;
mod scenes;

use crate::ask::ignore_conflict;
use crate::errors::{disk_error, media_error};
use crate::generation::storyboard_in_work;

/// Progress is written when it has grown by so many percent.
const PROGRESS_STEP: u32 = 4;
/// How often a step of minutes looks whether its job is still worked on.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);
const WITHOUT_MUSIC: &str = "The music could not be made; the film carries its scenes' own sound.";

/// The steps that need FFmpeg and nothing of the provider.
#[derive(Debug)]
pub struct FilmRenderer {
    jobs: JobsTable,
    objects: Objects,
    ffmpeg: Ffmpeg,
    clock: Clock,
}

impl FilmRenderer {
    /// Wires the steps up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            jobs: JobsTable::connect(bootstrap),
            objects: Objects::connect_for_files(bootstrap),
            ffmpeg: Ffmpeg::locate(bootstrap.environment().ffmpeg_path()),
            clock: bootstrap.clock(),
        }
    }

    async fn running_job(&self, run: JobRun) -> Result<(Job, Storyboard), StepError> {
        let job = self
            .jobs
            .get(run.job_id)
            .await?
            .filter(|job| job.is_worked_on_by(run));
        let job = job.ok_or(Failure::JobClosed)?;
        let storyboard = storyboard_in_work(&job)?;
        Ok((job, storyboard))
    }

    /// Does the work unless its job stops being worked on by the run, as when its owner
    /// cancels it: then the work is dropped, and its FFmpeg is killed with it.
    async fn while_running<T>(
        &self,
        run: JobRun,
        work: impl Future<Output = Result<T, StepError>>,
    ) -> Result<T, StepError> {
        tokio::select! {
            done = work => done,
            () = self.closed(run) => Err(Failure::JobClosed.into()),
        }
    }

    /// Returns when the run works on the job no longer.
    async fn closed(&self, run: JobRun) {
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            match self.jobs.get(run.job_id).await {
                Ok(Some(job)) if job.is_worked_on_by(run) => {}
                Ok(_) => return,
                Err(error) => tracing::warn!(job = %run.job_id, error = %error, "not looked at"),
            }
        }
    }

    /// Brings one scene to the film's format, unless it is there: of a job that goes on,
    /// or because the answer of an earlier call was lost.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
    pub async fn prepare(
        &self,
        run: JobRun,
        index: u32,
        invocation: &Invocation,
    ) -> Result<(), StepError> {
        let (job, storyboard) = self.running_job(run).await?;
        let work = self.prepare_scene(&job, &storyboard, index, invocation);
        self.while_running(run, work).await
    }

    async fn prepare_scene(
        &self,
        job: &Job,
        storyboard: &Storyboard,
        index: u32,
        invocation: &Invocation,
    ) -> Result<(), StepError> {
        let id = job.job_id;
        let scene = storyboard.scene(index).ok_or_else(|| {
            StepError::new(Failure::Internal, format!("there is no scene {index}"))
        })?;
        // A take is prepared in one way only.
        let prepared = keys::prepared_scene(id, index, scene.take);
        if self.objects.exists(&prepared).await? {
            return self.scene_is_prepared(id, index).await;
        }
        let directory = media::scratch::directory().map_err(disk_error)?;
        let input = directory.path().join("clip.mp4");
        let files = SceneFiles::in_directory(directory.path(), index);

        self.objects
            .download(&keys::scene(id, index, scene.take), &input)
            .await?;
        let spec = scenes::scene_spec(job, scene);
        let session = Session::new(&self.ffmpeg, invocation.deadline);
        let part = ScenePart {
            first_frame: storyboard.preview_start(index),
            directory: directory.path(),
        };
        media::prepare_scene(&session, &input, &spec, Some(&part), &files, |_| {})
            .await
            .map_err(media_error)?;
        self.show_take(id, scene, &part, &session).await;
        self.store_scene(id, scene, &files).await?;

        self.scene_is_prepared(id, index).await?;
        let expected = scene.timing.seconds() * prices::PREPARING;
        let step = format!("prepare-{index:03}");
        self.book(id, "scene-preparer", step, expected, invocation)
            .await
    }

    async fn scene_is_prepared(&self, id: JobId, index: u32) -> Result<(), StepError> {
        let (to, now) = (SceneStatus::Complete, self.clock.now());
        ignore_conflict(self.jobs.advance_scene(id, index, to, now).await)
    }

    /// Composes the film and puts it into the bucket. The job is finished by the
    /// next step; until then the file is not shown, and a film that is there is served.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
    pub async fn compose(&self, run: JobRun, invocation: &Invocation) -> Result<(), StepError> {
        let (job, storyboard) = self.running_job(run).await?;
        let work = self.compose_film(&job, &storyboard, invocation);
        self.while_running(run, work).await
    }

    async fn compose_film(
        &self,
        job: &Job,
        storyboard: &Storyboard,
        invocation: &Invocation,
    ) -> Result<(), StepError> {
        let id = job.job_id;
        self.jobs.begin_composing(id, self.clock.now()).await?;
        let directory = media::scratch::directory().map_err(disk_error)?;

        let there = job.storyboard.as_ref().filter(|_| job.film().is_some());
        let same = there.map_or_else(Vec::new, |there| there.same_transitions(storyboard));
        let plan = film_plan(job, storyboard);
        let session = Session::new(&self.ffmpeg, invocation.deadline);
        let needs_borders = plan.needs_borders(&same);
        let prepared = self
            .fetch_scenes(job, storyboard, &needs_borders, &session, directory.path())
            .await?;
        let music = self.fetch_music(job, storyboard, directory.path()).await?;
        let earlier = self.fetch_earlier(job, &same, directory.path()).await?;
        let sources = Sources {
            scenes: &prepared,
            music: music.as_deref(),
            earlier: earlier.as_deref().map(|film| Earlier { film, same: &same }),
        };
        let film = self
            .with_progress(id, |progress| {
                media::compose(&session, &plan, sources, directory.path(), progress)
            })
            .await
            .map_err(media_error)?;
        tracing::info!(job = %id, loudness = film.loudness, true_peak = film.true_peak, "film composed");

        let new = job.new_film();
        self.objects
            .upload(&new.thumbnail_key, &film.thumbnail, "image/jpeg")
            .await?;
        self.objects
            .upload(&new.video_key, &film.video, "video/mp4")
            .await?;
        self.jobs.set_film(job, &new).await?;
        let expected = f64::from(job.request.duration_seconds) * prices::COMPOSING;
        self.book(id, "composer", "compose".to_owned(), expected, invocation)
            .await?;
        // Last: a step that is tried again would have to make them again.
        self.drop_borders(id, storyboard).await;
        Ok(())
    }

    /// The music, if there is any. Without it the film is less than was asked
    /// for, and the job says so (D17).
    async fn fetch_music(
        &self,
        job: &Job,
        storyboard: &Storyboard,
        directory: &Path,
    ) -> Result<Option<PathBuf>, StepError> {
        match job.soundtrack_in_work() {
            Soundtrack::None | Soundtrack::Failed => Ok(None),
            Soundtrack::Pending => {
                let noted = self
                    .jobs
                    .set_soundtrack(job.job_id, Soundtrack::Failed, Some(WITHOUT_MUSIC))
                    .await;
                match noted {
                    // It came just now: another try of the step has it.
                    Err(error) if error.is_conflict() => Err(Failure::StoreUnavailable.into()),
                    noted => Ok(noted.map(|()| None)?),
                }
            }
            Soundtrack::Ready => {
                let file = directory.join("music");
                let key = keys::soundtrack(job.job_id, storyboard.music.take);
                self.objects.download(&key, &file).await?;
                Ok(Some(file))
            }
        }
    }

    /// The film that is there, if it has transitions that are not to be encoded again.
    async fn fetch_earlier(
        &self,
        job: &Job,
        same: &[bool],
        directory: &Path,
    ) -> Result<Option<PathBuf>, StepError> {
        let Some(key) = job.film().filter(|_| same.contains(&true)) else {
            return Ok(None);
        };
        let file = directory.join("earlier.mp4");
        self.objects.download(key, &file).await?;
        Ok(Some(file))
    }

    /// Runs the work and writes its progress to the job as it grows. The work
    /// never waits for the table: only the latest value is written.
    async fn with_progress<T, Work, Answer>(&self, id: JobId, work: Work) -> T
    where
        Work: FnOnce(Box<dyn Fn(f32) + Send + Sync>) -> Answer,
        Answer: Future<Output = T>,
    {
        let (sender, mut receiver) = watch::channel(0_u32);
        let work = work(Box::new(move |part| {
            let percent = (part.clamp(0.0, 1.0) * 100.0) as u32;
            sender.send_if_modified(|last| {
                let grown = percent >= *last + PROGRESS_STEP;
                if grown {
                    *last = percent;
                }
                grown
            });
        }));
        // Ends when the work is done and its sender is gone.
        let writing = async {
            while receiver.changed().await.is_ok() {
                let percent = *receiver.borrow_and_update();
                self.write_progress(id, percent).await;
            }
        };
        tokio::join!(work, writing).0
    }

    /// Progress that cannot be written is no reason to stop; a run after a kill
    /// is behind what is written already, which is a conflict.
    async fn write_progress(&self, id: JobId, percent: u32) {
        match self
            .jobs
            .compose_percent(id, percent, self.clock.now())
            .await
        {
            Err(error) if !error.is_conflict() => {
                tracing::warn!(job = %id, error = %error, "progress could not be written");
            }
            _ => {}
        }
    }

    /// Writes what a run cost, beside what it was expected to take.
    async fn book(
        &self,
        id: JobId,
        function: &str,
        step: String,
        expected_seconds: f64,
        run: &Invocation,
    ) -> Result<(), StepError> {
        let price =
            |seconds| lambda_nano_usd(seconds, run.memory_mb, cfg!(target_arch = "aarch64"));
        let seconds = run.started.elapsed().as_secs_f64();
        let entry = LedgerEntry {
            step: format!("{step}#{}", run.request_id),
            kind: CostKind::Compute,
            item: function.to_owned(),
            predicted_nano_usd: price(expected_seconds),
            actual_nano_usd: Some(price(seconds)),
            seconds: Some(seconds),
        };
        Ok(self.jobs.put_ledger(id, &entry).await?)
    }
}

fn film_plan(job: &Job, storyboard: &Storyboard) -> FilmPlan {
    let between = storyboard.scenes.len().saturating_sub(1);
    FilmPlan {
        size: job.request.aspect_ratio.size(),
        timings: storyboard.scenes.iter().map(|scene| scene.timing).collect(),
        transitions: storyboard
            .scenes
            .iter()
            .take(between)
            .map(|scene| scene.transition)
            .collect(),
        preset: job.preset,
    }
}
