//! Clips, the scenes prepared of them, and films that are looked at frame by frame.

use std::sync::Mutex;

use domain::film::timeline;

use super::*;

/// A clip to make a scene of: a lavfi picture, encoder options, maybe sound.
pub(super) struct Clip {
    pub(super) picture: &'static str,
    pub(super) options: &'static str,
    pub(super) sound: Option<&'static str>,
    pub(super) name: &'static str,
}

pub(super) const CLIPS: [Clip; 5] = [
    Clip {
        picture: "testsrc2=s=640x360:r=24:d=4",
        options: "-pix_fmt yuv420p",
        sound: Some("sine=f=300:d=4"),
        name: "a.mp4",
    },
    Clip {
        picture: "life=s=240x320:r=60:seed=7:mold=10,trim=duration=2",
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

pub(super) struct Fixture {
    pub(super) ffmpeg: Ffmpeg,
    pub(super) directory: TempDir,
}

impl Fixture {
    pub(super) fn open() -> Option<Self> {
        Some(Self {
            ffmpeg: ffmpeg()?,
            directory: TempDir::new().unwrap(),
        })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(super) fn clip(&self, clip: &Clip) -> PathBuf {
        let path = self.path(clip.name);
        let mut arguments = vec!["-f", "lavfi", "-i", clip.picture];
        if let Some(sound) = clip.sound {
            arguments.extend(["-f", "lavfi", "-i", sound]);
        }
        arguments.extend(clip.options.split(' '));
        draw(&self.ffmpeg, &arguments, &path);
        path
    }

    pub(super) async fn prepare(&self, plan: &FilmPlan, clips: &[PathBuf]) -> Vec<SceneFiles> {
        let mut prepared = Vec::new();
        for (index, (clip, timing)) in (0..).zip(clips.iter().zip(&plan.timings)) {
            let files = SceneFiles::in_directory(self.directory.path(), index);
            let spec = SceneSpec {
                size: plan.size,
                timing: *timing,
                preset: plan.preset,
            };
            prepare_scene(&session(&self.ffmpeg), clip, &spec, None, &files, |_| {})
                .await
                .unwrap();
            prepared.push(files);
        }
        prepared
    }

    pub(super) async fn compose(
        &self,
        plan: &FilmPlan,
        prepared: &[SceneFiles],
        music: Option<&Path>,
    ) -> Result<Film, MediaError> {
        let sources = Sources {
            scenes: prepared,
            music,
            earlier: None,
        };
        self.compose_of(plan, sources).await
    }

    pub(super) async fn compose_of(
        &self,
        plan: &FilmPlan,
        sources: Sources<'_>,
    ) -> Result<Film, MediaError> {
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

    pub(super) fn music(&self) -> PathBuf {
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
    pub(super) fn frames(&self, film: &Path, from: u32, count: u32) -> Vec<String> {
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

pub(super) fn plan(size: (u32, u32), frames: u32, transitions: &[&str]) -> FilmPlan {
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
pub(super) fn assert_seamless(fixture: &Fixture, plan: &FilmPlan, film: &Film) {
    let whole = fixture.frames(&film.video, 0, u32::MAX / 2);
    assert_eq!(whole.len(), plan.frames() as usize);
    let pieces = pieces::divide(plan, None, fixture.directory.path());
    let alone: Vec<String> = pieces
        .iter()
        .flat_map(|piece| fixture.frames(&piece.path, 0, u32::MAX / 2))
        .collect();
    assert_eq!(whole, alone);
    for (index, timing) in plan.timings.iter().enumerate() {
        let number = u32::try_from(index).unwrap();
        let files = SceneFiles::in_directory(fixture.directory.path(), number);
        let body = fixture.frames(&files.body, 0, u32::MAX / 2);
        let place = (timing.start + timing.overlap_before) as usize;
        assert_eq!(whole[place..place + body.len()], body, "scene {index}");
        assert_eq!(body.len(), timing.body() as usize);
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
