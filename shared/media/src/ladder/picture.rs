//! The one filter graph that makes the pictures of all renditions.

use std::fmt::Write as _;

use super::plan::{LadderPlan, Segment};
use crate::alpha::over_black;
use crate::prepare::{deinterlace, source_matrix};
use crate::probe::{Transfer, VideoStream};

/// HDR's white, in candela per square metre (ITU-R BT.2408).
const HDR_WHITE: u32 = 203;

/// What a picture of ours says of its colours.
const COLOUR_TAGS: &str =
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709:field_mode=prog";

/// The name of a rendition's picture in the graph.
pub(super) fn pad(rendition: usize) -> String {
    format!("[v{rendition}]")
}

/// From the source's picture to those of the renditions, frame by frame at the
/// plan's rate: first the frames, then the largest size, then its colours, and
/// the smaller sizes from that.
pub(super) fn graph(plan: &LadderPlan, segment: &Segment) -> String {
    let mut graph = format!("[0:V:0]{}{}", frames(plan, segment), largest(plan));
    let count = plan.renditions.len();
    if count == 1 {
        return graph + &pad(0);
    }
    let _ = write!(graph, ",split={count}{}", pad(0));
    for index in 1..count {
        let _ = write!(graph, "[s{index}]");
    }
    for (index, rendition) in plan.renditions.iter().enumerate().skip(1) {
        let (width, height) = (rendition.width, rendition.height);
        let _ = write!(
            graph,
            ";[s{index}]scale={width}:{height},setsar=1{}",
            pad(index)
        );
    }
    graph
}

/// Exactly the segment's frames. Frames are counted from the plan's start in
/// every segment, so that a border falls between the same two frames from both
/// sides; the first frame is held before it comes, the last one after it.
fn frames(plan: &LadderPlan, segment: &Segment) -> String {
    let (top, bottom) = plan.frame_rate;
    let hold_first = if plan.begins_before_the_picture(segment) {
        ":start_time=0"
    } else {
        ""
    };
    format!(
        "{}{}setpts=PTS-round({:.6}/TB),fps={top}/{bottom}{hold_first},\
         tpad=stop=-1:stop_mode=clone,trim=start_pts={first}:end_pts={end},setpts=PTS-{first}",
        as_it_begins(&plan.picture),
        deinterlace(&plan.picture),
        plan.source_seconds(0),
        first = segment.first_frame,
        end = segment.end(),
    )
}

/// Whether the frames that enter the graph may be others than it was built for.
/// Else FFmpeg would build it anew, and each filter would begin again. A graph
/// that turns pictures cannot take them: FFmpeg's own filters come first there.
pub(super) fn takes_changes(picture: &VideoStream) -> bool {
    picture.coded.is_some() && picture.rotation == 0
}

/// Whatever becomes of the picture within the stream, it keeps the size, the
/// pixels and the format of its beginning, before black where its shape is
/// another. Frames that are as the first one pass untouched.
fn as_it_begins(picture: &VideoStream) -> String {
    let Some(coded) = picture.coded.filter(|_| takes_changes(picture)) else {
        return String::new();
    };
    let (width, height) = (coded.width, coded.height);
    let (pixel_width, pixel_height) = coded.pixel_shape;
    format!(
        "scale=w='round(min({width},{height}*dar*{pixel_height}/{pixel_width}))':\
         h='round(min({height},{width}/dar*{pixel_width}/{pixel_height}))':eval=frame,\
         pad={width}:{height}:-1:-1:eval=frame,setsar={pixel_width}/{pixel_height}:max=1000000,\
         format={},",
        picture.pixel_format,
    )
}

/// The tallest rendition's size, in the colours of every screen.
fn largest(plan: &LadderPlan) -> String {
    let size = plan.renditions.first().map_or_else(String::new, |tallest| {
        format!("{}:{}", tallest.width, tallest.height)
    });
    let shape = match to_standard_light(&plan.picture) {
        Some(filters) => format!("scale={size},{filters}"),
        None => format!("scale={size}:{}", standard_colours(&plan.picture)),
    };
    let over_black = over_black(&plan.picture);
    format!(",{over_black}{shape},format=yuv420p,setsar=1,{COLOUR_TAGS}")
}

/// The filters that bring HDR to the light of every screen; nothing for a
/// picture that is there already.
pub(crate) fn to_standard_light(picture: &VideoStream) -> Option<String> {
    hdr_name(picture).map(tone_map)
}

fn hdr_name(picture: &VideoStream) -> Option<&'static str> {
    match picture.transfer {
        Transfer::Standard => None,
        Transfer::Pq => Some("smpte2084"),
        Transfer::Hlg => Some("arib-std-b67"),
    }
}

/// HDR's white becomes a light grey, so that what is brighter keeps its shape;
/// a middle grey stays one.
fn tone_map(transfer: &str) -> String {
    format!(
        "zscale=transferin={transfer}:primariesin=bt2020:matrixin=bt2020nc:\
         transfer=linear:npl={HDR_WHITE},format=gbrpf32le,zscale=primaries=bt709,\
         tonemap=mobius:desat=0:peak={:.3},zscale=transfer=bt709:matrix=bt709:range=tv",
        1000.0 / f64::from(HDR_WHITE),
    )
}

fn standard_colours(picture: &VideoStream) -> String {
    let is_wide = picture
        .color_space
        .as_deref()
        .is_some_and(|space| space.starts_with("bt2020"));
    let mut colours = format!(
        "in_color_matrix={}:out_color_matrix=bt709:out_range=tv",
        source_matrix(picture)
    );
    if is_wide {
        colours += ":out_transfer=bt709:out_primaries=bt709";
    }
    colours
}
