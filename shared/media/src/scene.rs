//! A scene in the film's format. Its body is encoded as the film is and copied into it; its
//! borders are kept as they come out of the filters, so that no frame of a transition is
//! compressed before the transition is.

use std::path::{Path, PathBuf};

use domain::film::{FRAME_RATE, SceneTiming};

use crate::input::{file_url, strings};
use crate::inspection::Inspection;
use crate::{MediaError, SceneSpec, encoder};

/// The files of a prepared scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SceneFiles {
    /// The picture of its body, and the sound of the whole scene (mp4).
    pub body: PathBuf,
    /// The pictures of its two overlaps, one after the other, without loss (mov); not there if
    /// it has none.
    pub borders: PathBuf,
}

impl SceneFiles {
    /// The files of the scene of this number in `directory`.
    pub fn in_directory(directory: &Path, number: u32) -> Self {
        Self {
            body: directory.join(format!("scene-{number:03}.mp4")),
            borders: directory.join(format!("scene-{number:03}-borders.mov")),
        }
    }
}

/// What is made of the frames of a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// Those that are the scene's alone.
    Body,
    /// Those that it shares with its neighbours.
    Borders,
    /// All of them.
    Whole,
}

impl Share {
    /// What the filter's output is called.
    fn label(self) -> &'static str {
        match self {
            Self::Body => "[body]",
            Self::Borders => "[borders]",
            Self::Whole => "[whole]",
        }
    }

    fn filter(self, timing: &SceneTiming) -> String {
        let (start, end) = (timing.overlap_before, timing.frames - timing.overlap_after);
        match self {
            Self::Body => {
                format!("trim=start_frame={start}:end_frame={end},setpts=PTS-STARTPTS")
            }
            Self::Borders => {
                format!("select='lt(n,{start})+gte(n,{end})',setpts=N/({FRAME_RATE}*TB)")
            }
            Self::Whole => "null".to_owned(),
        }
    }
}

/// What composing needs of a scene.
pub(crate) fn shares(timing: &SceneTiming) -> Vec<Share> {
    match timing.borders() {
        0 => vec![Share::Body],
        _ => vec![Share::Body, Share::Borders],
    }
}

/// The filters that make `shares` of `[picture]`, which has the scene's frames and no more.
pub(crate) fn divide(timing: &SceneTiming, shares: &[Share]) -> String {
    let copies: String = (0..shares.len())
        .map(|copy| format!("[copy{copy}]"))
        .collect();
    let mut graph = format!("[picture]split={}{copies}", shares.len());
    for (copy, share) in shares.iter().enumerate() {
        let (filter, label) = (share.filter(timing), share.label());
        graph = format!("{graph};[copy{copy}]{filter}{label}");
    }
    graph
}

/// The outputs of a scene's [`shares`]; `sound` are the arguments of its sound, if it has any.
/// The filters alone bound the pictures: by a number of frames FFmpeg would end the sound as well.
pub(crate) fn outputs(
    spec: &SceneSpec,
    threads: Option<u32>,
    sound: &[String],
    files: &SceneFiles,
) -> Vec<String> {
    let mut arguments = strings(&["-map", Share::Body.label()]);
    arguments.extend(encoder::video_arguments(spec.preset, threads));
    arguments.extend_from_slice(sound);
    arguments.extend(encoder::container_arguments());
    arguments.push(file_url(&files.body));
    if spec.timing.borders() > 0 {
        arguments.extend(borders_output(threads, &files.borders));
    }
    arguments
}

/// The output of a scene's borders.
pub(crate) fn borders_output(threads: Option<u32>, path: &Path) -> Vec<String> {
    let mut arguments = strings(&["-map", Share::Borders.label()]);
    arguments.extend(encoder::lossless_arguments(threads));
    arguments.extend(encoder::lossless_container_arguments());
    arguments.push(file_url(path));
    arguments
}

/// Makes sure that the picture has the film's size and `frames` frames, in the film's time.
///
/// # Errors
///
/// [`MediaError::CheckFailed`] when it has not.
pub(crate) fn check_picture(
    found: &Inspection,
    size: (u32, u32),
    frames: u32,
) -> Result<(), MediaError> {
    let Some((packets, picture)) = &found.video else {
        return Err(MediaError::check("a scene has no picture"));
    };
    if (picture.width, picture.height) != size || picture.pixel_shape != (1, 1) {
        return Err(MediaError::check(format!(
            "a scene is {}x{}",
            picture.width, picture.height
        )));
    }
    if packets.packets.len() != frames as usize
        || packets.time_base() != (1, encoder::TRACK_TIMESCALE)
    {
        return Err(MediaError::check(format!(
            "a scene has {} frames instead of {frames}",
            packets.packets.len()
        )));
    }
    Ok(())
}
