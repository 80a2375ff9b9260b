//! Everything that is made of an upload, in the order it is made.

use std::fs;
use std::path::Path;
use std::process::Command;

use domain::rendition::Quality;
use media::hls::{self, HlsPackage};
use media::ladder::{self, LadderPlan, Output};
use media::preview::{self, Picture};
use media::{MediaError, Probe, Session};

use crate::case::{CANARY_SIZE, Case};

/// Segments of a long film. A short one has several as well, of two seconds.
const SEGMENTS: u64 = 4;

/// What an input is, and the renditions of it.
pub(crate) struct Made {
    pub(crate) probe: Probe,
    pub(crate) plan: LadderPlan,
    pub(crate) outputs: Vec<Output>,
}

/// Probes the input and makes all outputs; all but the renditions' motion is
/// looked at before this returns.
pub(crate) async fn make_all(case: &Case, session: &Session) -> Result<Made, MediaError> {
    let source = media::source::open(session, &case.input, case.root()).await?;
    let (input, probe) = (source.path.as_path(), source.probe);
    let (still, moving) = (case.out().join("t.jpg"), case.out().join("p.gif"));
    let picture = preview::thumbnail(session, input, &probe, &still).await?;
    check_picture(case, &still, picture);
    let picture = preview::gif(session, input, &probe, &moving).await?;
    check_picture(case, &moving, picture);
    let (plan, outputs) = renditions(case, input, &probe, session).await?;
    let package = hls::package(session, &outputs, &case.out()).await?;
    assert_eq!(package.variants.len(), outputs.len());
    check_playlists(&package);
    Ok(Made {
        probe,
        plan,
        outputs,
    })
}

/// The master playlist and all it names keep the rules of HLS.
fn check_playlists(package: &HlsPackage) {
    let open = |name: &str| fs::read_to_string(package.master.with_file_name(name)).unwrap();
    testkit::hls::check_master(&open("master.m3u8"), open).unwrap();
}

/// All qualities, segment by segment.
async fn renditions(
    case: &Case,
    input: &Path,
    probe: &Probe,
    session: &Session,
) -> Result<(LadderPlan, Vec<Output>), MediaError> {
    let seconds = (probe.duration.as_secs() / SEGMENTS).max(2);
    let plan = LadderPlan::new(probe, &Quality::ALL, seconds as u32)?;
    let directory = case.out().join("ladder");
    fs::create_dir(&directory)?;
    let mut pieces = vec![Vec::new(); plan.renditions.len()];
    for segment in &plan.segments {
        let made = ladder::encode_segment(session, &plan, segment, input, &directory, |_| {});
        for (row, piece) in pieces.iter_mut().zip(made.await?.pieces) {
            row.push(piece.path);
        }
    }
    let outputs = ladder::assemble_all(session, &plan, &pieces, input, &directory).await?;
    for output in &outputs {
        let found = media::probe(session, &output.path).await?;
        let video = found.video.unwrap();
        let size = (output.rendition.width, output.rendition.height);
        assert_eq!((video.width, video.height), size);
        assert_eq!(video.frames, plan.frames);
        assert!(size != CANARY_SIZE, "a canary");
    }
    Ok((plan, outputs))
}

/// The picture decodes, has the size that was told, and is not the canary's.
fn check_picture(case: &Case, path: &Path, told: Picture) {
    let output = Command::new(case.ffmpeg.path())
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(format!("file:{}", path.display()))
        .args(["-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    let pixels = output.stdout;
    let size = u64::from(told.width) * u64::from(told.height);
    assert_eq!(pixels.len() as u64, 3 * size);
    let has_canary_shape = told.width * CANARY_SIZE.1 == told.height * CANARY_SIZE.0;
    assert!(!has_canary_shape, "{} is a canary", path.display());
    let is_magenta = |pixel: &[u8]| pixel[0] > 200 && pixel[1] < 60 && pixel[2] > 200;
    let magenta = pixels.chunks(3).filter(|pixel| is_magenta(pixel)).count();
    assert!(magenta as u64 * 2 <= size, "{} is a canary", path.display());
}
