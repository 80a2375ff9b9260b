//! Films with a few bits flipped at random places, the same in every run.

use fastrand::Rng;
use rstest::rstest;

use crate::case::Case;
use crate::trial::{Expected, check};

/// 1 to 60 bits of the whole file, or of its first part only, where the
/// container says what the rest is.
fn flip(case: &Case, seed: u64, share: usize) {
    let mut random = Rng::with_seed(seed);
    case.edit(|bytes| {
        let length = bytes.len() / share;
        for _ in 0..random.usize(1..=60) {
            let place = random.usize(..length);
            bytes[place] ^= 1 << random.u8(..8);
        }
    });
}

#[rstest]
#[tokio::test]
async fn flipped_bits(
    #[values("mp4", "matroska", "mpegts", "avi")] format: &str,
    #[values(1, 2, 3)] seed: u64,
    #[values(1, 10)] share: usize,
) {
    let make = |case: &Case| {
        case.film_as(format, &["-g", "10"]);
        flip(case, seed, share);
    };
    check("x.mp4", make, Expected::Either).await;
}
