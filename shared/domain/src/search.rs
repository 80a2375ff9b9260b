//! Finding videos by words and beginnings of words (R19, D27): what is written
//! to the index, and what a search query matches. Case, accents and letters that are
//! written otherwise elsewhere (`ł`, `ø`, `ß`) do not count. Where a script has no
//! spaces, each pair of neighbours is a word.

use std::collections::BTreeSet;

use deunicode::deunicode_char;
use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::script::{has_no_spaces, is_latin};

/// Words of a video that are indexed: as many as fit into one transaction,
/// twice, when a change replaces all of them.
pub const MAX_WORDS: usize = 40;
/// Letters of a word that count.
const MAX_LETTERS: usize = 32;
/// Words of a search query that count.
const MAX_QUESTION: usize = 8;

/// A text without what does not count.
fn folded(text: &str) -> String {
    let marked: String = text
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .collect();
    let mut folded = String::new();
    for letter in CaseMapper::new().fold_string(&marked).nfkd() {
        match deunicode_char(letter).filter(|_| is_latin(letter)) {
            Some(plain) => folded.push_str(&plain.to_ascii_lowercase()),
            None => folded.push(letter),
        }
    }
    folded
}

/// The words of a text, folded. In a question the last letter of a text without
/// spaces is not a word of its own, unless it is the only one.
fn words(text: &str, is_question: bool) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    for word in folded(text).split(|letter: char| !letter.is_alphanumeric()) {
        let letters: Vec<char> = word.chars().collect();
        for run in letters.chunk_by(|a, b| has_no_spaces(*a) == has_no_spaces(*b)) {
            if !run.first().copied().is_some_and(has_no_spaces) {
                words.push(run.iter().take(MAX_LETTERS).collect());
                continue;
            }
            words.extend(run.windows(2).map(|pair| pair.iter().collect()));
            if !is_question || run.len() == 1 {
                words.extend(run.last().map(char::to_string));
            }
        }
    }
    words.into_iter()
}

/// The words a video is found by: its title's first, then its description's.
pub fn index_words(title: &str, description: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in words(title, false).chain(words(description, false)) {
        if found.len() == MAX_WORDS {
            break;
        }
        found.insert(word);
    }
    found
}

/// What is being looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    /// Every one must begin some word of the video.
    beginnings: Vec<String>,
    /// Which of them the index is asked for.
    rarest: String,
}

impl SearchQuery {
    /// Reads a search text; `None` if there is no word in it.
    pub fn read(text: &str) -> Option<Self> {
        let mut beginnings: Vec<String> = Vec::new();
        for word in words(text, true).take(MAX_QUESTION) {
            if !beginnings.contains(&word) {
                beginnings.push(word);
            }
        }
        // The longest is the likeliest to be rare.
        let rarest = beginnings
            .iter()
            .max_by_key(|word| word.chars().count())?
            .clone();
        Some(Self { beginnings, rarest })
    }

    /// The beginning by which the index is asked.
    pub fn rarest(&self) -> &str {
        &self.rarest
    }

    /// Whether a word of the index is one that the search query asks the index for.
    pub fn asks_for(&self, word: &str) -> bool {
        word.starts_with(&self.rarest) && word.chars().all(char::is_alphanumeric)
    }

    /// Whether a video with these words is an answer.
    pub fn matches(&self, words: &BTreeSet<String>) -> bool {
        self.beginnings
            .iter()
            .all(|beginning| first_with(words, beginning).is_some())
    }

    /// Whether the video is to be told of at this word of the index: one whose
    /// words share the beginning stands there several times.
    pub fn is_first_hit(&self, word: &str, words: &BTreeSet<String>) -> bool {
        first_with(words, &self.rarest) == Some(word)
    }
}

fn first_with<'a>(words: &'a BTreeSet<String>, beginning: &str) -> Option<&'a str> {
    words
        .range(beginning.to_owned()..)
        .next()
        .map(String::as_str)
        .filter(|word| word.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn finds(search_query: &str, title: &str) -> bool {
        SearchQuery::read(search_query)
            .is_some_and(|search_query| search_query.matches(&index_words(title, "")))
    }

    #[test]
    fn case_accents_order_and_endings_do_not_count() {
        assert!(finds("amazing", "My Amazing Video"));
        assert!(finds("vid ama", "My Amazing Video"));
        assert!(finds("creme", "Crème brûlée"));
        assert!(finds("ÖL", "Olivenöl und Öl"));
        assert!(finds("東京", "東京の夜"));
        assert!(!finds("mazing", "My Amazing Video"));
        assert!(!finds("amazing cat", "My Amazing Video"));
        assert!(!finds("  ?! ", "My Amazing Video"));
    }

    #[test]
    fn letters_that_others_write_otherwise_are_found_by_plain_ones() {
        assert!(finds("lodz", "Zima w Łódź"));
        assert!(finds("kobenhavn", "København"));
        assert!(finds("strasse", "Die Straße"));
        assert!(finds("STRASSE", "Die Straße"));
        assert!(finds("straße", "STRASSE"));
        assert!(finds("aerø", "Ærø"));
        // A final sigma is a sigma.
        assert!(finds("ΟΔΥΣΣΕΥΣ", "Οδυσσεύς"));
        assert!(finds("οδυσσευσ", "Οδυσσεύς"));
        // Only Latin is written in Latin.
        assert!(!finds("dong", "東京"));
    }

    #[test]
    fn a_word_within_a_text_without_spaces_is_found() {
        for asked in ["夜景", "京の夜", "景", "東京の夜景", "2026"] {
            assert!(finds(asked, "東京の夜景2026"), "{asked}");
        }
        assert!(finds("ไทย", "ภาษาไทยง่าย"));
        assert!(!finds("大阪", "東京の夜景"));
    }

    #[test]
    fn the_title_comes_first_when_there_are_too_many_words() {
        let description: Vec<String> = (0..100).map(|n| format!("word{n}")).collect();
        let words = index_words("zebra", &description.join(" "));
        assert_eq!(words.len(), MAX_WORDS);
        assert!(words.contains("zebra"));
    }

    proptest! {
        #[test]
        fn every_beginning_of_every_word_finds_it_once(title in "[a-cA-Cé ]{1,40}", take in 1_usize..5) {
            let words = index_words(&title, "");
            for word in &words {
                let beginning: String = word.chars().take(take).collect();
                let search_query = SearchQuery::read(&beginning).unwrap();
                prop_assert!(search_query.matches(&words));
                let hits = words.iter().filter(|hit| {
                    hit.starts_with(&beginning) && search_query.is_first_hit(hit, &words)
                });
                prop_assert_eq!(hits.count(), 1);
            }
        }
    }
}
