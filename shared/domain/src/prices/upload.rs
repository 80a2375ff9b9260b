//! What an upload costs: its transcode, and being watched.

use super::Line;
use super::film::{api_requests, logs};
use super::measured::*;
use super::table::*;

/// Objects of a transcode whatever its length: thumbnail, preview, the three renditions as a
/// file, as a stream and with its playlist, and the playlist of all.
const OBJECTS: f64 = 12.0;
/// Assumed: units that a transcode writes whatever its length, in transactions and with indexes:
/// upload, video, search words, transcode, progress, its end.
const WRITES: f64 = 150.0;
/// Counted (`shared/transcodes`' tests): units that a part writes, whatever its length.
pub const PART_WRITES: f64 = 7.0;
/// Counted there: units that a part reads.
pub const PART_READS: f64 = 4.0;
/// How often is written how far a part is (`ProgressReporter`): its row and the transcode's,
/// all parts being read.
const NOTES: f64 = 5.0;
/// Units of the row of another part, when all are read.
const ANOTHER_PART: f64 = 0.12;
/// Beats in the minute of a worker's lease, each a row.
const BEATS_A_MINUTE: f64 = 3.0;
/// Ranges of the source that a segment needs: the first frames, its own, the index.
const RANGES: f64 = 3.0;
/// Messages besides the parts': the first one, and those by which the work is handed on.
const HANDED_ON: f64 = 3.0;

/// What making an upload in parts takes.
struct Parts {
    /// Of the transcoder.
    runs: f64,
    /// Objects that are stored and fetched again.
    pieces: f64,
    /// Reads of the source.
    source: f64,
    /// Units, the beats' apart.
    writes: f64,
    reads: f64,
}

impl Parts {
    /// Of an upload of so many seconds; a short one is made by one run.
    fn of(upload: f64) -> Self {
        let parts = parts(upload);
        if parts <= 1.0 {
            return Self {
                runs: 1.0,
                pieces: 0.0,
                source: 1.0,
                writes: 0.0,
                reads: 0.0,
            };
        }
        let read_each = PART_READS + (1.0 + NOTES) * ANOTHER_PART * parts;
        Self {
            runs: parts + HANDED_ON,
            pieces: segments(upload) * PIECES + 1.0,
            source: 2.0 + segments(upload) * RANGES,
            writes: parts * (PART_WRITES + 2.0 * NOTES),
            reads: parts * read_each,
        }
    }
}

/// An upload of so many minutes of 1080p in its first month: uploaded, transcoded into every
/// rendition, and all of it kept.
pub fn transcode(minutes: f64) -> Vec<Line> {
    let length = minutes * 60.0;
    let seconds = transcoding_seconds(length);
    let Parts {
        runs,
        pieces,
        source,
        writes,
        reads,
    } = Parts::of(length);
    let beats = seconds / 60.0 * BEATS_A_MINUTE;
    let renditions = length * (BYTES_A_SECOND + SOUND_BYTES_A_SECOND) * RENDITIONS;
    let kept = (renditions + length * UPLOAD_BYTES_A_SECOND) / 1e9;
    let rows = 10e3 / 1e9;
    let mut lines = vec![
        LAMBDA_ARM64_GB_SECOND.of("the transcoder", gb_seconds(seconds, LARGE_MB)),
        LAMBDA_ARM64_GB_SECOND.of("the upload looked into", gb_seconds(CONFIRMING, CONFIRM_MB)),
        LAMBDA_DISK.of("its disk", disk_gb_seconds(seconds, TRANSCODER_DISK_MB)),
        LAMBDA_REQUEST.of("functions' runs", runs + 4.0),
        DYNAMODB_WRITE.of("rows and indexes", WRITES + 2.0 * beats + writes),
        DYNAMODB_READ.of("rows", 40.0 + reads),
        S3_PUT.of("segments and outputs", OBJECTS + pieces + 2.0),
        S3_GET.of("the source, segments", source + pieces),
        SQS_REQUEST.of("messages, and hidden by each beat", 3.0 * runs + beats),
        WEBSOCKET_MESSAGE.of("hints of progress", 20.0),
        S3_STORAGE.of("the upload and its renditions, kept", kept),
        DYNAMODB_STORAGE.of("its rows, kept", rows),
        DYNAMODB_BACKUP.of("its rows, restorable", rows),
    ];
    lines.extend(logs("logs", runs + 4.0));
    lines.extend(api_requests("upload, confirmation, progress", 30.0));
    lines
}

/// An hour watched at the highest quality.
pub fn hour_watched() -> Vec<Line> {
    let bytes = 3600.0 * (BYTES_A_SECOND + SOUND_BYTES_A_SECOND);
    let mut lines = vec![
        TRAFFIC.of("1080p from the bucket", bytes / 1e9),
        S3_GET.of("its segments", 3600.0 / HLS_SECONDS),
    ];
    // The video, its stream, the list of playlists and one of them; links live an hour.
    lines.extend(api_requests("video, stream and playlists", 5.0));
    lines
}
