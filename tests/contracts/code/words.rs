//! Rust's source as words: names, numbers and signs, without comments and texts.

/// The words of a source; `::` and `->` are one each, a text is `"`.
pub(super) fn words(source: &str) -> Vec<String> {
    let letters: Vec<char> = source.chars().collect();
    let (mut words, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let rest = &letters[at..];
        let (word, length) = next(rest);
        words.extend(word);
        at += length.max(1);
    }
    words
}

fn next(rest: &[char]) -> (Option<String>, usize) {
    match rest {
        ['/', '/', ..] => (None, until(rest, &['\n'])),
        ['/', '*', ..] => (None, until(rest, &['*', '/']) + 2),
        ['"', ..] => (Some("\"".to_owned()), text(rest)),
        ['\'', ..] => character(rest),
        [':', ':', ..] => (Some("::".to_owned()), 2),
        ['-', '>', ..] => (Some("->".to_owned()), 2),
        [first, ..] if is_name(*first) => {
            let name: String = rest
                .iter()
                .copied()
                .take_while(|one| is_name(*one))
                .collect();
            let length = name.chars().count();
            match raw_text(&name, &rest[length..]) {
                Some(more) => (Some("\"".to_owned()), length + more),
                None => (Some(name), length),
            }
        }
        [first, ..] if first.is_whitespace() => (None, 1),
        [first, ..] => (Some(first.to_string()), 1),
        [] => (None, 1),
    }
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Where `end` begins, or the end of everything.
fn until(letters: &[char], end: &[char]) -> usize {
    let at = letters.windows(end.len()).position(|window| window == end);
    at.unwrap_or(letters.len())
}

/// The length of the text that begins here.
fn text(letters: &[char]) -> usize {
    let mut at = 1;
    while at < letters.len() && letters[at] != '"' {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The length of what follows `r` or `br`, if that is a raw text.
fn raw_text(name: &str, rest: &[char]) -> Option<usize> {
    if !["r", "br"].contains(&name) {
        return None;
    }
    let hashes = rest.iter().take_while(|letter| **letter == '#').count();
    if rest.get(hashes) != Some(&'"') {
        return None;
    }
    let mut end = vec!['"'];
    end.extend(std::iter::repeat_n('#', hashes));
    let inside = until(&rest[hashes + 1..], &end);
    Some(hashes + 1 + inside + end.len())
}

/// A character, which is a text, or a lifetime, which is nothing.
fn character(rest: &[char]) -> (Option<String>, usize) {
    match rest {
        ['\'', '\\', ..] => (Some("\"".to_owned()), until(&rest[2..], &['\'']).max(1) + 3),
        ['\'', _, '\'', ..] => (Some("\"".to_owned()), 3),
        _ => {
            let name = rest[1..].iter().take_while(|one| is_name(**one)).count();
            (None, 1 + name)
        }
    }
}

/// The place of the bracket that closes the one at `open`.
pub(super) fn closing(words: &[String], open: usize) -> usize {
    let opening = words[open].as_str();
    let closing = match opening {
        "{" => "}",
        "(" => ")",
        _ => "]",
    };
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate().skip(open) {
        if word == opening {
            depth += 1;
        } else if word == closing {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    words.len() - 1
}

/// Whether the word is a name that does not begin with a capital.
pub(super) fn is_value(word: &str) -> bool {
    word.starts_with(|first: char| first.is_lowercase() || first == '_')
}

/// Whether the word is a name that begins with a capital.
pub(super) fn is_type(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

#[test]
fn comments_and_texts_are_no_words() {
    let source =
        "fn a<'x>(b: &'x str) -> char { /* c( */ let d = r#\"e(\"#; \"f\\\"(\"; 'g' } // h(";
    let words = words(source).join(" ");
    assert_eq!(
        words,
        "fn a < > ( b : & str ) -> char { let d = \" ; \" ; \" }"
    );
}
