//! Lists of objects in memory, and removals of many at once.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::delete_objects::DeleteObjectsOutput;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{Error, Object};
use aws_smithy_mocks::{Rule, mock};

use super::Bucket;

/// What S3 lists at once.
const PAGE: usize = 1000;

impl Bucket {
    /// The keys that begin so, in order.
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        let objects = self.objects.lock().unwrap();
        let keys = objects.keys().filter(|key| key.starts_with(prefix));
        keys.cloned().collect()
    }

    pub(super) fn lists_of_objects(&self) -> Rule {
        let bucket = self.clone();
        mock!(Client::list_objects_v2).then_compute_output(move |input| {
            let (prefix, after) = (input.prefix().unwrap(), input.start_after().unwrap());
            let keys = bucket.keys(prefix).into_iter();
            let page = keys.filter(|key| key.as_str() > after).take(PAGE);
            let page = page.map(|key| {
                let bytes = bucket.object(&key).unwrap();
                Object::builder()
                    .key(key)
                    .size(i64::try_from(bytes.len()).unwrap())
                    .e_tag(etag(&bytes))
                    .build()
            });
            ListObjectsV2Output::builder()
                .set_contents(Some(page.collect()))
                .build()
        })
    }

    /// One that is not as it is named stays.
    pub(super) fn removals(&self) -> Rule {
        let bucket = self.clone();
        mock!(Client::delete_objects).then_compute_output(move |input| {
            let mut errors = Vec::new();
            for named in input.delete().unwrap().objects() {
                let mut objects = bucket.objects.lock().unwrap();
                let is_named = |bytes: &Vec<u8>| named.e_tag() == Some(etag(bytes).as_str());
                if objects.get(named.key()).is_some_and(is_named) {
                    objects.remove(named.key());
                } else {
                    let error = Error::builder().key(named.key()).code("PreconditionFailed");
                    errors.push(error.build());
                }
            }
            DeleteObjectsOutput::builder()
                .set_errors(Some(errors))
                .build()
        })
    }
}

/// The `ETag` of these bytes.
pub fn etag(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(0_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
    });
    format!("\"{}-{sum}\"", bytes.len())
}
