//! What is seen of a scene while its film is made (D44): a still, and its part of a
//! playlist that grows with the film.
//!
//! All parts of a playlist are encoded alike, with sound even where a scene has none. Each
//! begins where the one before it ends, and no frame is shown in another order than it
//! comes in: players that join parts without looking at their beginnings play every frame.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::film::{FRAME_RATE, seconds};
use domain::preset::Preset;

use super::thumbnail::still;
use crate::input::{file_url, strings};
use crate::prepare::{SAMPLE_RATE, SceneSpec};
use crate::{MediaError, Probe, Session, inspection};

/// The longest side of the still and of the playlist's picture, in pixels.
const LONGEST_SIDE: u32 = 640;

/// How thoroughly a part is compressed at most: less than the film, if that is made quickly.
const SLOWEST: Preset = Preset::Veryfast;

/// A film does not wait longer for what it does not need.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a playlist and a page need of one scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenePreview {
    /// A JPEG.
    pub poster: PathBuf,
    /// The beginning of the part: what `EXT-X-MAP` names.
    pub head: PathBuf,
    /// All frames of the scene, as fragmented mp4.
    pub segment: PathBuf,
}

/// A scene's part of the playlist, which the run that prepares the scene writes beside it.
#[derive(Debug, Clone, Copy)]
pub struct ScenePart<'a> {
    /// The number of the film's frame that the part begins with.
    pub first_frame: u32,
    /// Where its files are written.
    pub directory: &'a Path,
}

impl ScenePart<'_> {
    fn files(&self) -> ScenePreview {
        ScenePreview {
            poster: self.directory.join("poster.jpg"),
            head: self.directory.join("head.mp4"),
            segment: self.directory.join("part-0.m4s"),
        }
    }

    /// The output of a scene's streams of these names: one segment, whatever its length, and
    /// its head.
    pub(crate) fn output(&self, spec: &SceneSpec, picture: &str, sound: &str) -> Vec<String> {
        let preset = spec.preset.min(SLOWEST).as_str();
        let frames = spec.timing.frames;
        let mut arguments = strings(&["-map", picture, "-map", sound]);
        arguments.extend(strings(&["-c:v", "libx264", "-preset", preset]));
        arguments.extend(strings(&["-profile:v", "main", "-bf", "0", "-crf", "26"]));
        arguments.extend(strings(&["-maxrate", "900k", "-bufsize", "1800k"]));
        arguments.extend(strings(&["-x264-params", "stitchable=1:open-gop=0"]));
        arguments.extend(["-g".to_owned(), (2 * FRAME_RATE).to_string()]);
        arguments.extend(["-frames:v".to_owned(), frames.to_string()]);
        arguments.extend(strings(&["-c:a", "aac", "-b:a", "96k", "-ac", "2"]));
        arguments.extend(["-ar".to_owned(), SAMPLE_RATE.to_string()]);
        arguments.extend(strings(&["-map_metadata", "-1", "-fflags", "+bitexact"]));
        arguments.extend([
            "-output_ts_offset".to_owned(),
            format!("{:.6}", seconds(self.first_frame)),
        ]);
        arguments.extend(strings(&["-f", "hls", "-hls_segment_type", "fmp4"]));
        arguments.extend(strings(&["-hls_segment_options", "movflags=+frag_discont"]));
        arguments.extend(strings(&["-hls_time", "3600", "-hls_list_size", "0"]));
        arguments.extend(strings(&["-hls_fmp4_init_filename", "head.mp4"]));
        arguments.push("-hls_segment_filename".to_owned());
        arguments.push(file_url(&self.directory.join("part-%d.m4s")));
        arguments.push(file_url(&self.directory.join("part.m3u8")));
        arguments
    }
}

/// The filter that brings a picture to the playlist's size.
pub(crate) fn to_part() -> String {
    format!(
        "scale={LONGEST_SIDE}:{LONGEST_SIDE}:\
         force_original_aspect_ratio=decrease:force_divisible_by=2"
    )
}

/// Looks at the part of a scene of `frames` frames, and makes the scene's still.
///
/// # Errors
///
/// [`MediaError::CheckFailed`] when the part lacks frames or sound.
pub async fn scene_preview(
    session: &Session,
    part: &ScenePart<'_>,
    frames: u32,
) -> Result<ScenePreview, MediaError> {
    let session = &session.until(Instant::now() + PATIENCE);
    let preview = part.files();
    // The still is looked for in the small picture: a ninth of the decoding.
    let (whole, made) = check(session, &preview, frames as usize, part.directory).await?;
    still(session, &whole, &made, LONGEST_SIDE, &preview.poster).await?;
    Ok(preview)
}

/// The part with its head as one file, and what that is: every frame, and sound.
async fn check(
    session: &Session,
    preview: &ScenePreview,
    frames: usize,
    directory: &Path,
) -> Result<(PathBuf, Probe), MediaError> {
    let whole = directory.join("part.mp4");
    let bytes = [
        std::fs::read(&preview.head)?,
        std::fs::read(&preview.segment)?,
    ];
    std::fs::write(&whole, bytes.concat())?;
    let found = inspection::inspect(session, &whole).await?;
    let video = found.video.as_ref();
    let made = video.map_or(0, |(packets, _)| packets.packets.len());
    if made != frames {
        return Err(MediaError::check(format!(
            "a preview has {made} frames instead of {frames}"
        )));
    }
    if found.audio.is_none() {
        return Err(MediaError::check("a preview has no sound"));
    }
    Ok((whole, Probe::of(&found)?))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use domain::film::SceneTiming;
    use tempfile::TempDir;

    use super::*;
    use crate::testing::{draw, ffmpeg, output_of, session};
    use crate::{Ffmpeg, SceneFiles, prepare_scene};

    /// A scene of `frames` frames alone, which begins at frame `start` of its film.
    fn spec(frames: u32, start: u32) -> SceneSpec {
        SceneSpec {
            size: (1280, 720),
            timing: SceneTiming {
                frames,
                overlap_before: 0,
                overlap_after: 0,
                start,
            },
            preset: Preset::Ultrafast,
        }
    }

    /// A clip of a picture, maybe with sound.
    fn clip(ffmpeg: &Ffmpeg, picture: &str, has_sound: bool, path: &Path) {
        let mut arguments = vec!["-f", "lavfi", "-i", picture];
        if has_sound {
            arguments.extend(["-f", "lavfi", "-i", "sine=r=44100", "-shortest"]);
        }
        arguments.extend(["-preset", "ultrafast", "-pix_fmt", "yuv420p"]);
        draw(ffmpeg, &arguments, path);
    }

    /// Joined as a player joins them, with each head named, every frame is there, in order
    /// and at its time.
    #[tokio::test]
    async fn the_parts_of_all_scenes_play_as_one() {
        let Some(ffmpeg) = ffmpeg() else { return };
        let directory = TempDir::new().unwrap();
        let mut playlist = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:3\n".to_owned();
        let scenes = [
            ("testsrc2=s=1280x720:r=30:d=3", true, 90, 0),
            ("smptebars=s=640x360:r=25:d=2.5", false, 75, 90),
            ("testsrc=s=1280x720:r=30:d=0.4", true, 30, 165),
        ];
        for (index, (picture, has_sound, frames, start)) in scenes.into_iter().enumerate() {
            let folder = directory.path().join(index.to_string());
            fs::create_dir(&folder).unwrap();
            let (source, files) = (
                folder.join("clip.mp4"),
                SceneFiles::in_directory(&folder, 1),
            );
            clip(&ffmpeg, picture, has_sound, &source);
            let session = session(&ffmpeg);
            let part = ScenePart {
                first_frame: start,
                directory: &folder,
            };
            let spec = spec(frames, start);
            let prepared = prepare_scene(&session, &source, &spec, Some(&part), &files, |_| {});
            assert_eq!(prepared.await.unwrap().has_audio, has_sound);
            let made = scene_preview(&session, &part, frames).await.unwrap();
            let size = imagesize::size(&made.poster).unwrap();
            assert_eq!((size.width, size.height), (640, 360));
            assert!(fs::metadata(&made.poster).unwrap().len() < 100_000);
            let _ = write!(
                playlist,
                "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"{index}/head.mp4\"\n\
                 #EXTINF:3,\n{index}/part-0.m4s\n"
            );
        }
        playlist.push_str("#EXT-X-ENDLIST\n");
        let path = directory.path().join("all.m3u8");
        fs::write(&path, playlist).unwrap();

        let input = path.to_str().unwrap();
        let sums = output_of(
            &ffmpeg,
            &["-i", input, "-map", "0:v", "-f", "framecrc", "-"],
        );
        let sums = String::from_utf8(sums).unwrap();
        let times: Vec<f64> = sums
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split(',').nth(2).unwrap().trim().parse().unwrap())
            .collect();
        assert_eq!(times.len(), 90 + 75 + 30);
        assert!(times.is_sorted(), "{times:?}");
        let sound = output_of(&ffmpeg, &["-i", input, "-map", "0:a", "-f", "s16le", "-"]);
        let length = sound.len() as f64 / 4.0 / f64::from(SAMPLE_RATE);
        assert!((length - 6.5).abs() < 0.2, "{length} s of sound");
    }
}
