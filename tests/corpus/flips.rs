//! Films with a few bits turned over, by chance that is the same in every run.

use rstest::rstest;

use crate::shop::{Dice, Shop};
use crate::trial::{Expected, hold};

/// 1 to 60 bits of the whole file, or of its first part only, where the
/// container says what the rest is.
fn flip(shop: &Shop, seed: u64, share: usize) {
    let mut dice = Dice(seed);
    shop.operate(|bytes| {
        let length = bytes.len() / share;
        for _ in 0..=dice.below(60) {
            let place = dice.below(length);
            bytes[place] ^= 1 << dice.below(8);
        }
    });
}

#[rstest]
#[tokio::test]
async fn bits_turned_over(
    #[values("mp4", "matroska", "mpegts", "avi")] format: &str,
    #[values(1, 2, 3)] seed: u64,
    #[values(1, 10)] share: usize,
) {
    let make = |shop: &Shop| {
        shop.film_as(format, &["-g", "10"]);
        flip(shop, seed, share);
    };
    hold("x.mp4", make, Expected::Either).await;
}
