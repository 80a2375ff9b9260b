//! The type that a client declares of its file (R46). What the file is shows its
//! content; the declared type is what the link signs.

use crate::fields::{InvalidField, text};

const FIELD: &str = "contentType";
const MOST_LETTERS: usize = 100;
/// What browsers and tools say of a file that they do not know.
const UNKNOWN: &str = "application/octet-stream";

/// Types that may be uploaded, each under the names that clients give it, and the
/// endings of their files. The first name is the one a file without a type gets.
const ACCEPTED: [(&[&str], &[&str]); 8] = [
    (&["video/mp4", "application/mp4"], &["mp4", "mp4v"]),
    (&["video/x-m4v", "video/m4v"], &["m4v"]),
    (&["video/quicktime"], &["mov", "qt"]),
    (&["video/webm"], &["webm"]),
    (&["video/x-matroska", "video/matroska"], &["mkv"]),
    (
        &[
            "video/x-msvideo",
            "video/vnd.avi",
            "video/avi",
            "video/msvideo",
        ],
        &["avi", "divx"],
    ),
    (&["video/mp2t"], &["ts", "mts", "m2ts"]),
    (&["video/3gpp", "video/3gpp2"], &["3gp", "3g2"]),
];

/// The declared type as the client wrote it, its parameters (`codecs=…`) too; a
/// file without one gets the type of its name's ending.
///
/// # Errors
///
/// A type that is not accepted, and neither a type nor an ending that is known.
pub(super) fn read(declared: Option<&str>, file_name: &str) -> Result<String, InvalidField> {
    let declared = text(FIELD, declared.unwrap_or_default(), MOST_LETTERS)?;
    let by_name = of_ending(file_name);
    if declared.is_empty() {
        return by_name
            .map(str::to_owned)
            .ok_or_else(|| InvalidField::new(FIELD, "required"));
    }
    let is_sendable = declared
        .chars()
        .all(|letter| letter.is_ascii_graphic() || letter == ' ');
    let essence = declared.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let is_accepted = names().any(|name| name == essence);
    let is_unknown = essence == UNKNOWN && by_name.is_some();
    if is_sendable && (is_accepted || is_unknown) {
        return Ok(declared);
    }
    let names: Vec<&str> = names().collect();
    let constraint = format!("one of: {}", names.join(", "));
    Err(InvalidField::new(FIELD, constraint))
}

fn names() -> impl Iterator<Item = &'static str> {
    ACCEPTED.iter().flat_map(|(names, _)| *names).copied()
}

fn of_ending(file_name: &str) -> Option<&'static str> {
    let (_, ending) = file_name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let (names, _) = ACCEPTED
        .iter()
        .find(|(_, endings)| endings.contains(&ending.as_str()))?;
    names.first().copied()
}

#[cfg(test)]
mod tests {
    fn read(declared: Option<&str>, file_name: &str) -> Option<String> {
        super::read(declared, file_name).ok()
    }

    #[test]
    fn parameters_case_and_other_names_of_a_type_are_accepted_as_they_are_sent() {
        for declared in [
            "video/webm;codecs=vp8,opus",
            "video/mp4; codecs=\"avc1.42E01E, mp4a.40.2\"",
            "Video/MP4",
            "video/vnd.avi",
            "video/avi",
        ] {
            let accepted = read(Some(declared), "recording");
            assert_eq!(accepted.as_deref(), Some(declared));
        }
    }

    #[test]
    fn without_a_type_the_name_tells() {
        for declared in [None, Some(""), Some("  ")] {
            let told = read(declared, "My film.MKV");
            assert_eq!(told.as_deref(), Some("video/x-matroska"));
            assert_eq!(read(declared, "film"), None);
        }
        let unknown = Some("application/octet-stream");
        let told = read(unknown, "film.mov");
        assert_eq!(told.as_deref(), Some("application/octet-stream"));
        assert_eq!(read(unknown, "film.exe"), None);
    }

    #[test]
    fn other_types_and_what_no_header_can_carry_are_refused() {
        for declared in ["text/html", "video/mp4\nx: y", "video/mp4;x=é", "video"] {
            assert_eq!(read(Some(declared), "a.mp4"), None, "{declared}");
        }
    }
}
