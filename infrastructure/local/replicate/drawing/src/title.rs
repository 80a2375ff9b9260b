//! The words on a clip: a title and a small caption.

/// Longest title, characters.
const TITLE: usize = 60;
/// Longest caption, characters.
const CAPTION: usize = 76;
/// Width of a character of the font, in font sizes.
const CHARACTER: f64 = 0.63;

/// A text in lines, and the size it is written in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lettering {
    pub(super) text: String,
    pub(super) size: u32,
}

/// Splits a prompt into its title (before the first colon) and the rest.
pub(super) fn split(prompt: &str) -> (String, String) {
    let prompt = writable(prompt);
    match prompt.split_once(':') {
        Some((title, rest)) => (shorten(title, TITLE), shorten(rest, CAPTION)),
        None => (shorten(&prompt, TITLE), String::new()),
    }
}

/// Breaks a text so that it fits into `width`, at most `largest` high.
pub(super) fn fit(text: &str, width: u32, largest: f64, columns: usize) -> Lettering {
    let lines = wrap(text, columns);
    let longest = lines.iter().map(|line| line.chars().count()).max();
    let widest = f64::from(width) * 0.9 / (CHARACTER * longest.unwrap_or(1).max(1) as f64);
    Lettering {
        text: lines.join("\n"),
        size: widest.min(largest).max(8.0) as u32,
    }
}

/// The font knows Latin and Cyrillic letters; others would show as boxes.
fn writable(text: &str) -> String {
    let known = |c: &char| matches!(u32::from(*c), 0x20..=0x7e | 0xa0..=0x24f | 0x400..=0x4ff | 0x2010..=0x2026);
    let spaced = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c });
    let kept: String = spaced.filter(known).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts at a word.
fn shorten(text: &str, most: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most - 1).collect();
    let at_word = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    format!("{}…", at_word.trim_end_matches([' ', ',', '.', ';']))
}

/// Lines of about equal length, none longer than `columns` if words allow.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let length = text.chars().count();
    let even = length.div_ceil(length.div_ceil(columns).max(1)) + 2;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= even.min(columns) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_stands_before_the_colon() {
        let (title, caption) = split("First light: a paper boat, at dawn: slowly");
        assert_eq!(title, "First light");
        assert_eq!(caption, "a paper boat, at dawn: slowly");
    }

    #[test]
    fn long_titles_are_cut_at_a_word() {
        let (title, _) = split(&"wonderful ".repeat(20));
        assert!(title.chars().count() <= TITLE, "{title}");
        assert!(title.ends_with("wonderful…"), "{title}");
    }

    #[test]
    fn what_the_font_cannot_write_is_left_out() {
        assert_eq!(split("Città 🎬 città\n映画: x").0, "Città città");
    }

    #[test]
    fn lines_are_even_and_fit() {
        let lettering = fit("The quick brown fox jumps over dogs", 1920, 108.0, 26);
        assert_eq!(lettering.text.lines().count(), 2);
        assert!(lettering.size > 80, "{lettering:?}");
    }
}
