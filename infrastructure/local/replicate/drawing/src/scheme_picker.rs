//! Which scheme a clip gets: what the prompt's hash picks, unless the last few
//! clips had it already, so that the scenes of a film differ.

use super::random::Random;
use super::schemes::Scheme;
use std::collections::HashMap;

/// So many clips in a row differ in their scheme; most films have fewer scenes.
const DIFFERENT: usize = 7;

/// The schemes given in this run.
#[derive(Debug, Default)]
pub(super) struct SchemePicker {
    /// The same prompt and seed get the same scheme again.
    given: HashMap<(String, u64), Scheme>,
    recent: Vec<Scheme>,
}

impl SchemePicker {
    pub(super) fn scheme(&mut self, prompt: &str, seed: u64) -> Scheme {
        let key = (prompt.to_owned(), seed);
        if let Some(scheme) = self.given.get(&key) {
            return *scheme;
        }
        let picked = Random::new(prompt, seed).pick(&Scheme::ALL);
        let start = Scheme::ALL.iter().position(|scheme| *scheme == picked);
        let from_picked = Scheme::ALL.iter().cycle().skip(start.unwrap_or_default());
        let mut candidates = from_picked.take(Scheme::ALL.len());
        let fresh = candidates.find(|scheme| !self.recent.contains(scheme));
        let scheme = fresh.copied().unwrap_or(picked);
        self.recent.push(scheme);
        if self.recent.len() >= DIFFERENT {
            self.recent.remove(0);
        }
        self.given.insert(key, scheme);
        scheme
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scenes_of_a_film_differ() {
        let mut picker = SchemePicker::default();
        let film: Vec<Scheme> = (0..DIFFERENT)
            .map(|number| picker.scheme(&format!("scene {number}"), 0))
            .collect();
        for (index, scheme) in film.iter().enumerate() {
            assert!(!film[..index].contains(scheme), "{film:?}");
        }
    }

    #[test]
    fn the_same_prompt_looks_the_same() {
        let mut picker = SchemePicker::default();
        let first = picker.scheme("owl", 1);
        picker.scheme("crow", 1);
        assert_eq!(picker.scheme("owl", 1), first);
    }
}
