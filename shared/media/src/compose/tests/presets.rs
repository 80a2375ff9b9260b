//! Films by every preset that an installation may choose.

use super::*;

/// A film's pieces join by copy whichever preset they have in common.
#[rstest]
#[tokio::test]
async fn a_film_is_seamless_by_every_preset(
    #[values(
        Preset::Ultrafast,
        Preset::Superfast,
        Preset::Veryfast,
        Preset::Faster,
        Preset::Medium,
        Preset::Slow
    )]
    preset: Preset,
) {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let plan = FilmPlan {
        preset,
        ..plan((320, 180), 3 * FRAME_RATE, &["fade", "cut"])
    };
    let clips = [0, 1, 2].map(|clip| fixture.clip(&CLIPS[clip]));
    let prepared = fixture.prepare(&plan, &clips).await;
    let film = fixture.compose(&plan, &prepared, None).await.unwrap();
    assert_seamless(&fixture, &plan, &film);
}

#[tokio::test]
async fn scenes_of_different_presets_are_refused() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let slow = plan((320, 180), 2 * FRAME_RATE, &["cut"]);
    let quick = FilmPlan {
        preset: Preset::Ultrafast,
        ..slow.clone()
    };
    let clips = [0, 1].map(|clip| fixture.clip(&CLIPS[clip]));
    let first = refused::first_of(&fixture, &quick, &clips).await;
    let second = fixture.prepare(&slow, &clips).await.remove(1);
    let mixed = fixture.compose(&slow, &[first, second], None).await;
    let error = mixed.unwrap_err();
    assert_eq!(error.code(), "OUTPUT_CHECK_FAILED", "{error}");
}
