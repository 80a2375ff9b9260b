//! One worker's time with one message: from the lease to its end.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use domain::delivery::TranscodeMessage;
use domain::ids::TranscodeId;
use domain::time::Time;
use domain::transcode::{Transcode, TranscodeError, TranscodeFault};
use edge::queue::Message;
use edge::step::Invocation;
use media::Session;
use store::{StoreError, unless_conflict};

use crate::error::RunError;
use crate::plan::Plan;
use crate::progress::ProgressReporter;
use crate::worker::{RETRY_AFTER, RetryLater, Worker};

/// One worker's time with a transcode, or with a part of one.
pub(crate) struct TranscodeRun<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) order: TranscodeMessage,
    pub(crate) message: &'a Message,
    /// Who holds the lease: the invocation.
    pub(crate) owner: &'a str,
    pub(crate) deadline: Instant,
    /// Whether the lease was given back, while there is still something to do.
    has_let_go: AtomicBool,
    /// The plan that a part is made by.
    pub(crate) plan_of_part: OnceLock<Plan>,
}

/// How a run ends well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// Everything is there.
    Completed,
    /// Messages ask for the parts that are not there.
    Spread,
    /// The part is there.
    Made,
    /// A part that it is made of is not what was stored, and is made again first.
    Spoilt,
    /// The plan knows no such part any more.
    Unplanned,
}

impl<'a> TranscodeRun<'a> {
    pub(crate) fn new(
        worker: &'a Worker,
        order: TranscodeMessage,
        message: &'a Message,
        run: &'a Invocation,
    ) -> Self {
        Self {
            worker,
            order,
            message,
            owner: &run.request_id,
            deadline: run.deadline,
            has_let_go: AtomicBool::new(false),
            plan_of_part: OnceLock::new(),
        }
    }

    /// From here on the lease is given back, which the heartbeat must not take for a loss.
    pub(crate) fn let_go_of_the_lease(&self) {
        self.has_let_go.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_let_go(&self) -> bool {
        self.has_let_go.load(Ordering::Relaxed)
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

    /// Works as long as the lease is ours. What is under way when it is lost is
    /// dropped, and FFmpeg with it.
    pub(crate) async fn hold(&self, transcode: Transcode) -> Result<(), RetryLater> {
        let (reporter, notices) = match self.order.part {
            None => ProgressReporter::of_the_whole(transcode.progress),
            Some(_) => ProgressReporter::of_a_part(),
        };
        let outcome = tokio::select! {
            outcome = self.work(&transcode, &reporter) => outcome,
            lost = self.keep_the_lease() => Err(lost),
            never = self.write_progress(notices) => match never {},
        };
        match outcome {
            Ok(done) => {
                tracing::info!(transcode = %self.id(), part = ?self.order.part, outcome = ?done, "run ended");
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
        match self.order.part {
            None => self.bring_on(transcode, reporter).await,
            Some(part) => self.make_part(part, transcode, reporter).await,
        }
    }

    /// Sends the message that asks a worker to look what comes next.
    pub(crate) async fn hand_on(&self, user_id: &str) -> Result<(), RunError> {
        let Some(next) = self.order.handed_on() else {
            let cause = format!("handed on {} times", self.order.handover);
            return Err(RunError::new(TranscodeFault::TooManyHandovers, cause));
        };
        self.worker.queue.send(user_id, &next.body()).await?;
        tracing::info!(transcode = %self.id(), handover = next.handover, "handed on");
        Ok(())
    }

    /// Gives out of its hands what it has, so that the next worker may take it at once.
    pub(crate) async fn release(&self, fault: Option<&TranscodeError>) -> Result<(), StoreError> {
        self.let_go_of_the_lease();
        let (table, id, owner) = (&self.worker.transcodes, self.id(), self.owner);
        match self.order.part {
            None => table.release(id, owner, fault, self.now()).await,
            Some(part) => table.release_part(id, part, owner, fault).await,
        }
    }

    /// The same for who has nothing more to do; it may not be ours any more.
    async fn release_if_held(&self, fault: Option<&TranscodeError>) -> Result<(), StoreError> {
        unless_conflict(self.release(fault).await).map(drop)
    }

    /// It is not ours any more: another worker's, cancelled, or ended by our own
    /// last write, whose answer was slower than the heartbeat.
    async fn let_go(&self) -> Result<(), RetryLater> {
        let state = self.worker.transcodes.get(self.id()).await?;
        match state.map(|state| state.transcode.status) {
            None => Ok(()),
            Some(status) if status.is_final() => {
                // Else the part would be held when the transcode is tried again.
                self.release_if_held(None).await?;
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
            // Who makes a part holds no lease of the whole.
            let owner = self.order.part.is_none().then_some(self.owner);
            let event = worker
                .transcodes
                .fail(&worker.counters, webhooks, transcode, owner, &error, now)
                .await?;
            worker.outbox.announce(&transcode.user_id, &event).await;
            metrics::counter!("TranscodesEnded", "Status" => "FAILED").increment(1);
            return Ok(self.release_if_held(None).await?);
        }
        self.release_if_held(Some(&error)).await?;
        let again_in = RETRY_AFTER * self.message.receives;
        Err(RetryLater::new(RunError::Fault { fault, cause }, again_in))
    }
}
