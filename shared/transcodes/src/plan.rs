//! What every worker of a transcode works by: the plan of its first one, kept in the table.

use domain::ids::TranscodeId;
use domain::transcode::{Transcode, TranscodeWarning};
use domain::video::Facts;
use media::SegmentBytes;
use media::ladder::LadderPlan;
use serde::{Deserialize, Serialize};
use store::{StoreError, TranscodesTable};

use crate::error::RunError;
use crate::kept_source::Inspected;
use crate::run::TranscodeRun;

/// What is made of a source, and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Plan {
    pub(crate) ladder: LadderPlan,
    pub(crate) facts: Facts,
    /// What the outputs will lack.
    pub(crate) warnings: Vec<TranscodeWarning>,
    /// Which bytes of the source its segments need, if that can be told.
    #[serde(default)]
    pub(crate) bytes: Option<SegmentBytes>,
}

impl Plan {
    /// The plan that is kept of a transcode, if there is one that can be read.
    pub(crate) async fn kept(
        table: &TranscodesTable,
        id: TranscodeId,
    ) -> Result<Option<Self>, StoreError> {
        let text = table.kept_plan(id).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Whether its parts are made by as many workers as there are.
    pub(crate) fn is_wide(&self) -> bool {
        self.ladder.segments.len() > 1
    }
}

impl TranscodeRun<'_> {
    /// [`Plan::kept`] of this transcode.
    pub(crate) async fn known_plan(&self) -> Result<Option<Plan>, StoreError> {
        Plan::kept(&self.worker.transcodes, self.id()).await
    }

    /// The plan of a source.
    pub(crate) fn plan(&self, transcode: &Transcode, source: &Inspected) -> Result<Plan, RunError> {
        let formats = &transcode.output_formats;
        let ladder = LadderPlan::new(&source.probe, formats, self.worker.segment_seconds)?;
        Ok(Plan {
            bytes: source.bytes(&ladder),
            ladder,
            facts: source.facts.clone(),
            warnings: source.warnings(),
        })
    }

    /// Keeps a plan; gives the one that is kept, if another worker was faster.
    pub(crate) async fn keep(&self, plan: Plan) -> Result<Plan, RunError> {
        let text = serde_json::to_string(&plan).map_err(std::io::Error::other)?;
        let table = &self.worker.transcodes;
        let kept = table.keep_plan(self.id(), &text).await?;
        if let Ok(kept) = serde_json::from_str(&kept) {
            return Ok(kept);
        }
        // An older release wrote it in another form: its segments may not fit.
        tracing::warn!(transcode = %self.id(), "the plan is unreadable and made anew");
        table.forget_work(self.id()).await?;
        table.keep_plan(self.id(), &text).await?;
        Ok(plan)
    }
}
