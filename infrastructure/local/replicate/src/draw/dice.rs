//! Chance that is the same for the same prompt.

use sha2::{Digest, Sha256};

/// A small generator (splitmix64) seeded by a text.
#[derive(Debug, Clone)]
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    pub(super) fn new(text: &str, seed: u64) -> Self {
        let hash = Sha256::new()
            .chain_update(text)
            .chain_update(seed.to_le_bytes())
            .finalize();
        let mut state = [0; 8];
        state.copy_from_slice(&hash[..8]);
        Self {
            state: u64::from_le_bytes(state),
        }
    }

    fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `options`; they must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        let length = options.len() as u64;
        options[(self.roll() % length) as usize]
    }

    /// Anything from `low` up to `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        let share = (self.roll() >> 11) as f64 / (1_u64 << 53) as f64;
        low + (high - low) * share
    }

    /// A seed for one of `FFmpeg`'s own generators.
    pub(super) fn seed(&mut self) -> u32 {
        (self.roll() >> 33) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_rolls_the_same() {
        let rolls = |text, seed| {
            let mut dice = Dice::new(text, seed);
            [dice.seed(), dice.seed(), dice.seed()]
        };
        assert_eq!(rolls("a boat", 1), rolls("a boat", 1));
        assert_ne!(rolls("a boat", 1), rolls("a boat", 2));
        assert_ne!(rolls("a boat", 1), rolls("a coat", 1));
    }

    #[test]
    fn between_stays_between() {
        let mut dice = Dice::new("x", 0);
        for _ in 0..1000 {
            let value = dice.between(-2.0, 3.0);
            assert!((-2.0..3.0).contains(&value));
        }
    }
}
