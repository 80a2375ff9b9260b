//! Reads the document: commands, and the answers printed below them.

use anyhow::{Context, Result};
use serde_json::Value;

/// A use case's calls.
pub(super) struct UseCase {
    pub(super) title: String,
    pub(super) calls: Vec<Call>,
}

/// One command with its answers: none, one, or one for each stage of a job.
pub(super) struct Call {
    pub(super) title: String,
    pub(super) command: String,
    pub(super) printed: Vec<Value>,
}

/// The use cases of the document.
pub(super) fn read(document: &str) -> Result<Vec<UseCase>> {
    let mut use_cases = Vec::new();
    for part in document.split("\n## ").skip(1) {
        let title = part.lines().next().unwrap_or_default().to_owned();
        let block = part.split("```").nth(1).context("no block of commands")?;
        let block = block.strip_prefix("bash\n").context("not bash")?;
        use_cases.push(UseCase {
            calls: calls(block).with_context(|| title.clone())?,
            title,
        });
    }
    Ok(use_cases)
}

fn calls(block: &str) -> Result<Vec<Call>> {
    let mut calls: Vec<Call> = Vec::new();
    let mut title = String::new();
    for paragraph in paragraphs(block) {
        match paragraph {
            Paragraph::Comment(text) => title = text,
            Paragraph::Command(command) => calls.push(Call {
                title: title.clone(),
                command,
                printed: Vec::new(),
            }),
            Paragraph::Answer(text) => {
                let call = calls.last_mut().context("an answer to nothing")?;
                let answer = json(&text).with_context(|| text.clone())?;
                call.printed.push(answer);
            }
        }
    }
    Ok(calls)
}

enum Paragraph {
    Comment(String),
    Command(String),
    Answer(String),
}

/// A command goes on while its lines end in a backslash or a quote is open; an
/// answer goes on to its closing brace.
fn paragraphs(block: &str) -> Vec<Paragraph> {
    let mut found = Vec::new();
    let mut lines = block.lines();
    while let Some(line) = lines.next() {
        if let Some(comment) = line.strip_prefix("# ") {
            found.push(Paragraph::Comment(comment.to_owned()));
        } else if line.starts_with("curl") {
            let mut command = line.to_owned();
            while command.ends_with('\\') || command.matches('\'').count() % 2 == 1 {
                let Some(next) = lines.next() else { break };
                command.push('\n');
                command.push_str(next);
            }
            found.push(Paragraph::Command(command));
        } else if line == "{" {
            let mut answer = line.to_owned();
            for next in lines.by_ref() {
                answer.push('\n');
                answer.push_str(next);
                if next == "}" {
                    break;
                }
            }
            found.push(Paragraph::Answer(answer));
        }
    }
    found
}

/// The document's JSON has comments and dots for what it leaves out.
fn json(text: &str) -> Result<Value> {
    let plain: Vec<&str> = text
        .lines()
        .map(|line| line.split("  //").next().unwrap_or_default())
        .collect();
    let plain = plain
        .join("\n")
        .replace("{...}", "{}")
        .replace(", ...]", "]");
    Ok(serde_json::from_str(&plain)?)
}
