//! Which FFmpeg, and how many threads it may use.

use std::env;
use std::path::{Path, PathBuf};

/// Where the layer puts the binary (`infrastructure/ffmpeg/`).
const LAYER_PATH: &str = "/opt/bin/ffmpeg";

/// The FFmpeg that does the work. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ffmpeg {
    path: PathBuf,
    threads: Option<u32>,
}

impl Ffmpeg {
    /// FFmpeg at `path`; each run uses at most `threads` threads for a codec,
    /// or as many as FFmpeg thinks right.
    pub fn new(path: PathBuf, threads: Option<u32>) -> Self {
        Self { path, threads }
    }

    /// The configured FFmpeg, else the layer's, else the first one on `PATH`.
    ///
    /// Whether it exists shows when it is run.
    pub fn locate(configured: Option<PathBuf>) -> Self {
        let path = configured
            .or_else(|| Some(PathBuf::from(LAYER_PATH)).filter(|path| path.is_file()))
            .or_else(on_path)
            .unwrap_or_else(|| PathBuf::from("ffmpeg"));
        Self::new(path, None)
    }

    /// The binary.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The limit of threads, if there is one.
    pub fn threads(&self) -> Option<u32> {
        self.threads
    }
}

/// The child's environment is empty, so the search has to happen here.
fn on_path() -> Option<PathBuf> {
    let directories = env::var_os("PATH")?;
    env::split_paths(&directories)
        .map(|directory| directory.join("ffmpeg"))
        .find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configured_path_comes_first() {
        let ffmpeg = Ffmpeg::locate(Some(PathBuf::from("/somewhere/ffmpeg")));
        assert_eq!(ffmpeg.path(), Path::new("/somewhere/ffmpeg"));
        assert_eq!(ffmpeg.threads(), None);
    }
}
