//! Links that write one object without credentials, until they expire (R127). They are
//! signed here, without a request to S3.

use std::time::Duration;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};

use super::Objects;
use crate::error::StoreError;

/// A link that a client writes an object with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadLink {
    /// Where to.
    pub url: String,
    /// The headers that are signed, which the client must send as they are.
    pub headers: Vec<(String, String)>,
}

impl Objects {
    /// A link that writes an object of this type. If its size is known, that many
    /// bytes and only if there is no such object yet.
    ///
    /// Without a size the type's header alone is signed, as the documented call
    /// sends it (R13): such a link can write again until it expires, so its key
    /// must be one that nothing is served from.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn upload_link(
        &self,
        key: &str,
        valid: Duration,
        content_type: &str,
        size: Option<u64>,
    ) -> Result<UploadLink, StoreError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .set_content_length(size.map(signed))
            .set_if_none_match(size.map(|_| "*".to_owned()));
        upload_link(request.presigned(expiry(valid)?).await)
    }

    /// A link that writes one part, of exactly so many bytes.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn part_link(
        &self,
        key: &str,
        upload_id: &str,
        number: u32,
        size: u64,
        valid: Duration,
    ) -> Result<UploadLink, StoreError> {
        let request = self
            .client
            .upload_part()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload_id)
            .part_number(i32::try_from(number).unwrap_or(i32::MAX))
            .content_length(signed(size));
        upload_link(request.presigned(expiry(valid)?).await)
    }
}

fn upload_link<E>(
    presigned: Result<PresignedRequest, SdkError<E, HttpResponse>>,
) -> Result<UploadLink, StoreError>
where
    E: aws_sdk_s3::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let presigned = presigned.map_err(|error| StoreError::from_sdk("presign", error))?;
    let headers = covered(presigned.uri(), presigned.headers());
    Ok(UploadLink {
        url: presigned.uri().to_owned(),
        headers,
    })
}

/// The headers that a link's signature covers. Whatever else the SDK puts onto its requests,
/// such as the trace of the invocation, is not for the client to send.
fn covered<'a, Headers>(url: &str, headers: Headers) -> Vec<(String, String)>
where
    Headers: Iterator<Item = (&'a str, &'a str)>,
{
    let signed: Vec<&str> = signed_headers(url).split("%3B").collect();
    headers
        .filter(|(name, _)| signed.contains(name))
        .map(owned)
        .collect()
}

/// The names that a link's signature covers, as they stand in it.
fn signed_headers(url: &str) -> &str {
    let signed = url.split_once("X-Amz-SignedHeaders=");
    let signed = signed.and_then(|(_, rest)| rest.split('&').next());
    signed.unwrap_or_default()
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Signing for so long a time.
pub(crate) fn expiry(valid: Duration) -> Result<PresigningConfig, StoreError> {
    PresigningConfig::expires_in(valid).map_err(|error| StoreError::unsendable("presign", error))
}

fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::Client;
    use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};

    const KEY: &str = "gallery/u/1-a.mp4";
    const HOUR: Duration = Duration::from_secs(3600);

    fn objects() -> Objects {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .build();
        Objects::new(Client::from_conf(config), "bucket")
    }

    #[tokio::test]
    async fn a_link_of_known_size_is_good_for_that_size_and_once() {
        let objects = objects();
        let link = objects.upload_link(KEY, HOUR, "video/mp4", Some(1234));
        let link = link.await.unwrap();
        assert_eq!(
            signed_headers(&link.url),
            "content-length%3Bcontent-type%3Bhost%3Bif-none-match"
        );
        let mut headers = link.headers;
        headers.sort();
        let expected = [
            ("content-length", "1234"),
            ("content-type", "video/mp4"),
            ("if-none-match", "*"),
        ];
        assert_eq!(headers, expected.map(owned));
        assert!(link.url.contains("X-Amz-Expires=3600"), "{}", link.url);
    }

    #[tokio::test]
    async fn the_documented_call_sends_its_type_alone() {
        let objects = objects();
        let link = objects.upload_link(KEY, HOUR, "video/mp4", None);
        let link = link.await.unwrap();
        assert_eq!(signed_headers(&link.url), "content-type%3Bhost");
        assert_eq!(link.headers, [owned(("content-type", "video/mp4"))]);
    }

    #[tokio::test]
    async fn a_part_has_its_size() {
        let objects = objects();
        let link = objects.part_link(KEY, "upload", 3, 77, HOUR);
        let link = link.await.unwrap();
        assert_eq!(signed_headers(&link.url), "content-length%3Bhost");
        assert!(link.url.contains("partNumber=3"), "{}", link.url);
        assert!(link.url.contains("uploadId=upload"), "{}", link.url);
    }

    #[test]
    fn a_client_sends_what_is_signed_and_nothing_else() {
        let url = "https://h/k?X-Amz-SignedHeaders=content-type%3Bhost&X-Amz-Signature=s";
        let headers = [("content-type", "video/mp4"), ("x-amzn-trace-id", "Root=1")];
        let sent = covered(url, headers.into_iter());
        assert_eq!(sent, [owned(("content-type", "video/mp4"))]);
        assert!(covered("https://h/k", headers.into_iter()).is_empty());
    }
}
