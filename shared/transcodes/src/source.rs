//! The source: fetched, looked at, and what is to be made of it.

use std::path::{Path, PathBuf};

use domain::transcode::{Transcode, TranscodeWarning};
use domain::video::Facts;
use media::Probe;
use media::ladder::LadderPlan;

use crate::error::RunError;
use crate::run::TranscodeRun;

/// The file that everything is made from.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) probe: Probe,
    pub(crate) facts: Facts,
}

impl Source {
    /// What its outputs will lack.
    pub(crate) fn warnings(&self) -> Vec<TranscodeWarning> {
        let warning = self.probe.has_unreadable_sound;
        warning
            .then(TranscodeWarning::sound_unreadable)
            .into_iter()
            .collect()
    }
}

impl TranscodeRun<'_> {
    /// Fetches the source and looks at it (R107).
    pub(crate) async fn fetch_source(
        &self,
        transcode: &Transcode,
        directory: &Path,
    ) -> Result<Source, RunError> {
        // The key's own ending could be anything; FFmpeg does not go by it.
        let path = directory.join("input");
        let (objects, key) = (&self.worker.objects, &transcode.input_source);
        let etag = transcode.source_etag.as_deref();
        let fetched = objects.download_unchanged(key, etag, &path).await;
        fetched.map_err(RunError::fetching)?;
        let file_size = tokio::fs::metadata(&path).await?.len();
        let opened = media::source::open(&self.session(), &path, directory).await?;
        if opened.path != path {
            tokio::fs::remove_file(&path).await?;
        }
        let facts = opened.probe.facts(file_size)?;
        Ok(Source {
            path: opened.path,
            probe: opened.probe,
            facts,
        })
    }

    /// The plan that every worker of this transcode works by.
    pub(crate) async fn plan(
        &self,
        transcode: &Transcode,
        source: &Source,
    ) -> Result<LadderPlan, RunError> {
        let formats = &transcode.output_formats;
        let plan = LadderPlan::new(&source.probe, formats, self.worker.segment_seconds)?;
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
