//! What a film costs at AWS, and a request of the API.

use super::measured::*;
use super::table::*;
use super::{Line, Price};
use crate::request::CreateJob;
use crate::storyboard::Storyboard;

/// Units that a film writes, a client that polls among it: for the film, for each of its
/// predictions, and for each by each of the others, since the job's row holds its scenes and is
/// written anew for each. Counted by the tables in memory; held by `films::request_units`.
pub const FILM_WRITES: [f64; 3] = [105.0, 10.0, 3.3];
/// Units that it reads, the same way.
pub const FILM_READS: [f64; 3] = [72.0, 11.5, 0.9];

/// The units of a film of so many predictions.
pub fn units_of_film([film, each, by_each]: [f64; 3], predictions: f64) -> f64 {
    film + each * predictions + by_each * predictions * predictions
}

/// Requests of a client that asks every five seconds for three minutes.
const POLLS: f64 = 36.0;

/// A film's first month at AWS, everything counted: made, kept, watched while it is made and
/// once when it is there. Of the category nothing depends but the words.
pub fn film(request: &CreateJob) -> Vec<Line> {
    let scenes = Storyboard::by_rules(request).scenes;
    let seconds: f64 = scenes.iter().map(|scene| scene.timing.seconds()).sum();
    let length = f64::from(request.duration_seconds);
    let mut lines = ffmpeg_time(seconds, length);
    lines.extend(overhead(request.scenes, request.audio.wants_music()));
    lines.extend(kept_and_watched(length));
    lines
}

/// The functions with FFmpeg: `scenes` seconds of scenes, transitions twice, and a film of
/// `length` seconds.
fn ffmpeg_time(scenes: f64, length: f64) -> Vec<Line> {
    let (preparing, composing) = (preparing_seconds(scenes), composing_seconds(length));
    let disk =
        disk_gb_seconds(preparing, PREPARER_DISK_MB) + disk_gb_seconds(composing, COMPOSER_DISK_MB);
    vec![
        LAMBDA_ARM64_GB_SECOND.of("scenes prepared", gb_seconds(preparing, LARGE_MB)),
        LAMBDA_ARM64_GB_SECOND.of("film composed", gb_seconds(composing, LARGE_MB)),
        LAMBDA_DISK.of("their disks", disk),
    ]
}

/// What a film of that many scenes costs at AWS beside the functions with FFmpeg: workflow, the
/// short functions, tables, buckets, logs, and the calls of a client that polls or listens.
/// What its ledger has not.
pub fn overhead(scenes: u32, has_music: bool) -> Vec<Line> {
    let scenes = f64::from(scenes);
    let predictions = scenes + f64::from(u8::from(has_music));
    // Plan, compose, finish; ask, webhook of its start and of its end; prepare; the reconciler,
    // told of the execution's end; an event's delivery; and what is pushed to who listens.
    let pushes = 6.0 + 3.0 * predictions;
    let invocations = 5.0 + 3.0 * predictions + scenes + pushes;
    let (asking, webhooks) = (predictions * ASKING, predictions * (COPYING + ANSWERING));
    let small = PLANNING + FINISHING + pushes * ANSWERING;
    let time = gb_seconds(asking, MEDIUM_MB)
        + gb_seconds(webhooks, WEBHOOK_MB)
        + gb_seconds(small, SMALL_MB);
    let disk = disk_gb_seconds(asking + webhooks, COPIER_DISK_MB);
    let mut lines = vec![
        // The start, plan, review, parallel, map, two of the music, compose, finish; two a scene.
        STATE_TRANSITION.of("workflow", 9.0 + 2.0 * scenes),
        LAMBDA_ARM64_GB_SECOND.of("short functions", time),
        LAMBDA_DISK.of("their disks", disk),
        LAMBDA_REQUEST.of("functions' runs", invocations),
        DYNAMODB_WRITE.of("rows and indexes", units_of_film(FILM_WRITES, predictions)),
        DYNAMODB_READ.of("rows", units_of_film(FILM_READS, predictions)),
        S3_PUT.of(
            "clips, pieces, previews, film",
            8.0 + (6.0 + BORDER_REQUESTS) * scenes,
        ),
        S3_GET.of("the same", 4.0 + 5.0 * scenes),
        HTTP_API_REQUEST.of("the provider's webhooks", 2.0 * predictions),
        WEBSOCKET_MESSAGE.of("hints of progress", pushes),
        WEBSOCKET_MINUTE.of("a listener", 4.0),
        SQS_REQUEST.of("the client's webhook", 3.0),
        SECRET_REQUEST.of("the provider's key", 1.0),
    ];
    lines.extend(logs("logs", invocations));
    lines.extend(api_requests("a client that polls", POLLS));
    lines
}

/// A month in the bucket and in the tables; and the pictures twice to a viewer.
fn kept_and_watched(length: f64) -> Vec<Line> {
    let bytes = BYTES_A_SECOND + SOUND_BYTES_A_SECOND;
    // Job, scenes, attempts, ledger.
    let rows = 20e3 / 1e9;
    vec![
        S3_STORAGE.of(
            "clips, pieces and film, kept",
            length * FILM_BYTES_A_SECOND / 1e9,
        ),
        DYNAMODB_STORAGE.of("its rows, kept", rows),
        DYNAMODB_BACKUP.of("its rows, restorable", rows),
        TRAFFIC.of("watched, and its preview", 2.0 * length * bytes / 1e9),
        S3_GET.of("the same", 2.0 * length / HLS_SECONDS),
    ]
}

/// Requests of the API through the site's distribution: one write for the limiter, and what is
/// read.
pub(super) fn api_requests(what: &'static str, requests: f64) -> Vec<Line> {
    let per_request: [(Price, f64); 7] = [
        (HTTP_API_REQUEST, 1.0),
        (CLOUDFRONT_REQUEST, 1.0),
        (CLOUDFRONT_TRAFFIC, ANSWER_BYTES / 1e9),
        (LAMBDA_REQUEST, 1.0),
        (LAMBDA_ARM64_GB_SECOND, gb_seconds(ANSWERING, SMALL_MB)),
        (DYNAMODB_WRITE, 1.0),
        (DYNAMODB_READ, 2.0),
    ];
    let mut lines: Vec<Line> = per_request
        .into_iter()
        .map(|(price, quantity)| price.of(what, quantity * requests))
        .collect();
    lines.extend(logs(what, requests));
    lines
}

/// The logs of so many invocations.
pub(super) fn logs(what: &'static str, invocations: f64) -> [Line; 2] {
    let gigabytes = invocations * LOG_BYTES / 1e9;
    [
        LOGS_WRITTEN.of(what, gigabytes),
        LOGS_KEPT.of(what, gigabytes * LOG_MONTHS),
    ]
}
