//! Which functions and which fields a source file has. Tests are left out.

use super::words::{closing, is_type, is_value, words};
use super::{Code, Function};

/// Types around the one that matters.
const AROUND: [&str; 6] = ["Arc", "Option", "Box", "Vec", "Result", "Cow"];

/// The first type among these words that is not only around another.
pub(super) fn first_type(words: &[String]) -> Option<&str> {
    words
        .iter()
        .map(String::as_str)
        .take_while(|word| ![",", ";", "{", "=", ")"].contains(word))
        .find(|word| is_type(word) && !AROUND.contains(word))
}

impl Code {
    /// Adds what a file of a crate has.
    pub(super) fn add(&mut self, crate_name: &str, source: &str) {
        let words = words(source);
        self.items(crate_name, &words, None);
    }

    fn items(&mut self, crate_name: &str, words: &[String], owner: Option<&str>) {
        let (mut at, mut is_test) = (0, false);
        while at < words.len() {
            let next = words.get(at + 1).map(String::as_str);
            let end = match words[at].as_str() {
                "#" if next == Some("[") => {
                    let end = closing(words, at + 1);
                    is_test |= is_for_tests(&words[at..end]);
                    at = end + 1;
                    continue;
                }
                "mod" if words.get(at + 2).is_some_and(|word| word == "{") => {
                    let end = closing(words, at + 2);
                    if !is_test {
                        self.items(crate_name, &words[at + 3..end], None);
                    }
                    Some(end)
                }
                "impl" | "trait" if begins_an_item(words, at) => {
                    let open = position(words, at, &["{"]);
                    let end = closing(words, open);
                    if !is_test {
                        let owner = implemented(&words[at + 1..open]);
                        self.items(crate_name, &words[open + 1..end], owner.as_deref());
                    }
                    Some(end)
                }
                "struct" => Some(self.structure(words, at)),
                "fn" if next.is_some_and(is_value) => {
                    let (function, end) = function(crate_name, words, at, owner);
                    if !is_test {
                        self.functions.extend(function);
                    }
                    Some(end)
                }
                _ => None,
            };
            if end.is_some() || [";", "}"].contains(&words[at].as_str()) {
                is_test = false;
            }
            at = end.unwrap_or(at) + 1;
        }
    }

    /// Takes the fields in; answers where the structure ends.
    fn structure(&mut self, words: &[String], at: usize) -> usize {
        let open = position(words, at, &["{", ";", "("]);
        if words[open] != "{" {
            return open;
        }
        let end = closing(words, open);
        for field in open + 2..end {
            if words[field] != ":" || !is_value(&words[field - 1]) {
                continue;
            }
            if let Some(type_name) = first_type(&words[field + 1..=end]) {
                let name = (words[at + 1].clone(), words[field - 1].clone());
                self.fields.insert(name, type_name.to_owned());
            }
        }
        end
    }
}

fn is_for_tests(attribute: &[String]) -> bool {
    let text = attribute.concat();
    text.contains("cfg(test)")
        || text.contains("cfg(any(test")
        || text.contains("::test")
        || text.starts_with("#[test")
}

fn begins_an_item(words: &[String], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| words[before].as_str());
    before.is_none_or(|word| ["}", ";", "]", "{", "pub", ")"].contains(&word))
}

fn position(words: &[String], from: usize, wanted: &[&str]) -> usize {
    let found = (from..words.len()).find(|at| wanted.contains(&words[*at].as_str()));
    found.unwrap_or(words.len() - 1)
}

/// The type that an `impl` or `trait` is of.
fn implemented(head: &[String]) -> Option<String> {
    let (mut depth, mut outside) = (0_usize, Vec::new());
    for word in head {
        match word.as_str() {
            "<" => depth += 1,
            ">" => depth = depth.saturating_sub(1),
            "where" if depth == 0 => break,
            "for" if depth == 0 => outside.clear(),
            word if depth == 0 => outside.push(word),
            _ => {}
        }
    }
    let name = outside.into_iter().rfind(|word| is_type(word));
    name.map(str::to_owned)
}

/// A function, if it has a body, and where it ends.
fn function(
    crate_name: &str,
    words: &[String],
    at: usize,
    owner: Option<&str>,
) -> (Option<Function>, usize) {
    let open = position(words, at, &["("]);
    let close = closing(words, open);
    let body = position(words, close, &["{", ";"]);
    if words[body] != "{" {
        return (None, body);
    }
    let end = closing(words, body);
    let function = Function {
        crate_name: crate_name.to_owned(),
        owner: owner.map(str::to_owned),
        name: words[at + 1].clone(),
        parameters: words[open + 1..close].to_vec(),
        result: words[close + 1..body].to_vec(),
        body: words[body + 1..end].to_vec(),
    };
    (Some(function), end)
}
