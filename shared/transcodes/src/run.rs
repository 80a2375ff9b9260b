//! One worker's time with one transcode: from the lease to its end.

use std::time::{Duration, Instant};

use domain::delivery::{TranscodeMessage, WorkingTime};
use domain::ids::TranscodeId;
use domain::time::Time;
use domain::transcode::{Transcode, TranscodeFault, TranscodeStatus};
use edge::queue::Message;
use edge::step::Invocation;
use media::Session;
use media::ladder::LadderPlan;

use crate::error::RunError;
use crate::progress::ProgressReporter;
use crate::segments::Segments;
use crate::source::Source;
use crate::worker::{RETRY_AFTER, RetryLater, Worker};

/// One worker's time with one transcode.
pub(crate) struct TranscodeRun<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) order: TranscodeMessage,
    pub(crate) message: &'a Message,
    /// Who holds the lease: the invocation.
    pub(crate) owner: &'a str,
    pub(crate) started: Instant,
    pub(crate) deadline: Instant,
}

/// How a run ends well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// Everything is there.
    Completed,
    /// The next worker goes on.
    HandedOn,
}

impl<'a> TranscodeRun<'a> {
    pub(crate) fn new(
        worker: &'a Worker,
        order: TranscodeMessage,
        message: &'a Message,
        run: &'a Invocation,
        deadline: Instant,
    ) -> Self {
        Self {
            worker,
            order,
            message,
            owner: &run.request_id,
            started: run.started,
            deadline,
        }
    }

    pub(crate) fn id(&self) -> TranscodeId {
        self.order.transcode_id
    }

    pub(crate) fn now(&self) -> Time {
        self.worker.clock.now()
    }

    /// The worker's FFmpeg, until the run has to end.
    pub(crate) fn session(&self) -> Session {
        Session::new(&self.worker.ffmpeg, self.deadline)
    }

    pub(crate) fn time(&self, longest_segment: Option<Duration>) -> WorkingTime {
        WorkingTime {
            whole: self.deadline.saturating_duration_since(self.started),
            left: self.deadline.saturating_duration_since(Instant::now()),
            longest_segment,
        }
    }

    /// Works as long as the lease is ours. What is under way when it is lost is
    /// dropped, and FFmpeg with it.
    pub(crate) async fn hold(&self, transcode: Transcode) -> Result<(), RetryLater> {
        let (reporter, notices) = ProgressReporter::new(transcode.progress);
        let outcome = tokio::select! {
            outcome = self.work(&transcode, &reporter) => outcome,
            lost = self.keep_the_lease() => Err(lost),
            never = self.write_progress(notices) => match never {},
        };
        match outcome {
            Ok(done) => {
                tracing::info!(transcode = %self.id(), outcome = ?done, "run ended");
                Ok(())
            }
            Err(RunError::LeaseLost) => self.let_go().await,
            Err(RunError::Fault { fault, cause }) => self.fail(&transcode, fault, cause).await,
        }
    }

    async fn work(
        &self,
        transcode: &Transcode,
        reporter: &ProgressReporter,
    ) -> Result<Done, RunError> {
        let mut known = None;
        loop {
            let scratch = media::scratch::directory()?;
            let source = self.fetch_source(transcode, scratch.path()).await?;
            let plan = self.plan(transcode, &source).await?;
            let segments = match &mut known {
                Some(segments) => segments,
                None => {
                    self.begin_processing(transcode, &source, &plan).await?;
                    let stored = self.worker.transcodes.segments(self.id()).await?;
                    known.insert(Segments::stored(stored))
                }
            };
            let made = self.make_segments(&source, &plan, scratch.path(), reporter, segments);
            if !made.await? {
                return self.hand_on(&transcode.user_id).await;
            }
            let made = self.make_outputs(&source, &plan, segments, scratch.path(), reporter);
            if let Some(outputs) = made.await? {
                self.complete(transcode, &source, &outputs).await?;
                self.count(transcode, &source, &plan).await;
                let completed = TranscodeStatus::Completed;
                self.worker.remove_leftovers(self.id(), completed).await;
                return Ok(Done::Completed);
            }
            segments.begin_again();
        }
    }

    async fn begin_processing(
        &self,
        transcode: &Transcode,
        source: &Source,
        plan: &LadderPlan,
    ) -> Result<(), RunError> {
        if transcode.status != TranscodeStatus::Downloading {
            return Ok(());
        }
        let (facts, skipped) = (&source.facts, &plan.skipped);
        self.worker
            .transcodes
            .begin_processing(
                self.id(),
                self.owner,
                facts,
                skipped,
                &source.warnings(),
                self.now(),
            )
            .await?;
        tracing::info!(transcode = %self.id(), status = "PROCESSING", resolution = facts.resolution(), "probed");
        Ok(())
    }

    /// First the lease goes, so that the next worker finds it free; if the
    /// message cannot be sent then, the one at hand comes again. A transcode that
    /// was handed on too often fails.
    pub(crate) async fn hand_on(&self, user_id: &str) -> Result<Done, RunError> {
        let Some(next) = self.order.handed_on() else {
            let cause = format!("handed on {} times", self.order.handover);
            return Err(RunError::new(TranscodeFault::TooManyHandovers, cause));
        };
        self.worker
            .transcodes
            .release(self.id(), self.owner, None, self.now())
            .await?;
        self.worker.queue.send(user_id, &next.body()).await?;
        tracing::info!(transcode = %self.id(), handover = next.handover, "handed on");
        Ok(Done::HandedOn)
    }

    /// The transcode is not ours any more: somebody else's, cancelled, or ended by our own
    /// last write, whose answer was slower than the heartbeat.
    async fn let_go(&self) -> Result<(), RetryLater> {
        let state = self.worker.transcodes.get(self.id()).await?;
        match state.map(|state| state.transcode.status) {
            None => Ok(()),
            Some(status) if status.is_final() => {
                self.worker.remove_leftovers(self.id(), status).await;
                Ok(())
            }
            Some(_) => Err(RetryLater::new(RunError::LeaseLost, self.worker.lease)),
        }
    }

    /// What is wrong with the source is told at once (R72); what else went wrong
    /// may go well the next time (D32).
    async fn fail(
        &self,
        transcode: &Transcode,
        fault: TranscodeFault,
        cause: Box<dyn std::error::Error + Send + Sync>,
    ) -> Result<(), RetryLater> {
        let (id, worker) = (self.id(), self.worker);
        let error = fault.error();
        if fault.is_final() {
            tracing::warn!(transcode = %id, code = error.code, cause = cause.to_string(), "failed for good");
            let (webhooks, now) = (&worker.outbox.webhooks, self.now());
            let owner = Some(self.owner);
            let event = worker
                .transcodes
                .fail(&worker.counters, webhooks, transcode, owner, &error, now)
                .await?;
            worker.outbox.announce(&transcode.user_id, &event).await;
            metrics::counter!("TranscodesEnded", "Status" => "FAILED").increment(1);
            return Ok(());
        }
        worker
            .transcodes
            .release(id, self.owner, Some(&error), self.now())
            .await?;
        let again_in = RETRY_AFTER * self.message.receives;
        Err(RetryLater::new(RunError::Fault { fault, cause }, again_in))
    }
}
