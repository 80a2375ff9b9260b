//! What a month costs: without users, and with so many people.

use super::Line;
use super::film::{api_requests, film, logs};
use super::measured::*;
use super::table::*;
use super::upload::{hour_watched, transcode};
use crate::request::CreateJob;
use crate::storage::Kind;

/// What stands in a stack and is paid for whether it is used or not. A contract test holds it to
/// template.yaml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installation {
    /// Secrets.
    pub secrets: u32,
    /// Alarms, with `AlarmEmail`.
    pub alarms: u32,
    /// Custom metrics, all values of their dimensions.
    pub metrics: u32,
    /// Queues that call a function: Lambda asks each again and again, also when it is empty.
    pub polled_queues: u32,
    /// Schedules beside the reconciler's, which comes every minute: each counts as daily.
    pub schedules: u32,
}

impl Installation {
    /// That of template.yaml.
    pub const OURS: Self = Self {
        secrets: 1,
        alarms: 17,
        metrics: 40,
        polled_queues: 3,
        schedules: 2,
    };
    /// The same without alarms, as it is by default.
    pub const WITHOUT_ALARMS: Self = Self {
        alarms: 0,
        ..Self::OURS
    };
}

/// Lambda asks a queue with five connections at once.
const POLLERS: f64 = 5.0;
/// Each of them waits so many seconds for a message.
const POLL_SECONDS: f64 = 20.0;
/// Queries of the reconciler for open films, open transcodes by their three states, and due
/// webhooks; half a unit each where there is nothing.
const RECONCILERS_READS: f64 = 5.0 * 0.5;
/// Days of a month.
const DAYS: f64 = HOURS / 24.0;

/// A month without users.
pub fn idle_month(installation: &Installation) -> Vec<Line> {
    let minutes = HOURS * 60.0;
    let calls = minutes + f64::from(installation.schedules) * DAYS;
    let seconds = calls * RECONCILING;
    let polls = HOURS * 3600.0 / POLL_SECONDS * POLLERS;
    // The janitor's: what lies in the bucket by kind, what was removed, what is missing. A
    // metric is paid for in the hours in which it is written.
    let daily = (Kind::ALL.len() as f64 + 2.0) / 24.0;
    let mut lines = vec![
        SECRET.of("the provider's key", f64::from(installation.secrets)),
        SQS_REQUEST.of(
            "queues that are asked while empty",
            f64::from(installation.polled_queues) * polls,
        ),
        METRIC.of("open films, each minute", 1.0),
        METRIC.of("what is stored, each day", daily),
        METRIC.of("cold starts", COLD_HOURS / 24.0),
        ALARM.of("alarms", f64::from(installation.alarms)),
        SCHEDULER_CALL.of("reconciler, janitor, month's end", calls),
        LAMBDA_REQUEST.of("the same", calls),
        LAMBDA_ARM64_GB_SECOND.of("the same", gb_seconds(seconds, MEDIUM_MB)),
        LAMBDA_DISK.of("the same", disk_gb_seconds(seconds, RECONCILER_DISK_MB)),
        DYNAMODB_READ.of("the same", minutes * RECONCILERS_READS),
        S3_PUT.of("the janitor's lists and report", 3.0 * DAYS),
    ];
    lines.extend(logs("the same, logs", calls));
    lines
}

/// What a person does in a month. All of it is assumed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Habits {
    /// Films of five scenes and 30 s.
    pub films: f64,
    /// Uploads.
    pub uploads: f64,
    /// Minutes of one.
    pub upload_minutes: f64,
    /// Hours watched.
    pub hours_watched: f64,
    /// Visits of the site.
    pub visits: f64,
    /// Requests of a visit, beside those of films and uploads.
    pub requests_a_visit: f64,
}

impl Habits {
    /// Two films, an upload of two minutes, an hour of watching, ten visits.
    pub const ASSUMED: Self = Self {
        films: 2.0,
        uploads: 1.0,
        upload_minutes: 2.0,
        hours_watched: 1.0,
        visits: 10.0,
        requests_a_visit: 20.0,
    };
}

/// A part of a month's bill.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    /// What for.
    pub name: &'static str,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A month with so many people, what their films and uploads need in the bucket among it.
pub fn month(users: f64, habits: &Habits) -> Vec<Bill> {
    let each = |name, times: f64, lines: Vec<Line>| Bill {
        name,
        lines: lines.iter().map(|line| line.times(users * times)).collect(),
    };
    vec![
        Bill {
            name: "standing",
            lines: standing(),
        },
        each("films", habits.films, film(&CreateJob::sample())),
        each("uploads", habits.uploads, transcode(habits.upload_minutes)),
        each("watching", habits.hours_watched, hour_watched()),
        each("visits", habits.visits, visit(habits.requests_a_visit)),
        each("sign-in", 1.0, vec![ACTIVE_USER.of("people", 1.0)]),
    ]
}

/// The idle month with its alarms, and every metric, since all of them are written then.
fn standing() -> Vec<Line> {
    let mut lines = idle_month(&Installation::OURS);
    lines.retain(|line| line.price != METRIC);
    lines.push(METRIC.of("metrics", f64::from(Installation::OURS.metrics)));
    lines
}

fn visit(requests: f64) -> Vec<Line> {
    // The page, its script, its style, its words, its pictures.
    let mut lines = vec![
        CLOUDFRONT_REQUEST.of("the site", 10.0),
        CLOUDFRONT_TRAFFIC.of("the site", SITE_BYTES / 1e9),
        S3_GET.of("the site", 10.0),
    ];
    lines.extend(api_requests("its requests", requests));
    lines
}
