//! What a message without a part asks for: to begin a transcode, or to look what comes next.

use std::collections::HashSet;

use domain::rendition::Rendition;
use domain::transcode::{Transcode, TranscodeFault, TranscodePart, TranscodeStatus, parts_to_make};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{MadePart, PartState};

use crate::error::RunError;
use crate::outputs::{Outputs, StoredStream};
use crate::plan::Plan;
use crate::progress::ProgressReporter;
use crate::run::{Done, TranscodeRun};
use crate::segments::made;

/// So many messages are sent side by side.
const SENT_AT_ONCE: usize = 8;

/// The parts that were begun.
pub(crate) type Parts = [(TranscodePart, PartState)];

impl TranscodeRun<'_> {
    /// A short source is worked on to its end. Of a long one the parts are asked for that
    /// may be made now; when all are there it is completed.
    pub(crate) async fn bring_on(
        &self,
        transcode: &Transcode,
        reporter: &ProgressReporter,
    ) -> Result<Done, RunError> {
        let known = self.known_plan().await?;
        if let Some(plan) = known.as_ref().filter(|plan| plan.is_wide()) {
            return self.bring_on_widely(transcode, plan).await;
        }
        let at_hand = self.source_at_hand().await;
        if known.is_none()
            && at_hand.is_none()
            && let Some(plan) = self.plan_by_ends(transcode).await?
        {
            return self.bring_on_widely(transcode, &plan).await;
        }
        let source = match at_hand {
            Some(source) => source,
            None => self.source(transcode).await?,
        };
        let plan = self.keep(self.plan(transcode, &source.inspected)?).await?;
        if plan.is_wide() {
            self.worker.kept_source.put(source).await;
            return self.bring_on_widely(transcode, &plan).await;
        }
        self.begin_processing(transcode, &plan).await?;
        let outputs = self.make_alone(&source, &plan, reporter).await?;
        self.end_well(transcode, &plan, &outputs).await
    }

    /// The plan of a large source of several segments, kept, where its ends tell it.
    async fn plan_by_ends(&self, transcode: &Transcode) -> Result<Option<Plan>, RunError> {
        let Some(inspected) = self.inspect_ends(transcode).await? else {
            return Ok(None);
        };
        let plan = self.plan(transcode, &inspected)?;
        if !plan.is_wide() {
            return Ok(None);
        }
        tracing::info!(transcode = %self.id(), segments = plan.ladder.segments.len(), "planned by the source's ends");
        let plan = self.keep(plan).await?;
        Ok(plan.is_wide().then_some(plan))
    }

    async fn bring_on_widely(&self, transcode: &Transcode, plan: &Plan) -> Result<Done, RunError> {
        self.begin_processing(transcode, plan).await?;
        let parts = self.worker.transcodes.parts(self.id()).await?;
        let to_make = to_make(plan, &parts);
        if !to_make.is_empty() {
            return self.spread(transcode, to_make, &parts).await;
        }
        let outputs = self.collect_outputs(plan, &parts).await?;
        self.end_well(transcode, plan, &outputs).await
    }

    async fn begin_processing(&self, transcode: &Transcode, plan: &Plan) -> Result<(), RunError> {
        if transcode.status != TranscodeStatus::Downloading {
            return Ok(());
        }
        let (facts, skipped) = (&plan.facts, &plan.ladder.skipped);
        self.worker
            .transcodes
            .begin_processing(
                self.id(),
                self.owner,
                facts,
                skipped,
                &plan.warnings,
                self.now(),
            )
            .await?;
        tracing::info!(transcode = %self.id(), status = "PROCESSING", resolution = facts.resolution(), "probed");
        Ok(())
    }

    /// Asks for the parts that no worker holds. First the lease goes, so that it is free for
    /// who looks next; if a message cannot be sent then, the one at hand comes again.
    async fn spread(
        &self,
        transcode: &Transcode,
        mut to_make: Vec<TranscodePart>,
        parts: &Parts,
    ) -> Result<Done, RunError> {
        let now = self.now();
        to_make.retain(|wanted| {
            let mut parts = parts.iter();
            !parts.any(|(part, state)| part == wanted && state.is_held(now))
        });
        self.release(None).await?;
        let messages: Vec<String> = to_make
            .iter()
            .map(|part| self.order.of_part(*part).body())
            .collect();
        let sent = messages
            .iter()
            .map(|message| self.worker.queue.send(&transcode.user_id, message));
        stream::iter(sent)
            .buffered(SENT_AT_ONCE)
            .try_collect::<()>()
            .await?;
        tracing::info!(transcode = %self.id(), parts = to_make.len(), "parts asked for");
        Ok(Done::Spread)
    }

    /// What the parts have made.
    async fn collect_outputs(&self, plan: &Plan, parts: &Parts) -> Result<Outputs, RunError> {
        let mut outputs = Outputs::default();
        let missing = |part| {
            let cause = format!("{part:?} is not there");
            RunError::new(TranscodeFault::TranscodingFailed, cause)
        };
        let part = TranscodePart::Sound;
        let Some(MadePart::Sound { pictures, .. }) = made(parts, part) else {
            return Err(missing(part));
        };
        outputs.add_pictures(pictures.clone());
        for Rendition { quality, .. } in &plan.ladder.renditions {
            let part = TranscodePart::Rendition(*quality);
            let Some(MadePart::Rendition(file)) = made(parts, part) else {
                return Err(missing(part));
            };
            let part = TranscodePart::Stream(*quality);
            let Some(MadePart::Stream { bytes, line }) = made(parts, part) else {
                return Err(missing(part));
            };
            let stream = StoredStream {
                quality: *quality,
                bytes: *bytes,
                line: line.clone(),
            };
            outputs.add_rendition(file.clone(), stream);
        }
        self.store_master(&mut outputs).await?;
        Ok(outputs)
    }

    async fn end_well(
        &self,
        transcode: &Transcode,
        plan: &Plan,
        outputs: &Outputs,
    ) -> Result<Done, RunError> {
        self.complete(transcode, &plan.facts, outputs).await?;
        self.count(transcode, plan).await;
        let completed = TranscodeStatus::Completed;
        self.worker.remove_leftovers(self.id(), completed).await;
        Ok(Done::Completed)
    }
}

/// The parts that may be made now.
pub(crate) fn to_make(plan: &Plan, parts: &Parts) -> Vec<TranscodePart> {
    let made: HashSet<TranscodePart> = parts
        .iter()
        .filter(|(_, state)| state.made.is_some())
        .map(|(part, _)| *part)
        .collect();
    let renditions: Vec<_> = plan
        .ladder
        .renditions
        .iter()
        .map(|one| one.quality)
        .collect();
    let segments = u32::try_from(plan.ladder.segments.len()).unwrap_or(u32::MAX);
    parts_to_make(segments, &renditions, |part| made.contains(&part))
}
