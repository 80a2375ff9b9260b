//! Terraform beside the template: its form, its table of functions, its tests, and whether it
//! makes what the template makes. Without an account, without the local cloud.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::command::{capture, run};
use crate::setup::python;
use crate::setup::terraform::{Terraform, lay_out};
use crate::workspace::Workspace;

/// Where the copies lie that Terraform works in.
const PLACE: &str = "checks/terraform";
const CONFIGURATION: &str = "infrastructure/terraform";
/// Without the place where the state is kept: nothing is applied.
const NO_BACKEND: &str = "-backend=false";

/// What people write is formatted as Terraform formats it.
pub(super) fn formats(workspace: &Workspace) -> Result<()> {
    let mut format = Terraform::installed(workspace)?.command(workspace.root());
    run(format.args(["fmt", "-check", "-recursive", "-diff", "infrastructure"]))
}

/// `functions.json` is what the template says today.
pub(super) fn table(workspace: &Workspace) -> Result<()> {
    let python = python::environment(workspace, python::CLOUD)?;
    let mut export = python::python_command(workspace, &python);
    export.args(["infrastructure/local/checks/export_functions.py", "--check"]);
    capture(&mut export).map(drop)
}

/// Both configurations are valid, and their own tests hold.
pub(super) fn configuration(workspace: &Workspace) -> Result<()> {
    let terraform = Terraform::installed(workspace)?;
    let root = lay_out(workspace, PLACE)?;
    lay_programs(workspace, &root)?;
    for folder in [CONFIGURATION, "infrastructure/github-oidc"] {
        let folder = root.join(folder);
        terraform.init(&folder, &[NO_BACKEND.to_owned()])?;
        capture(terraform.command(&folder).args(["validate", "-no-color"]))?;
    }
    let mut test = terraform.command(&root.join(CONFIGURATION));
    capture(test.args(["test", "-no-color"])).map(drop)
}

/// What Terraform would make, in its tests with answers that are made up, is held against the
/// translated template. See `infrastructure/local/checks/parity`.
pub(super) fn parity(workspace: &Workspace) -> Result<()> {
    let terraform = Terraform::installed(workspace)?;
    let root = lay_out(workspace, PLACE)?;
    lay_programs(workspace, &root)?;
    let folder = root.join(CONFIGURATION);
    terraform.init(&folder, &[NO_BACKEND.to_owned()])?;
    let addresses = root.join("addresses.json");
    write_test(workspace, &folder, "addresses", &[])?;
    test(&terraform, &folder, "addresses", &addresses)?;
    let plans = root.join("plans.json");
    write_test(workspace, &folder, "plans", &[&addresses])?;
    test(&terraform, &folder, "plans", &plans)?;
    let python = python::environment(workspace, python::CLOUD)?;
    let mut compare = python::python_command(workspace, &python);
    run(compare
        .arg("infrastructure/local/checks/parity")
        .arg(&plans))
}

/// An archive for each function, and for the layer: empty, as none is opened.
fn lay_programs(workspace: &Workspace, root: &Path) -> Result<()> {
    let programs = root.join("target/lambda");
    for function in workspace.functions()? {
        let folder = programs.join(function);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("bootstrap.zip"), "")?;
    }
    fs::write(programs.join("ffmpeg-layer.zip"), "")?;
    Ok(())
}

fn write_test(workspace: &Workspace, folder: &Path, name: &str, files: &[&Path]) -> Result<()> {
    let python = python::environment(workspace, python::CLOUD)?;
    let mut mocks = python::python_command(workspace, &python);
    mocks
        .arg("infrastructure/local/checks/parity/mocks.py")
        .arg(name)
        .args(files);
    let text = capture(&mut mocks)?;
    fs::write(folder.join(format!("tests/{name}.tftest.hcl")), text)?;
    Ok(())
}

/// Runs one test; what it plans goes into a file, and its complaints into the error.
fn test(terraform: &Terraform, folder: &Path, name: &str, output: &Path) -> Result<()> {
    let mut command = terraform.command(folder);
    command
        .args(["test", "-json", "-verbose"])
        .arg(format!("-filter=tests/{name}.tftest.hcl"))
        .stdin(Stdio::null())
        .stdout(File::create(output)?);
    let status = command.status().context("cannot start terraform")?;
    let text = fs::read_to_string(output)?;
    let lines = text.lines();
    let errors: Vec<&str> = lines.filter(|line| line.contains("\"error\"")).collect();
    ensure!(
        status.success(),
        "terraform test failed ({status}):\n{}",
        errors.join("\n")
    );
    Ok(())
}
