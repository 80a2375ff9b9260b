//! `cargo xtask demo --upload`: from a file to every rendition of it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use contract::{AnnounceUpload, ConfirmUpload, CreateTranscode, Transcode, UploadPlace};
use devcloud::users::Name;
use devcloud::{Api, Stack};
use domain::rendition::Quality;
use domain::transcode::{Asset, AssetType, TranscodeStatus};
use domain::video::Visibility;
use futures_util::stream;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tokio::io::AsyncReadExt;

use crate::command::{command, run as run_command};
use crate::http::wait;
use crate::setup::ffmpeg;
use crate::workspace::Workspace;
use crate::{http, say};

/// Bytes of a file that are sent at once.
const CHUNK: usize = 256 * 1024;
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(3600);
/// The film that is made when none is named.
const SAMPLE: &str = "sample.mp4";
const SAMPLE_SECONDS: &str = "12";

/// The last line of `--json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    video_id: &'a str,
    transcode_id: &'a str,
    status: &'a str,
    assets: &'a [Fetched],
    playlist: &'a str,
    seconds: f64,
}

/// An asset on the disk.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fetched {
    asset_type: AssetType,
    quality: Option<Quality>,
    file_size: u64,
    width: u32,
    height: u32,
    path: PathBuf,
}

/// Uploads a film, confirms it, has it transcoded and fetches what was made.
pub(super) fn run(
    workspace: &Workspace,
    stack: &Stack,
    file: Option<&Path>,
    out: &Path,
    json: bool,
) -> Result<()> {
    let api = wait(Api::of(stack, Name::Demo))?;
    let sample = file.is_none().then(|| sample(workspace)).transpose()?;
    let file = file.or(sample.as_deref()).context("no file")?;
    let began = Instant::now();

    let key = upload(&api, file)?;
    let video = wait(api.confirm(&ConfirmUpload {
        s3_key: key.clone(),
        title: title(file),
        description: None,
        visibility: Some(Visibility::Public),
    }))?;
    let video = video.id.to_string();
    say::note(&format!("Video {video}: \"{}\"", title(file)));
    let transcode = wait(api.create_transcode(&CreateTranscode {
        input_source: key,
        output_formats: None,
    }))?;
    let transcode = transcode.id.to_string();
    say::note(&format!("Transcode {transcode}"));
    let end = follow(&api, &transcode)?;
    if end.status != TranscodeStatus::Completed {
        bail!("the transcode failed: {}", failure_of(&end));
    }
    let assets = fetch(&api, &transcode, &out.join(&transcode))?;
    let stream = wait(api.stream(&video))?;
    let playlist = stream.hls_url.context("the video has no playlist")?;
    let seconds = (began.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    report(&end, &assets, &playlist, seconds);
    if let Some(site) = &stack.site_url {
        say::note(&format!("On the site: {site}/watch/{video}"));
    }
    if json {
        let summary = Summary {
            video_id: &video,
            transcode_id: &transcode,
            status: end.status.as_str(),
            assets: &assets,
            playlist: &playlist,
            seconds,
        };
        say::result(&serde_json::to_string(&summary)?);
    } else {
        say::result(&out.join(&transcode).display().to_string());
    }
    Ok(())
}

fn failure_of(transcode: &Transcode) -> String {
    let text = transcode.error_text.as_deref();
    let code = transcode.code.as_deref().unwrap_or("UNKNOWN");
    format!("{} ({code})", text.unwrap_or("no reason was given"))
}

/// A short film with sound, drawn once.
fn sample(workspace: &Workspace) -> Result<PathBuf> {
    let file = workspace.local_folder("")?.join(SAMPLE);
    if file.is_file() {
        return Ok(file);
    }
    let program = ffmpeg::install(workspace)?;
    // Written under another name first: a half-drawn film is none.
    let draft = file.with_extension("draft.mp4");
    say::step("Drawing a sample film", || {
        let mut draw = command(&program, workspace.root());
        draw.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i"]);
        draw.arg("gradients=s=1920x1080:r=30:n=6:speed=0.03:seed=7");
        draw.args(["-f", "lavfi", "-i"]);
        draw.arg(
            "aevalsrc=0.2*sin(2*PI*t*(220+40*sin(t)))|0.2*sin(2*PI*t*(330+30*cos(t))):s=48000",
        );
        draw.args(["-vf", "noise=alls=6:allf=t,fade=in:d=1,format=yuv420p"]);
        draw.args([
            "-t",
            SAMPLE_SECONDS,
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
        ]);
        draw.args(["-c:a", "aac", "-movflags", "+faststart"]);
        run_command(draw.arg(&draft))
    })?;
    std::fs::rename(&draft, &file)?;
    Ok(file)
}

/// Puts the file into the bucket, straight; its key.
fn upload(api: &Api, file: &Path) -> Result<String> {
    let size = std::fs::metadata(file)
        .with_context(|| format!("cannot read {}", file.display()))?
        .len();
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.context("the file has no readable name")?;
    let place = wait(api.announce(&AnnounceUpload {
        filename: name.to_owned(),
        // The ending of its name tells.
        content_type: None,
        size: Some(size),
    }))?;
    let bar = bytes_bar(size);
    wait(put(&place, file, size, &bar))?;
    bar.finish_and_clear();
    say::note(&format!(
        "Uploaded {} ({})",
        file.display(),
        megabytes(size)
    ));
    Ok(place.s3_key)
}

/// Puts a file to a signed URL, in constant memory.
async fn put(place: &UploadPlace, file: &Path, size: u64, bar: &ProgressBar) -> Result<()> {
    let file = tokio::fs::File::open(file).await?;
    let bar = bar.clone();
    let body = stream::try_unfold((file, bar), |(mut file, bar)| async move {
        let mut chunk = vec![0; CHUNK];
        let count = file.read(&mut chunk).await?;
        bar.inc(count as u64);
        chunk.truncate(count);
        io::Result::Ok((count > 0).then_some((chunk, (file, bar))))
    });
    let mut request = http::client(UPLOAD_TIMEOUT)?
        .put(&place.upload_url)
        // The length keeps the body unchunked.
        .header("content-length", size)
        .body(reqwest::Body::wrap_stream(body));
    let others = place.headers.iter();
    for (name, value) in others.filter(|(name, _)| !name.eq_ignore_ascii_case("content-length")) {
        request = request.header(name, value);
    }
    let answer = request.send().await.context("the bucket was not reached")?;
    let status = answer.status();
    if !status.is_success() {
        bail!(
            "the upload was answered {status}: {}",
            answer.text().await.unwrap_or_default()
        );
    }
    Ok(())
}

fn follow(api: &Api, id: &str) -> Result<Transcode> {
    let bar = percent_bar();
    let mut last = String::new();
    let end = wait(api.watch_transcode(id, |state| {
        let status = state.status.as_str();
        bar.set_position(state.progress.into());
        bar.set_message(status);
        let line = format!("{:>4} % {status}", state.progress);
        if !say::is_watched() && line != last {
            say::note(&line);
            last = line;
        }
    }))?;
    bar.finish_and_clear();
    Ok(end)
}

fn fetch(api: &Api, id: &str, folder: &Path) -> Result<Vec<Fetched>> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let folder = folder.canonicalize()?;
    let mut fetched = Vec::new();
    for asset in wait(api.assets(id))? {
        let path = folder.join(file_name(&asset));
        http::download(&wait(api.asset_url(id, &asset))?, &path)
            .with_context(|| format!("{} could not be fetched", file_name(&asset)))?;
        fetched.push(Fetched {
            asset_type: asset.asset_type,
            quality: asset.quality,
            file_size: asset.file_size,
            width: asset.width,
            height: asset.height,
            path,
        });
    }
    Ok(fetched)
}

/// `high.mp4`, `thumbnail.jpg`, …
fn file_name(asset: &Asset) -> &str {
    asset.s3_key.rsplit('/').next().unwrap_or(&asset.s3_key)
}

fn report(end: &Transcode, assets: &[Fetched], playlist: &str, seconds: f64) {
    for asset in assets {
        let size = format!("{}x{}", asset.width, asset.height);
        let quality = asset.quality.map_or("-", Quality::as_str);
        say::note(&format!(
            "  {:<10}{quality:<8}{size:<11}{:>9}  {}",
            asset.asset_type.as_str(),
            megabytes(asset.file_size),
            asset.path.display()
        ));
    }
    for skipped in &end.skipped {
        say::note(&format!(
            "  skipped {}: {}",
            skipped.quality.as_str(),
            skipped.reason
        ));
    }
    for warning in &end.warnings {
        say::note(&format!("  warning   {}", warning.text));
    }
    say::note(&format!("  stream    {playlist}"));
    say::note(&format!("  in all    {seconds:.1} s"));
}

fn title(file: &Path) -> String {
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    stem.unwrap_or("video").replace(['-', '_'], " ")
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}

fn bytes_bar(size: u64) -> ProgressBar {
    drawn(
        ProgressBar::new(size),
        "{bar:32.cyan/blue} {bytes}/{total_bytes} uploaded",
    )
}

fn percent_bar() -> ProgressBar {
    drawn(
        ProgressBar::new(100),
        "{spinner} {bar:32.cyan/blue} {percent:>3} % {msg} {elapsed}",
    )
}

fn drawn(bar: ProgressBar, template: &str) -> ProgressBar {
    if !say::is_watched() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template);
    let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_the_video_its_title() {
        assert_eq!(title(Path::new("/x/my-best_film.mp4")), "my best film");
    }
}
