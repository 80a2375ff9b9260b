//! Uploads in parts to a bucket in memory. Of parts only the lengths are kept.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::abort_multipart_upload::{
    AbortMultipartUploadError, AbortMultipartUploadOutput,
};
use aws_sdk_s3::operation::complete_multipart_upload::{
    CompleteMultipartUploadError, CompleteMultipartUploadOutput,
};
use aws_sdk_s3::operation::list_parts::{ListPartsError, ListPartsOutput};
use aws_sdk_s3::types::Part;
use aws_sdk_s3::types::error::NoSuchUpload;
use aws_smithy_mocks::{MockResponse, Rule, mock};

use super::{Bucket, named};

/// The lengths of an upload's parts, by their numbers.
pub(super) type Parts = BTreeMap<i32, usize>;

impl Bucket {
    /// Begins an upload in parts, and stores parts of these lengths of it.
    pub fn put_parts(&self, upload_id: &str, lengths: &[usize]) {
        let parts = (1..).zip(lengths.iter().copied()).collect();
        self.uploads().insert(upload_id.to_owned(), parts);
    }

    /// Whether an upload in parts is neither completed nor given up.
    pub fn has_parts(&self, upload_id: &str) -> bool {
        self.uploads().contains_key(upload_id)
    }

    pub(super) fn lists_of_parts(&self) -> Rule {
        let bucket = self.clone();
        mock!(Client::list_parts).then_compute_response(move |input| {
            let Some(parts) = bucket.uploads().get(input.upload_id().unwrap()).cloned() else {
                let missing = ListPartsError::generic(named("NoSuchUpload"));
                return MockResponse::Error(missing);
            };
            let parts = parts.iter().map(|(number, length)| {
                Part::builder()
                    .part_number(*number)
                    .size(i64::try_from(*length).unwrap())
                    .e_tag(format!("part-{number}"))
                    .build()
            });
            let output = ListPartsOutput::builder()
                .set_parts(Some(parts.collect()))
                .is_truncated(false);
            MockResponse::Output(output.build())
        })
    }

    pub(super) fn completions(&self) -> Rule {
        let bucket = self.clone();
        mock!(Client::complete_multipart_upload).then_compute_response(move |input| {
            let key = input.key().unwrap();
            let error =
                |code| MockResponse::Error(CompleteMultipartUploadError::generic(named(code)));
            if input.if_none_match().is_some() && bucket.object(key).is_some() {
                return error("PreconditionFailed");
            }
            let Some(parts) = bucket.uploads().remove(input.upload_id().unwrap()) else {
                return error("NoSuchUpload");
            };
            bucket.put(key, &vec![0; parts.values().sum()]);
            MockResponse::Output(CompleteMultipartUploadOutput::builder().build())
        })
    }

    pub(super) fn aborts(&self) -> Rule {
        let bucket = self.clone();
        mock!(Client::abort_multipart_upload).then_compute_response(move |input| {
            if bucket
                .uploads()
                .remove(input.upload_id().unwrap())
                .is_some()
            {
                return MockResponse::Output(AbortMultipartUploadOutput::builder().build());
            }
            let missing = NoSuchUpload::builder().meta(named("NoSuchUpload")).build();
            MockResponse::Error(AbortMultipartUploadError::NoSuchUpload(missing))
        })
    }
}
