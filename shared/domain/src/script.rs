//! What Unicode says of a character: whether it is seen, and how its script is written.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, Script};
use icu_properties::{CodePointMapData, CodePointSetData};

/// A symbol that is drawn as nothing, though it is none of the ignorable ones.
const BLANK_BRAILLE: char = '\u{2800}';

/// Whether there is something to see where it stands.
pub(crate) fn is_visible(letter: char) -> bool {
    let is_ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter);
    let is_format =
        CodePointMapData::<GeneralCategory>::new().get(letter) == GeneralCategory::Format;
    !(letter.is_whitespace()
        || letter.is_control()
        || is_ignorable
        || is_format
        || letter == BLANK_BRAILLE)
}

/// Whether it turns the direction of the text behind it.
pub fn turns(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether it is a letter of the Latin alphabet, as any language writes it.
pub(crate) fn is_latin(letter: char) -> bool {
    script(letter) == Script::Latin
}

/// Whether its script writes words without spaces between them.
pub(crate) fn has_no_spaces(letter: char) -> bool {
    [
        Script::Han,
        Script::Hiragana,
        Script::Katakana,
        Script::Thai,
        Script::Lao,
        Script::Khmer,
        Script::Myanmar,
    ]
    .contains(&script(letter))
}

fn script(letter: char) -> Script {
    CodePointMapData::<Script>::new().get(letter)
}
