//! Where things are: the repository, and the folder `.local/` beside its sources.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The repository on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The repository that this program was built from.
    pub(crate) fn locate() -> Self {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package
            .ancestors()
            .nth(3)
            .map_or_else(|| package.clone(), Path::to_path_buf);
        Self { root }
    }

    /// A path of the repository.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The repository itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path below `.local/`, where everything lies that set-up makes.
    pub(crate) fn local(&self, relative: &str) -> PathBuf {
        self.root.join(".local").join(relative)
    }

    /// A folder below `.local/`, made if it is missing.
    pub(crate) fn local_folder(&self, relative: &str) -> Result<PathBuf> {
        let folder = self.local(relative);
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        Ok(folder)
    }

    /// Where the local deploy finds what the template calls `artifact`. It mirrors the
    /// repository, so that nothing built for this machine lies where `sam deploy` takes it.
    pub(crate) fn staged(&self, artifact: &str) -> PathBuf {
        self.local("staged").join(artifact)
    }

    /// The names of the functions: the folders of `functions/`.
    pub(crate) fn functions(&self) -> Result<Vec<String>> {
        let folder = self.path("functions");
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&folder).context("cannot read functions/")? {
            let entry = entry?;
            if entry.path().join("Cargo.toml").is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

/// The files of a folder and of those below it, in order, but for what is `skipped`.
pub(crate) fn files_below(folder: &Path, skipped: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if skipped.iter().any(|name| path.ends_with(name)) {
                continue;
            }
            match path.is_dir() {
                true => open.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}
