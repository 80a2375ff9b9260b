//! How a job goes, drawn live on a terminal, or in plain lines anywhere else.

use std::time::Duration;

use contract::{Job, Scene};
use domain::job::SceneStatus;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

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
                job.set_position(state.progress.into());
                job.set_message(state.stage.as_str());
                while scenes.len() < scenes_of(state).len() {
                    scenes.push(display.add(ProgressBar::new_spinner().with_style(scene_style())));
                }
                for (bar, scene) in scenes.iter().zip(scenes_of(state)) {
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
    if matches!(
        scene.status,
        SceneStatus::Generating | SceneStatus::Generated
    ) {
        bar.enable_steady_tick(Duration::from_millis(120));
    } else {
        bar.disable_steady_tick();
    }
    bar.set_prefix(mark(scene.status));
    bar.set_message(format!("{} ({})", scene.title, scene.status.as_str()));
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
    let scenes = scenes_of(state).iter().map(|scene| mark(scene.status));
    let scenes: String = scenes.collect();
    format!(
        "{:>4} % {:<11} {scenes}",
        state.progress,
        state.stage.as_str()
    )
}

fn scenes_of(state: &Job) -> &[Scene] {
    state.scenes.as_deref().unwrap_or_default()
}

fn mark(status: SceneStatus) -> &'static str {
    match status {
        SceneStatus::Complete => "✓",
        SceneStatus::Generated => "◆",
        SceneStatus::Generating => "◇",
        SceneStatus::Failed => "✗",
        SceneStatus::Pending => "·",
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
    use domain::job::Stage;

    #[test]
    fn a_line_shows_percent_stage_and_scenes() {
        let scene = |index, status| {
            let scene = serde_json::json!({
                "index": index, "title": "One", "status": status, "attempts": 1,
                "updatedAt": "2026-11-28T12:00:00.000Z", "takes": [],
            });
            serde_json::from_value(scene).expect("a scene")
        };
        let scenes = vec![
            scene(1, "complete"),
            scene(2, "generating"),
            scene(3, "pending"),
        ];
        let job = Job {
            stage: Stage::Generating,
            progress: 42,
            scenes: Some(scenes),
            ..crate::sample_job()
        };
        assert_eq!(line(&job), "  42 % generating  ✓◇·");
    }
}
