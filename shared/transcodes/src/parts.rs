//! What a message with a part asks for: that part of a long transcode.

use domain::rendition::{Quality, Rendition};
use domain::transcode::{Transcode, TranscodePart, encoding_progress, finishing_progress};
use media::ladder::Segment;
use store::{MadePart, PartState, StoreError, unless_conflict};

use crate::coordination::{Parts, to_make};
use crate::error::RunError;
use crate::outputs::StoredStream;
use crate::plan::Plan;
use crate::progress::ProgressReporter;
use crate::run::{Done, TranscodeRun};
use crate::segments::Fetched;
use crate::worker::{RETRY_AFTER, RetryLater};

impl TranscodeRun<'_> {
    /// Makes a part and notes it; who made the last one hands on.
    pub(crate) async fn make_part(
        &self,
        part: TranscodePart,
        transcode: &Transcode,
        reporter: &ProgressReporter,
    ) -> Result<Done, RunError> {
        let Some(plan) = self.known_plan().await?.filter(Plan::is_wide) else {
            return self.drop_unplanned().await;
        };
        let plan = self.plan_of_part.get_or_init(|| plan);
        match self.make(part, transcode, plan, reporter).await? {
            None => return self.drop_unplanned().await,
            Some(Fetched::Here(made)) => self.note_part(part, &made).await?,
            Some(Fetched::Spoilt(spoilt)) => return self.make_again(transcode, spoilt).await,
        }
        self.follow_up(transcode, plan, part).await?;
        Ok(Done::Made)
    }

    async fn drop_unplanned(&self) -> Result<Done, RunError> {
        self.release(None).await?;
        Ok(Done::Unplanned)
    }

    /// `None` when the plan has no such part.
    async fn make(
        &self,
        part: TranscodePart,
        transcode: &Transcode,
        plan: &Plan,
        reporter: &ProgressReporter,
    ) -> Result<Option<Fetched<MadePart>>, RunError> {
        let made = match part {
            TranscodePart::Segment(index) => {
                let Some(segment) = segment(plan, index) else {
                    return Ok(None);
                };
                self.make_segment(transcode, plan, segment, reporter)
                    .await?
            }
            TranscodePart::Sound => self.make_sound_and_pictures(transcode, plan).await?,
            TranscodePart::Rendition(quality) | TranscodePart::Stream(quality) => {
                let Some(rendition) = rendition(plan, quality) else {
                    return Ok(None);
                };
                return self.make_of_pieces(part, plan, rendition).await.map(Some);
            }
        };
        Ok(Some(Fetched::Here(made)))
    }

    async fn note_part(&self, part: TranscodePart, made: &MadePart) -> Result<(), RunError> {
        self.let_go_of_the_lease();
        let (table, now) = (&self.worker.transcodes, self.now());
        let noted = table.put_part(self.id(), part, self.owner, made, now);
        Ok(noted.await?)
    }

    /// A part was made, now or before: the progress follows, and when nothing is left of
    /// its kind, a worker is asked to look what comes next.
    pub(crate) async fn follow_up(
        &self,
        transcode: &Transcode,
        plan: &Plan,
        part: TranscodePart,
    ) -> Result<(), RunError> {
        let parts = self.worker.transcodes.parts(self.id()).await?;
        self.tolerate_unwritten(self.raise_progress(plan, &parts).await);
        let to_make = to_make(plan, &parts);
        let is_last = match to_make.first() {
            Some(next) => next.is_joined() != part.is_joined(),
            None => true,
        };
        if is_last {
            self.hand_on(&transcode.user_id).await?;
        }
        Ok(())
    }

    /// The same for a message that comes once more: the worker that made the part may have
    /// died before the message was sent by which the work goes on.
    pub(crate) async fn follow_up_again(
        &self,
        transcode: &Transcode,
        part: TranscodePart,
    ) -> Result<(), RetryLater> {
        let planned = self.known_plan().await;
        let followed = match planned {
            Ok(Some(plan)) => self.follow_up(transcode, &plan, part).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        };
        followed.map_err(|error| RetryLater::new(error, RETRY_AFTER))
    }

    /// The spoilt parts are known no more, and a worker is asked to look what comes next.
    async fn make_again(
        &self,
        transcode: &Transcode,
        spoilt: Vec<(TranscodePart, MadePart)>,
    ) -> Result<Done, RunError> {
        for (part, noted) in spoilt {
            tracing::warn!(transcode = %self.id(), part = ?part, "not what was stored");
            let table = &self.worker.transcodes;
            unless_conflict(table.forget_part(self.id(), part, &noted).await)?;
        }
        self.release(None).await?;
        self.hand_on(&transcode.user_id).await?;
        Ok(Done::Spoilt)
    }

    async fn make_segment(
        &self,
        transcode: &Transcode,
        plan: &Plan,
        segment: &Segment,
        reporter: &ProgressReporter,
    ) -> Result<MadePart, RunError> {
        let at_hand = self.source_at_hand().await;
        if at_hand.is_none() {
            let scratch = media::scratch::directory()?;
            let encoding = self.encode_of_its_bytes(transcode, plan, segment, &scratch, reporter);
            if let Some(pieces) = encoding.await? {
                let stored = self.store_pieces(segment, &pieces).await?;
                return Ok(MadePart::Segment(stored));
            }
        }
        let source = match at_hand {
            Some(source) => source,
            None => self.source(transcode).await?,
        };
        let pieces = self.encode(&source, plan, segment, reporter).await?;
        let stored = self.store_pieces(segment, &pieces).await?;
        self.worker.kept_source.put(source).await;
        Ok(MadePart::Segment(stored))
    }

    async fn make_sound_and_pictures(
        &self,
        transcode: &Transcode,
        plan: &Plan,
    ) -> Result<MadePart, RunError> {
        let source = self.source(transcode).await?;
        let pictures = self.make_pictures(&source).await?;
        let sound = match self.make_sound(&source, plan).await? {
            Some(path) => Some(self.store_sound(&path).await?),
            None => None,
        };
        self.worker.kept_source.put(source).await;
        Ok(MadePart::Sound { sound, pictures })
    }

    /// A rendition's file, or its stream.
    async fn make_of_pieces(
        &self,
        part: TranscodePart,
        plan: &Plan,
        rendition: &Rendition,
    ) -> Result<Fetched<MadePart>, RunError> {
        // All pieces and what they become need the room.
        self.worker.kept_source.clear().await;
        let parts = self.worker.transcodes.parts(self.id()).await?;
        let scratch = media::scratch::directory()?;
        let directory = scratch.path();
        let sound = match self.fetch_sound(&parts, directory).await? {
            Fetched::Here(sound) => sound,
            Fetched::Spoilt(parts) => return Ok(Fetched::Spoilt(parts)),
        };
        let fetched = self.fetch_pieces(plan, rendition, &parts, directory);
        let pieces = match fetched.await? {
            Fetched::Here(pieces) => pieces,
            Fetched::Spoilt(parts) => return Ok(Fetched::Spoilt(parts)),
        };
        let sound = sound.as_deref();
        let joined = self
            .join(plan, rendition, &pieces, sound, directory)
            .await?;
        let TranscodePart::Stream(_) = part else {
            let file = self.store_file(&joined).await?;
            return Ok(Fetched::Here(MadePart::Rendition(file)));
        };
        let StoredStream { bytes, line, .. } = self.make_stream(&joined, directory).await?;
        Ok(Fetched::Here(MadePart::Stream { bytes, line }))
    }

    /// Writes how far the parts together are; a conflict when another has written more.
    pub(crate) async fn raise_progress(
        &self,
        plan: &Plan,
        parts: &Parts,
    ) -> Result<(), StoreError> {
        let (table, percent) = (&self.worker.transcodes, percent(plan, parts));
        table.progress(self.id(), None, percent, self.now()).await
    }
}

fn segment(plan: &Plan, index: u32) -> Option<&Segment> {
    plan.ladder.segments.get(usize::try_from(index).ok()?)
}

fn rendition(plan: &Plan, quality: Quality) -> Option<&Rendition> {
    let mut renditions = plan.ladder.renditions.iter();
    renditions.find(|one| one.quality == quality)
}

/// How far all parts together are: by frames, then by renditions and their streams.
fn percent(plan: &Plan, parts: &Parts) -> u32 {
    let frames = |(part, state): &(TranscodePart, PartState)| match part {
        TranscodePart::Segment(index) => {
            let all = segment(plan, *index).map_or(0, |segment| segment.frames);
            if state.made.is_some() {
                all
            } else {
                all * u64::from(state.encoded.min(100)) / 100
            }
        }
        _ => 0,
    };
    let joined = parts
        .iter()
        .filter(|(part, state)| part.is_joined() && state.made.is_some());
    let all = 2 * plan.ladder.renditions.len();
    let joined = joined.count() as f64 / all.max(1) as f64;
    if joined > 0.0 {
        return finishing_progress(joined);
    }
    let encoded: u64 = parts.iter().map(frames).sum();
    encoding_progress(encoded as f64 / plan.ladder.frames.max(1) as f64)
}
