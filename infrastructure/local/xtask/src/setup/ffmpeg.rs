//! FFmpeg: one static build, by version and checksum, for the layer and for local runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::elf;
use crate::command::{capture, command};
use crate::say;
use crate::setup::python;
use crate::workspace::Workspace;

/// The version and the checksums of the build.
const REQUIREMENTS: &str = "infrastructure/ffmpeg/requirements.txt";
/// Where template.yaml finds the layer; only `layer` writes there.
const LAYER: &str = "infrastructure/ffmpeg/layer";

/// The processors that a function can run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Architecture {
    /// Intel and AMD
    #[value(name = "x86_64")]
    X86,
    /// Graviton and Apple
    #[value(name = "arm64", alias = "aarch64")]
    Arm,
}

impl Architecture {
    /// This machine's.
    pub(crate) fn host() -> Result<Self> {
        match std::env::consts::ARCH {
            "x86_64" => Ok(Self::X86),
            "aarch64" => Ok(Self::Arm),
            other => bail!("there is no FFmpeg build for {other} processors"),
        }
    }

    /// Lambda's name of it.
    pub(crate) fn lambda_name(self) -> &'static str {
        match self {
            Self::X86 => "x86_64",
            Self::Arm => "arm64",
        }
    }

    fn platform(self) -> &'static str {
        match self {
            Self::X86 => "manylinux_2_28_x86_64",
            Self::Arm => "manylinux_2_28_aarch64",
        }
    }
}

/// The path of an FFmpeg for this machine; the layer is there as well.
pub(crate) fn install(workspace: &Workspace) -> Result<PathBuf> {
    let architecture = Architecture::host()?;
    let ffmpeg = fetched(workspace, architecture)?;
    elf::check(&ffmpeg, architecture)?;
    let local = workspace.local("ffmpeg/ffmpeg");
    let layer = workspace.staged(LAYER).join("bin/ffmpeg");
    for place in [&local, &layer] {
        link(&ffmpeg, place)?;
    }
    Ok(local)
}

/// Builds the layer for `architecture` in `out`.
pub(crate) fn layer(
    workspace: &Workspace,
    architecture: Option<Architecture>,
    out: Option<&Path>,
) -> Result<()> {
    let architecture = architecture.map_or_else(Architecture::host, Ok)?;
    let folder = out.map_or_else(|| workspace.path(LAYER), Path::to_path_buf);
    let ffmpeg = fetched(workspace, architecture)?;
    link(&ffmpeg, &folder.join("bin/ffmpeg"))?;
    say::result(&format!(
        "FFmpeg for {} lies in {}",
        architecture.lambda_name(),
        folder.display()
    ));
    Ok(())
}

/// The checked binary in `.local/downloads`, fetched if it is not there.
fn fetched(workspace: &Workspace, architecture: Architecture) -> Result<PathBuf> {
    let wanted = fs::read_to_string(workspace.path(REQUIREMENTS))
        .with_context(|| format!("cannot read {REQUIREMENTS}"))?;
    let folder = workspace.local_folder(&format!("downloads/{}", architecture.lambda_name()))?;
    let binary = folder.join("ffmpeg");
    let fetched = folder.join("fetched");
    if binary.is_file() && fs::read_to_string(&fetched).is_ok_and(|text| text == wanted) {
        return Ok(binary);
    }
    say::step("Fetching FFmpeg (68 MB)", || {
        fetch(workspace, architecture, &folder, &binary)?;
        fs::write(&fetched, &wanted)?;
        Ok(())
    })?;
    Ok(binary)
}

fn fetch(
    workspace: &Workspace,
    architecture: Architecture,
    folder: &Path,
    binary: &Path,
) -> Result<()> {
    let python = python::environment(workspace, python::CLOUD)?;
    // pip refuses a file whose checksum is not in the requirements file.
    let mut pip = python::python_command(workspace, &python);
    pip.args(["-m", "pip", "download", "--disable-pip-version-check", "-q"])
        .args(["--no-deps", "--require-hashes", "--only-binary=:all:"])
        .args(["--platform", architecture.platform(), "-r", REQUIREMENTS])
        .arg("-d")
        .arg(folder);
    capture(&mut pip).context("FFmpeg could not be fetched; is the network there?")?;
    let wheel = only_file(folder, |name| name.ends_with(".whl"))?;
    let unpacked = folder.join("unpacked");
    let mut unpack = command(&python, workspace.root());
    unpack
        .args(["-m", "zipfile", "-e"])
        .arg(&wheel)
        .arg(&unpacked);
    capture(&mut unpack).context("the FFmpeg package could not be unpacked")?;
    let program = only_file(&unpacked.join("imageio_ffmpeg/binaries"), |name| {
        name.starts_with("ffmpeg-linux-")
    })?;
    elf::check(&program, architecture)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    fs::rename(&program, binary)?;
    fs::remove_dir_all(&unpacked)?;
    fs::remove_file(&wheel)?;
    Ok(())
}

fn only_file(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<PathBuf> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if wanted(&entry.file_name().to_string_lossy()) {
            return Ok(entry.path());
        }
    }
    bail!("{} does not hold the expected file", folder.display())
}

/// Puts the same file at a second place, by a hard link where the file system allows it.
fn link(from: &Path, to: &Path) -> Result<()> {
    if is_same(from, to) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if to.exists() {
        fs::remove_file(to)?;
    }
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(())
}

fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other)) else {
        return false;
    };
    one.ino() == other.ino() || (one.len() == other.len() && one.mtime() <= other.mtime())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_what_its_origin_holds_and_follows_it() {
        let folder = std::env::temp_dir().join(format!("omnigen-link-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a scratch folder");
        let (one, other) = (folder.join("one"), folder.join("deep/other"));
        fs::write(&one, "first").expect("written");
        link(&one, &other).expect("linked");
        assert_eq!(fs::read_to_string(&other).expect("read"), "first");
        fs::remove_file(&one).expect("removed");
        fs::write(&one, "second one").expect("written");
        link(&one, &other).expect("linked again");
        assert_eq!(fs::read_to_string(&other).expect("read"), "second one");
        fs::remove_dir_all(&folder).expect("removed");
    }
}
