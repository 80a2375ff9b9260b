//! Reads everything that the functions logged while they were tested: no secret, no
//! token, no prompt, no signed link, no stack trace, and no line of more than 5 KB.

use anyhow::{Result, ensure};
use devcloud::addresses::REPLICATE_TOKEN;
use devcloud::{Stack, aws};

use crate::http::wait;
use crate::say;

/// What no line may hold, and what it would be.
const FORBIDDEN: [(&str, &str); 11] = [
    ("eyJ", "a token"),
    (REPLICATE_TOKEN, "the provider's key"),
    ("whsec_", "a webhook's secret"),
    ("X-Amz-Signature", "a signed link"),
    ("&Key-Pair-Id=", "a signed link"),
    ("PRIVATE KEY", "the key that signs links"),
    ("__Host-", "a cookie"),
    ("Bearer ", "a header that signs in"),
    // Of every film of the end-to-end tests.
    ("lantern drifts", "a prompt"),
    ("stack backtrace", "a stack trace"),
    ("RUST_BACKTRACE", "a stack trace"),
];
/// Bytes of the longest line.
const LONGEST: usize = 5 * 1024;
/// Faults that are shown.
const SHOWN: usize = 10;

/// All lines of all functions.
pub(super) fn check(stack: &Stack) -> Result<()> {
    wait(read(stack))
}

async fn read(stack: &Stack) -> Result<()> {
    let lines = aws::log_lines(stack).await?;
    let faults: Vec<String> = lines
        .iter()
        .filter_map(|line| fault(line).map(|what| format!("{what}: {}", beginning(line))))
        .collect();
    for fault in faults.iter().take(SHOWN) {
        say::note(fault);
    }
    ensure!(!lines.is_empty(), "no function logged anything");
    ensure!(
        faults.is_empty(),
        "{} of {} log lines say what they must not",
        faults.len(),
        lines.len()
    );
    say::note(&format!(
        "  {} lines, none says what it must not",
        lines.len()
    ));
    Ok(())
}

fn fault(line: &str) -> Option<&'static str> {
    if line.len() > LONGEST {
        return Some("longer than 5 KB");
    }
    let found = FORBIDDEN.iter().find(|(text, _)| line.contains(text));
    found.map(|(_, what)| *what)
}

fn beginning(line: &str) -> String {
    line.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_logged_is_found() {
        assert_eq!(fault(r#"{"level":"INFO","path":"/api/v1/me"}"#), None);
        assert_eq!(fault("token eyJhbGciOi.eyJzdWIi.x"), Some("a token"));
        let link = "https://host/key?X-Amz-Expires=1&X-Amz-Signature=ab";
        assert_eq!(fault(link), Some("a signed link"));
        let link = "https://host/assets/key?Expires=1&Signature=ab&Key-Pair-Id=K";
        assert_eq!(fault(link), Some("a signed link"));
        assert_eq!(fault(&"x".repeat(LONGEST + 1)), Some("longer than 5 KB"));
    }
}
