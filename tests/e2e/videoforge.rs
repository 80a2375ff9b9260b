//! Every `curl` of the VideoForge document, run as it is printed there, by the
//! real curl; each answer has at least the fields that are printed below it.

mod script;
mod shape;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use config::Environment;
use end_to_end::{Person, Stack, stack};
use serde_json::Value;

use script::{Call, UseCase};

const PATIENCE: Duration = Duration::from_secs(240);
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Runs the document's commands, and keeps what they answered so far.
struct DocRunner {
    stack: Stack,
    folder: tempfile::TempDir,
    person: Person,
    administrator: Person,
    upload_url: String,
    s3_key: String,
    video: String,
    transcode: String,
    asset: String,
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the local cloud: cargo xtask test"]
async fn every_call_works_as_printed() -> Result<()> {
    let stack = stack()?;
    let mut runner = DocRunner {
        person: Person::sign_up(&stack).await?,
        administrator: Person::sign_up_administrator(&stack).await?,
        folder: tempfile::tempdir()?,
        stack,
        upload_url: String::new(),
        s3_key: String::new(),
        video: String::new(),
        transcode: String::new(),
        asset: String::new(),
    };
    draw_film(&runner.folder.path().join("my-video.mp4"))?;

    let use_cases = script::read(include_str!("videoforge/calls.md"))?;
    let calls: usize = use_cases.iter().map(|case| case.calls.len()).sum();
    assert_eq!(
        (use_cases.len(), calls),
        (5, 19),
        "the document was misread"
    );
    // The library is managed last: its last call deletes the video.
    let order = [0, 1, 2, 4, 3];
    for case in order.map(|index| &use_cases[index]) {
        runner.follow(case).with_context(|| case.title.clone())?;
    }
    Ok(())
}

impl DocRunner {
    fn follow(&mut self, case: &UseCase) -> Result<()> {
        for call in &case.calls {
            let answer = self
                .answer_to(call)
                .with_context(|| format!("{}\n{}", call.title, call.command))?;
            self.remember(&answer);
        }
        Ok(())
    }

    /// The answer, once it has everything that is printed. A transcode's is
    /// asked for until it has ended.
    fn answer_to(&self, call: &Call) -> Result<Value> {
        let started = Instant::now();
        loop {
            let answer = self.run(&call.command)?;
            let status = answer["job"]["status"].as_str().unwrap_or_default();
            let is_open = matches!(status, "PENDING" | "DOWNLOADING" | "PROCESSING");
            let waits = is_open && call.printed.iter().any(is_completed);
            if !waits {
                for printed in &call.printed {
                    shape::holds(printed, &answer)?;
                }
                return Ok(answer);
            }
            ensure!(started.elapsed() < PATIENCE, "it does not end: {answer}");
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    fn run(&self, command: &str) -> Result<Value> {
        let output = Command::new("bash")
            .args([
                "-c",
                &format!(
                    "{} -sS --fail-with-body --noproxy '*'",
                    self.put_in(command)
                ),
            ])
            .env("TOKEN", &self.person.access_token)
            .env("ADMIN_TOKEN", &self.administrator.access_token)
            .env("UPLOAD_URL", &self.upload_url)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .context("this test needs bash and curl")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{complaint}{text}");
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// The printed command with this stack's host and the ids of this run.
    fn put_in(&self, command: &str) -> String {
        let api = &self.stack.api_url.replace('$', "\\$");
        command
            .replace("http://localhost:5000", api)
            .replace("http://localhost:3000", api)
            .replace("gallery/user123/1234567890-my-video.mp4", &self.s3_key)
            .replace("/videos/42", &format!("/videos/{}", self.video))
            .replace("/jobs/101", &format!("/jobs/{}", self.transcode))
            .replace("/assets/3/", &format!("/assets/{}/", self.asset))
    }

    fn remember(&mut self, answer: &Value) {
        let text = |pointer: &str| answer.pointer(pointer)?.as_str().map(str::to_owned);
        if let Some(url) = text("/uploadUrl") {
            self.upload_url = url;
            self.s3_key = text("/s3Key").unwrap_or_default();
        } else if answer["status"] == "uploaded" && self.video.is_empty() {
            self.video = text("/id").unwrap_or_default();
        } else if let Some(id) = text("/job/id") {
            self.transcode = id;
        } else if let Some(assets) = answer["assets"].as_array() {
            let high = assets.iter().find(|asset| asset["quality"] == "high");
            self.asset = high
                .and_then(|asset| asset["id"].as_str())
                .unwrap_or_default()
                .to_owned();
        }
    }
}

fn is_completed(printed: &Value) -> bool {
    printed["job"]["status"] == "COMPLETED"
}

/// Two seconds of 1080p with sound.
fn draw_film(file: &Path) -> Result<()> {
    let ffmpeg = Environment::of_process().optional("FFMPEG_PATH");
    let drawn = Command::new(ffmpeg.map_or_else(|| PathBuf::from("ffmpeg"), PathBuf::from))
        .args(["-nostdin", "-v", "error"])
        .args(["-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=2"])
        .args(["-f", "lavfi", "-i", "sine=d=2"])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
        ])
        .arg(file)
        .status()
        .context("this test needs FFMPEG_PATH")?;
    ensure!(drawn.success(), "the film could not be drawn");
    Ok(())
}
