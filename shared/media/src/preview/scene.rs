//! What is seen of a scene while its film is made (D44): a still, and its part of a
//! playlist that grows with the film.
//!
//! All parts of a playlist are encoded alike, with sound even where a scene has none. Each
//! begins where the one before it ends, and no frame is shown in another order than it
//! comes in: players that join parts without looking at their beginnings play every frame.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::film::{FRAME_RATE, seconds};

use super::thumbnail::still;
use crate::input::{self, file_url, strings};
use crate::inspection::Inspection;
use crate::prepare::SAMPLE_RATE;
use crate::{MediaError, Probe, Session, inspection};

/// The longest side of the still and of the playlist's picture, in pixels.
const LONGEST_SIDE: u32 = 640;

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

/// Makes the still of a prepared scene and its part of the playlist, in `directory`. `start`
/// is the number of the film's frame that the part begins with.
///
/// # Errors
///
/// [`MediaError::CheckFailed`] when the part lacks frames or sound.
pub async fn scene_preview(
    session: &Session,
    prepared: &Path,
    start: u32,
    directory: &Path,
) -> Result<ScenePreview, MediaError> {
    let session = &session.until(Instant::now() + PATIENCE);
    let source = inspection::inspect(session, prepared).await?;
    let frames = frames_of(&source);
    let source = Probe::of(&source)?;
    let preview = ScenePreview {
        poster: directory.join("poster.jpg"),
        head: directory.join("head.mp4"),
        segment: directory.join("part-0.m4s"),
    };
    let arguments = plan(session.threads(), prepared, &source, start, directory);
    session.run_cleanly(arguments).await?;
    // The still is looked for in the small picture: a ninth of the decoding.
    let (whole, made) = check(session, &preview, frames, directory).await?;
    still(session, &whole, &made, LONGEST_SIDE, &preview.poster).await?;
    Ok(preview)
}

/// One segment, whatever its length, and its head.
fn plan(
    threads: Option<u32>,
    prepared: &Path,
    source: &Probe,
    start: u32,
    directory: &Path,
) -> Vec<String> {
    let mut arguments = input::arguments(prepared, threads);
    let sound = if source.audio.is_some() {
        "0:a:0"
    } else {
        let silence = format!("anullsrc=r={SAMPLE_RATE}:cl=stereo");
        arguments.extend([
            "-f".to_owned(),
            "lavfi".to_owned(),
            "-i".to_owned(),
            silence,
        ]);
        arguments.push("-shortest".to_owned());
        "1:a:0"
    };
    arguments.extend([
        "-vf".to_owned(),
        format!(
            "scale={LONGEST_SIDE}:{LONGEST_SIDE}:\
             force_original_aspect_ratio=decrease:force_divisible_by=2"
        ),
    ]);
    arguments.extend(strings(&["-map", "0:V:0", "-map", sound]));
    arguments.extend(strings(&["-c:v", "libx264", "-preset", "veryfast"]));
    arguments.extend(strings(&["-profile:v", "main", "-bf", "0", "-crf", "26"]));
    arguments.extend(strings(&["-maxrate", "900k", "-bufsize", "1800k"]));
    arguments.extend(strings(&["-x264-params", "stitchable=1:open-gop=0"]));
    arguments.extend(["-g".to_owned(), (2 * FRAME_RATE).to_string()]);
    arguments.extend(strings(&["-c:a", "aac", "-b:a", "96k", "-ac", "2"]));
    arguments.extend(["-ar".to_owned(), SAMPLE_RATE.to_string()]);
    arguments.extend(strings(&["-map_metadata", "-1", "-fflags", "+bitexact"]));
    arguments.extend([
        "-output_ts_offset".to_owned(),
        format!("{:.6}", seconds(start)),
    ]);
    arguments.extend(strings(&["-f", "hls", "-hls_segment_type", "fmp4"]));
    arguments.extend(strings(&["-hls_segment_options", "movflags=+frag_discont"]));
    arguments.extend(strings(&["-hls_time", "3600", "-hls_list_size", "0"]));
    arguments.extend(strings(&["-hls_fmp4_init_filename", "head.mp4"]));
    arguments.push("-hls_segment_filename".to_owned());
    arguments.push(file_url(&directory.join("part-%d.m4s")));
    arguments.push(file_url(&directory.join("part.m3u8")));
    arguments
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
    let made = frames_of(&found);
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

fn frames_of(file: &Inspection) -> usize {
    let video = file.video.as_ref();
    video.map_or(0, |(packets, _)| packets.packets.len())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::testing::{draw, ffmpeg, output_of, session};

    /// One scene of the pattern, and one of the colour bars, as they are prepared.
    fn prepared(picture: &str, has_sound: bool) -> Vec<String> {
        let mut arguments = vec!["-f", "lavfi", "-i", picture];
        if has_sound {
            arguments.extend([
                "-f",
                "lavfi",
                "-i",
                "sine=r=48000",
                "-c:a",
                "flac",
                "-shortest",
            ]);
        }
        arguments.extend([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
        ]);
        strings(&arguments)
    }

    /// Joined as a player joins them, with each head named, every frame is there, in order
    /// and at its time.
    #[tokio::test]
    async fn the_parts_of_all_scenes_play_as_one() {
        let Some(ffmpeg) = ffmpeg() else { return };
        let directory = TempDir::new().unwrap();
        let mut playlist = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:3\n".to_owned();
        let scenes = [
            ("testsrc2=s=1280x720:r=30:d=3", true, 0),
            ("smptebars=s=1280x720:r=30:d=2.5", false, 90),
            ("testsrc=s=1280x720:r=30:d=1", true, 165),
        ];
        for (index, (picture, has_sound, start)) in scenes.into_iter().enumerate() {
            let folder = directory.path().join(index.to_string());
            fs::create_dir(&folder).unwrap();
            let source = directory.path().join("prepared.mp4");
            let arguments = prepared(picture, has_sound);
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            draw(&ffmpeg, &arguments, &source);
            let made = scene_preview(&session(&ffmpeg), &source, start, &folder)
                .await
                .unwrap();
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
