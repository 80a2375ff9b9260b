//! What is not composed, or does not pass afterwards.

use super::*;

#[tokio::test]
async fn foreign_and_misplaced_scenes_are_refused() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let longer = plan((320, 180), 3 * FRAME_RATE, &["fade"]);
    let plan = plan((320, 180), 2 * FRAME_RATE, &["fade"]);
    let clips = vec![fixture.clip(&CLIPS[0]); 2];
    let elsewhere = first_of(&fixture, &longer, &clips).await;
    let prepared = fixture.prepare(&plan, &clips).await;

    // The same frames and size from an encoder set otherwise.
    let foreign = SceneFiles {
        body: fixture.path("foreign.mp4"),
        ..prepared[1].clone()
    };
    let body = prepared[1].body.to_str().unwrap();
    let encoder = ["-bf", "0", "-refs", "5", "-video_track_timescale", "15360"];
    draw(
        &fixture.ffmpeg,
        &[&["-i", body, "-c:a", "copy"], &encoder[..]].concat(),
        &foreign.body,
    );
    let mixed = [prepared[0].clone(), foreign];
    let error = fixture.compose(&plan, &mixed, None).await.unwrap_err();
    assert!(
        error.to_string().contains("not all encoded alike"),
        "{error}"
    );

    let misplaced = SceneFiles {
        borders: prepared[1].body.clone(),
        ..prepared[1].clone()
    };
    for wrong in [
        [prepared[0].clone(), misplaced],
        [elsewhere, prepared[1].clone()],
    ] {
        let error = fixture.compose(&plan, &wrong, None).await.unwrap_err();
        assert_eq!(error.code(), "OUTPUT_CHECK_FAILED", "{error}");
    }
    let error = fixture
        .compose(&plan, &prepared[..1], None)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "OUTPUT_CHECK_FAILED", "{error}");
}

/// The first scene of another film, kept out of the way of this one's.
pub(super) async fn first_of(fixture: &Fixture, plan: &FilmPlan, clips: &[PathBuf]) -> SceneFiles {
    let made = fixture.prepare(plan, clips).await.swap_remove(0);
    let kept = SceneFiles {
        body: fixture.path("kept.mp4"),
        borders: fixture.path("kept-borders.mov"),
    };
    fs::rename(made.body, &kept.body).unwrap();
    let _ = fs::rename(made.borders, &kept.borders);
    kept
}

/// What the last check says of a film that was changed after it was made.
#[tokio::test]
async fn a_film_that_is_not_as_planned_does_not_pass() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let plan = plan((320, 180), 2 * FRAME_RATE, &["fade"]);
    let film = film_of(&fixture, &plan, &CLIPS[0], None)
        .await
        .unwrap()
        .video;
    let level = sound::Level::Standard;
    let verify = async |film: &Path, plan: &FilmPlan| {
        verify::verify(&session(&fixture.ffmpeg), plan, film, level)
            .await
            .map(drop)
    };
    verify(&film, &plan).await.unwrap();

    let longer = FilmPlan {
        timings: timeline(2 * FRAME_RATE + 1, &plan.transitions),
        ..plan.clone()
    };
    let wider = FilmPlan {
        size: (322, 180),
        ..plan.clone()
    };
    for wrong in [&longer, &wider] {
        let error = verify(&film, wrong).await.unwrap_err();
        assert_eq!(error.code(), "OUTPUT_CHECK_FAILED", "{error}");
    }

    let changed = fixture.path("changed.mp4");
    let source = film.to_str().unwrap();
    let changes: [&[&str]; 5] = [
        &["-an", "-c", "copy"],
        &["-c", "copy", "-af", "anull", "-c:a", "aac", "-ac", "1"],
        &["-c", "copy", "-c:a", "aac", "-filter:a", "volume=-3dB"],
        &["-c", "copy", "-video_track_timescale", "90000"],
        &[
            "-c:a",
            "copy",
            "-vf",
            "setpts=PTS+gt(N\\,30)*512",
            "-video_track_timescale",
            "15360",
        ],
    ];
    for change in changes {
        draw(
            &fixture.ffmpeg,
            &[&["-i", source], change].concat(),
            &changed,
        );
        let error = verify(&changed, &plan).await.unwrap_err();
        assert_eq!(error.code(), "OUTPUT_CHECK_FAILED", "{change:?}: {error}");
    }

    // FFmpeg ends with status 0 over this one.
    let mut bytes = fs::read(&film).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle..middle + 500].fill(0x5a);
    fs::write(&changed, bytes).unwrap();
    assert!(verify(&changed, &plan).await.is_err());
}

#[tokio::test]
async fn music_that_is_none_is_the_musics_fault() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let plan = plan((320, 180), FRAME_RATE, &[]);
    let broken = fixture.path("music.mp3");
    fs::write(&broken, b"no music").unwrap();
    let error = film_of(&fixture, &plan, &CLIPS[0], Some(&broken))
        .await
        .unwrap_err();
    assert!(error.is_input_fault(), "{error:?}");
}
