//! A part of the plan that is made by itself, and anew: a scene, or the music.

use serde::{Deserialize, Serialize};

use super::{PlannedMusic, PlannedScene, Storyboard};
use crate::attempt::Target;
use crate::take::Words;

/// A part of the plan, in one of its takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// A scene.
    Scene(PlannedScene),
    /// The music.
    Soundtrack(PlannedMusic),
}

impl Part {
    /// What it is made as.
    pub fn target(&self) -> Target {
        match self {
            Self::Scene(scene) => Target::Scene(scene.index),
            Self::Soundtrack(_) => Target::Soundtrack,
        }
    }

    /// Which of its takes.
    pub fn take(&self) -> u32 {
        match self {
            Self::Scene(scene) => scene.take,
            Self::Soundtrack(music) => music.take,
        }
    }

    /// What the model is told that may differ from take to take.
    pub fn words(&self) -> Words {
        match self {
            Self::Scene(scene) => scene.words(),
            Self::Soundtrack(music) => music.words(),
        }
    }

    /// The same part in another take.
    pub fn in_take(&self, take: u32, words: Words) -> Self {
        match self {
            Self::Scene(scene) => Self::Scene(scene.in_take(take, words)),
            Self::Soundtrack(_) => Self::Soundtrack(PlannedMusic::in_take(take, words)),
        }
    }
}

impl Storyboard {
    /// The part that is made as that.
    pub fn part(&self, target: Target) -> Option<Part> {
        match target {
            Target::Scene(index) => self.scene(index).cloned().map(Part::Scene),
            Target::Soundtrack => Some(Part::Soundtrack(self.music.clone())),
            Target::Plan => None,
        }
    }

    /// The plan with another take of a part. `None` if there is no such scene in it.
    pub fn with(mut self, part: &Part) -> Option<Self> {
        match part {
            Part::Scene(redone) => {
                let mut scenes = self.scenes.iter_mut();
                *scenes.find(|scene| scene.index == redone.index)? = redone.clone();
            }
            Part::Soundtrack(music) => self.music = music.clone(),
        }
        Some(self)
    }

    /// Of each transition that has pictures of its own, whether `other`, in which parts are in
    /// other takes, has the same: both of its scenes are in the same take.
    pub fn same_transitions(&self, other: &Self) -> Vec<bool> {
        let is_same = |scene: &PlannedScene| {
            let there = other.scene(scene.index);
            there.is_some_and(|there| there.take == scene.take)
        };
        let pairs = self.scenes.windows(2);
        let same = pairs.map(|pair| pair[0].timing.overlap_after > 0 && pair.iter().all(is_same));
        same.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::film::Transition;
    use crate::request::CreateJob;

    #[test]
    fn another_take_of_one_part_leaves_all_others() {
        let plan = Storyboard::by_rules(&CreateJob {
            scenes: 2,
            ..CreateJob::sample()
        });
        let targets = [Target::Scene(1), Target::Scene(2), Target::Soundtrack];
        for changed in targets {
            let part = plan.part(changed).unwrap();
            assert_eq!((part.target(), part.take()), (changed, 1));
            let other = part.in_take(2, part.words());
            let after = plan.clone().with(&other).unwrap();
            for target in targets {
                let is_same = plan.part(target) == after.part(target);
                assert_eq!(is_same, target != changed);
            }
        }
        assert_eq!(plan.part(Target::Scene(3)), None);
        assert_eq!(plan.part(Target::Plan), None);
    }

    #[test]
    fn a_transition_is_the_same_if_both_of_its_scenes_are() {
        let of = |transition| {
            Storyboard::by_rules(&CreateJob {
                scenes: 4,
                transition,
                ..CreateJob::sample()
            })
        };
        let plan = of(Transition::FADE);
        let with = |target| {
            let part = plan.part(target).unwrap();
            let redone = part.in_take(2, part.words());
            plan.same_transitions(&plan.clone().with(&redone).unwrap())
        };
        assert_eq!(with(Target::Soundtrack), [true, true, true]);
        assert_eq!(with(Target::Scene(1)), [false, true, true]);
        assert_eq!(with(Target::Scene(3)), [true, false, false]);
        let cut = of(Transition::CUT);
        assert_eq!(cut.same_transitions(&cut), [false, false, false]);
    }

    /// What was stored before music had takes reads back, and is written as it was.
    #[test]
    fn a_storyboard_has_its_first_music_as_words_alone() {
        let plan = Storyboard::by_rules(&CreateJob::sample());
        let mut stored = serde_json::json!(plan);
        assert_eq!(stored["music"], plan.music.description);
        assert_eq!(stored.get("musicTake"), None);
        stored["music"] = "piano".into();
        let read: Storyboard = serde_json::from_value(stored).unwrap();
        assert_eq!(read.music, PlannedMusic::new("piano".to_owned()));
    }
}
