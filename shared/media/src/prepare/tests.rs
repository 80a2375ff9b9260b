use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use domain::film::timeline;
use domain::preset::Preset;
use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::Ffmpeg;
use crate::testing::{draw, ffmpeg, output_of, session};

const SIZE: (u32, u32) = (320, 180);

/// The middle one of three scenes: overlaps on both sides.
fn spec(size: (u32, u32), frames: u32) -> SceneSpec {
    let timing = SceneTiming {
        frames,
        overlap_before: 7,
        overlap_after: 9,
        start: 100,
    };
    SceneSpec {
        size,
        timing,
        preset: Preset::Fast,
    }
}

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

    fn clip(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let path = self.directory.path().join(name);
        draw(&self.ffmpeg, arguments, &path);
        path
    }

    async fn prepare(
        &self,
        clip: &Path,
        spec: &SceneSpec,
    ) -> Result<(Prepared, SceneFiles), MediaError> {
        let files = SceneFiles::in_directory(self.directory.path(), 1);
        let begun = Instant::now();
        let prepared =
            prepare_scene(&session(&self.ffmpeg), clip, spec, None, &files, |_| {}).await;
        assert!(begun.elapsed().as_secs() < 30);
        prepared.map(|prepared| (prepared, files))
    }

    /// The checksums of a file's frames as they are decoded.
    fn frames(&self, file: &Path) -> Vec<String> {
        let file = file.to_str().unwrap();
        let sums = output_of(
            &self.ffmpeg,
            &[
                "-i", file, "-map", "0:v", "-pix_fmt", "yuv420p", "-f", "framemd5", "-",
            ],
        );
        let sums = String::from_utf8(sums).unwrap();
        let frames = sums.lines().filter(|line| !line.starts_with('#'));
        let sums = frames.filter_map(|line| line.rsplit(',').next());
        sums.map(|sum| sum.trim().to_owned()).collect()
    }

    /// The average colour of a part of the first frame, as red, green, blue.
    fn colour(&self, film: &Path, crop: &str) -> [u8; 3] {
        let filters = format!("crop={crop},format=rgb24,scale=1:1:flags=area");
        let film = film.to_str().unwrap();
        let arguments = [
            "-i",
            film,
            "-frames:v",
            "1",
            "-vf",
            &filters,
            "-f",
            "rawvideo",
            "-",
        ];
        output_of(&self.ffmpeg, &arguments).try_into().unwrap()
    }
}

fn close(found: [u8; 3], expected: [u8; 3], tolerance: u8) -> bool {
    found
        .iter()
        .zip(expected)
        .all(|(found, expected)| found.abs_diff(expected) <= tolerance)
}

// Length, rate, size, pixel format, turn: whatever it is, it fits afterwards.
#[rstest]
#[case::cut(&["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=4", "-f", "lavfi", "-i", "sine=d=4"])]
#[case::slowed(&["-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=1.8", "-f", "lavfi", "-i", "sine=d=1.8"])]
#[case::repeated(&["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=0.5", "-f", "lavfi", "-i", "sine=d=0.5"])]
#[case::one_frame(&["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30", "-frames:v", "1"])]
#[case::fast_and_wide(&["-f", "lavfi", "-i", "testsrc2=s=640x180:r=120:d=2"])]
#[case::interlaced(&["-f", "lavfi", "-i", "testsrc2=s=720x576:r=50:d=3,interlace", "-flags", "+ildct+ilme", "-c:v", "mpeg4"])]
#[case::tall_and_odd(&["-f", "lavfi", "-i", "testsrc2=s=181x319:r=15:d=3", "-c:v", "libx264", "-pix_fmt", "yuv444p"])]
#[case::tiny(&["-f", "lavfi", "-i", "color=red:s=2x2:r=30:d=3", "-c:v", "mpeg4"])]
#[case::varying(&["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=4", "-vf", "select=not(mod(n\\,7))+lt(n\\,20)", "-fps_mode", "vfr"])]
#[case::late_picture(&["-f", "lavfi", "-i", "sine=d=3", "-f", "lavfi", "-itsoffset", "0.4", "-i", "testsrc2=s=320x180:r=30:d=3"])]
#[case::surround(&["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=3", "-f", "lavfi", "-i", "anoisesrc=d=2:r=96000,pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0"])]
#[tokio::test]
async fn any_clip_is_brought_to_the_films_format(#[case] arguments: &[&str]) {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let clip = fixture.clip("clip.mp4", arguments);
    // `prepare_scene` checks sizes, frames and the sound's length.
    let (prepared, _) = fixture.prepare(&clip, &spec(SIZE, 65)).await.unwrap();
    let has_sound = arguments
        .iter()
        .any(|argument| argument.contains("sine") || argument.contains("noise"));
    assert_eq!(prepared.has_audio, has_sound);
}

#[tokio::test]
async fn all_film_sizes_are_met_and_progress_rises() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let clip = fixture.clip(
        "clip.webm",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=320x180:r=30:d=1",
            "-c:v",
            "libvpx",
        ],
    );
    for ratio in domain::film::AspectRatio::ALL {
        fixture
            .prepare(&clip, &spec(ratio.size(), 20))
            .await
            .unwrap();
    }
}

/// Grain and colour to the last bit: what a transition is made of was never compressed.
#[tokio::test]
async fn borders_are_the_frames_of_the_clip_as_they_are() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let picture = "testsrc2=s=320x180:r=30:d=3,noise=alls=20:allf=t,format=yuv420p,\
                   setparams=colorspace=bt709";
    let clip = fixture.clip("clip.mkv", &["-f", "lavfi", "-i", picture, "-c:v", "ffv1"]);
    let spec = spec(SIZE, 65);
    let (_, files) = fixture.prepare(&clip, &spec).await.unwrap();
    let whole = fixture.frames(&clip);
    let expected = [&whole[..7], &whole[56..65]].concat();
    assert_eq!(fixture.frames(&files.borders), expected);
    assert_eq!(
        fixture.frames(&files.body).len(),
        spec.timing.body() as usize
    );

    let again = fixture.directory.path().join("again.mov");
    let session = session(&fixture.ffmpeg);
    prepare_borders(&session, &clip, &spec, &again)
        .await
        .unwrap();
    assert_eq!(fixture.frames(&again), expected);
}

#[tokio::test]
async fn a_turned_clip_stands_upright() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let halves = "color=red:s=320x180:r=30:d=1,drawbox=x=160:w=160:h=180:color=blue:t=fill,format=gbrp,scale=out_color_matrix=bt709,format=yuv420p";
    let straight = fixture.clip("straight.mp4", &["-f", "lavfi", "-i", halves]);
    let turned = fixture.clip(
        "turned.mp4",
        &[
            "-display_rotation",
            "90",
            "-i",
            straight.to_str().unwrap(),
            "-c",
            "copy",
        ],
    );
    let (_, scene) = fixture
        .prepare(&turned, &spec((180, 320), 30))
        .await
        .unwrap();
    // Turned anticlockwise, the right half is on top.
    assert!(close(
        fixture.colour(&scene.body, "180:120:0:0"),
        [0, 0, 254],
        12
    ));
    assert!(close(
        fixture.colour(&scene.body, "180:120:0:200"),
        [254, 0, 0],
        12
    ));
}

// A picture's colours are kept, whatever matrix or range it is stored with.
#[rstest]
#[case::unnamed_sd(
    "320x180",
    "yuv420p",
    "scale=out_color_matrix=bt601,format=yuv420p,setparams=colorspace=unknown",
    ""
)]
#[case::unnamed_dvd(
    "1024x576",
    "yuv420p",
    "scale=out_color_matrix=bt601,format=yuv420p,setparams=colorspace=unknown",
    ""
)]
#[case::unnamed_hd(
    "1280x720",
    "yuv420p",
    "scale=out_color_matrix=bt709,format=yuv420p,setparams=colorspace=unknown",
    ""
)]
#[case::sd(
    "320x180",
    "yuv420p",
    "scale=out_color_matrix=bt601,setparams=colorspace=smpte170m",
    "smpte170m"
)]
#[case::full_range(
    "320x180",
    "yuvj420p",
    "scale=out_color_matrix=bt709:out_range=pc,setparams=colorspace=bt709:range=pc",
    "bt709"
)]
#[tokio::test]
async fn colours_are_kept(
    #[case] size: &str,
    #[case] format: &str,
    #[case] filters: &str,
    #[case] space: &str,
) {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let source = format!("color=0x10c020:s={size}:r=30:d=1,format=rgb24");
    let filters = format!("{filters},format={format}");
    let mut arguments = vec![
        "-f", "lavfi", "-i", &source, "-vf", &filters, "-c:v", "libx264",
    ];
    if !space.is_empty() {
        arguments.extend(["-colorspace", space]);
    }
    let clip = fixture.clip("clip.mp4", &arguments);
    let found = crate::probe(&session(&fixture.ffmpeg), &clip)
        .await
        .unwrap();
    let found = found.video.unwrap().color_space;
    assert_eq!(found.as_deref().unwrap_or_default(), space);
    let (_, scene) = fixture.prepare(&clip, &spec(SIZE, 30)).await.unwrap();
    let colour = fixture.colour(&scene.body, "100:100:0:0");
    assert!(close(colour, [0x10, 0xc0, 0x20], 5), "{colour:?}");
}

#[tokio::test]
async fn hdr_is_brought_to_what_every_screen_shows() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let source = "color=0xc0c0c0:s=320x180:r=30:d=1,format=gbrpf32le,\
                  setparams=color_primaries=bt709:color_trc=bt709:colorspace=gbr:range=pc,\
                  zscale=t=linear:npl=203,zscale=p=bt2020:t=smpte2084:m=bt2020nc:r=tv,format=yuv420p10le";
    let clip = fixture.clip(
        "hdr.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            source,
            "-c:v",
            "libx265",
            "-x265-params",
            "log-level=none",
        ],
    );
    let (_, scene) = fixture.prepare(&clip, &spec(SIZE, 30)).await.unwrap();
    let colour = fixture.colour(&scene.body, "100:100:0:0");
    assert!(close(colour, [0xb0; 3], 50), "{colour:?}");
}

/// HLG is told by its tag: here in eight bits, and at odd sides. Its white is a
/// light grey, and not the 180 that the values alone would show.
#[rstest]
#[case::even("320x180")]
#[case::odd("321x181")]
#[tokio::test]
async fn hlg_in_eight_bits_is_hdr(#[case] size: &str) {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let source = format!("color=black:s={size}:r=30:d=1,format=yuv444p,geq=lum=180:cb=128:cr=128");
    let tags = "log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc";
    let encoder = ["-c:v", "libx265", "-x265-params", tags];
    let clip = fixture.clip(
        "hlg.mp4",
        &[&["-f", "lavfi", "-i", &source][..], &encoder].concat(),
    );
    let (_, scene) = fixture.prepare(&clip, &spec(SIZE, 30)).await.unwrap();
    let colour = fixture.colour(&scene.body, "100:100:0:0");
    assert!((200..230).contains(&colour[0]), "{colour:?}");
}

#[tokio::test]
async fn another_shape_stands_before_a_backdrop_and_a_near_one_fills_the_frame() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let white = |size: &str| format!("color=white:s={size}:r=30:d=1");
    let square = fixture.clip("square.mp4", &["-f", "lavfi", "-i", &white("180x180")]);
    let (_, scene) = fixture.prepare(&square, &spec(SIZE, 30)).await.unwrap();
    let backdrop = fixture.colour(&scene.body, "40:100:0:40");
    assert!((100..190).contains(&backdrop[0]), "{backdrop:?}");
    assert!(close(
        fixture.colour(&scene.body, "100:100:110:40"),
        [255; 3],
        8
    ));

    let near = fixture.clip("near.mp4", &["-f", "lavfi", "-i", &white("300x180")]);
    let (_, scene) = fixture.prepare(&near, &spec(SIZE, 30)).await.unwrap();
    assert!(close(
        fixture.colour(&scene.body, "20:100:0:40"),
        [255; 3],
        8
    ));
}

#[tokio::test]
async fn a_clip_that_breaks_off_or_is_garbled_is_refused() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let clip = fixture.clip(
        "clip.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=320x180:r=30:d=3",
            "-movflags",
            "+faststart",
        ],
    );
    let good = fs::read(&clip).unwrap();
    let mut garbled = good.clone();
    let middle = good.len() / 2;
    for (index, byte) in garbled[middle..middle + 2000].iter_mut().enumerate() {
        *byte ^= (index * 37 + 1) as u8;
    }
    for bytes in [&garbled, &good[..middle].to_vec()] {
        fs::write(&clip, bytes).unwrap();
        let error = fixture.prepare(&clip, &spec(SIZE, 60)).await.unwrap_err();
        assert_eq!(error.code(), "CORRUPT_MEDIA", "{error:?}");
    }
}

#[tokio::test]
async fn sound_alone_is_no_scene() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let clip = fixture.clip("clip.m4a", &["-f", "lavfi", "-i", "sine=d=2"]);
    let error = fixture.prepare(&clip, &spec(SIZE, 60)).await.unwrap_err();
    assert_eq!(error.code(), "UNSUPPORTED_MEDIA");
}

#[test]
fn a_clip_is_cut_slowed_or_repeated_by_its_length() {
    assert_eq!(Pace::of(6.0, 5.0), Pace::Cut);
    assert_eq!(
        Pace::of(4.99, 5.0),
        Pace::Cut,
        "half a frame does not count"
    );
    assert_eq!(Pace::of(4.0, 5.0), Pace::Slow(1.25));
    assert_eq!(Pace::of(3.9, 5.0), Pace::Repeat);
}

#[test]
fn pictures_are_scaled_to_even_sides() {
    assert_eq!(scaled((1280, 720), (1920, 1080), f64::max), (1920, 1080));
    assert_eq!(scaled((1280, 768), (1920, 1080), f64::max), (1920, 1152));
    assert_eq!(scaled((319, 241), (640, 360), f64::min), (476, 360));
    assert_eq!(scaled((1, 10_000), (640, 360), f64::min), (2, 360));
    assert_eq!(even_offset(640, 476), 82);
}

#[test]
fn the_plan_is_what_it_is() {
    let probe = Probe {
        duration: std::time::Duration::from_secs(5),
        video: Some(VideoStream {
            codec: "h264".to_owned(),
            width: 1280,
            height: 720,
            rotation: 0,
            frame_rate: (24, 1),
            frames: 120,
            pixel_format: "yuv420p".to_owned(),
            color_space: None,
            transfer: crate::probe::Transfer::Standard,
            start: 0,
            duration: std::time::Duration::from_secs(5),
            decoder_delay: 0,
            coded: None,
            constant_rate: None,
        }),
        audio: None,
        has_unreadable_sound: false,
    };
    let timing = timeline(900, &[domain::film::Transition::FADE; 4])[1];
    let spec = SceneSpec {
        size: (1920, 1080),
        timing,
        preset: Preset::Fast,
    };
    let arguments = plan(
        Some(2),
        Path::new("/t/in.mp4"),
        &probe,
        &spec,
        Some(&ScenePart {
            first_frame: timing.start,
            directory: Path::new("/t"),
        }),
        &SceneFiles::in_directory(Path::new("/t"), 2),
    )
    .unwrap();
    insta::assert_snapshot!(arguments.join("\n"));
}
