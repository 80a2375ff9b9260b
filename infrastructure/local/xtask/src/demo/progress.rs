//! How a job goes, drawn live on a terminal, or in plain lines anywhere else.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::api::{Job, Scene};
use crate::say;

/// The display of one job.
pub(crate) enum Progress {
    /// A bar for the job and a line for each scene.
    Drawn {
        display: MultiProgress,
        job: ProgressBar,
        scenes: Vec<ProgressBar>,
    },
    /// One line whenever something has changed.
    Lines { last: String },
}

impl Progress {
    /// Drawn when a person watches.
    pub(crate) fn new() -> Self {
        if !say::is_watched() {
            return Self::Lines {
                last: String::new(),
            };
        }
        let display = MultiProgress::new();
        let job = display.add(ProgressBar::new(100).with_style(job_style()));
        job.enable_steady_tick(Duration::from_millis(120));
        Self::Drawn {
            display,
            job,
            scenes: Vec::new(),
        }
    }

    /// Shows the job as it stands.
    pub(crate) fn show(&mut self, state: &Job) {
        match self {
            Self::Lines { last } => show_line(last, state),
            Self::Drawn {
                display,
                job,
                scenes,
            } => {
                job.set_position(state.progress);
                job.set_message(state.stage.clone());
                while scenes.len() < state.scenes.len() {
                    scenes.push(display.add(ProgressBar::new_spinner().with_style(scene_style())));
                }
                for (bar, scene) in scenes.iter().zip(&state.scenes) {
                    show_scene(bar, scene);
                }
            }
        }
    }

    /// Leaves the last state on the terminal.
    pub(crate) fn finish(&mut self) {
        if let Self::Drawn { job, scenes, .. } = self {
            job.abandon();
            for scene in scenes {
                scene.abandon();
            }
        }
    }
}

fn show_scene(bar: &ProgressBar, scene: &Scene) {
    if matches!(scene.status.as_str(), "generating" | "generated") {
        bar.enable_steady_tick(Duration::from_millis(120));
    } else {
        bar.disable_steady_tick();
    }
    bar.set_prefix(mark(&scene.status));
    bar.set_message(format!("{} ({})", scene.title, scene.status));
}

fn show_line(last: &mut String, state: &Job) {
    let line = line(state);
    if line != *last {
        say::note(&line);
        *last = line;
    }
}

/// One line for a job: `  42 % generating  ✓✓··· `.
fn line(state: &Job) -> String {
    let scenes: String = state
        .scenes
        .iter()
        .map(|scene| mark(&scene.status))
        .collect();
    format!("{:>4} % {:<11} {scenes}", state.progress, state.stage)
}

fn mark(status: &str) -> &'static str {
    match status {
        "complete" => "✓",
        "generated" => "◆",
        "generating" => "◇",
        "failed" => "✗",
        _ => "·",
    }
}

fn job_style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {bar:32.cyan/blue} {percent:>3} % {msg} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn scene_style() -> ProgressStyle {
    ProgressStyle::with_template("  {prefix} {msg} {spinner}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_percent_stage_and_scenes() {
        let job: Job = serde_json::from_value(serde_json::json!({
            "status": "processing", "stage": "generating", "progress": 42,
            "scenes": [
                {"index": 1, "title": "One", "status": "complete"},
                {"index": 2, "title": "Two", "status": "generating"},
                {"index": 3, "title": "Three", "status": "pending"},
            ],
        }))
        .expect("a job");
        assert_eq!(line(&job), "  42 % generating  ✓◇·");
    }
}
