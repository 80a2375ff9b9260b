use std::fs;
use std::sync::Mutex;

use domain::film::{FRAME_RATE, Preset, timeline};
use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::testing::{draw, ffmpeg, output_of, session};
use crate::{Ffmpeg, prepare_scene};

mod earlier;
mod presets;

/// A clip to make a scene of: a lavfi picture, encoder options, maybe sound.
struct Clip {
    picture: &'static str,
    options: &'static str,
    sound: Option<&'static str>,
    name: &'static str,
}

const CLIPS: [Clip; 5] = [
    Clip {
        picture: "testsrc2=s=640x360:r=24:d=4",
        options: "-pix_fmt yuv420p",
        sound: Some("sine=f=300:d=4"),
        name: "a.mp4",
    },
    Clip {
        picture: "mandelbrot=s=240x320:r=60,trim=duration=2",
        options: "-pix_fmt yuv444p",
        sound: None,
        name: "b.mp4",
    },
    Clip {
        picture: "smptehdbars=s=720x576:r=25:d=1",
        options: "-pix_fmt yuv420p10le",
        sound: Some("anoisesrc=a=0.02:d=1"),
        name: "c.mkv",
    },
    Clip {
        picture: "gradients=s=319x241:r=30:d=1.9:speed=0.1",
        options: "-c:v ffv1",
        sound: None,
        name: "d.mkv",
    },
    Clip {
        picture: "rgbtestsrc=s=320x320:r=12:d=3",
        options: "-c:v libvpx -pix_fmt yuv420p -b:v 1M",
        sound: Some("sine=f=500:d=1:r=22050"),
        name: "e.webm",
    },
];

struct Fixture {
    ffmpeg: Ffmpeg,
    directory: TempDir,
}

impl Fixture {
    fn open() -> Option<Self> {
        Some(Self {
            ffmpeg: ffmpeg()?,
            directory: TempDir::new().unwrap(),
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn clip(&self, clip: &Clip) -> PathBuf {
        let path = self.path(clip.name);
        let mut arguments = vec!["-f", "lavfi", "-i", clip.picture];
        if let Some(sound) = clip.sound {
            arguments.extend(["-f", "lavfi", "-i", sound]);
        }
        arguments.extend(clip.options.split(' '));
        draw(&self.ffmpeg, &arguments, &path);
        path
    }

    async fn prepare(&self, plan: &FilmPlan, clips: &[PathBuf]) -> Vec<PathBuf> {
        let mut prepared = Vec::new();
        for (index, (clip, timing)) in clips.iter().zip(&plan.timings).enumerate() {
            let path = self.path(&format!("scene-{index:03}.mp4"));
            let spec = SceneSpec {
                size: plan.size,
                timing: *timing,
                preset: plan.preset,
            };
            prepare_scene(&session(&self.ffmpeg), clip, &spec, &path, |_| {})
                .await
                .unwrap();
            prepared.push(path);
        }
        prepared
    }

    async fn compose(
        &self,
        plan: &FilmPlan,
        prepared: &[PathBuf],
        music: Option<&Path>,
    ) -> Result<Film, MediaError> {
        let sources = Sources {
            scenes: prepared,
            music,
            earlier: None,
        };
        self.compose_of(plan, sources).await
    }

    async fn compose_of(&self, plan: &FilmPlan, sources: Sources<'_>) -> Result<Film, MediaError> {
        let reports = Mutex::new(vec![0.0]);
        let film = compose(
            &session(&self.ffmpeg),
            plan,
            sources,
            self.directory.path(),
            |done| {
                reports.lock().unwrap().push(done);
            },
        )
        .await?;
        let reports = reports.into_inner().unwrap();
        assert!(
            reports.windows(2).all(|pair| pair[0] <= pair[1]),
            "{reports:?}"
        );
        assert_eq!(reports.last(), Some(&1.0));
        Ok(film)
    }

    fn music(&self) -> PathBuf {
        let path = self.path("music.mp3");
        draw(
            &self.ffmpeg,
            &[
                "-f",
                "lavfi",
                "-i",
                "aevalsrc=0.3*sin(440*t)+0.2*sin(2200*t)|0.3*sin(660*t):d=2.5",
            ],
            &path,
        );
        path
    }

    /// Each frame's checksum, decoded from the beginning or from a time on.
    fn frames(&self, film: &Path, from: u32, count: u32) -> Vec<String> {
        let time = format!("{:.6}", domain::film::seconds(from));
        let count = count.to_string();
        let film = film.to_str().unwrap();
        let arguments = [
            "-ss",
            &time,
            "-i",
            film,
            "-map",
            "0:v",
            "-fps_mode",
            "passthrough",
            "-frames:v",
            &count,
            "-f",
            "framemd5",
            "-",
        ];
        String::from_utf8(output_of(&self.ffmpeg, &arguments))
            .unwrap()
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.rsplit(',').next())
            .map(|sum| sum.trim().to_owned())
            .collect()
    }
}

fn plan(size: (u32, u32), frames: u32, transitions: &[&str]) -> FilmPlan {
    let transitions: Vec<Transition> = transitions
        .iter()
        .map(|name| name.parse().unwrap())
        .collect();
    FilmPlan {
        size,
        timings: timeline(frames, &transitions),
        transitions,
        preset: Preset::Fast,
    }
}

/// Decoded from each seam on, the film is what it is when decoded whole, and
/// what its pieces are when decoded alone; and each body is, frame by frame,
/// the part of its scene that it should be.
fn assert_seamless(fixture: &Fixture, plan: &FilmPlan, film: &Film) {
    let whole = fixture.frames(&film.video, 0, u32::MAX / 2);
    assert_eq!(whole.len(), plan.frames() as usize);
    let pieces = pieces::divide(plan, None, fixture.directory.path());
    let alone: Vec<String> = pieces
        .iter()
        .flat_map(|piece| fixture.frames(&piece.path, 0, u32::MAX / 2))
        .collect();
    assert_eq!(whole, alone);
    for (index, timing) in plan.timings.iter().enumerate() {
        let scene = fixture.frames(
            &fixture.path(&format!("scene-{index:03}.mp4")),
            0,
            u32::MAX / 2,
        );
        let body = timing.overlap_before as usize..(timing.frames - timing.overlap_after) as usize;
        let place = timing.start as usize;
        assert_eq!(
            whole[place + body.start..place + body.end],
            scene[body],
            "scene {index}"
        );
    }
    let mut seam = 0;
    for piece in pieces {
        let count = 3.min(piece.frames);
        let seen = fixture.frames(&film.video, seam, count);
        assert_eq!(
            seen,
            whole[seam as usize..(seam + count) as usize],
            "at frame {seam}"
        );
        seam += piece.frames;
    }
}

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

#[test]
fn a_film_is_divided_into_all_its_frames() {
    let plan = plan((1920, 1080), 900, &["fade", "cut", "fade", "fade"]);
    let pieces = pieces::divide(&plan, None, Path::new("/t"));
    assert_eq!(pieces.iter().map(|piece| piece.frames).sum::<u32>(), 900);
    assert_eq!(pieces.iter().filter(|piece| piece.is_encoded()).count(), 3);
    let prepared: Vec<PathBuf> = (0..5)
        .map(|index| PathBuf::from(format!("/t/scene-{index}.mp4")))
        .collect();
    let arguments = |index: usize| pieces::plan(None, &plan, &prepared, &pieces[index]).join("\n");
    insta::assert_snapshot!("body", arguments(0));
    insta::assert_snapshot!("transition", arguments(1));
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
    let reports = AtomicU32::new(0);
    let sources = Sources {
        scenes: &[],
        music: None,
        earlier: None,
    };
    is_send(compose(&session(&ffmpeg), &plan, sources, path, |_| {
        reports.fetch_add(1, Ordering::Relaxed);
    }));
    is_send(prepare_scene(&session(&ffmpeg), path, &spec, path, |_| {}));
    is_send(crate::probe(&session(&ffmpeg), path));
}
