//! Films of which an earlier one has a part.

use super::*;

/// Three unlike scenes and their film.
struct Made {
    fixture: Fixture,
    plan: FilmPlan,
    scenes: Vec<SceneFiles>,
    film: PathBuf,
}

impl Made {
    async fn new() -> Option<Self> {
        let fixture = Fixture::open()?;
        let plan = plan((320, 180), 5 * FRAME_RATE, &["fade", "wipeleft", "cut"]);
        let clips = [0, 1, 2, 0].map(|clip| fixture.clip(&CLIPS[clip]));
        let scenes = fixture.prepare(&plan, &clips).await;
        let film = fixture.compose(&plan, &scenes, None).await.unwrap();
        let kept = fixture.path("earlier.mp4");
        fs::rename(film.video, &kept).unwrap();
        Some(Self {
            fixture,
            plan,
            scenes,
            film: kept,
        })
    }

    async fn again(&self, same: &[bool], music: Option<&Path>) -> Result<Film, MediaError> {
        let sources = Sources {
            scenes: &self.scenes,
            music,
            earlier: Some(Earlier {
                film: &self.film,
                same,
            }),
        };
        self.fixture.compose_of(&self.plan, sources).await
    }

    /// How many pieces are encoded, of a film that has those transitions already.
    fn encoded(&self, same: &[bool]) -> usize {
        let earlier = Earlier {
            film: &self.film,
            same,
        };
        let pieces = pieces::divide(&self.plan, Some(earlier), Path::new("/t"));
        pieces.iter().filter(|piece| piece.is_encoded()).count()
    }

    fn frames(&self, film: &Path) -> Vec<String> {
        self.fixture.frames(film, 0, u32::MAX / 2)
    }

    /// The checksum of the sound's samples.
    fn sound(&self, film: &Path) -> String {
        let film = film.to_str().unwrap();
        let arguments = ["-i", film, "-map", "0:a", "-f", "md5", "-"];
        String::from_utf8(output_of(&self.fixture.ffmpeg, &arguments)).unwrap()
    }
}

#[tokio::test]
async fn other_music_leaves_every_picture_and_encodes_none() {
    let Some(made) = Made::new().await else {
        return;
    };
    let same = [true, true, false];
    assert_eq!(made.encoded(&same), 0);
    assert_eq!(made.encoded(&[false, false, false]), 2);
    // Nothing is asked for that no transition is made of.
    for scene in &made.scenes {
        let _ = fs::remove_file(&scene.borders);
    }
    let music = made.fixture.music();
    let film = made.again(&same, Some(&music)).await.unwrap();
    assert_eq!(made.frames(&film.video), made.frames(&made.film));
    assert_ne!(made.sound(&film.video), made.sound(&made.film));
    assert!((film.loudness + 14.0).abs() <= 1.0, "{}", film.loudness);
}

#[tokio::test]
async fn another_scene_has_other_transitions_and_the_rest_stays() {
    let Some(mut made) = Made::new().await else {
        return;
    };
    let clips = [0, 1, 4, 0].map(|clip| made.fixture.clip(&CLIPS[clip]));
    made.scenes = made.fixture.prepare(&made.plan, &clips).await;
    let same = [true, false, false];
    assert_eq!(made.encoded(&same), 1);
    let film = made.again(&same, None).await.unwrap();
    let redone = made.frames(&film.video);
    let whole = made.fixture.compose(&made.plan, &made.scenes, None);
    let whole = made.frames(&whole.await.unwrap().video);
    assert_eq!(redone, whole);
    assert_ne!(redone, made.frames(&made.film));
}

/// Copied between our scenes it would decode wrongly.
#[tokio::test]
async fn a_film_that_was_encoded_otherwise_is_refused() {
    let Some(made) = Made::new().await else {
        return;
    };
    let picture = "testsrc2=s=320x180:r=30:d=5";
    let arguments = [
        "-f", "lavfi", "-i", picture, "-g", "1", "-pix_fmt", "yuv420p",
    ];
    draw(&made.fixture.ffmpeg, &arguments, &made.film);
    let error = made.again(&[true, true, false], None).await.unwrap_err();
    assert!(matches!(error, MediaError::CheckFailed { .. }), "{error:?}");
}
