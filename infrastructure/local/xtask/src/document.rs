//! Documents that quote what a command prints: in the fenced block below its name.

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// The document with `output` in the block that quotes `command`.
///
/// # Errors
/// It has no such block.
fn quoting(document: &str, command: &str, output: &str) -> Result<String> {
    let marker = format!("<!-- {command} -->\n```text\n");
    let (before, rest) = document
        .split_once(&marker)
        .with_context(|| format!("it does not quote `{command}`"))?;
    let (_, after) = rest.split_once("\n```\n").context("a block does not end")?;
    let output = output.trim_end();
    Ok(format!("{before}{marker}{output}\n```\n{after}"))
}

/// Puts `output` into the document `path` in the place of what it quotes of `command`.
///
/// # Errors
/// It cannot be read or written, or does not quote it.
pub(crate) fn write(workspace: &Workspace, path: &str, command: &str, output: &str) -> Result<()> {
    let file = workspace.path(path);
    let document = std::fs::read_to_string(&file).with_context(|| format!("cannot read {path}"))?;
    let quoted = quoting(&document, command, output).with_context(|| path.to_owned())?;
    std::fs::write(&file, quoted).with_context(|| format!("cannot write {path}"))
}

/// Fails when the document quotes something else.
#[cfg(test)]
pub(crate) fn assert_quotes(path: &str, command: &str, output: &str) {
    let file = Workspace::locate().path(path);
    let document = std::fs::read_to_string(file).expect("a document");
    let quoted = quoting(&document, command, output).expect("a block");
    assert!(
        quoted == document,
        "{path} does not quote what `{command}` prints: run `{command} --write`"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# Page\n\n<!-- a command -->\n```text\nold\nlines\n```\n\nMore.\n";

    #[test]
    fn the_block_below_the_commands_name_is_replaced_and_nothing_else() {
        let written = quoting(DOCUMENT, "a command", "new\n").unwrap();
        let expected = "# Page\n\n<!-- a command -->\n```text\nnew\n```\n\nMore.\n";
        assert_eq!(written, expected);
        assert_eq!(quoting(&written, "a command", "new").unwrap(), expected);
    }

    #[test]
    fn a_document_without_the_block_is_a_fault() {
        assert!(quoting(DOCUMENT, "another", "new").is_err());
        assert!(quoting("<!-- a command -->\n```text\nold", "a command", "new").is_err());
    }
}
