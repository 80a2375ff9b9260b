//! How long things take, how large they are and how often they are done: what the bills and
//! `cargo xtask simulate` reckon with. Each says whether it was measured, counted or assumed.

/// Megabytes of memory at which a function has one processor.
pub const MEGABYTES_A_PROCESSOR: f64 = 1769.0;
/// Megabytes of an API function, and of the planner and the finisher (template.yaml).
pub const SMALL_MB: u32 = 256;
/// Megabytes of the functions that ask the provider, of the reconciler and of the janitor
/// (template.yaml).
pub const MEDIUM_MB: u32 = 512;
/// Megabytes of the provider's webhook, which copies outputs (template.yaml).
pub const WEBHOOK_MB: u32 = 1024;
/// Megabytes of what looks into an upload (template.yaml).
pub const CONFIRM_MB: u32 = 1769;
/// Megabytes of the functions with FFmpeg (template.yaml's defaults).
pub const LARGE_MB: u32 = 3008;
/// Megabytes of disk that every function has for nothing.
pub const FREE_DISK_MB: u32 = 512;
/// Megabytes of disk of the preparer, the composer, the transcoder and the reconciler, and of
/// those that ask, copy and confirm (template.yaml).
pub const PREPARER_DISK_MB: u32 = 2048;
/// See [`PREPARER_DISK_MB`].
pub const COMPOSER_DISK_MB: u32 = 4096;
/// See [`PREPARER_DISK_MB`].
pub const TRANSCODER_DISK_MB: u32 = 10_240;
/// See [`PREPARER_DISK_MB`].
pub const RECONCILER_DISK_MB: u32 = 3072;
/// See [`PREPARER_DISK_MB`].
pub const COPIER_DISK_MB: u32 = 1024;

/// Measured (`bench compose`): how long preparing takes for each second of a scene, with two
/// processors.
pub const PREPARING: f64 = 1.2;
/// Measured (`bench compose`): how long composing takes for each second of a film, with two
/// processors.
pub const COMPOSING: f64 = 0.6;
/// Measured (`bench compose`, 406 MB of five grainy scenes): requests that store what a scene
/// shares with its neighbours, in parts of 8 MB.
pub const BORDER_REQUESTS: f64 = 12.0;
/// Measured (`bench ladder`, 247 s for a minute): processor seconds of all outputs of an upload
/// for each of its seconds, 1080p.
pub const TRANSCODING: f64 = 247.0 / 60.0;
/// Measured (60 s of 1080p in pieces, 25.4 MB): bytes of a second at the highest quality.
pub const BYTES_A_SECOND: f64 = 25.4e6 / 60.0;
/// Set (`media`'s ladder): bytes of a second of a rendition's sound.
pub const SOUND_BYTES_A_SECOND: f64 = 160_000.0 / 8.0;

/// Assumed: how long a generator works, which asks the provider for a prediction, in seconds.
pub const ASKING: f64 = 1.5;
/// Assumed: how long the provider's webhook works that copies an output, in seconds.
pub const COPYING: f64 = 1.5;
/// Assumed: how long it takes to look into an upload, in seconds.
pub const CONFIRMING: f64 = 2.0;
/// Assumed: how long a storyboard by the rules takes, in seconds.
pub const PLANNING: f64 = 0.5;
/// Assumed: how long a film's end takes, in seconds.
pub const FINISHING: f64 = 0.5;
/// Assumed: how long an API function works, its start among them, in seconds.
pub const ANSWERING: f64 = 0.05;
/// Assumed: how long the reconciler works when there is nothing to do, in seconds.
pub const RECONCILING: f64 = 0.2;
/// Assumed: hours of a day in which a function starts though nobody comes: the reconciler, since
/// AWS ends an environment every few hours also when it is used, taken for two; and the janitor.
pub const COLD_HOURS: f64 = 12.0 + 1.0;
/// Assumed: bytes of log of one invocation, its metrics and the gateway's line among them.
/// Tests hold every line below 5 KB.
pub const LOG_BYTES: f64 = 2_000.0;
/// Set (template.yaml): how long logs are kept, in months.
pub const LOG_MONTHS: f64 = 7.0 / 30.0;
/// Assumed: bytes in the bucket of a second of a film, its scenes as they came and as they were
/// prepared, stills and preview among them.
pub const FILM_BYTES_A_SECOND: f64 = 0.1e9 / 30.0;
/// Assumed: bytes of a second of an upload.
pub const UPLOAD_BYTES_A_SECOND: f64 = 1e6;
/// Assumed: all renditions of a second against the highest, by the caps of their bit rates
/// (12, 6 and 3 Mbit/s); each is kept as a file and as a stream.
pub const RENDITIONS: f64 = 2.0 * (12.0 + 6.0 + 3.0) / 12.0;
/// Assumed: bytes of the site that a visit loads.
pub const SITE_BYTES: f64 = 0.5e6;
/// Assumed: bytes of an API's answer.
pub const ANSWER_BYTES: f64 = 4_000.0;

/// Set (`media`'s HLS): seconds of a segment that a player fetches.
pub const HLS_SECONDS: f64 = 6.0;
/// Set (template.yaml): seconds of a segment that a transcoder makes at a time.
pub const TRANSCODE_SEGMENT_SECONDS: f64 = 16.0;
/// Set (`media`'s ladder): a source has no more segments than these.
const MOST_SEGMENTS: f64 = 240.0;
/// Renditions of an upload of 1080p.
pub const PIECES: f64 = 3.0;
/// Assumed: how long a function takes to begin with a part: its start, the plan, the seek,
/// storing; the source's fetching apart, in seconds.
const BEGINNING: f64 = 1.0;
/// Assumed: bytes a second between the bucket and a function.
const FETCHED_BYTES_A_SECOND: f64 = 80e6;
/// Set (`media`'s positions): bytes of the source's first frames that are fetched with a segment,
/// and how many seconds beside its own: from the key frame before, to what is read behind.
const FIRST_BYTES: f64 = 6.0 * 1024.0 * 1024.0;
const SECONDS_BESIDE: f64 = 8.0;
/// Assumed: bytes of the index of a second of the source, which each segment needs.
const INDEX_BYTES: f64 = 2_500.0;
/// Hours of a month.
pub const HOURS: f64 = 730.0;

/// Gigabytes of memory for so many seconds.
pub fn gb_seconds(seconds: f64, memory_mb: u32) -> f64 {
    seconds * f64::from(memory_mb) / 1024.0
}

/// Gigabytes of disk that are paid for, for so many seconds.
pub fn disk_gb_seconds(seconds: f64, disk_mb: u32) -> f64 {
    gb_seconds(seconds, disk_mb.saturating_sub(FREE_DISK_MB))
}

/// Seconds that something takes a function of so much memory, which takes two processors
/// `seconds`.
pub fn with_memory(seconds: f64, memory_mb: u32) -> f64 {
    let processors = f64::from(memory_mb) / MEGABYTES_A_PROCESSOR;
    seconds * 2.0 / processors.min(2.0)
}

/// Seconds of a scene's preparation, for each of its own.
pub fn preparing_seconds(scene: f64) -> f64 {
    with_memory(scene * PREPARING, LARGE_MB)
}

/// Seconds of a film's composition.
pub fn composing_seconds(film: f64) -> f64 {
    with_memory(film * COMPOSING, LARGE_MB)
}

/// Segments that an upload is divided into: one when it is no longer than one and a half.
pub fn segments(upload: f64) -> f64 {
    let length = TRANSCODE_SEGMENT_SECONDS.max(upload / MOST_SEGMENTS);
    (upload / length).round().max(1.0)
}

/// Parts that an upload is made in: segments, the sound, and the renditions; or one.
pub fn parts(upload: f64) -> f64 {
    match segments(upload) {
        1.0 => 1.0,
        segments => segments + 1.0 + PIECES,
    }
}

/// Bytes of the source that are fetched for a transcode: all of it by who plans and by who makes
/// the sound, by others what their segment needs.
fn fetched(upload: f64) -> f64 {
    let whole = upload * UPLOAD_BYTES_A_SECOND;
    let segments = segments(upload);
    if segments <= 1.0 {
        return whole;
    }
    let own = (upload / segments + SECONDS_BESIDE) * UPLOAD_BYTES_A_SECOND;
    let needed = own + FIRST_BYTES + upload * INDEX_BYTES;
    2.0 * whole + segments * needed.min(whole)
}

/// Seconds of a transcode of all renditions, of all its functions together.
pub fn transcoding_seconds(upload: f64) -> f64 {
    let beginning = parts(upload) * BEGINNING + fetched(upload) / FETCHED_BYTES_A_SECOND;
    with_memory(upload * TRANSCODING / 2.0, LARGE_MB) + beginning
}
