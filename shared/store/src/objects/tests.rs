use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};

use super::*;

/// Answers every request so that an upload in parts goes on, and keeps their headers.
#[derive(Debug, Clone, Default)]
struct Recorder {
    names: Arc<Mutex<Vec<String>>>,
    takes: Duration,
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let names = request.headers().iter().map(|(name, _)| name.to_owned());
        self.names.lock().unwrap().extend(names);
        let root = if request.uri().contains("uploadId") {
            "CompleteMultipartUploadResult"
        } else {
            "InitiateMultipartUploadResult"
        };
        let takes = self.takes;
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(takes).await;
            let body = format!("<{root}><UploadId>u</UploadId></{root}>");
            let mut answer = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body));
            answer.headers_mut().insert("etag", "\"e\"");
            Ok(answer)
        })
    }
}

/// The functions' client with the limits of calls that a client waits for.
fn objects(recorder: &Recorder) -> Objects {
    let connector = SharedHttpConnector::new(recorder.clone());
    let limits = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(8))
        .build();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::for_tests())
        .retry_config(RetryConfig::disabled())
        .timeout_config(limits)
        .http_client(http_client_fn(move |_, _| connector.clone()));
    Objects::new(client(config), "bucket")
}

/// Parts of clients carry no checksum, so that none of an upload may.
#[tokio::test]
async fn nothing_that_is_put_carries_a_checksum() {
    let recorder = Recorder::default();
    let objects = objects(&recorder);
    let file = std::env::temp_dir().join(format!("store-{}", uuid::Uuid::new_v4()));
    for length in [1000, PART_BYTES + 1000] {
        tokio::fs::write(&file, vec![0; usize::try_from(length).unwrap()])
            .await
            .unwrap();
        objects.upload("key", &file, "video/mp4").await.unwrap();
    }
    objects
        .put_bytes("key", vec![1], "text/plain")
        .await
        .unwrap();
    tokio::fs::remove_file(&file).await.unwrap();

    let names = recorder.names.lock().unwrap();
    assert!(names.len() > 20);
    let checksum = names.iter().find(|name| name.contains("checksum"));
    assert_eq!(checksum, None);
}

#[tokio::test(start_paused = true)]
async fn putting_many_parts_together_may_take_longer_than_other_calls() {
    let slow = |seconds| Recorder {
        takes: Duration::from_secs(seconds),
        ..Recorder::default()
    };
    let objects_of = |seconds| objects(&slow(seconds));
    let parts = BTreeMap::new();
    let completed = objects_of(20).complete_parts("key", "upload", &parts).await;
    completed.unwrap();

    let ours = objects_of(100);
    let completed = ours.complete("key", "upload", Vec::new(), None, LIMIT_OF_OURS);
    completed.await.unwrap();

    let unanswered = objects_of(40).complete_parts("key", "upload", &parts).await;
    let unanswered = unanswered.unwrap_err();
    assert!(
        matches!(unanswered, StoreError::Unavailable { .. }),
        "{unanswered:?}"
    );
}
