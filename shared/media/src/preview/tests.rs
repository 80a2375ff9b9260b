use std::fs;

use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::testing::{draw, ffmpeg, output_of, session};
use crate::{Ffmpeg, probe};

/// A film of one second black, one flat, and then a picture; a single key frame.
const LATE: [&str; 6] = [
    "-f",
    "lavfi",
    "-i",
    "color=black:s=320x180:r=25:d=1[a];color=blue:s=320x180:r=25:d=1[b];\
     testsrc2=s=320x180:r=25:d=8[c];[a][b][c]concat=n=3",
    "-x264-params",
    "keyint=1000:scenecut=0",
];

struct Fixture {
    ffmpeg: Ffmpeg,
    directory: TempDir,
}

impl Fixture {
    fn open() -> Option<Self> {
        let ffmpeg = ffmpeg()?;
        let directory = TempDir::new().unwrap();
        Some(Self { ffmpeg, directory })
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    async fn source(&self, arguments: &[&str]) -> Probe {
        draw(&self.ffmpeg, arguments, &self.path("x.mp4"));
        probe(&session(&self.ffmpeg), &self.path("x.mp4"))
            .await
            .unwrap()
    }

    async fn thumbnail(&self, probe: &Probe) -> Result<Picture, MediaError> {
        let (input, output) = (self.path("x.mp4"), self.path("t.jpg"));
        let picture = thumbnail(&session(&self.ffmpeg), &input, probe, &output).await;
        self.nothing_else_is_left(&["x.mp4", "p.gif", "t.jpg"]);
        picture
    }

    async fn gif(&self, probe: &Probe) -> Result<Picture, MediaError> {
        let (input, output) = (self.path("x.mp4"), self.path("p.gif"));
        let picture = gif(&session(&self.ffmpeg), &input, probe, &output).await;
        self.nothing_else_is_left(&["x.mp4", "p.gif", "t.jpg"]);
        picture
    }

    fn nothing_else_is_left(&self, names: &[&str]) {
        for entry in fs::read_dir(self.directory.path()).unwrap() {
            let name = entry.unwrap().file_name();
            assert!(names.contains(&name.to_str().unwrap()), "{name:?}");
        }
    }

    /// The grey values of a file's frames, one after another.
    fn greys(&self, name: &str) -> Vec<u8> {
        let path = self.path(name);
        let path = path.to_str().unwrap();
        let arguments = ["-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "-"];
        output_of(&self.ffmpeg, &arguments)
    }
}

fn spread(greys: &[u8]) -> u8 {
    greys.iter().max().unwrap() - greys.iter().min().unwrap()
}

#[tokio::test]
async fn the_only_key_frame_is_black_and_is_not_taken() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let probe = fixture.source(&LATE).await;
    let picture = fixture.thumbnail(&probe).await.unwrap();
    assert_eq!((picture.width, picture.height), (320, 180));
    assert!(spread(&fixture.greys("t.jpg")) > 150);
}

#[tokio::test]
async fn the_best_key_frame_is_taken() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let film = [
        "-f",
        "lavfi",
        "-i",
        "color=black:s=2560x720:r=5:d=4[a];color=white:s=2560x720:r=5:d=3[b];\
         testsrc2=s=2560x720:r=5:d=3[c];[a][b][c]concat=n=3",
        "-g",
        "5",
        "-preset",
        "ultrafast",
    ];
    let probe = fixture.source(&film).await;
    let picture = fixture.thumbnail(&probe).await.unwrap();
    assert_eq!((picture.width, picture.height), (1280, 360));
    assert!(spread(&fixture.greys("t.jpg")) > 150);
}

#[rstest]
#[case::one_frame("testsrc2=s=320x180:r=25:d=0.04", &[], (320, 180))]
#[case::all_black("color=black:s=64x64:r=25:d=2", &[], (64, 64))]
#[case::odd("testsrc=s=319x241:r=25:d=1", &["-pix_fmt", "yuv444p"], (319, 241))]
#[case::tiny("color=red:s=1x1:r=25:d=1", &["-pix_fmt", "yuv444p"], (1, 1))]
#[case::portrait("testsrc2=s=180x320:r=25:d=1", &[], (180, 320))]
#[case::wide_pixels("testsrc2=s=300x240:r=25:d=1,setsar=4/3", &[], (400, 240))]
#[case::interlaced("testsrc2=s=320x180:r=50:d=1,tinterlace=mode=interleave_top", &["-flags", "+ildct+ilme"], (320, 180))]
#[tokio::test]
async fn every_shape_has_its_previews(
    #[case] film: &str,
    #[case] options: &[&str],
    #[case] size: (u32, u32),
) {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let probe = fixture
        .source(&[&["-f", "lavfi", "-i", film], options].concat())
        .await;
    let still = fixture.thumbnail(&probe).await.unwrap();
    assert_eq!((still.width, still.height), size);
    fs::remove_file(fixture.path("t.jpg")).unwrap();
    let moving = fixture.gif(&probe).await.unwrap();
    assert_eq!((moving.width, moving.height), size);
}

#[tokio::test]
async fn a_turned_picture_stands_upright() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let straight = fixture.path("straight.mov");
    let film = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=1"];
    draw(&fixture.ffmpeg, &film, &straight);
    let turn = ["-display_rotation", "90", "-i", straight.to_str().unwrap()];
    let probe = fixture.source(&[&turn[..], &["-c", "copy"]].concat()).await;
    fs::remove_file(&straight).unwrap();
    let still = fixture.thumbnail(&probe).await.unwrap();
    assert_eq!((still.width, still.height), (360, 640));
    fs::remove_file(fixture.path("t.jpg")).unwrap();
    let moving = fixture.gif(&probe).await.unwrap();
    assert_eq!((moving.width, moving.height), (270, 480));
}

/// Mid-grey of 203 nits white, stored as PQ or HLG, is mid-grey again.
#[rstest]
#[case("smpte2084")]
#[case("arib-std-b67")]
#[tokio::test]
async fn hdr_is_not_washed_out(#[case] transfer: &str) {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let map = format!(
        "format=gbrpf32le,zscale=tin=bt709:pin=bt709:min=gbr:rin=full:t={transfer}:m=2020_ncl:\
         p=2020:npl=203:r=limited,format=yuv420p10le"
    );
    let tags = format!("log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc");
    let film = "color=0x808080:s=1500x534:r=25:d=1";
    let probe = fixture
        .source(&[
            "-f",
            "lavfi",
            "-i",
            film,
            "-vf",
            &map,
            "-c:v",
            "libx265",
            "-x265-params",
            &tags,
        ])
        .await;
    assert_eq!(
        probe.video.as_ref().unwrap().color_space.as_deref(),
        Some("bt2020nc")
    );
    fixture.thumbnail(&probe).await.unwrap();
    let grey = fixture.greys("t.jpg")[0];
    assert!((120..=136).contains(&grey), "{grey}");
    fs::remove_file(fixture.path("t.jpg")).unwrap();
    fixture.gif(&probe).await.unwrap();
    let grey = fixture.greys("p.gif")[0];
    assert!((118..=138).contains(&grey), "{grey}");
}

/// The tag decides, not the depth: HLG's white in eight bits is a light grey.
#[tokio::test]
async fn hlg_in_eight_bits_is_hdr() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let film = "color=black:s=320x180:r=25:d=1,format=yuv420p,geq=lum=180:cb=128:cr=128";
    let tags = "log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc";
    let encoder = ["-c:v", "libx265", "-x265-params", tags];
    let film = [&["-f", "lavfi", "-i", film][..], &encoder].concat();
    let probe = fixture.source(&film).await;
    fixture.thumbnail(&probe).await.unwrap();
    fixture.gif(&probe).await.unwrap();
    for name in ["t.jpg", "p.gif"] {
        let grey = fixture.greys(name)[0];
        assert!((200..230).contains(&grey), "{name} {grey}");
        fs::remove_file(fixture.path(name)).unwrap();
    }
}

/// Without a tag, SD is BT.601 and HD BT.709, as players guess.
#[rstest]
#[case::sd("320x240", "bt601")]
#[case::hd("1280x720", "bt709")]
#[tokio::test]
async fn colours_without_a_tag_are_kept(#[case] size: &str, #[case] matrix: &str) {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let film = format!(
        "color=0x10c020:s={size}:r=25:d=1,format=rgb24,scale=out_color_matrix={matrix},format=yuv420p,setparams=colorspace=unknown"
    );
    let probe = fixture.source(&["-f", "lavfi", "-i", &film]).await;
    assert_eq!(probe.video.as_ref().unwrap().color_space, None);
    fixture.thumbnail(&probe).await.unwrap();
    fixture.gif(&probe).await.unwrap();
    for name in ["t.jpg", "p.gif"] {
        let path = fixture.path(name);
        let filters = ["-vf", "scale=1:1", "-frames:v", "1", "-pix_fmt", "rgb24"];
        let input = ["-i", path.to_str().unwrap()];
        let pixel = output_of(
            &fixture.ffmpeg,
            &[&input[..], &filters, &["-f", "rawvideo", "-"]].concat(),
        );
        for (found, expected) in pixel.into_iter().zip([0x10_u8, 0xc0, 0x20]) {
            assert!(
                found.abs_diff(expected) <= 5,
                "{name}: {found:x} {expected:x}"
            );
        }
        fs::remove_file(path).unwrap();
    }
}

#[tokio::test]
async fn the_gif_is_taken_from_a_lively_place_and_loops() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let film = [
        "-f",
        "lavfi",
        "-i",
        "color=black:s=960x540:r=10:d=20[a];testsrc2=s=960x540:r=10:d=10[b];\
         color=gray:s=960x540:r=10:d=10[c];[a][b][c]concat=n=3",
        "-g",
        "10",
        "-preset",
        "ultrafast",
    ];
    let probe = fixture.source(&film).await;
    let picture = fixture.gif(&probe).await.unwrap();
    assert_eq!((picture.width, picture.height), (480, 270));
    assert!(picture.bytes <= MAX_GIF_BYTES);
    let greys = fixture.greys("p.gif");
    let frames: Vec<&[u8]> = greys.chunks(480 * 270).collect();
    assert_eq!(frames.len(), 60);
    assert!(spread(frames[0]) > 150);
    assert!(frames.windows(2).filter(|pair| pair[0] != pair[1]).count() > 40);
}

#[tokio::test]
async fn a_gif_of_noise_is_made_small_enough() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let film = [
        "-f",
        "lavfi",
        "-i",
        "nullsrc=s=480x480:r=12:d=6,geq=random(1)*255:random(2)*255:random(3)*255",
        "-preset",
        "ultrafast",
        "-crf",
        "10",
    ];
    let probe = fixture.source(&film).await;
    let picture = fixture.gif(&probe).await.unwrap();
    assert!(picture.bytes <= MAX_GIF_BYTES, "{picture:?}");
    assert!(picture.width < 480, "{picture:?}");
    let bytes = fs::metadata(fixture.path("p.gif")).unwrap().len();
    assert_eq!(bytes, picture.bytes);
}

#[tokio::test]
async fn a_dropped_preview_leaves_nothing() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let film = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=640x360:r=25:d=20",
        "-g",
        "25",
    ];
    let probe = fixture.source(&film).await;
    let patiences = [5, 30, 60, 120, 250].map(Duration::from_millis);
    let mut dropped = 0;
    for patience in patiences {
        let moving = tokio::time::timeout(patience, fixture.gif(&probe)).await;
        let still = tokio::time::timeout(patience / 3, fixture.thumbnail(&probe)).await;
        dropped += u32::from(moving.is_err()) + u32::from(still.is_err());
        fixture.nothing_else_is_left(&["x.mp4", "p.gif", "t.jpg"]);
    }
    assert!(dropped > 3, "{dropped}");
}

#[tokio::test]
async fn sound_alone_has_no_previews() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let probe = fixture.source(&["-f", "lavfi", "-i", "sine=d=1"]).await;
    let still = fixture.thumbnail(&probe).await.unwrap_err();
    let moving = fixture.gif(&probe).await.unwrap_err();
    assert_eq!(
        (still.code(), moving.code()),
        ("UNSUPPORTED_MEDIA", "UNSUPPORTED_MEDIA")
    );
}

/// An output that is already there, and a link at that, is replaced and not
/// written through.
#[tokio::test]
async fn a_link_in_the_outputs_place_is_not_followed() {
    let Some(fixture) = Fixture::open() else {
        return;
    };
    let film = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=1"];
    let probe = fixture.source(&film).await;
    let elsewhere = TempDir::new().unwrap();
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    std::os::unix::fs::symlink(&victim, fixture.path("t.jpg")).unwrap();
    fixture.thumbnail(&probe).await.unwrap();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}
