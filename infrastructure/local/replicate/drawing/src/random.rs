//! Random choices that are the same for the same prompt.

use fastrand::Rng;
use sha2::{Digest, Sha256};

/// A generator seeded by a text and a number.
#[derive(Debug, Clone)]
pub(super) struct Random {
    generator: Rng,
}

impl Random {
    pub(super) fn new(text: &str, seed: u64) -> Self {
        let hash = Sha256::new()
            .chain_update(text)
            .chain_update(seed.to_le_bytes())
            .finalize();
        let mut state = [0; 8];
        state.copy_from_slice(&hash[..8]);
        Self {
            generator: Rng::with_seed(u64::from_le_bytes(state)),
        }
    }

    /// One of `options`; they must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.generator.usize(..options.len())]
    }

    /// A number from `low` up to `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.generator.f64()
    }

    /// A seed for one of `FFmpeg`'s own generators: 31 bits.
    pub(super) fn seed(&mut self) -> u32 {
        self.generator.u32(..1 << 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_and_seed_give_the_same_numbers() {
        let numbers = |text, seed| {
            let mut random = Random::new(text, seed);
            [random.seed(), random.seed(), random.seed()]
        };
        assert_eq!(numbers("a boat", 1), numbers("a boat", 1));
        assert_ne!(numbers("a boat", 1), numbers("a boat", 2));
        assert_ne!(numbers("a boat", 1), numbers("a coat", 1));
    }

    #[test]
    fn between_stays_between() {
        let mut random = Random::new("x", 0);
        for _ in 0..1000 {
            let value = random.between(-2.0, 3.0);
            assert!((-2.0..3.0).contains(&value));
        }
    }
}
