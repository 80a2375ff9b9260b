//! A card with the words of a scene.

use std::fs;
use std::path::{Path, PathBuf};

use domain::film::FRAME_RATE;
use domain::script::turns;

use crate::input::{escaped, strings};
use crate::prepare::FILM_PICTURE;
use crate::scene;
use crate::{MediaError, SceneFiles, SceneSpec, Session};

/// Light on dark, as the product's pages.
const BACKGROUND: &str = "0x12151c";
const BRIGHT: &str = "0xf2f4f8";
const MUTED: &str = "0x9aa4b5";
/// How wide a letter is on average, in parts of its size.
const LETTER_WIDTH: f64 = 0.52;

/// The words of a scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Above the others: which scene it is, and how long.
    pub heading: String,
    /// A few words.
    pub title: String,
    /// What is to be seen.
    pub description: String,
    /// How it is filmed.
    pub camera: String,
}

/// A text of a card: how it looks, and where it stands.
struct Text<'a> {
    words: &'a str,
    colour: &'static str,
    /// Height of the letters, in parts of the shorter side.
    size: f64,
    /// Its upper edge, in parts of the height.
    top: f64,
    most_lines: usize,
}

impl Card {
    fn texts(&self) -> [Text<'_>; 4] {
        let text = |words, colour, size, top, most_lines| Text {
            words,
            colour,
            size,
            top,
            most_lines,
        };
        [
            text(&self.heading, MUTED, 0.042, 0.08, 1),
            text(&self.title, BRIGHT, 0.088, 0.20, 2),
            text(&self.description, BRIGHT, 0.05, 0.45, 6),
            text(&self.camera, MUTED, 0.042, 0.87, 1),
        ]
    }
}

/// The font that cards are written in, as a file in `directory`.
pub(super) fn write_font(directory: &Path) -> Result<PathBuf, MediaError> {
    let path = directory.join("card.ttf");
    fs::write(&path, epaint_default_fonts::UBUNTU_LIGHT)?;
    Ok(path)
}

/// Draws a card as a scene that is prepared; `number` is its name in `directory`.
pub(super) async fn draw(
    session: &Session,
    card: &Card,
    spec: SceneSpec,
    font: &Path,
    directory: &Path,
    number: u32,
) -> Result<SceneFiles, MediaError> {
    let mut filters = Vec::new();
    for (index, text) in card.texts().iter().enumerate() {
        let lines = lines(text, spec.size);
        let file = directory.join(format!("card-{number}-{index}.txt"));
        fs::write(&file, lines.join("\n"))?;
        if !lines.is_empty() {
            filters.push(filter(text, spec.size, font, &file));
        }
    }
    let files = SceneFiles::in_directory(directory, number);
    let arguments = plan(session.threads(), &spec, &filters, &files);
    session.run_cleanly(arguments).await?;
    Ok(files)
}

/// One frame is drawn, and repeated.
fn plan(
    threads: Option<u32>,
    spec: &SceneSpec,
    texts: &[String],
    files: &SceneFiles,
) -> Vec<String> {
    let ((width, height), timing) = (spec.size, &spec.timing);
    let mut drawing = vec![format!(
        "color=c={BACKGROUND}:s={width}x{height}:r={FRAME_RATE},trim=end_frame=1"
    )];
    drawing.extend(texts.iter().cloned());
    drawing.push(format!(
        "{FILM_PICTURE},loop=loop=-1:size=1,setpts=N/({FRAME_RATE}*TB),trim=end_frame={}",
        timing.frames
    ));
    let division = scene::divide(timing, &scene::shares(timing));
    let mut arguments = strings(&["-filter_complex"]);
    arguments.push(format!("{}[picture];{division}", drawing.join(",")));
    arguments.extend(scene::outputs(spec, threads, &[], files));
    arguments
}

fn filter(text: &Text<'_>, (width, height): (u32, u32), font: &Path, file: &Path) -> String {
    let size = letter_size(text, (width, height));
    format!(
        "drawtext=fontfile={}:textfile={}:expansion=none:fontcolor={}:fontsize={size:.0}:\
         line_spacing={:.0}:x={}:y={:.0}",
        escaped(font),
        escaped(file),
        text.colour,
        size * 0.35,
        margin(width),
        f64::from(height) * text.top,
    )
}

fn letter_size(text: &Text<'_>, (width, height): (u32, u32)) -> f64 {
    f64::from(width.min(height)) * text.size
}

fn margin(width: u32) -> u32 {
    width / 14
}

/// The words in lines that fit; what fits no more is left out, and three dots say so.
fn lines(text: &Text<'_>, size: (u32, u32)) -> Vec<String> {
    let room = f64::from(size.0 - 2 * margin(size.0));
    let letters = (room / (letter_size(text, size) * LETTER_WIDTH)) as usize;
    let plain: String = text.words.chars().map(drawable).collect();
    let wrapped = textwrap::wrap(plain.trim(), letters.max(1));
    let mut lines: Vec<String> = wrapped.into_iter().map(String::from).collect();
    lines.retain(|line| !line.trim().is_empty());
    if lines.len() > text.most_lines {
        lines.truncate(text.most_lines);
        if let Some(last) = lines.last_mut() {
            *last = last.chars().take(letters.saturating_sub(1)).collect();
            last.push('\u{2026}');
        }
    }
    lines
}

/// Breaks, tabs and marks that turn the direction are spaces.
fn drawable(letter: char) -> char {
    if letter.is_control() || turns(letter) {
        ' '
    } else {
        letter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &str) -> Text<'_> {
        Text {
            words,
            colour: BRIGHT,
            size: 0.05,
            top: 0.5,
            most_lines: 3,
        }
    }

    #[test]
    fn words_are_broken_into_lines_that_fit() {
        let words = "a lantern drifts over quiet water ".repeat(8);
        let lines = lines(&text(&words), (640, 360));
        assert_eq!(lines.len(), 3);
        assert!(
            lines.iter().all(|line| line.chars().count() <= 59),
            "{lines:?}"
        );
        assert!(lines[2].ends_with('\u{2026}'));
    }

    #[test]
    fn a_word_that_is_longer_than_a_line_is_broken() {
        let lines = lines(&text(&"w".repeat(100)), (640, 360));
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn nothing_is_no_line() {
        assert_eq!(lines(&text(" \n\t"), (640, 360)), Vec::<String>::new());
    }
}
