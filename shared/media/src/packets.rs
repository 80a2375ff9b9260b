//! Reads the packet list FFmpeg's `framecrc` muxer writes.
//!
//! Its header names codecs, sizes and rates; each line after it is a packet
//! with its times. No metadata of the file stands in it. The list is read from
//! a trusted FFmpeg, yet every number in it comes from the file: lines that
//! make no sense are skipped, and nothing is indexed by what they say.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

/// Packet flag: decoding can begin here.
const KEY: u32 = 0x1;
/// Packet flag: decoded, but not shown.
const DISCARD: u32 = 0x4;
/// Packets that are no further apart are shown at one time, in seconds.
const ONE_TIME: f64 = 0.002;
/// More streams than are ever mapped.
const MAX_STREAMS: usize = 4;

/// One stream's packets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PacketList {
    /// Header values by name: `codec_id`, `dimensions`, `sar`, ...
    header: BTreeMap<String, String>,
    /// Each shown packet in the order of the file.
    pub(crate) packets: Vec<Packet>,
    /// A packet has no time of showing: its decoding time stands for it.
    pub(crate) lacks_show_times: bool,
}

/// One shown packet; times in the stream's own units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) decode_time: i64,
    pub(crate) show_time: i64,
    pub(crate) duration: i64,
    pub(crate) is_key: bool,
    /// All its bytes are zero, as those of a hole.
    pub(crate) is_blank: bool,
}

impl PacketList {
    /// A value of the header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name).map(String::as_str)
    }

    /// FFmpeg's name of the codec.
    pub(crate) fn codec(&self) -> &str {
        self.header("codec_id").unwrap_or("unknown")
    }

    /// A header value such as `640x360` or `1/30`, as two numbers.
    pub(crate) fn pair(&self, name: &str, separator: char) -> Option<(u32, u32)> {
        let (first, second) = self.header(name)?.split_once(separator)?;
        Some((first.trim().parse().ok()?, second.trim().parse().ok()?))
    }

    /// Seconds for one unit of time, as a fraction.
    pub(crate) fn time_base(&self) -> (u32, u32) {
        self.pair("tb", '/')
            .filter(|(_, denominator)| *denominator > 0)
            .unwrap_or((1, 1))
    }

    /// When the first packet is shown and when the last one ends.
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        let start = self.packets.iter().map(|packet| packet.show_time).min()?;
        let end = self
            .packets
            .iter()
            .map(|packet| packet.show_time.saturating_add(packet.duration))
            .max()?;
        Some((start, end))
    }

    /// The times at which something is shown, in order. Packets of nearly one time
    /// are one frame: some are decoded for others and show nothing (VP8's
    /// alternate references), some have one field of a frame each.
    pub(crate) fn show_times(&self) -> Vec<i64> {
        let packets = self.packets.iter();
        let mut times: Vec<i64> = packets.map(|packet| packet.show_time).collect();
        times.sort_unstable();
        times.dedup_by(|next, last| self.seconds(*next - *last) <= ONE_TIME);
        times
    }

    /// The file begins between key frames: what comes before the first one is
    /// not shown.
    pub(crate) fn begins_between_key_frames(&self) -> bool {
        self.packets.first().is_some_and(|packet| !packet.is_key)
    }

    /// A time in seconds.
    pub(crate) fn seconds(&self, time: i64) -> f64 {
        let (numerator, denominator) = self.time_base();
        time as f64 * f64::from(numerator) / f64::from(denominator)
    }
}

/// Reads the lists of all streams, in the order they were mapped.
pub(crate) fn read(lines: impl BufRead) -> io::Result<Vec<PacketList>> {
    let mut streams: Vec<PacketList> = Vec::new();
    for line in lines.lines() {
        let line = line?;
        match line.strip_prefix('#') {
            Some(header) => read_header(header, &mut streams),
            None => read_packet(&line, &mut streams),
        }
    }
    Ok(streams)
}

/// `codec_id 0: h264`
fn read_header(line: &str, streams: &mut Vec<PacketList>) {
    let Some((name, value)) = line.split_once(": ") else {
        return;
    };
    let Some((name, index)) = name.split_once(' ') else {
        return;
    };
    let Some(index) = index.parse().ok().filter(|index| *index < MAX_STREAMS) else {
        return;
    };
    if streams.len() <= index {
        streams.resize_with(index + 1, PacketList::default);
    }
    streams[index]
        .header
        .insert(name.to_owned(), value.trim().to_owned());
}

/// `0, -1024, 0, 512, 3533, 0xaad70623, F=0x5`: stream, decoding time, showing
/// time, duration, size, sum, and flags where they are not just "key".
fn read_packet(line: &str, streams: &mut [PacketList]) {
    let mut fields = line.split(',').map(str::trim);
    let stream = fields.next().and_then(|field| field.parse::<usize>().ok());
    let mut number = || fields.next().and_then(|field| field.parse::<i64>().ok());
    let (Some(decode_time), Some(show_time), Some(duration)) = (number(), number(), number())
    else {
        return;
    };
    let (size, sum) = (fields.next(), fields.next());
    let is_blank = sum == Some("0x00000000") && size != Some("0");
    let flags = fields
        .find_map(|field| field.strip_prefix("F=0x"))
        .map_or(Some(KEY), |flags| u32::from_str_radix(flags, 16).ok())
        .unwrap_or(0);
    let Some(list) = stream.and_then(|stream| streams.get_mut(stream)) else {
        return;
    };
    if flags & DISCARD != 0 {
        return;
    }
    let has_show_time = show_time != i64::MIN;
    list.lacks_show_times |= !has_show_time;
    list.packets.push(Packet {
        decode_time,
        show_time: if has_show_time {
            show_time
        } else {
            decode_time
        },
        duration: duration.max(0),
        is_key: flags & KEY != 0,
        is_blank,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
#extradata 0:       48, 0x630b10d5
#software: Lavf63.1.102
#tb 0: 1/15360
#media_type 0: video
#codec_id 0: hevc
#dimensions 0: 320x240
#sar 0: 1/1
#tb 1: 1/44100
#codec_id 1: aac
0,      -1024,          0,      512,     3533, 0xaad70623
1,      -1024,      -1024,     1024,      256, 0xea44782a, F=0x5, S=1, Skip Samples,       10, 0x00240004
0,       -512,       1536,      512,     1994, 0xa31edb29, F=0x0
1,          0,          0,     1024,      258, 0xb8847714
";

    #[test]
    fn packets_of_one_time_are_one_frame() {
        let list = "#tb 0: 1/1000\n0, 0, 0, 33, 9, 0x1\n0, 33, 33, 33, 9, 0x1, F=0x0\n\
                    0, 33, 33, 33, 9, 0x1, F=0x0\n0, 20, 20, 33, 9, 0x1, F=0x0\n\
                    0, 34, 34, 33, 9, 0x1, F=0x0\n0, 66, 66, 33, 9, 0x1, F=0x0\n";
        let streams = read(list.as_bytes()).unwrap();
        assert_eq!(streams[0].show_times(), [0, 20, 33, 66]);
        assert!(!streams[0].begins_between_key_frames());
    }

    #[test]
    fn reads_header_and_packets() {
        let streams = read(LIST.as_bytes()).unwrap();
        assert_eq!(streams.len(), 2);
        let video = &streams[0];
        assert_eq!(video.header("codec_id"), Some("hevc"));
        assert_eq!(video.pair("dimensions", 'x'), Some((320, 240)));
        assert_eq!(video.time_base(), (1, 15360));
        assert_eq!(video.span(), Some((0, 2048)));
        assert_eq!(
            video
                .packets
                .iter()
                .map(|packet| packet.is_key)
                .collect::<Vec<_>>(),
            [true, false]
        );
        assert_eq!(
            streams[1].packets.len(),
            1,
            "a discarded packet is not shown"
        );
    }

    #[test]
    fn nonsense_is_skipped() {
        let list = "#\n#x\n#tb 99999999999: 1/0\n#tb 0: 1/0\n0, 1\n-1, 2, 3, 4\n7, 0, 0, 1, 1, 0x0\n0, a, b, c\n";
        let streams = read(list.as_bytes()).unwrap();
        assert_eq!(streams.len(), 1);
        assert!(streams[0].packets.is_empty());
        assert_eq!(streams[0].time_base(), (1, 1));
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        let list = format!("#tb 0: 1/1\n0, 0, {}, {}, 1, 0x0\n", i64::MAX, i64::MAX);
        let streams = read(list.as_bytes()).unwrap();
        assert_eq!(streams[0].span(), Some((i64::MAX, i64::MAX)));
    }
}
