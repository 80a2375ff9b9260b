//! What the janitor does when it is late, and what it does not do on a dry run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::scan::ScanOutput;
use aws_sdk_s3::error::ErrorMetadata;
use aws_sdk_s3::operation::delete_objects::DeleteObjectsOutput;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::operation::put_object::PutObjectOutput;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::Object;
use aws_sdk_s3::types::error::NoSuchKey;
use aws_smithy_mocks::{MockResponse, Rule, RuleMode, mock, mock_client};

use store::{DynamoDb, S3};

use super::*;

/// Two to a page.
const PAGE: usize = 2;

/// A bucket in memory; what is old enough to go is of 1970.
#[derive(Clone, Default)]
struct Bucket {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    /// A listing takes until then.
    slow_until: Arc<Mutex<Option<Instant>>>,
}

impl Bucket {
    fn with(keys: &[&str]) -> Self {
        let bucket = Self::default();
        for key in keys {
            bucket.put(key, Vec::new());
        }
        bucket
    }

    fn put(&self, key: &str, bytes: Vec<u8>) {
        self.objects.lock().unwrap().insert(key.to_owned(), bytes);
    }

    fn text(&self, key: &str) -> Option<String> {
        let objects = self.objects.lock().unwrap();
        let bytes = objects.get(key)?.clone();
        Some(String::from_utf8(bytes).unwrap())
    }

    /// But for the reports.
    fn keys(&self) -> Vec<String> {
        let objects = self.objects.lock().unwrap();
        let keys = objects.keys().filter(|key| !key.starts_with(REPORTS));
        keys.cloned().collect()
    }

    fn client(&self) -> S3 {
        let rules = [
            self.listing(),
            self.reading(),
            self.writing(),
            self.removing(),
            mock!(S3::list_multipart_uploads)
                .then_output(|| ListMultipartUploadsOutput::builder().build()),
        ];
        mock_client!(aws_sdk_s3, RuleMode::MatchAny, &rules)
    }

    fn listing(&self) -> Rule {
        let bucket = self.clone();
        mock!(S3::list_objects_v2).then_compute_output(move |input| {
            let behind = input.start_after().unwrap_or_default();
            let prefix = input.prefix().unwrap_or_default();
            let keys = bucket.keys().into_iter();
            let keys = keys.filter(|key| key.starts_with(prefix) && key.as_str() > behind);
            let page = keys.take(PAGE).map(|key| {
                let object = Object::builder().key(key).size(1).e_tag("etag");
                object.last_modified(DateTime::from_secs(0)).build()
            });
            let page = ListObjectsV2Output::builder().set_contents(Some(page.collect()));
            if let Some(until) = *bucket.slow_until.lock().unwrap() {
                std::thread::sleep(until.saturating_duration_since(Instant::now()));
            }
            page.build()
        })
    }

    fn reading(&self) -> Rule {
        let bucket = self.clone();
        mock!(S3::get_object).then_compute_response(move |input| {
            match bucket.text(input.key().unwrap()) {
                Some(text) => {
                    let body = text.into_bytes().into();
                    MockResponse::Output(GetObjectOutput::builder().body(body).build())
                }
                None => {
                    let code = ErrorMetadata::builder().code("NoSuchKey").build();
                    let error = NoSuchKey::builder().meta(code).build();
                    MockResponse::Error(GetObjectError::NoSuchKey(error))
                }
            }
        })
    }

    fn writing(&self) -> Rule {
        let bucket = self.clone();
        mock!(S3::put_object).then_compute_output(move |input| {
            let bytes = input.body().bytes().unwrap().to_vec();
            bucket.put(input.key().unwrap(), bytes);
            PutObjectOutput::builder().build()
        })
    }

    fn removing(&self) -> Rule {
        let bucket = self.clone();
        mock!(S3::delete_objects).then_compute_output(move |input| {
            let mut objects = bucket.objects.lock().unwrap();
            for object in input.delete().unwrap().objects() {
                assert_eq!(object.e_tag(), Some("etag"));
                objects.remove(object.key());
            }
            DeleteObjectsOutput::builder().build()
        })
    }

    /// A janitor who finds no records at all.
    fn janitor(&self) -> Janitor {
        let rules = [
            mock!(DynamoDb::scan).then_output(|| ScanOutput::builder().build()),
            mock!(DynamoDb::query).then_output(|| QueryOutput::builder().build()),
        ];
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, &rules);
        let jobs = JobsTable::new(client.clone(), "jobs");
        let videos = VideosTable::new(client.clone(), "videos");
        let transcodes = TranscodesTable::new(client.clone(), "transcodes");
        Janitor {
            table_scan: TableScan::new(&jobs, &videos, &transcodes),
            videos,
            transcodes,
            counters: Counters::new(&client, "stats", "usage"),
            objects: Objects::new(self.client(), "bucket"),
            grace: GRACE,
            clock: Clock::fixed(Time::from_millisecond(1_795_176_000_000)),
        }
    }
}

fn later() -> Instant {
    Instant::now() + Duration::from_secs(600)
}

const ORPHANS: [&str; 5] = [
    "gallery/u/a.mp4",
    "gallery/u/b.mp4",
    "gallery/u/c.mp4",
    "gallery/u/d.mp4",
    "gallery/u/e.mp4",
];

#[tokio::test]
async fn who_is_late_goes_on_there_the_next_day() {
    let bucket = Bucket::with(&ORPHANS);
    let janitor = bucket.janitor();
    let request = SweepRequest::default();
    let soon = Instant::now() + RESERVE + Duration::from_secs(2);
    *bucket.slow_until.lock().unwrap() = Some(soon - RESERVE);

    let first = janitor.clean(&request, soon).await.unwrap();
    assert!(!first.complete);
    assert_eq!(first.report.freed_bytes, 2);
    assert_eq!(bucket.keys(), ORPHANS[2..]);
    let position = bucket.text(&position_key());
    assert_eq!(position.as_deref(), Some("gallery/u/b.mp4"));

    // What lies before waits for a run from the start.
    bucket.put("gallery/a.mp4", Vec::new());
    let second = janitor.clean(&request, later()).await.unwrap();
    assert!(second.complete);
    assert_eq!(second.began_behind, "gallery/u/b.mp4");
    assert_eq!(bucket.keys(), ["gallery/a.mp4"]);
    let third = janitor.clean(&request, later()).await.unwrap();
    assert_eq!(third.began_behind, "");
    assert_eq!(third.report.freed_bytes, 1);
}

#[tokio::test]
async fn who_has_no_time_at_all_removes_nothing() {
    let bucket = Bucket::with(&ORPHANS);
    let outcome = bucket
        .janitor()
        .clean(&SweepRequest::default(), Instant::now())
        .await
        .unwrap();
    assert!(!outcome.complete);
    assert_eq!(bucket.keys(), ORPHANS);
}

#[tokio::test]
async fn a_dry_run_tells_and_does_nothing() {
    let bucket = Bucket::with(&ORPHANS);
    let janitor = bucket.janitor();
    let dry = SweepRequest {
        dry_run: true,
        ..SweepRequest::default()
    };
    let told = janitor.clean(&dry, later()).await.unwrap();
    assert_eq!(told.report.removed["orphan"].objects, 5);
    assert_eq!(bucket.keys(), ORPHANS);
    assert_eq!(bucket.text("reports/storage-2026-11-20.json"), None);

    let done = janitor
        .clean(&SweepRequest::default(), later())
        .await
        .unwrap();
    assert_eq!(done.report, told.report);
    assert_eq!(bucket.keys(), [""; 0]);
    let report = bucket.text("reports/storage-2026-11-20.json").unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["removed"]["orphan"]["objects"], 5);
    assert_eq!(report["complete"], true);
    let again = janitor
        .clean(&SweepRequest::default(), later())
        .await
        .unwrap();
    assert_eq!(again.report, Report::default());
}

#[test]
fn a_shorter_grace_needs_a_prefix() {
    let janitor = Bucket::default().janitor();
    let asked = |grace_seconds, prefix: &str| {
        let request = SweepRequest {
            grace_seconds,
            prefix: prefix.to_owned(),
            ..SweepRequest::default()
        };
        janitor.grace(&request).ok()
    };
    let week = GRACE.as_secs();
    assert_eq!(asked(None, ""), Some(GRACE));
    assert_eq!(
        asked(Some(week + 1), ""),
        Some(Duration::from_secs(week + 1))
    );
    assert_eq!(asked(Some(1), ""), None);
    assert_eq!(asked(Some(1), "gallery/u/"), Some(Duration::from_secs(1)));
    assert_eq!(asked(Some(0), "gallery/u/"), None);
}

#[test]
fn a_misspelt_order_is_no_order() {
    let read = |text: &str| serde_json::from_str::<SweepRequest>(text);
    assert_eq!(read("{}").unwrap(), SweepRequest::default());
    assert!(read(r#"{"dryRun": true}"#).unwrap().dry_run);
    for wrong in [r#"{"dryrun": true}"#, r#"{"graceSeconds": -1}"#] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
