//! A bucket in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::operation::delete_object::DeleteObjectOutput;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::operation::head_object::{HeadObjectError, HeadObjectOutput};
use aws_sdk_s3::operation::put_object::PutObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::error::{NoSuchKey, NotFound};
use aws_smithy_mocks::{MockResponse, Rule, RuleMode, mock, mock_client};

use super::folders::etag;
use super::parts::Parts;
use super::{Outage, Pause, named};

/// Objects by their keys, and uploads in parts by their names.
#[derive(Debug, Clone, Default)]
pub struct Bucket {
    pub(super) objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    uploads: Arc<Mutex<BTreeMap<String, Parts>>>,
    outage: Outage,
    pause: Pause,
}

impl Bucket {
    /// An empty bucket; each call pauses after it took effect.
    pub fn pausing(pause: Pause) -> Self {
        Self {
            pause,
            ..Self::default()
        }
    }

    /// Lays an object in.
    pub fn put(&self, key: &str, bytes: &[u8]) {
        let mut objects = self.objects.lock().unwrap();
        objects.insert(key.to_owned(), bytes.to_vec());
    }

    /// An object's bytes.
    pub fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.objects.lock().unwrap().get(key).cloned()
    }

    /// When the bucket stops answering.
    pub fn outage(&self) -> &Outage {
        &self.outage
    }

    pub(super) fn uploads(&self) -> MutexGuard<'_, BTreeMap<String, Parts>> {
        self.uploads.lock().unwrap()
    }

    /// A client of this bucket.
    pub fn client(&self) -> Client {
        let rules = [
            self.puts(),
            self.heads(),
            self.gets(),
            self.deletes(),
            self.lists_of_objects(),
            self.removals(),
            self.lists_of_parts(),
            self.completions(),
            self.aborts(),
        ];
        mock_client!(aws_sdk_s3, RuleMode::MatchAny, &rules, |config| {
            config
                .retry_config(RetryConfig::disabled())
                .interceptor(self.outage.clone())
                .http_client(self.pause.http_client())
        })
    }

    fn puts(&self) -> Rule {
        let bucket = self.clone();
        mock!(Client::put_object).then_compute_output(move |input| {
            let bytes = input.body().bytes().unwrap();
            bucket.put(input.key().unwrap(), bytes);
            PutObjectOutput::builder().build()
        })
    }

    fn heads(&self) -> Rule {
        let bucket = self.clone();
        mock!(Client::head_object).then_compute_response(move |input| {
            match bucket.object(input.key().unwrap()) {
                Some(bytes) => MockResponse::Output(
                    HeadObjectOutput::builder()
                        .content_length(i64::try_from(bytes.len()).unwrap())
                        .build(),
                ),
                None => {
                    let missing = NotFound::builder().meta(named("NotFound")).build();
                    MockResponse::Error(HeadObjectError::NotFound(missing))
                }
            }
        })
    }

    fn deletes(&self) -> Rule {
        let bucket = self.clone();
        mock!(Client::delete_object).then_compute_output(move |input| {
            let mut objects = bucket.objects.lock().unwrap();
            objects.remove(input.key().unwrap());
            DeleteObjectOutput::builder().build()
        })
    }

    fn gets(&self) -> Rule {
        let bucket = self.clone();
        mock!(Client::get_object).then_compute_response(move |input| {
            let Some(bytes) = bucket.object(input.key().unwrap()) else {
                let missing = NoSuchKey::builder().meta(named("NoSuchKey")).build();
                return MockResponse::Error(GetObjectError::NoSuchKey(missing));
            };
            if input
                .if_match()
                .is_some_and(|wanted| wanted != etag(&bytes))
            {
                let another = GetObjectError::generic(named("PreconditionFailed"));
                return MockResponse::Error(another);
            }
            let part = match input.range() {
                Some(range) => part(&bytes, range),
                None => bytes,
            };
            let body = ByteStream::from(part);
            MockResponse::Output(GetObjectOutput::builder().body(body).build())
        })
    }
}

/// The bytes of a range such as `bytes=3-7`.
fn part(bytes: &[u8], range: &str) -> Vec<u8> {
    let (first, last) = range
        .strip_prefix("bytes=")
        .unwrap()
        .split_once('-')
        .unwrap();
    let [first, last] = [first, last].map(|place| place.parse::<usize>().unwrap());
    bytes[first..bytes.len().min(last + 1)].to_vec()
}
