//! How long measured parts take so many functions, and what an hour's upload would take.

use std::time::Duration;

use media::source::ENDS;

/// Megabytes of a function that have a processor.
const MEGABYTES_OF_A_PROCESSOR: f64 = 1769.0;
/// Assumed: bytes a second between the bucket and a function.
const BYTES_A_SECOND: f64 = 80e6;
/// Assumed: bytes of a second of the hour's source.
const SOURCE_BYTES: f64 = 1e6;
/// Assumed: bytes of the hour's source that a segment of 15 s needs: as many seconds and eight
/// more, the first frames (`media`'s positions), and an index of 9 MB.
const SEGMENT_BYTES: f64 = 23.0 * SOURCE_BYTES + 6.3e6 + 9e6;
/// Measured (README): bytes of a second of 1080p, and of its sound.
const RENDITION_BYTES: f64 = 25.4e6 / 60.0 + 20e3;
/// Bytes of the hour's source that it is planned by (`media::source`).
const PLANNED_BY: u64 = ENDS.head + ENDS.tail;
/// USD of a second of a gigabyte of memory on arm64, and of 10 GB of disk.
const USD_OF_A_GIGABYTE: f64 = 0.000_013_333_4;
const USD_OF_THE_DISK: f64 = 9.5 * 0.000_000_030_9;

/// How long the parts of a transcode took with one thread.
pub(crate) struct Parts {
    pub(crate) planning: Duration,
    /// Thumbnail and preview, which take as long for any source.
    pub(crate) pictures: Duration,
    pub(crate) sound: Duration,
    pub(crate) segments: Vec<Duration>,
    pub(crate) joins: Vec<Duration>,
}

/// An hour's upload at AWS.
pub(crate) struct Hour {
    pub(crate) seconds: f64,
    pub(crate) usd: f64,
}

/// From the first part to the last, with so many functions: each takes the next part when it
/// is free, and the renditions and streams are joined when all are there.
pub(crate) fn wall(parts: &Parts, functions: usize) -> Duration {
    let mut of_the_source = vec![parts.pictures + parts.sound];
    of_the_source.extend(&parts.segments);
    parts.planning + in_turn(&of_the_source, functions) + in_turn(&parts.joins, functions)
}

fn in_turn(parts: &[Duration], functions: usize) -> Duration {
    let mut free = vec![Duration::ZERO; functions];
    for part in parts {
        if let Some(next) = free.iter_mut().min() {
            *next += *part;
        }
    }
    free.into_iter().max().unwrap_or_default()
}

/// An hour with 64 functions of so many megabytes, of parts like the measured ones: who makes the
/// sound fetches the source, who plans its ends, others what their segment needs of it, and who
/// joins a rendition its pieces, whose file or stream it stores.
pub(crate) fn hour(parts: &Parts, seconds: u32, megabytes: f64) -> Hour {
    const FUNCTIONS: usize = 64;
    const SEGMENTS: usize = 240;
    let times = 3600.0 / f64::from(seconds);
    let processors = megabytes / MEGABYTES_OF_A_PROCESSOR;
    let at_aws = |measured: Duration| measured.div_f64(processors);
    let fetching = Duration::from_secs_f64(3600.0 * SOURCE_BYTES / BYTES_A_SECOND);
    let fetching_the_ends = Duration::from_secs_f64(PLANNED_BY as f64 / BYTES_A_SECOND);
    let fetching_its_own = Duration::from_secs_f64(SEGMENT_BYTES / BYTES_A_SECOND);
    let moving = Duration::from_secs_f64(2.0 * 3600.0 * RENDITION_BYTES / BYTES_A_SECOND);
    let mean = parts.segments.iter().sum::<Duration>()
        / u32::try_from(parts.segments.len()).unwrap_or(1).max(1);
    let long = Parts {
        planning: at_aws(parts.planning).mul_f64(times) + fetching_the_ends,
        pictures: at_aws(parts.pictures),
        sound: at_aws(parts.sound).mul_f64(times) + fetching,
        segments: vec![at_aws(mean) + fetching_its_own; SEGMENTS],
        joins: parts
            .joins
            .iter()
            .map(|join| at_aws(*join).mul_f64(times) + moving)
            .collect(),
    };
    let worked: Duration = long.planning
        + long.pictures
        + long.sound
        + long.segments.iter().sum::<Duration>()
        + long.joins.iter().sum::<Duration>();
    Hour {
        seconds: wall(&long, FUNCTIONS).as_secs_f64(),
        usd: worked.as_secs_f64() * (megabytes / 1024.0 * USD_OF_A_GIGABYTE + USD_OF_THE_DISK),
    }
}
