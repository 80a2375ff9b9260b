//! The plain ways, as argument lists.

use std::path::Path;

use domain::rendition::Quality;

/// The reference: x264's own defaults (performance.md).
pub(crate) const ENCODER: &[&str] = &["-c:v", "libx264", "-preset", "medium", "-crf", "23"];

/// The ladder's preset, for the limit of its own settings.
pub(crate) const ENCODER_LIKE_OURS: &[&str] =
    &["-c:v", "libx264", "-preset", "faster", "-crf", "22.3"];

const RATE: &str = "30";

/// Key frames as the ladder has them.
const KEY_FRAMES: &[&str] = &["-g", "60", "-sc_threshold", "0"];

/// A fractal that turns, clouds of colour, cells and a test card, a quarter of
/// the time each, with a little grain: as hard as a camera's picture. Drawn at
/// half the size, so that it does not take longer than all the rest.
pub(crate) fn source(output: &Path, seconds: u32) -> Vec<String> {
    let frames = seconds * 30 / 4;
    let scenes = [
        "mandelbrot=s=640x360:r=30:start_scale=1.5:end_scale=0.1:end_pts=900,rotate=t/20:c=gray,crop=480:270",
        "gradients=s=960x540:r=30:speed=0.03:seed=3:n=6",
        "life=s=480x270:r=30:mold=12:seed=7:ratio=0.15:death_color=#C83232:life_color=#20c060,gblur=1",
        "testsrc2=s=1920x1080:r=30,gblur=0.7",
    ];
    let graph: Vec<String> = scenes
        .iter()
        .enumerate()
        .map(|(index, scene)| {
            format!(
                "{scene},scale=1920:1080:flags=bicubic,trim=end_frame={frames},\
                 noise=alls=4:allf=t,format=yuv420p[s{index}]"
            )
        })
        .collect();
    let graph = format!(
        "{};[s0][s1][s2][s3]concat=n=4,\
         setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709[v];\
         aevalsrc='0.2*sin(2*PI*(300+40*sin(t))*t)+0.1*(random(0)-0.5)|0.2*sin(1382*t)':\
         d={seconds}:s=48000[a]",
        graph.join(";")
    );
    let encoder = [
        "-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "21",
        "-c:a", "aac", "-b:a", "192k",
    ];
    let mut arguments = vec!["-filter_complex".to_owned(), graph];
    arguments.extend(owned(&encoder));
    arguments.push(name(output));
    arguments
}

/// A still, and a moving preview in two passes.
pub(crate) fn still_and_moving(source: &Path, directory: &Path, seconds: u32) -> [Vec<String>; 3] {
    let middle = (seconds / 2).to_string();
    let source = name(source);
    let palette = name(&directory.join("palette.png"));
    let still = name(&directory.join("thumbnail.jpg"));
    let moving = name(&directory.join("preview.gif"));
    let size = "fps=10,scale=480:-2:flags=lanczos";
    [
        owned(&[
            "-ss",
            &middle,
            "-i",
            &source,
            "-frames:v",
            "1",
            "-vf",
            "scale=1280:-2",
            &still,
        ]),
        owned(&[
            "-ss",
            &middle,
            "-t",
            "5",
            "-i",
            &source,
            "-vf",
            &format!("{size},palettegen"),
            "-update",
            "1",
            &palette,
        ]),
        owned(&[
            "-ss",
            &middle,
            "-t",
            "5",
            "-i",
            &source,
            "-i",
            &palette,
            "-lavfi",
            &format!("{size}[x];[x][1:v]paletteuse"),
            &moving,
        ]),
    ]
}

/// One rendition from the source, sound included.
pub(crate) fn rendition(source: &Path, quality: Quality, output: &Path) -> Vec<String> {
    let mut arguments = owned(&["-i", &name(source), "-vf", &scale(quality)]);
    arguments.extend(owned(ENCODER));
    arguments.extend(owned(KEY_FRAMES));
    arguments.extend(owned(&[
        "-c:a",
        "aac",
        "-b:a",
        "160k",
        "-movflags",
        "+faststart",
    ]));
    arguments.push(name(output));
    arguments
}

/// HLS by copy.
pub(crate) fn hls(rendition: &Path, folder: &Path, quality: Quality) -> Vec<String> {
    let media = folder.join(format!("{}.m4s", quality.as_str()));
    let playlist = folder.join(format!("{}.m3u8", quality.as_str()));
    owned(&[
        "-i",
        &name(rendition),
        "-c",
        "copy",
        "-f",
        "hls",
        "-hls_segment_type",
        "fmp4",
        "-hls_flags",
        "single_file",
        "-hls_time",
        "6",
        "-hls_playlist_type",
        "vod",
        "-hls_segment_filename",
        &name(&media),
        &name(&playlist),
    ])
}

/// Frames decoded and scaled.
pub(crate) fn raw_frames(
    source: &Path,
    quality: Quality,
    start: u32,
    seconds: u32,
    output: &Path,
) -> Vec<String> {
    owned(&[
        "-ss",
        &start.to_string(),
        "-t",
        &seconds.to_string(),
        "-i",
        &name(source),
        "-an",
        "-vf",
        &scale(quality),
        "-f",
        "rawvideo",
        &name(output),
    ])
}

/// All frames of the source, decoded once and scaled to every rendition's size, for nothing.
pub(crate) fn all_frames(source: &Path) -> Vec<String> {
    let sizes = Quality::ALL.map(scale);
    let scaled: Vec<String> = (0..)
        .zip(&sizes)
        .map(|(index, scale)| format!("[i{index}]{scale}[o{index}]"))
        .collect();
    let pads = |name: char| -> Vec<String> {
        (0..sizes.len())
            .map(|index| format!("[{name}{index}]"))
            .collect()
    };
    let graph = format!(
        "[0:v]split={}{};{}",
        sizes.len(),
        pads('i').concat(),
        scaled.join(";")
    );
    let mut arguments = owned(&["-i", &name(source), "-filter_complex", &graph]);
    for pad in pads('o') {
        arguments.extend(owned(&["-map", &pad, "-f", "null", "-"]));
    }
    arguments
}

/// Nothing but the encoder.
pub(crate) fn bare_encode(raw: &Path, quality: Quality, encoder: &[&str]) -> Vec<String> {
    let (width, height) = quality.size();
    let mut arguments = owned(&[
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "-s",
        &format!("{width}x{height}"),
        "-r",
        RATE,
        "-i",
        &name(raw),
    ]);
    arguments.extend(owned(encoder));
    arguments.extend(owned(KEY_FRAMES));
    arguments.extend(owned(&["-f", "null", "-"]));
    arguments
}

/// How much of the source is left to be seen.
pub(crate) fn vmaf(output: &Path, source: &Path, report: &Path) -> Vec<String> {
    let filter = format!(
        "[0:v]scale=1920:1080:flags=bicubic,settb=1/30,setpts=N[made];\
         [1:v]settb=1/30,setpts=N[source];\
         [made][source]libvmaf=n_subsample=10:n_threads=2:log_fmt=json:log_path={}",
        report.display()
    );
    owned(&[
        "-i",
        &name(output),
        "-i",
        &name(source),
        "-lavfi",
        &filter,
        "-f",
        "null",
        "-",
    ])
}

fn scale(quality: Quality) -> String {
    let (width, height) = quality.size();
    format!("scale={width}:{height}")
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn owned(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(ToString::to_string).collect()
}
