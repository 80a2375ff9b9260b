use std::fs;

use domain::film::{FRAME_RATE, timeline};
use domain::preset::Preset;
use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::testing::{draw, ffmpeg, output_of, session};
use crate::{Ffmpeg, prepare_scene};
use fixture::{CLIPS, Clip, Fixture, assert_seamless, plan};

mod earlier;
mod fixture;
mod presets;
mod refused;

#[tokio::test]
async fn five_unlike_clips_become_one_film() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let plan = plan(
        (640, 360),
        8 * FRAME_RATE,
        &["fade", "cut", "wipeleft", "circleopen"],
    );
    let clips: Vec<PathBuf> = CLIPS.iter().map(|clip| fixture.clip(clip)).collect();
    let prepared = fixture.prepare(&plan, &clips).await;
    let music = fixture.music();

    let film = fixture
        .compose(&plan, &prepared, Some(&music))
        .await
        .unwrap();

    assert_seamless(&fixture, &plan, &film);
    let video = film.probe.video.unwrap();
    assert_eq!(
        (video.width, video.height, video.frame_rate, video.frames),
        (640, 360, (30, 1), 240)
    );
    assert!(
        (film.loudness + 14.0).abs() <= 1.0 && film.true_peak <= -1.0,
        "{} {}",
        film.loudness,
        film.true_peak
    );
    assert!((film.probe.duration.as_secs_f64() - 8.0).abs() < 1.0 / 30.0);
    assert!(fs::metadata(&film.thumbnail).unwrap().len() > 2000);
    if let Some(keep) = std::env::var_os("KEEP_FILM") {
        fs::copy(&film.video, keep).unwrap();
        fs::copy(&film.thumbnail, "/tmp/m/thumb.jpg").unwrap();
    }
}

/// A plan of short scenes, all of one clip.
async fn film_of(
    fixture: &Fixture,
    plan: &FilmPlan,
    clip: &Clip,
    music: Option<&Path>,
) -> Result<Film, MediaError> {
    let clips = vec![fixture.clip(clip); plan.timings.len()];
    let prepared = fixture.prepare(plan, &clips).await;
    fixture.compose(plan, &prepared, music).await
}

#[tokio::test]
async fn twelve_scenes_in_six_seconds() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let names = [
        "pixelize",
        "cut",
        "hlslice",
        "zoomin",
        "fadeblack",
        "squeezev",
        "dissolve",
        "radial",
        "coverup",
        "hblur",
        "fadewhite",
    ];
    let plan = plan((180, 320), 6 * FRAME_RATE, &names);
    let film = film_of(&fixture, &plan, &CLIPS[0], None).await.unwrap();
    assert_seamless(&fixture, &plan, &film);
    assert!((film.loudness + 14.0).abs() <= 1.0, "{}", film.loudness);
}

#[tokio::test]
async fn one_scene_is_a_film_and_silence_is_a_track() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let plan = plan((180, 180), FRAME_RATE, &[]);
    let film = film_of(&fixture, &plan, &CLIPS[1], None).await.unwrap();
    assert_seamless(&fixture, &plan, &film);
    assert_eq!(film.probe.audio.unwrap().codec, "aac");
    assert_eq!((film.loudness, film.true_peak), (-70.0, -70.0));
}

#[tokio::test]
async fn a_body_of_one_frame_is_enough() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let plan = plan((320, 180), 21, &["fade", "wipeleft", "cut", "fade"]);
    let film = film_of(&fixture, &plan, &CLIPS[1], Some(&fixture.music()))
        .await
        .unwrap();
    assert_seamless(&fixture, &plan, &film);
}

#[rstest]
#[case::whisper("anoisesrc=a=0.003:d=4", -14.0)]
#[case::bursts("aevalsrc='0.5*sin(3000*t)*lt(mod(t,0.7),0.1)':d=4", -14.0)]
#[case::loud("anoisesrc=a=1:d=4", -14.0)]
// Clicks cannot be loud; they are as loud as they can.
#[case::clicks("aevalsrc='0.9*lt(mod(t,0.5),0.004)':d=4", -22.0)]
#[tokio::test]
async fn unlike_sounds_come_out_equally_loud(#[case] sound: &'static str, #[case] loudness: f64) {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let plan = plan((64, 64), 3 * FRAME_RATE, &["fade"]);
    let clip = Clip {
        picture: "testsrc2=s=64x64:d=4",
        options: "-pix_fmt yuv420p",
        sound: Some(sound),
        name: "x.mkv",
    };
    let film = film_of(&fixture, &plan, &clip, None).await.unwrap();
    assert!((film.loudness - loudness).abs() <= 1.5, "{}", film.loudness);
    assert!(film.true_peak <= -1.0, "{}", film.true_peak);
}

#[tokio::test]
async fn the_thumbnail_is_not_black() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let plan = plan((320, 180), 5 * FRAME_RATE, &["cut"]);
    let black = Clip {
        picture: "color=black:s=320x180:d=3",
        options: "-pix_fmt yuv420p",
        sound: None,
        name: "black.mp4",
    };
    let clips = [fixture.clip(&black), fixture.clip(&CLIPS[0])];
    let prepared = fixture.prepare(&plan, &clips).await;
    let film = fixture.compose(&plan, &prepared, None).await.unwrap();
    let thumbnail = film.thumbnail.to_str().unwrap();
    let grey = output_of(
        &fixture.ffmpeg,
        &[
            "-i",
            thumbnail,
            "-vf",
            "scale=1:1:flags=area,format=gray",
            "-f",
            "rawvideo",
            "-",
        ],
    );
    assert!(grey[0] > 60, "{grey:?}");
    let probe = crate::probe(&session(&fixture.ffmpeg), &film.video)
        .await
        .unwrap();
    assert_eq!(film.probe.video, probe.video);
    assert_eq!(film.probe.duration, probe.duration);
    let thumbnail = output_of(
        &fixture.ffmpeg,
        &["-i", thumbnail, "-f", "rawvideo", "-pix_fmt", "gray", "-"],
    );
    assert_eq!(thumbnail.len(), 320 * 180);
}

#[test]
fn a_film_is_divided_into_all_its_frames() {
    let plan = plan((1920, 1080), 900, &["fade", "cut", "fade", "fade"]);
    let pieces = pieces::divide(&plan, None, Path::new("/t"));
    assert_eq!(pieces.iter().map(|piece| piece.frames).sum::<u32>(), 900);
    assert_eq!(pieces.iter().filter(|piece| piece.is_encoded()).count(), 3);
    let prepared: Vec<SceneFiles> = (0..5)
        .map(|index| SceneFiles::in_directory(Path::new("/t"), index))
        .collect();
    let arguments = |index: usize| pieces::plan(None, &plan, &prepared, &pieces[index]).join("\n");
    insta::assert_snapshot!("body", arguments(0));
    insta::assert_snapshot!("transition", arguments(1));
}

#[test]
fn borders_are_needed_beside_transitions_that_are_not_there() {
    let plan = plan((1920, 1080), 900, &["fade", "cut", "fade", "fade"]);
    let needed = |same: &[bool]| {
        let scenes = plan.needs_borders(same).into_iter().enumerate();
        let needed = scenes.filter_map(|(scene, is_needed)| is_needed.then_some(scene));
        needed.collect::<Vec<_>>()
    };
    assert_eq!(needed(&[]), [0, 1, 2, 3, 4]);
    assert_eq!(needed(&[true, false, false, true]), [2, 3]);
    assert_eq!(needed(&[true, false, true, false]), [3, 4]);
    assert!(needed(&[true; 4]).is_empty());
}

/// A Lambda's handler may be moved between threads while it waits.
#[test]
fn composing_and_preparing_can_be_sent() {
    fn is_send(_: impl Send) {}
    let ffmpeg = Ffmpeg::new("ffmpeg".into(), None);
    let plan = plan((320, 180), 90, &["fade"]);
    let spec = SceneSpec {
        size: plan.size,
        timing: plan.timings[0],
        preset: plan.preset,
    };
    let path = Path::new("/t");
    let files = SceneFiles::in_directory(path, 0);
    let reports = AtomicU32::new(0);
    let sources = Sources {
        scenes: &[],
        music: None,
        earlier: None,
    };
    is_send(compose(&session(&ffmpeg), &plan, sources, path, |_| {
        reports.fetch_add(1, Ordering::Relaxed);
    }));
    is_send(prepare_scene(
        &session(&ffmpeg),
        path,
        &spec,
        None,
        &files,
        |_| {},
    ));
    is_send(crate::probe(&session(&ffmpeg), path));
}
