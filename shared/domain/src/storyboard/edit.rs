//! A storyboard as its owner changes it (D44): every fault is named by scene and field.

use super::{
    Author, MAX_CAMERA, MAX_TEXT, MAX_TITLE, PlannedMusic, PlannedScene, Storyboard, first_take,
};
use crate::fields::{InvalidField, visible_line};
use crate::film::{FRAME_RATE, SceneTiming, Transition, seconds, timeline_of};
use crate::request::{DURATION_SECONDS, SCENES};

/// A scene's own length, both transitions included, in seconds. The shortest is as long
/// as the shortest that is ever planned.
const SCENE_SECONDS: std::ops::RangeInclusive<f64> = 0.5..=60.0;

/// A scene as its owner wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct SceneEdit {
    /// A few words.
    pub title: String,
    /// What is to be seen.
    pub description: String,
    /// How it is filmed.
    pub camera: String,
    /// Its own length, both transitions included; rounded to whole frames.
    pub seconds: f64,
    /// Into the scene after it; the last scene's means nothing.
    pub transition: Transition,
}

/// A whole storyboard as its owner wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryboardEdit {
    /// In the film's order.
    pub scenes: Vec<SceneEdit>,
    /// What the music model is told.
    pub music: String,
}

impl StoryboardEdit {
    /// The storyboard that it makes.
    ///
    /// # Errors
    ///
    /// Every rule that it breaks, by scene and field: the texts', the scenes' number and
    /// lengths, and the film's length.
    pub fn checked(self) -> Result<Storyboard, Vec<InvalidField>> {
        let mut faults = Vec::new();
        let music = noted(&mut faults, visible_line("music", &self.music, MAX_TEXT));
        let count = u32::try_from(self.scenes.len()).unwrap_or(u32::MAX);
        if !SCENES.contains(&count) {
            let constraint = format!("{} to {} scenes", SCENES.start(), SCENES.end());
            faults.push(InvalidField::new("scenes", constraint));
            return Err(faults);
        }
        let scenes = self.scenes.into_iter().enumerate();
        let scenes = scenes.map(|(position, scene)| scene.checked(position, &mut faults));
        let scenes = in_order(scenes.collect());
        let storyboard = Storyboard {
            author: Author::Owner,
            scenes,
            music: PlannedMusic::new(music),
        };
        if faults.is_empty() {
            faults.extend(wrong_length(storyboard.total_frames()));
        }
        match faults.is_empty() {
            true => Ok(storyboard),
            false => Err(faults),
        }
    }
}

impl SceneEdit {
    /// Its texts checked and its length counted; its place in the film comes later.
    fn checked(self, position: usize, faults: &mut Vec<InvalidField>) -> PlannedScene {
        let mut line = |field: &str, text: &str, most| {
            let field = format!("scenes[{position}].{field}");
            noted(faults, visible_line(&field, text, most))
        };
        let title = line("title", &self.title, MAX_TITLE);
        let description = line("description", &self.description, MAX_TEXT);
        let camera = line("camera", &self.camera, MAX_CAMERA);
        let frames = noted(faults, frames(position, self.seconds));
        PlannedScene {
            index: 0,
            title,
            description,
            camera,
            transition: self.transition,
            timing: SceneTiming {
                frames,
                overlap_before: 0,
                overlap_after: 0,
                start: 0,
            },
            take: first_take(),
            seed: None,
        }
    }
}

/// Numbers the scenes and gives each its place; the last one leads nowhere.
fn in_order(mut scenes: Vec<PlannedScene>) -> Vec<PlannedScene> {
    if let Some(last) = scenes.last_mut() {
        last.transition = Transition::CUT;
    }
    let frames: Vec<u32> = scenes.iter().map(|scene| scene.timing.frames).collect();
    let transitions: Vec<Transition> = scenes.iter().map(|scene| scene.transition).collect();
    let timings = timeline_of(&frames, &transitions[..transitions.len().saturating_sub(1)]);
    for ((scene, timing), index) in scenes.iter_mut().zip(timings).zip(1..) {
        (scene.index, scene.timing) = (index, timing);
    }
    scenes
}

fn frames(position: usize, seconds: f64) -> Result<u32, InvalidField> {
    if !SCENE_SECONDS.contains(&seconds) {
        let (shortest, longest) = (SCENE_SECONDS.start(), SCENE_SECONDS.end());
        return Err(InvalidField::new(
            format!("scenes[{position}].seconds"),
            format!("a number from {shortest} to {longest}"),
        ));
    }
    Ok((seconds * f64::from(FRAME_RATE)).round() as u32)
}

fn wrong_length(total: u32) -> Option<InvalidField> {
    let (shortest, longest) = (*DURATION_SECONDS.start(), *DURATION_SECONDS.end());
    if (shortest * FRAME_RATE..=longest * FRAME_RATE).contains(&total) {
        return None;
    }
    let constraint = format!(
        "a film of {shortest} to {longest} seconds; these scenes less their transitions are {:.2}",
        seconds(total)
    );
    Some(InvalidField::new("scenes", constraint))
}

/// The value, or its placeholder and a fault more.
fn noted<T: Default>(faults: &mut Vec<InvalidField>, value: Result<T, InvalidField>) -> T {
    value.unwrap_or_else(|fault| {
        faults.push(fault);
        T::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::CreateJob;
    use proptest::prelude::*;

    fn edit_of(storyboard: &Storyboard) -> StoryboardEdit {
        let scenes = storyboard.scenes.iter().map(|scene| SceneEdit {
            title: scene.title.clone(),
            description: scene.description.clone(),
            camera: scene.camera.clone(),
            seconds: scene.timing.seconds(),
            transition: scene.transition,
        });
        StoryboardEdit {
            scenes: scenes.collect(),
            music: storyboard.music.description.clone(),
        }
    }

    fn sample() -> StoryboardEdit {
        edit_of(&Storyboard::by_rules(&CreateJob::sample()))
    }

    fn faults(edit: StoryboardEdit) -> Vec<String> {
        let faults = edit.checked().unwrap_err().into_iter();
        faults.map(|fault| fault.field).collect()
    }

    proptest! {
        #[test]
        fn what_was_planned_is_a_right_edit_and_stays_as_it_is(scenes in 1u32..=12, seconds in 6u32..=60) {
            let request = CreateJob { scenes, duration_seconds: seconds, ..CreateJob::sample() };
            let planned = Storyboard::by_rules(&request);
            let edited = edit_of(&planned).checked().unwrap();
            prop_assert_eq!(edited.author, Author::Owner);
            prop_assert_eq!(edited.scenes, planned.scenes);
        }
    }

    #[test]
    fn scenes_are_numbered_and_timed_in_their_new_order() {
        let mut edit = sample();
        edit.scenes.remove(1);
        edit.scenes.reverse();
        edit.scenes[0].seconds = 9.0;
        edit.scenes[0].transition = Transition::CUT;
        let titles: Vec<_> = edit
            .scenes
            .iter()
            .map(|scene| scene.title.clone())
            .collect();
        let storyboard = edit.checked().unwrap();
        let indices: Vec<u32> = storyboard.scenes.iter().map(|scene| scene.index).collect();
        assert_eq!(indices, [1, 2, 3, 4]);
        let new: Vec<_> = storyboard
            .scenes
            .iter()
            .map(|scene| scene.title.clone())
            .collect();
        assert_eq!(new, titles);
        assert_eq!(storyboard.scenes[1].timing.start, 270);
        assert_eq!(storyboard.scenes[3].transition, Transition::CUT);
        assert_eq!(storyboard.total_frames(), 270 + 3 * 204 - 2 * 30);
    }

    #[test]
    fn every_fault_is_named_by_its_scene_and_field() {
        let mut edit = sample();
        edit.music = "\u{0}".to_owned();
        edit.scenes[0].title = "\u{200B}".to_owned();
        edit.scenes[2].description = "x".repeat(601);
        edit.scenes[2].seconds = 0.4;
        edit.scenes[4].camera = "a\u{7}b".to_owned();
        assert_eq!(
            faults(edit),
            [
                "music",
                "scenes[0].title",
                "scenes[2].description",
                "scenes[2].seconds",
                "scenes[4].camera"
            ]
        );
    }

    #[test]
    fn a_film_has_one_to_twelve_scenes_and_six_to_sixty_seconds() {
        let with = |count: usize, seconds: f64| {
            let mut edit = sample();
            let scene = SceneEdit {
                seconds,
                transition: Transition::CUT,
                ..edit.scenes[0].clone()
            };
            edit.scenes = vec![scene; count];
            edit
        };
        assert_eq!(faults(with(0, 6.0)), ["scenes"]);
        assert_eq!(faults(with(13, 2.0)), ["scenes"]);
        assert_eq!(faults(with(11, 0.5)), ["scenes"]);
        assert_eq!(faults(with(12, 5.1)), ["scenes"]);
        assert_eq!(faults(with(1, 60.1)), ["scenes[0].seconds"]);
        for (count, seconds) in [(12, 0.5), (12, 5.0), (1, 6.0), (1, 60.0)] {
            assert!(with(count, seconds).checked().is_ok(), "{count} {seconds}");
        }
    }

    #[test]
    fn texts_stand_in_one_line() {
        let mut edit = sample();
        edit.scenes[0].description = " A boat\n\u{202E}at dawn ".to_owned();
        let storyboard = edit.checked().unwrap();
        assert_eq!(storyboard.scenes[0].description, "A boat at dawn");
    }
}
