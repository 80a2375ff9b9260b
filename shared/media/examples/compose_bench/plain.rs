//! The plain way: one filter chain over all scenes, everything encoded again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use domain::preset::Preset;
use media::encoder;

/// The film, with the encoder settings the pieces have.
pub(crate) fn film(scenes: &[PathBuf], music: &Path, output: &Path, frames: u32) -> Vec<String> {
    let mut arguments = inputs(scenes);
    arguments.extend([
        "-stream_loop".to_owned(),
        "-1".to_owned(),
        "-i".to_owned(),
        music.display().to_string(),
    ]);
    let graph = format!("{};{}", picture(scenes.len()), sound(scenes.len(), frames));
    arguments.extend(["-filter_complex".to_owned(), graph]);
    arguments.extend(["-map", "[v]", "-map", "[a]"].map(str::to_owned));
    arguments.extend(encoder::video_arguments(Preset::Fast, None));
    arguments.extend(
        [
            "-c:a",
            "aac",
            "-b:a",
            "192k",
            "-ar",
            "48000",
            "-movflags",
            "+faststart",
        ]
        .map(str::to_owned),
    );
    arguments.extend([
        "-frames:v".to_owned(),
        frames.to_string(),
        output.display().to_string(),
    ]);
    arguments
}

/// The same picture, without loss.
pub(crate) fn lossless(scenes: &[PathBuf], output: &Path, frames: u32) -> Vec<String> {
    let mut arguments = inputs(scenes);
    arguments.extend(["-filter_complex".to_owned(), picture(scenes.len())]);
    arguments.extend(
        [
            "-map",
            "[v]",
            "-c:v",
            "libx264",
            "-qp",
            "0",
            "-preset",
            "ultrafast",
            "-frames:v",
        ]
        .map(str::to_owned),
    );
    arguments.extend([frames.to_string(), output.display().to_string()]);
    arguments
}

fn inputs(scenes: &[PathBuf]) -> Vec<String> {
    scenes
        .iter()
        .flat_map(|scene| ["-i".to_owned(), scene.display().to_string()])
        .collect()
}

/// Each scene is six seconds long and shares a second with the next.
fn picture(scenes: usize) -> String {
    let mut graph = String::new();
    for scene in 0..scenes {
        let _ = write!(
            graph,
            "[{scene}:v]fps=30:start_time=0,trim=end_frame=180,scale=1920:1080:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p[p{scene}];"
        );
    }
    let mut last = "[p0]".to_owned();
    for scene in 1..scenes {
        let _ = write!(
            graph,
            "{last}[p{scene}]xfade=transition=fade:duration=1:offset={}[x{scene}];",
            5 * scene
        );
        last = format!("[x{scene}]");
    }
    format!("{graph}{last}null[v]")
}

fn sound(scenes: usize, frames: u32) -> String {
    let mut graph = String::new();
    for scene in 0..scenes {
        let _ = write!(
            graph,
            "[{scene}:a]aresample=48000,aformat=channel_layouts=stereo,atrim=end_sample=288000[q{scene}];"
        );
    }
    let mut last = "[q0]".to_owned();
    for scene in 1..scenes {
        let _ = write!(graph, "{last}[q{scene}]acrossfade=d=1[y{scene}];");
        last = format!("[y{scene}]");
    }
    let samples = frames * 1600;
    format!(
        "{graph}[{scenes}:a]aresample=48000,atrim=end_sample={samples},volume=0.3[m];\
         {last}[m]amix=inputs=2:normalize=0:duration=first,loudnorm=I=-14:TP=-1[a]"
    )
}
