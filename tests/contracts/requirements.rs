//! Every number that a comment cites stands in `docs/requirements.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::sources;

const LIST: &str = "docs/requirements.md";
/// What is read, and what of it.
const PLACES: [&str; 8] = [
    "shared",
    "functions",
    "tests",
    "infrastructure",
    "statemachine",
    "template.yaml",
    "README.md",
    "ARCHITECTURE.md",
];
const ENDINGS: [&str; 5] = ["rs", "py", "yaml", "toml", "md"];
/// Letters that numbers of ours begin with. `S3` is the service.
const LETTERS: &str = "ADFMQRSWZ";
/// The lists whose rows are cited with the list's name: `reliability Q1`.
const NAMED: [&str; 2] = ["reliability", "fault"];

#[test]
fn every_cited_number_stands_in_the_list() -> Result<()> {
    let known = known()?;
    let (mut cited, mut unknown) = (0, Vec::new());
    for file in files()? {
        let text = fs::read_to_string(&file)?;
        let lowercase = text.to_lowercase();
        let lists: Vec<&str> = NAMED
            .into_iter()
            .filter(|list| lowercase.contains(list))
            .collect();
        let numbers = text.lines().map(|line| comment(&file, line));
        for number in numbers.flat_map(numbers_in) {
            let is_listed = |list: &&str| known.contains(&format!("{list} {number}"));
            if !known.contains(number) && !lists.iter().any(is_listed) {
                unknown.push(format!("{}: {number}", file.display()));
            }
            cited += 1;
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
    assert!(cited > 200, "only {cited} citations were found");
    Ok(())
}

#[test]
fn numbers_are_told_from_other_words() {
    let found = |line| numbers_in(line).collect::<Vec<_>>();
    assert_eq!(
        found("the quota (R6, D9-D11; reliability Q1)"),
        ["R6", "D9", "D11", "Q1"]
    );
    assert!(found("S3, H264, R, D2x, 3D, RFC8216, R6b, F\u{e9}1").is_empty());
}

/// The numbers of the list: its lines begin with them.
fn known() -> Result<BTreeSet<String>> {
    let text = sources::text(LIST)?;
    let mut known = BTreeSet::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("- **")) {
        let (number, _) = line.split_once("**").context("a line without its number")?;
        if numbers_in(number).next().is_some() {
            assert!(known.insert(number.to_owned()), "{number} stands twice");
        }
    }
    assert!(known.len() > 200, "only {} are known", known.len());
    Ok(known)
}

/// What a line says to people: of Rust only the comment.
fn comment<'a>(file: &Path, line: &'a str) -> &'a str {
    if file.extension().is_some_and(|ending| ending == "rs") {
        return line.split_once("//").map_or("", |(_, comment)| comment);
    }
    line
}

/// Words of a letter and digits that a number of ours could be.
fn numbers_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| {
            let mut letters = word.chars();
            let begins = letters
                .next()
                .is_some_and(|letter| LETTERS.contains(letter));
            let digits = letters.as_str();
            let is_number =
                !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
            begins && is_number && *word != "S3"
        })
}

fn files() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for place in PLACES {
        collect(&sources::root().join(place), &mut files)?;
    }
    Ok(files)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if path.is_file() {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        if ENDINGS.contains(&ending.as_ref()) {
            files.push(path.to_owned());
        }
        return Ok(());
    }
    // What is built and what is downloaded is not ours.
    if name.starts_with('.') || ["target", "node_modules", "build", "dist"].contains(&name.as_ref())
    {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}
