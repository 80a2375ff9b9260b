//! Finding videos by words and beginnings of words (R19, D27): what is written
//! to the index, and what a question matches. Case and accents do not count.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words of a video that are indexed: as many as fit into one transaction,
/// twice, when a change replaces all of them.
pub const MAX_WORDS: usize = 40;
/// Letters of a word that count.
const MAX_LETTERS: usize = 32;
/// Words of a question that count.
const MAX_QUESTION: usize = 8;

/// The words of a text, folded.
fn words(text: &str) -> impl Iterator<Item = String> {
    let folded: String = text
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect();
    let words: Vec<String> = folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(MAX_LETTERS).collect())
        .collect();
    words.into_iter()
}

/// The words a video is found by: its title's first, then its description's.
pub fn index_words(title: &str, description: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in words(title).chain(words(description)) {
        if found.len() == MAX_WORDS {
            break;
        }
        found.insert(word);
    }
    found
}

/// What is being looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Every one must begin some word of the video.
    beginnings: Vec<String>,
    /// Which of them the index is asked for.
    rarest: String,
}

impl Question {
    /// Reads a search text; `None` if there is no word in it.
    pub fn read(text: &str) -> Option<Self> {
        let mut beginnings: Vec<String> = Vec::new();
        for word in words(text).take(MAX_QUESTION) {
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

    fn finds(question: &str, title: &str) -> bool {
        Question::read(question).is_some_and(|question| question.matches(&index_words(title, "")))
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
                let question = Question::read(&beginning).unwrap();
                prop_assert!(question.matches(&words));
                let hits = words.iter().filter(|hit| {
                    hit.starts_with(&beginning) && question.is_first_hit(hit, &words)
                });
                prop_assert_eq!(hits.count(), 1);
            }
        }
    }
}
