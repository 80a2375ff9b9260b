//! One FFmpeg run that says everything about a file: the packet list of a
//! stream copy, and the filter graphs FFmpeg built to decode the first frame.
//!
//! Both are written by FFmpeg for machines, into files of our own. The graph
//! has the picture as a viewer sees it: FFmpeg turns a rotated picture itself,
//! and the filters it put there for that stand in the graph.

mod faults;

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

pub(crate) use self::faults::name_the_fault;
use self::faults::refuse_partial_file;
use crate::input::{self, file_url, strings};
use crate::packets::{self, PacketList};
use crate::sound::{self, SoundSource};
use crate::transfer::{self, Transfer};
use crate::{MediaError, Session, frames};

/// The longest packet list: some four hours of picture and sound.
const MAX_LIST_BYTES: u64 = 64 * 1024 * 1024;

/// What a run found.
#[derive(Debug)]
pub(crate) struct Inspection {
    pub(crate) video: Option<(PacketList, Picture)>,
    pub(crate) audio: Option<PacketList>,
    /// Where the sound is from.
    pub(crate) sound: SoundSource,
    /// A sound does not decode, whether or not another one was taken.
    pub(crate) has_failed_sound: bool,
    /// FFmpeg's name of the container.
    pub(crate) container: String,
}

impl Inspection {
    /// There are sounds, and none of them decodes.
    pub(crate) fn has_unreadable_sound(&self) -> bool {
        self.has_failed_sound && self.audio.is_none()
    }

    /// Size and checksum of the picture's decoder set-up (for H.264 the
    /// parameter sets): equal for encodes with equal settings.
    pub(crate) fn parameter_sets(&self) -> Option<String> {
        let (packets, _) = self.video.as_ref()?;
        packets.header("extradata").map(str::to_owned)
    }
}

/// The decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Width and height of a pixel.
    pub(crate) pixel_shape: (u32, u32),
    pub(crate) pixel_format: String,
    pub(crate) color_space: Option<String>,
    pub(crate) transfer: Transfer,
    /// Clockwise or not is FFmpeg's business: 0, 90 or 180.
    pub(crate) rotation: u32,
    /// When the first frame leaves the decoder, in microseconds.
    pub(crate) first_frame: Option<i64>,
}

impl Picture {
    /// Width and height in square pixels.
    pub(crate) fn shown_size(&self) -> (u32, u32) {
        let (pixel_width, pixel_height) = self.pixel_shape;
        let width = u64::from(self.width) * u64::from(pixel_width) / u64::from(pixel_height);
        (u32::try_from(width.max(1)).unwrap_or(u32::MAX), self.height)
    }
}

/// How much of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    /// As whole, of what the index alone tells: packets that are no more than a hole are not
    /// looked into.
    Index,
    Beginning,
}

/// Reads all packets of the first picture and the first sound of a file.
pub(crate) async fn inspect(session: &Session, path: &Path) -> Result<Inspection, MediaError> {
    let sound = Sound::Optional(SoundSource::default());
    inspect_extent(session, path, Extent::Whole, sound).await
}

/// How the sound is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sound {
    None,
    Optional(SoundSource),
}

impl Sound {
    /// The arguments that map it.
    fn map(self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::Optional(source) => vec!["-map".to_owned(), source.stream() + "?"],
        }
    }
}

/// As [`inspect`], for files that are not our own: their picture may be HDR, and
/// their first sound may not be the one to take.
pub(crate) async fn inspect_source(
    session: &Session,
    path: &Path,
) -> Result<Inspection, MediaError> {
    inspect_source_extent(session, path, Extent::Whole).await
}

/// As [`inspect_source`], for a file of which its index and its first packets are at hand.
pub(crate) async fn inspect_by_index(
    session: &Session,
    path: &Path,
) -> Result<Inspection, MediaError> {
    inspect_source_extent(session, path, Extent::Index).await
}

async fn inspect_source_extent(
    session: &Session,
    path: &Path,
    extent: Extent,
) -> Result<Inspection, MediaError> {
    refuse_what_is_no_file(path)?;
    let choice = sound::choose(session, path).await?;
    let sound = choice.source.map_or(Sound::None, Sound::Optional);
    let mut inspection = inspect_extent(session, path, extent, sound).await?;
    inspection.has_failed_sound = choice.has_failed;
    if let Some((_, picture)) = &mut inspection.video {
        picture.transfer = transfer::read(session, path).await?;
    }
    Ok(inspection)
}

/// Reads up to the first packet of the picture, with the file's own times, and
/// no more of the file than that needs. A file without a picture is refused.
pub(crate) async fn inspect_beginning(
    session: &Session,
    path: &Path,
) -> Result<Inspection, MediaError> {
    let sound = Sound::Optional(SoundSource::default());
    match inspect_extent(session, path, Extent::Beginning, sound).await {
        // The sound may be announced and have no packets.
        Err(error) if error.is_input_fault() => {
            inspect_extent(session, path, Extent::Beginning, Sound::None).await
        }
        result => result,
    }
}

async fn inspect_extent(
    session: &Session,
    path: &Path,
    extent: Extent,
    sound: Sound,
) -> Result<Inspection, MediaError> {
    refuse_what_is_no_file(path)?;
    let scratch = tempfile::tempdir()?;
    let list = scratch.path().join("packets");
    let graph = scratch.path().join("graph");
    let frame = scratch.path().join("frame");
    let arguments = plan(path, extent, sound, [&list, &graph, &frame]);
    let finished = session.run(arguments).await.map_err(name_the_fault)?;
    refuse_partial_file(&finished.errors)?;
    if fs::metadata(&list)?.len() >= MAX_LIST_BYTES {
        return Err(MediaError::TooLarge("too many packets".to_owned()));
    }
    let streams = packets::read(BufReader::new(File::open(&list)?))?;
    let graphs = serde_json::from_slice(&fs::read(&graph)?).map_err(std::io::Error::other)?;
    let mut inspection = assign(streams, &graphs)?;
    if let Some((_, picture)) = &mut inspection.video {
        let times = frames::times(&frame)?;
        picture.first_frame = times.first().map(|time| (time * 1e6).round() as i64);
    }
    if let Sound::Optional(source) = sound {
        inspection.sound = source;
    }
    Ok(inspection)
}

/// Reads the packets from the key frame before `time` to the end, with their own
/// times. Nothing is decoded, so that what they hold need not be at hand.
pub(crate) async fn inspect_end(
    session: &Session,
    path: &Path,
    time: Duration,
    has_sound: bool,
) -> Result<Vec<PacketList>, MediaError> {
    let scratch = tempfile::tempdir()?;
    let list = scratch.path().join("packets");
    let mut arguments = strings(&["-copyts", "-noaccurate_seek", "-ss"]);
    arguments.push(time.as_secs().to_string());
    arguments.extend(input::arguments(path, Some(1)));
    arguments.extend(strings(&["-map", "0:V:0"]));
    if has_sound {
        arguments.extend(strings(&["-map", "0:a:0"]));
    }
    arguments.extend(strings(&["-c", "copy", "-copyinkf"]));
    arguments.extend(strings(&["-copypriorss", "1"]));
    arguments.extend(list_output(&list));
    session.run(arguments).await.map_err(name_the_fault)?;
    Ok(packets::read(BufReader::new(File::open(&list)?))?)
}

/// The packets of a whole file with their own times, counted from its start and
/// not corrected; the same streams as `inspection` has.
pub(crate) async fn own_times(
    session: &Session,
    path: &Path,
    inspection: &Inspection,
) -> Result<Vec<PacketList>, MediaError> {
    let scratch = tempfile::tempdir()?;
    let list = scratch.path().join("packets");
    let mut arguments = strings(&["-copyts", "-start_at_zero"]);
    arguments.extend(input::arguments(path, Some(1)));
    arguments.extend(strings(&["-map", "0:V:0"]));
    if inspection.audio.is_some() {
        arguments.extend(Sound::Optional(inspection.sound).map());
    }
    arguments.extend(strings(&["-c", "copy", "-copyinkf"]));
    arguments.extend(list_output(&list));
    session.run(arguments).await.map_err(name_the_fault)?;
    Ok(packets::read(BufReader::new(File::open(&list)?))?)
}

/// A packet list of bounded size.
fn list_output(list: &Path) -> Vec<String> {
    vec![
        "-fs".to_owned(),
        MAX_LIST_BYTES.to_string(),
        "-f".to_owned(),
        "framecrc".to_owned(),
        file_url(list),
    ]
}

/// The arguments of the run. One thread: a single frame is decoded.
fn plan(
    path: &Path,
    extent: Extent,
    sound: Sound,
    [list, graph, frame]: [&Path; 3],
) -> Vec<String> {
    let mut arguments = strings(&["-print_graphs_format", "json", "-print_graphs_file"]);
    arguments.push(graph.display().to_string());
    match extent {
        Extent::Beginning => arguments.push("-copyts".to_owned()),
        Extent::Index => arguments.extend(strings(&["-fflags", "+noparse"])),
        Extent::Whole => {}
    }
    arguments.extend(input::arguments(path, Some(1)));
    if extent == Extent::Beginning {
        // The sound would go on to the end of a file that has only sound.
        arguments.extend(strings(&["-map", "0:V:0"]));
        arguments.extend(sound.map());
        arguments.extend(strings(&["-frames:v", "1"]));
    } else {
        arguments.extend(strings(&["-map", "0:V:0?"]));
        arguments.extend(sound.map());
    }
    arguments.extend(strings(&["-c", "copy", "-copyinkf"]));
    arguments.extend(list_output(list));
    arguments.extend(strings(&["-map", "0:V:0?", "-frames:v", "1"]));
    arguments.extend(frames::list_arguments(frame));
    // Whether the sound decodes is not asked where its first packets may not be at hand.
    if extent != Extent::Beginning {
        arguments.extend(sound.map());
        arguments.extend(strings(&["-frames:a", "1"]));
    }
    arguments.extend(strings(&["-f", "null", "-"]));
    arguments
}

/// A link could lead anywhere, and a pipe would never end.
fn refuse_what_is_no_file(path: &Path) -> Result<(), MediaError> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        return Err(MediaError::Unsupported("no regular file".to_owned()));
    }
    if metadata.len() == 0 {
        return Err(MediaError::Corrupt("the file is empty".to_owned()));
    }
    Ok(())
}

fn assign(streams: Vec<PacketList>, graphs: &Graphs) -> Result<Inspection, MediaError> {
    let mut inspection = Inspection {
        video: None,
        audio: None,
        sound: SoundSource::default(),
        has_failed_sound: false,
        container: graphs.container(),
    };
    for stream in streams {
        match stream.header("media_type") {
            Some("video") => {
                let picture = graphs.picture().ok_or_else(|| {
                    MediaError::Corrupt("no frame of the picture can be decoded".to_owned())
                })?;
                inspection.video = Some((stream, picture));
            }
            Some("audio") => inspection.audio = Some(stream),
            _ => {}
        }
    }
    Ok(inspection)
}

/// FFmpeg's `-print_graphs` output; what is not needed is not named.
#[derive(Debug, Deserialize)]
struct Graphs {
    graphs: Vec<Graph>,
    inputfiles: Vec<InputFile>,
}

#[derive(Debug, Deserialize)]
struct InputFile {
    demuxer_name: String,
}

#[derive(Debug, Deserialize)]
struct Graph {
    filters: Vec<Filter>,
}

#[derive(Debug, Deserialize)]
struct Filter {
    filter_name: String,
    filter_inputs: Vec<Link>,
}

/// A link of sound has no size. (It also has `sample_rate` twice, so only
/// fields that are named here may be asked for.)
#[derive(Debug, Deserialize)]
struct Link {
    format: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    sar: Option<String>,
    color_space: Option<String>,
}

impl Graphs {
    /// The container of the one input.
    fn container(&self) -> String {
        let input = self.inputfiles.first();
        input.map_or_else(String::new, |input| input.demuxer_name.clone())
    }

    /// What arrives at the end of the picture's graph.
    fn picture(&self) -> Option<Picture> {
        let graph = self.graphs.iter().find(|graph| graph.has("buffersink"))?;
        let sink = graph
            .filters
            .iter()
            .find(|filter| filter.filter_name == "buffersink")?;
        let link = sink.filter_inputs.first()?;
        Some(Picture {
            width: link.width?,
            height: link.height?,
            pixel_shape: link.sar.as_deref().and_then(pixel_shape).unwrap_or((1, 1)),
            pixel_format: link.format.clone()?,
            color_space: link.color_space.clone(),
            transfer: Transfer::Standard,
            rotation: graph.rotation(),
            first_frame: None,
        })
    }
}

impl Graph {
    fn has(&self, name: &str) -> bool {
        self.filters.iter().any(|filter| filter.filter_name == name)
    }

    fn rotation(&self) -> u32 {
        if self.has("transpose") {
            return 90;
        }
        if self.has("hflip") && self.has("vflip") {
            180
        } else {
            0
        }
    }
}

/// `4:3`; `0:1` says that nothing is known.
fn pixel_shape(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once([':', '/'])?;
    let shape = (width.parse().ok()?, height.parse().ok()?);
    (shape.0 > 0 && shape.1 > 0).then_some(shape)
}
