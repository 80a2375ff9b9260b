//! A storyboard as a small film (D44): a card with the words of each scene, as long as the
//! scene will be, joined by the film's own transitions, over a beat in the music's tempo.
//!
//! The cards are composed as any film is. Words come to FFmpeg as files, never as arguments,
//! and are drawn as they are.

mod bed;
mod card;

use std::path::{Path, PathBuf};

use domain::preset::Preset;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::compose::encoders_at_once;
use crate::{FilmPlan, MediaError, SceneFiles, SceneSpec, Session, Sources, compose};

pub use card::Card;

/// The longest side of the picture, in pixels.
const LONGEST_SIDE: u32 = 640;

/// Renders `cards`, one for each scene of `plan`, to an mp4 in `directory`, the plan's size
/// brought to at most 640 pixels. `beats` a minute are heard; nothing without.
///
/// # Errors
///
/// [`MediaError::CheckFailed`] when cards and scenes do not belong together, or the film is
/// not as planned.
pub async fn animatic(
    session: &Session,
    plan: &FilmPlan,
    cards: &[Card],
    beats: Option<u32>,
    directory: &Path,
) -> Result<PathBuf, MediaError> {
    let plan = FilmPlan {
        size: small(plan.size),
        preset: Preset::Ultrafast,
        ..plan.clone()
    };
    let font = card::write_font(directory)?;
    let drawn = (0..).zip(cards.iter().zip(&plan.timings));
    let drawing: Vec<_> = drawn
        .map(|(number, (card, timing))| {
            let spec = SceneSpec {
                size: plan.size,
                timing: *timing,
                preset: plan.preset,
            };
            card::draw(session, card, spec, &font, directory, number)
        })
        .collect();
    let cards: Vec<SceneFiles> = stream::iter(drawing)
        .buffered(encoders_at_once())
        .try_collect()
        .await?;
    let bed = match beats {
        Some(beats) => Some(bed::record(session, beats, directory).await?),
        None => None,
    };
    let sources = Sources {
        scenes: &cards,
        music: bed.as_deref(),
        earlier: None,
    };
    let film = compose(session, &plan, sources, directory, |_| {}).await?;
    Ok(film.video)
}

/// The size with its longest side brought to the limit, both sides even.
fn small((width, height): (u32, u32)) -> (u32, u32) {
    let longest = width.max(height).max(1);
    let side = |side: u32| (side * LONGEST_SIDE / longest).max(2) & !1;
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use domain::film::{AspectRatio, Transition, timeline};
    use rstest::rstest;
    use tempfile::TempDir;

    use super::*;
    use crate::testing::{ffmpeg, output_of, session};
    use crate::{Ffmpeg, Probe, inspection};

    fn plan(size: (u32, u32), transition: Transition) -> FilmPlan {
        FilmPlan {
            size,
            timings: timeline(6 * 30, &[transition, transition]),
            transitions: vec![transition; 2],
            preset: Preset::Fast,
        }
    }

    fn cards(text: &str) -> Vec<Card> {
        let card = |number: u32| Card {
            heading: format!("Scene {number} of 3"),
            title: format!("{text} {number}"),
            description: text.repeat(8),
            camera: "Slow dolly in".to_owned(),
        };
        (1..=3).map(card).collect()
    }

    async fn made(ffmpeg: &Ffmpeg, text: &str, size: (u32, u32), beats: Option<u32>) -> TempDir {
        let directory = TempDir::new().unwrap();
        let plan = plan(size, "dissolve".parse().unwrap());
        let film = animatic(
            &session(ffmpeg),
            &plan,
            &cards(text),
            beats,
            directory.path(),
        )
        .await
        .unwrap();
        fs::rename(film, directory.path().join("animatic.mp4")).unwrap();
        directory
    }

    /// The grey picture of one frame.
    fn frame(ffmpeg: &Ffmpeg, directory: &TempDir, second: &str) -> Vec<u8> {
        let film = directory.path().join("animatic.mp4");
        let film = film.to_str().unwrap();
        let picture = ["-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"];
        output_of(
            ffmpeg,
            &[&["-ss", second, "-i", film], &picture[..]].concat(),
        )
    }

    #[rstest]
    #[case(AspectRatio::Landscape, (640, 360))]
    #[case(AspectRatio::Portrait, (360, 640))]
    #[case(AspectRatio::Square, (640, 640))]
    #[tokio::test]
    async fn it_is_small_and_as_long_as_the_film(
        #[case] shape: AspectRatio,
        #[case] size: (u32, u32),
    ) {
        let Some(ffmpeg) = ffmpeg() else { return };
        let directory = made(&ffmpeg, "A lantern", shape.size(), Some(90)).await;
        let film = directory.path().join("animatic.mp4");
        let found = inspection::inspect(&session(&ffmpeg), &film).await.unwrap();
        let probe = Probe::of(&found).unwrap();
        let video = probe.video.unwrap();
        assert_eq!((video.width, video.height), size);
        let (packets, _) = found.video.unwrap();
        assert_eq!(packets.packets.len(), 6 * 30);
        assert!(probe.audio.is_some());
    }

    #[tokio::test]
    async fn each_scene_shows_its_own_words() {
        let Some(ffmpeg) = ffmpeg() else { return };
        let directory = made(&ffmpeg, "Fox", (640, 360), None).await;
        let [first, second] = ["0.5", "3"].map(|second| frame(&ffmpeg, &directory, second));
        let bright = |frame: &[u8]| frame.iter().filter(|pixel| **pixel > 180).count();
        assert!(bright(&first) > 300, "{} bright pixels", bright(&first));
        let differing = first
            .iter()
            .zip(&second)
            .filter(|(a, b)| a.abs_diff(**b) > 60);
        assert!(differing.count() > 20);
    }

    /// What would be a command to the filter, were it not read from a file and drawn as it is.
    #[rstest]
    #[case("': [x],;%{pts}\\%%{expr:1/0}")]
    #[case("/etc/passwd:textfile=/etc/passwd")]
    #[case("Zeile\u{0}eins\u{7}\r\n\t\u{202E}zwei")]
    #[case("\u{6771}\u{4EAC}\u{1F98A}\u{645}\u{631}\u{62D}\u{628}\u{627}")]
    #[case("")]
    #[tokio::test]
    async fn any_words_are_drawn(#[case] text: &str) {
        let Some(ffmpeg) = ffmpeg() else { return };
        let directory = made(&ffmpeg, text, (640, 360), None).await;
        assert!(!frame(&ffmpeg, &directory, "1").is_empty());
    }

    #[tokio::test]
    async fn cards_and_scenes_belong_together() {
        let Some(ffmpeg) = ffmpeg() else { return };
        let directory = TempDir::new().unwrap();
        let plan = plan((640, 360), Transition::CUT);
        let cards = &cards("Fox")[..2];
        let refused = animatic(&session(&ffmpeg), &plan, cards, None, directory.path()).await;
        assert!(matches!(refused, Err(MediaError::CheckFailed { .. })));
    }

    #[test]
    fn sides_are_even() {
        assert_eq!(small((1920, 1080)), (640, 360));
        assert_eq!(small((1080, 1920)), (360, 640));
        assert_eq!(small((999, 555)), (640, 354));
    }
}
