//! The functions' programs, built for this machine and laid where the local deploy looks.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::elf;
use super::ffmpeg::Architecture;
use crate::command::command;
use crate::say;
use crate::workspace::Workspace;

/// The look-alike of the model provider, a package of its own.
pub(crate) const REPLICATE_SERVER: &str = "replicate-server";

/// How programs are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quickly.
    Dev,
    /// As for AWS.
    Release,
}

/// Programs by their names.
pub(crate) type Programs = BTreeMap<String, PathBuf>;

/// Builds some packages' targets.
pub(crate) fn build(
    workspace: &Workspace,
    packages: &[String],
    targets: &[&str],
    profile: Profile,
) -> Result<Programs> {
    let mut arguments = targets.to_vec();
    if profile == Profile::Release {
        arguments.push("--release");
    }
    for package in packages {
        arguments.extend(["--package", package]);
    }
    build_by(workspace, &arguments)
}

/// Builds everything that the local cloud runs.
pub(crate) fn build_cloud(workspace: &Workspace, profile: Profile) -> Result<Programs> {
    let mut packages = workspace.functions()?;
    packages.push(REPLICATE_SERVER.to_owned());
    say::step("Building the functions", || {
        build(workspace, &packages, &[], profile)
    })
}

/// Builds the same beside every test: in one run, so that what they share is compiled once.
pub(crate) fn build_with_tests(workspace: &Workspace) -> Result<Programs> {
    say::step("Building functions and tests", || {
        build_by(workspace, &["--workspace", "--bins", "--tests"])
    })
}

fn build_by(workspace: &Workspace, arguments: &[&str]) -> Result<Programs> {
    let output = command("cargo", workspace.root())
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("the build failed ({})", output.status);
    }
    Ok(programs(&String::from_utf8_lossy(&output.stdout)))
}

/// The programs that cargo's messages name, without those that are tests.
fn programs(messages: &str) -> Programs {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["profile"]["test"] != true)
        .filter_map(|message| {
            let program = message["executable"].as_str()?;
            let name = message["target"]["name"].as_str()?;
            Some((name.to_owned(), PathBuf::from(program)))
        })
        .collect()
}

/// Lays the functions where the local deploy looks; gives the look-alike's program.
pub(crate) fn stage(workspace: &Workspace, programs: &Programs) -> Result<PathBuf> {
    for function in workspace.functions()? {
        let program = program_of(programs, &function)?;
        stage_one(program, &bootstrap(workspace, &function))?;
    }
    program_of(programs, REPLICATE_SERVER).map(Path::to_path_buf)
}

/// Where the program of a function lies for the local deploy.
pub(crate) fn bootstrap(workspace: &Workspace, function: &str) -> PathBuf {
    workspace.staged(&format!("target/lambda/{function}/bootstrap"))
}

fn program_of<'a>(built: &'a Programs, name: &str) -> Result<&'a Path> {
    let program = built
        .get(name)
        .with_context(|| format!("the package {name} has no program of its name"))?;
    Ok(program)
}

/// Lays a stripped copy at `bootstrap`, unless the one there was made of this very program.
pub(crate) fn stage_one(program: &Path, bootstrap: &Path) -> Result<()> {
    elf::check(program, Architecture::host()?)?;
    let folder = bootstrap.parent().context("a bootstrap lies in a folder")?;
    let staged = folder.with_extension("staged");
    let origin = fingerprint(program)?;
    if bootstrap.is_file() && fs::read_to_string(&staged).is_ok_and(|text| text == origin) {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    // Beside the folder, not in it: everything in the folder goes into the archive.
    let unfinished = folder.with_extension("part");
    fs::copy(program, &unfinished)?;
    strip(&unfinished);
    fs::rename(&unfinished, bootstrap)?;
    fs::write(&staged, origin)?;
    Ok(())
}

/// What tells one state of a file from another without reading it.
pub(crate) fn fingerprint(file: &Path) -> Result<String> {
    let data = fs::metadata(file).with_context(|| format!("{} is missing", file.display()))?;
    Ok(format!(
        "{} {} {}.{}",
        file.display(),
        data.len(),
        data.mtime(),
        data.mtime_nsec()
    ))
}

/// Symbols only make archives large; a machine without `strip` does without.
fn strip(program: &Path) {
    let stripped = std::process::Command::new("strip").arg(program).output();
    if !stripped.is_ok_and(|output| output.status.success()) {
        say::note("  (strip is not installed: the archives will be larger)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_read_from_cargos_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"health"},"executable":"/t/health"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"domain"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"health"},"profile":{"test":true},"executable":"/t/test"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        let found = programs(messages);
        assert_eq!(found.len(), 1);
        assert_eq!(found["health"], PathBuf::from("/t/health"));
    }
}
