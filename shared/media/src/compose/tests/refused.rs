//! What is not composed, or does not pass afterwards.

use super::*;

#[tokio::test]
async fn foreign_and_misplaced_scenes_are_refused() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let plan = plan((320, 180), 2 * FRAME_RATE, &["fade"]);
    let clips = vec![fixture.clip(&CLIPS[0]); 2];
    let prepared = fixture.prepare(&plan, &clips).await;

    // The same frames, key frames and size from an encoder set otherwise.
    let foreign = fixture.path("foreign.mp4");
    let scene = prepared[1].to_str().unwrap();
    let frames = format!("expr:eq(n,{})", plan.timings[1].overlap_before);
    draw(
        &fixture.ffmpeg,
        &[
            "-i",
            scene,
            "-c:a",
            "copy",
            "-bf",
            "0",
            "-refs",
            "5",
            "-force_key_frames",
            &frames,
            "-video_track_timescale",
            "15360",
        ],
        &foreign,
    );
    let mixed = [prepared[0].clone(), foreign];
    let error = fixture.compose(&plan, &mixed, None).await.unwrap_err();
    assert!(
        error.to_string().contains("not all encoded alike"),
        "{error}"
    );

    let swapped = [prepared[1].clone(), prepared[0].clone()];
    let error = fixture.compose(&plan, &swapped, None).await.unwrap_err();
    assert_eq!(error.code(), "OUTPUT_CHECK_FAILED", "{error}");
    let error = fixture
        .compose(&plan, &prepared[..1], None)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "OUTPUT_CHECK_FAILED", "{error}");
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
