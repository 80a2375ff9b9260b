//! What is made of the pieces of a rendition.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use domain::rendition::Rendition;
use media::ladder::{LadderPlan, Piece, assemble};
use media::{Session, hls};

/// A rendition's file or its stream, or both by one worker.
pub(crate) struct Joined {
    /// The rendition's place in the plan.
    index: usize,
    rendition: Rendition,
    is_file: bool,
    is_stream: bool,
}

impl Joined {
    /// What a transcode makes: of one piece both at once, of parts each by itself.
    pub(crate) fn of(plan: &LadderPlan) -> Vec<Self> {
        let kinds: &[(bool, bool)] = match plan.segments.len() {
            0 | 1 => &[(true, true)],
            _ => &[(true, false), (false, true)],
        };
        let renditions = plan.renditions.iter().enumerate();
        renditions
            .flat_map(|(index, rendition)| {
                kinds.iter().map(move |(is_file, is_stream)| Self {
                    index,
                    rendition: *rendition,
                    is_file: *is_file,
                    is_stream: *is_stream,
                })
            })
            .collect()
    }

    /// Makes it; the file, if it is one.
    pub(crate) async fn make(
        &self,
        session: &Session,
        plan: &LadderPlan,
        made: &[Vec<Piece>],
        sound: Option<&Path>,
        directory: &Path,
    ) -> Result<Option<PathBuf>> {
        let directory = directory.join(if self.is_file { "file" } else { "stream" });
        fs::create_dir_all(&directory)?;
        let pieces = made.iter().map(|pieces| pieces[self.index].path.clone());
        let pieces: Vec<PathBuf> = pieces.collect();
        let joining = assemble(session, plan, &self.rendition, &pieces, sound, &directory);
        let joined = joining.await?;
        if self.is_stream {
            hls::package_one(session, &joined, &directory).await?;
        }
        Ok(self.is_file.then_some(joined.path))
    }
}
