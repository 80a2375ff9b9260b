//! `FFmpeg` really draws here, and what it drew is probed.

use super::clip::Clip;
use super::random::Random;
use super::schemes::Scheme;
use super::*;
use replicate::registry::Registry;
use serde_json::json;
use std::process::Command;
use testkit::ffmpeg::{path as ffmpeg, probe};

fn work(model: &str, input: &Value) -> Work {
    let registry = Registry::pinned().unwrap();
    let model = registry.model(model).unwrap();
    model.validate(input).unwrap();
    Work::new(model, input)
}

async fn made(work: &Work) -> (tempfile::TempDir, PathBuf) {
    let state = tempfile::tempdir().unwrap();
    let renderer = OutputRenderer::new(&ffmpeg(), state.path(), 26).unwrap();
    let names = renderer.make("test", work).await.unwrap();
    let file = renderer.output("test", &names[0]).unwrap();
    (state, file)
}

/// Integrated loudness in LUFS, and seconds decoded.
fn loudness(file: &Path) -> (f64, f64) {
    let output = Command::new(ffmpeg())
        .args(["-hide_banner", "-i"])
        .arg(file)
        .args(["-map", "0:a", "-af", "ebur128", "-f", "null", "-"])
        .args(["-progress", "pipe:1"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let integrated = said.rsplit_once("I:").unwrap().1.trim();
    let level = integrated.split_whitespace().next().unwrap();
    let progress = String::from_utf8_lossy(&output.stdout);
    let time = progress.rsplit_once("out_time_us=").unwrap().1;
    let microseconds: f64 = time.lines().next().unwrap().parse().unwrap();
    (level.parse().unwrap(), microseconds / 1e6)
}

#[tokio::test]
async fn a_clip_has_the_size_and_length_asked_for() {
    let cases = [
        (
            "bytedance/seedance-1-pro-fast",
            json!({"prompt": "Dawn: a boat", "duration": 2, "resolution": "480p"}),
            "854x480",
            48,
        ),
        (
            "bytedance/seedance-1-pro-fast",
            json!({"prompt": "Noon: a boat", "duration": 3, "aspect_ratio": "9:16"}),
            "1080x1920",
            72,
        ),
        (
            "wan-video/wan-2.2-t2v-fast",
            json!({"prompt": "Night: a boat", "num_frames": 81, "aspect_ratio": "16:9"}),
            "854x480",
            81,
        ),
    ];
    for (model, input, size, frames) in cases {
        let (_state, file) = made(&work(model, &input)).await;
        let (header, packets) = probe(&file);
        assert!(
            header.contains(&format!("#dimensions 0: {size}")),
            "{header}"
        );
        assert_eq!(packets, [frames, 0], "{model} {input}");
    }
}

#[tokio::test]
async fn a_model_with_sound_makes_sound() {
    let input = json!({"prompt": "Surf: a wave breaks", "duration": 4, "resolution": "720p"});
    let (_state, file) = made(&work("google/veo-3.1-fast", &input)).await;
    let (header, packets) = probe(&file);
    assert!(header.contains("#codec_id 1: aac"), "{header}");
    assert!(header.contains("#sample_rate 1: 48000"), "{header}");
    assert_eq!(packets[0], 96);
    let (level, seconds) = loudness(&file);
    assert!((-40.0..-15.0).contains(&level), "{level}");
    assert!((seconds - 4.0).abs() < 0.05, "{seconds}");
}

#[test]
fn sound_can_be_declined() {
    let input = json!({"prompt": "Surf", "generate_audio": false});
    let Work(Task::Clip(clip)) = work("google/veo-3.1-fast", &input) else {
        panic!("no clip");
    };
    assert!(!clip.sound);
}

#[tokio::test]
async fn every_scheme_draws_a_moving_picture() {
    let input = json!({"prompt": "It's 100% \"odd\": %{pts}; [x]\\, 'y'", "resolution": "480p"});
    let Work(Task::Clip(clip)) = work("bytedance/seedance-1-lite", &input) else {
        panic!("no clip");
    };
    let clip = Clip { frames: 6, ..clip };
    let state = tempfile::tempdir().unwrap();
    let renderer = OutputRenderer::new(&ffmpeg(), state.path(), 26).unwrap();
    let directory = renderer.outputs.join("test");
    std::fs::create_dir_all(&directory).unwrap();
    clip.write_texts(&directory).await.unwrap();
    for scheme in Scheme::ALL {
        let output = Command::new(ffmpeg())
            .args(["-loglevel", "error", "-filter_complex"])
            .arg(clip.graph(scheme, &mut Random::new("x", 1), true))
            .args(["-map", "[film]", "-frames:v", "6", "-f", "framecrc", "-"])
            .current_dir(&directory)
            .output()
            .unwrap();
        assert!(output.status.success(), "{scheme:?}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let mut sums: Vec<_> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.rsplit(',').next())
            .collect();
        sums.dedup();
        assert_eq!(sums.len(), 6, "{scheme:?} stands still: {sums:?}");
    }
}

#[tokio::test]
async fn music_is_audible_and_as_long_as_asked() {
    let cases = [
        (
            "stability-ai/stable-audio-2.5",
            json!({"prompt": "calm piano", "duration": 12}),
            12.0,
        ),
        (
            "meta/musicgen",
            json!({"prompt": "fast drums", "duration": 7}),
            7.0,
        ),
        (
            "elevenlabs/music",
            json!({"prompt": "strings", "music_length_ms": 9500}),
            9.5,
        ),
    ];
    for (model, input, expected) in cases {
        let (_state, file) = made(&work(model, &input)).await;
        let (level, seconds) = loudness(&file);
        assert!((-30.0..-8.0).contains(&level), "{model}: {level} LUFS");
        assert!((seconds - expected).abs() < 0.1, "{model}: {seconds} s");
        let (header, _) = probe(&file);
        assert!(header.contains("stereo"), "{header}");
    }
}

#[tokio::test]
async fn stills_come_in_the_number_and_format_asked_for() {
    let input = json!({"prompt": "Owl: at night", "num_outputs": 2, "output_format": "png"});
    let work = work("black-forest-labs/flux-schnell", &input);
    let state = tempfile::tempdir().unwrap();
    let renderer = OutputRenderer::new(&ffmpeg(), state.path(), 26).unwrap();
    let names = renderer.make("test", &work).await.unwrap();
    assert_eq!(names, ["output-0.png", "output-1.png"]);
    let bytes = |name: &String| std::fs::read(renderer.output("test", name).unwrap()).unwrap();
    assert!(bytes(&names[0]).starts_with(b"\x89PNG"));
    assert_ne!(bytes(&names[0]), bytes(&names[1]));
}

#[test]
fn outputs_outside_of_the_directory_cannot_be_named() {
    let state = tempfile::tempdir().unwrap();
    let renderer = OutputRenderer::new(&ffmpeg(), state.path(), 26).unwrap();
    for (id, name) in [
        ("..", "output.mp4"),
        ("abc", "../font.ttf"),
        ("abc", "title.txt"),
        ("a/b", "output.mp4"),
    ] {
        assert_eq!(renderer.output(id, name), None, "{id}/{name}");
    }
}

#[test]
fn outputs_of_an_earlier_run_are_removed() {
    let state = tempfile::tempdir().unwrap();
    let outputs = state.path().join("outputs");
    let (orphan, foreign) = (outputs.join("a".repeat(26)), outputs.join("mine"));
    std::fs::create_dir_all(&orphan).unwrap();
    std::fs::create_dir_all(&foreign).unwrap();
    OutputRenderer::new(&ffmpeg(), state.path(), 26).unwrap();
    assert!(!orphan.exists());
    assert!(foreign.exists());
}
