//! Whether a playlist keeps the rules of HLS (RFC 8216 and its successor,
//! draft-pantos-hls-rfc8216bis) that players rely on. Written apart from the
//! code that makes playlists, so that it does not share its mistakes.

use std::collections::BTreeMap;

/// How far a declared bit rate may exceed the measured one (rfc8216bis, 4.4.6.2).
const RATE_TOLERANCE: f64 = 1.1;

/// The lowest version that has `EXT-X-MAP` beside ordinary segments.
const MAP_VERSION: u64 = 6;

/// The media playlist of one variant.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaPlaylist {
    /// Seconds.
    pub target_duration: u64,
    /// In order.
    pub segments: Vec<Segment>,
}

/// A segment of a media playlist.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Its `EXTINF`, in seconds.
    pub seconds: f64,
    /// The length of its byte range.
    pub bytes: u64,
}

impl MediaPlaylist {
    /// Reads a finished playlist of byte ranges.
    ///
    /// # Errors
    ///
    /// The first rule that is broken.
    pub fn read(text: &str) -> Result<Self, String> {
        let tags = check_frame(text)?;
        let target_duration = single_number(&tags, "#EXT-X-TARGETDURATION")?;
        let segments = read_segments(text)?;
        rule(target_duration >= 1, "the target duration is at least 1")?;
        rule(
            single_number(&tags, "#EXT-X-VERSION")? >= MAP_VERSION,
            "a playlist with EXT-X-MAP has version 6 at least",
        )?;
        rule(!segments.is_empty(), "there are segments")?;
        for segment in &segments {
            rule(segment.seconds > 0.0, "a segment has a duration")?;
            rule(segment.bytes > 0, "a segment has bytes")?;
            rule(
                segment.seconds.round() as u64 <= target_duration,
                "no segment is longer than the target duration",
            )?;
        }
        rule(
            text.lines().last() == Some("#EXT-X-ENDLIST"),
            "a finished playlist ends with EXT-X-ENDLIST",
        )?;
        Ok(Self {
            target_duration,
            segments,
        })
    }

    /// The largest bit rate of contiguous segments that last from half the target
    /// duration to one and a half; of all segments where none do.
    pub fn peak_rate(&self) -> f64 {
        let target = self.target_duration as f64;
        let count = self.segments.len();
        let runs = (0..count).flat_map(|from| (from + 1..=count).map(move |to| (from, to)));
        runs.map(|(from, to)| &self.segments[from..to])
            .filter(|run| (0.5 * target..=1.5 * target).contains(&seconds(run)))
            .map(rate)
            .fold(0.0, f64::max)
            .max(if self.duration() < 0.5 * target {
                self.average_rate()
            } else {
                0.0
            })
    }

    /// All bits over the whole duration.
    pub fn average_rate(&self) -> f64 {
        rate(&self.segments)
    }

    fn duration(&self) -> f64 {
        seconds(&self.segments)
    }
}

/// Checks a master playlist and every playlist it names, which `open` reads.
///
/// # Errors
///
/// The first rule that is broken.
pub fn check_master(text: &str, open: impl Fn(&str) -> String) -> Result<(), String> {
    check_frame(text)?;
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let mut variants = 0;
    while let Some(line) = lines.next() {
        let Some(attributes) = line.strip_prefix("#EXT-X-STREAM-INF:") else {
            rule(
                line.starts_with("#EXT"),
                "a URI follows its EXT-X-STREAM-INF",
            )?;
            continue;
        };
        let uri = lines.next().unwrap_or("#");
        rule(!uri.starts_with('#'), "a URI follows EXT-X-STREAM-INF")?;
        let playlist =
            MediaPlaylist::read(&open(uri)).map_err(|fault| format!("{uri}: {fault}"))?;
        check_variant(&read_attributes(attributes), &playlist)
            .map_err(|fault| format!("{uri}: {fault}"))?;
        variants += 1;
    }
    rule(variants > 0, "there are variants")
}

fn check_variant(
    attributes: &BTreeMap<String, String>,
    playlist: &MediaPlaylist,
) -> Result<(), String> {
    let number = |name: &str| -> Result<f64, String> {
        let value = attributes.get(name).ok_or(format!("{name} is missing"))?;
        value.parse().map_err(|_| format!("{name} is no number"))
    };
    let (peak, average) = (number("BANDWIDTH")?, number("AVERAGE-BANDWIDTH")?);
    let is_near = |declared: f64, measured: f64| {
        declared >= measured.floor() && declared <= (measured * RATE_TOLERANCE).ceil()
    };
    rule(average <= peak, "AVERAGE-BANDWIDTH is at most BANDWIDTH")?;
    rule(
        is_near(peak, playlist.peak_rate()),
        "BANDWIDTH is the peak segment bit rate",
    )?;
    rule(
        is_near(average, playlist.average_rate()),
        "AVERAGE-BANDWIDTH is the average segment bit rate",
    )?;
    rule(number("FRAME-RATE")? > 0.0, "FRAME-RATE is positive")?;
    let is_quoted = |name: &str| {
        let value = attributes.get(name);
        value.is_some_and(|value| value.len() > 2 && value.starts_with('"') && value.ends_with('"'))
    };
    rule(is_quoted("CODECS"), "CODECS is a quoted string")?;
    let size = attributes
        .get("RESOLUTION")
        .and_then(|size| size.split_once('x'));
    let is_size = size.is_some_and(|(width, height)| {
        [width, height]
            .iter()
            .all(|side| side.parse::<u32>().is_ok_and(|side| side > 0))
    });
    rule(is_size, "RESOLUTION is a size")
}

/// What holds for each playlist: it begins with `#EXTM3U`, and no tag that may
/// stand once stands twice. Returns the tags that have a value.
fn check_frame(text: &str) -> Result<BTreeMap<String, String>, String> {
    const ONCE: [&str; 4] = [
        "#EXTM3U",
        "#EXT-X-VERSION",
        "#EXT-X-TARGETDURATION",
        "#EXT-X-ENDLIST",
    ];
    rule(
        text.lines().next() == Some("#EXTM3U"),
        "the first line is EXTM3U",
    )?;
    let mut tags = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("#EXT")) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let earlier = tags.insert(name.to_owned(), value.to_owned());
        rule(
            earlier.is_none() || !ONCE.contains(&name),
            "a tag that may stand once stands once",
        )?;
    }
    Ok(tags)
}

/// Each URI with the `EXTINF` and the byte range before it; ranges of one file
/// follow each other, the first one behind the range of `EXT-X-MAP`.
fn read_segments(text: &str) -> Result<Vec<Segment>, String> {
    let (mut seconds, mut range, mut next) = (None, None, None);
    let mut segments = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(value) = line.strip_prefix("#EXTINF:") {
            let value = value.split(',').next().unwrap_or_default();
            seconds = Some(value.parse().map_err(|_| format!("no duration: {value}"))?);
        } else if let Some(value) = line.strip_prefix("#EXT-X-BYTERANGE:") {
            range = Some(byte_range(value)?);
        } else if let Some(value) = line.strip_prefix("#EXT-X-MAP:") {
            rule(segments.is_empty(), "EXT-X-MAP is before the first segment")?;
            let attributes = read_attributes(value);
            let value = attributes
                .get("BYTERANGE")
                .ok_or("EXT-X-MAP has a byte range")?;
            let (bytes, offset) = byte_range(value.trim_matches('"'))?;
            next = Some(offset + bytes);
        } else if !line.starts_with('#') {
            let seconds = seconds.take().ok_or("a URI has its EXTINF")?;
            let (bytes, offset) = range.take().ok_or("a URI has its byte range")?;
            rule(next == Some(offset), "byte ranges follow each other")?;
            next = Some(offset + bytes);
            segments.push(Segment { seconds, bytes });
        }
    }
    Ok(segments)
}

/// `100@7`: bytes and their offset.
fn byte_range(value: &str) -> Result<(u64, u64), String> {
    let numbers = value
        .split_once('@')
        .and_then(|(bytes, offset)| Some((bytes.parse().ok()?, offset.parse().ok()?)));
    numbers.ok_or(format!("no byte range: {value}"))
}

/// `A=1,B="x,y"`; quotes stay.
fn read_attributes(text: &str) -> BTreeMap<String, String> {
    let mut is_quoted = false;
    let parts = text.split(|letter: char| {
        is_quoted ^= letter == '"';
        letter == ',' && !is_quoted
    });
    parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn single_number(tags: &BTreeMap<String, String>, name: &str) -> Result<u64, String> {
    let value = tags.get(name).ok_or(format!("{name} is missing"))?;
    value
        .parse()
        .map_err(|_| format!("{name} is no whole number"))
}

fn seconds(segments: &[Segment]) -> f64 {
    segments.iter().map(|segment| segment.seconds).sum()
}

/// Bits a second.
fn rate(segments: &[Segment]) -> f64 {
    let bytes: u64 = segments.iter().map(|segment| segment.bytes).sum();
    bytes as f64 * 8.0 / seconds(segments)
}

fn rule(holds: bool, rule: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: &str = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n\
        #EXT-X-MAP:URI=\"a.m4s\",BYTERANGE=\"100@0\"\n\
        #EXTINF:6.0,\n#EXT-X-BYTERANGE:600@100\na.m4s\n\
        #EXTINF:1.0,\n#EXT-X-BYTERANGE:900@700\na.m4s\n#EXT-X-ENDLIST\n";
    const MASTER: &str = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1715,AVERAGE-BANDWIDTH=1715,\
        RESOLUTION=64x48,FRAME-RATE=25.000,CODECS=\"avc1.640028,mp4a.40.2\"\na.m3u8\n";

    fn fault(text: &str) -> String {
        MediaPlaylist::read(text).unwrap_err()
    }

    #[test]
    fn a_good_playlist_passes() {
        let playlist = MediaPlaylist::read(MEDIA).unwrap();
        assert_eq!(playlist.segments.len(), 2);
        assert_eq!(playlist.average_rate().ceil(), 1715.0);
        // The last second alone is no run of half the target duration.
        assert_eq!(playlist.peak_rate().ceil(), 1715.0);
        check_master(MASTER, |_| MEDIA.to_owned()).unwrap();
    }

    #[test]
    fn each_rule_of_a_media_playlist_is_held() {
        let changed = |from: &str, to: &str| fault(&MEDIA.replace(from, to));
        assert_eq!(
            changed("DURATION:6", "DURATION:0"),
            "the target duration is at least 1"
        );
        assert_eq!(
            changed("DURATION:6", "DURATION:5"),
            "no segment is longer than the target duration"
        );
        assert_eq!(
            changed("900@700", "900@701"),
            "byte ranges follow each other"
        );
        assert_eq!(changed("#EXTINF:1.0,\n", ""), "a URI has its EXTINF");
        assert!(changed("#EXT-X-ENDLIST\n", "").contains("ENDLIST"));
        assert!(changed("#EXT-X-VERSION:7", "#EXT-X-VERSION:4").contains("version"));
        assert!(changed("#EXTM3U", "#EXTM").contains("first line"));
        assert!(changed("#EXT-X-TARGETDURATION:6\n", "").contains("missing"));
    }

    #[test]
    fn each_rule_of_a_master_playlist_is_held() {
        let changed = |from: &str, to: &str| {
            check_master(&MASTER.replace(from, to), |_| MEDIA.to_owned()).unwrap_err()
        };
        let average = "AVERAGE-BANDWIDTH=1715";
        assert!(changed(average, "AVERAGE-BANDWIDTH=1716").contains("at most BANDWIDTH"));
        assert!(changed("BANDWIDTH=1715,A", "BANDWIDTH=7200,A").contains("is the peak"));
        assert!(changed(average, "AVERAGE-BANDWIDTH=9").contains("average segment"));
        assert!(changed("\"avc1.640028,mp4a.40.2\"", "avc1.640028").contains("CODECS"));
        assert!(changed("64x48", "64x0").contains("RESOLUTION"));
        assert!(check_master("#EXTM3U\n", |_| String::new()).is_err());
    }
}
