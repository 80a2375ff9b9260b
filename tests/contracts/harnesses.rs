//! Which functions have tests of their own. One that has none says so in its manifest: no
//! program is built then to run none of them, which half a hundred times is minutes.

use anyhow::{Context, Result, ensure};
use toml::{Table, Value};

use crate::sources;

/// Whether cargo builds a test program of the function.
fn is_tested(manifest: &str) -> Result<bool> {
    let manifest: Table = manifest.parse().context("no manifest")?;
    let programs = manifest.get("bin").and_then(Value::as_array);
    let program = programs.and_then(|programs| programs.first());
    let test = program.and_then(|program| program.get("test"));
    Ok(test.and_then(Value::as_bool).unwrap_or(true))
}

#[test]
fn a_test_program_is_built_of_a_function_that_has_tests_and_of_no_other() -> Result<()> {
    let mut faults = Vec::new();
    for function in sources::functions()? {
        let folder = sources::root().join("functions").join(&function);
        let mut has_tests = false;
        for file in sources::rust_files(&folder.join("src"))? {
            has_tests |= std::fs::read_to_string(file)?.contains("#[cfg(test)]");
        }
        let manifest = sources::text(&format!("functions/{function}/Cargo.toml"))?;
        if is_tested(&manifest)? != has_tests {
            faults.push(format!("{function}: has tests: {has_tests}"));
        }
    }
    ensure!(faults.is_empty(), "{faults:#?}");
    Ok(())
}

#[test]
fn a_manifest_says_whether_there_are_tests() -> Result<()> {
    assert!(is_tested("[package]\nname = 'one'")?);
    assert!(is_tested("[[bin]]\nname = 'one'")?);
    assert!(!is_tested("[[bin]]\nname = 'one'\ntest = false")?);
    Ok(())
}
