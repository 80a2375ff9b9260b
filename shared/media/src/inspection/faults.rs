//! What FFmpeg's error lines say of an input.

use crate::MediaError;

/// FFmpeg's words for what is wrong with an input. No user's text is in them.
pub(crate) fn name_the_fault(error: MediaError) -> MediaError {
    let MediaError::Failed { status, tail } = error else {
        return error;
    };
    if status.contains("signal") {
        return MediaError::Failed { status, tail };
    }
    let last = || tail.lines().last().unwrap_or_default().to_owned();
    if tail.contains("exceeds specified max pixel count") {
        return MediaError::TooLarge("the picture has too many pixels".to_owned());
    }
    // A table that claims billions of entries. Elsewhere the memory is ours.
    if tail.contains("Error opening input: Cannot allocate memory") {
        return MediaError::TooLarge("the index claims too much".to_owned());
    }
    let unsupported = [
        "not on whitelist",
        "does not contain any stream",
        "matches no streams",
        "Decoder not found",
        "no decoder found",
        "Decoding requested, but no decoder",
    ];
    if unsupported.iter().any(|words| tail.contains(words)) {
        return MediaError::Unsupported(last());
    }
    let known = [
        "Invalid data found",
        "Invalid argument",
        // What a file that ends in the middle of its header is told.
        "Error opening input: Input/output error",
        "End of file",
        "received no packets",
    ];
    if known.iter().any(|words| tail.contains(words)) {
        return MediaError::Corrupt(last());
    }
    MediaError::Failed { status, tail }
}

/// A file that ends before its own index does was cut off on its way.
pub(super) fn refuse_partial_file(errors: &str) -> Result<(), MediaError> {
    if errors.contains("partial file") {
        return Err(MediaError::Corrupt("the file is incomplete".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_for(tail: &str, status: &str) -> &'static str {
        let (status, tail) = (status.to_owned(), tail.to_owned());
        name_the_fault(MediaError::Failed { status, tail }).code()
    }

    #[test]
    fn only_what_is_known_to_be_the_inputs_fault_is_called_so() {
        let exit = "exit status: 183";
        assert_eq!(
            code_for("[error] Format not on whitelist 'mov'", exit),
            "UNSUPPORTED_MEDIA"
        );
        assert_eq!(
            code_for("Invalid data found when processing input", exit),
            "CORRUPT_MEDIA"
        );
        assert_eq!(code_for("No space left on device", exit), "MEDIA_FAILED");
        assert_eq!(code_for("Cannot allocate memory", exit), "MEDIA_FAILED");
        assert_eq!(
            code_for("Error opening input: Cannot allocate memory", exit),
            "MEDIA_TOO_LARGE"
        );
        assert_eq!(
            code_for("Error opening input: Input/output error", exit),
            "CORRUPT_MEDIA"
        );
        assert_eq!(
            code_for("Invalid data found", "signal: 9 (SIGKILL)"),
            "MEDIA_FAILED"
        );
    }
}
