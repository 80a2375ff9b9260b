//! Links: URLs that read one object without credentials, until they expire (R127). They are
//! signed here: for the site's distribution where links lead to it (D3), which keeps what
//! many watch close to them; else for the bucket itself.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use config::Bootstrap;
use url::Url;

use crate::error::StoreError;
use crate::objects::{bucket, expiry};
use crate::secrets::Secret;

mod distribution;

pub use distribution::Distribution;
pub use domain::upload::LINK_LIFE;

/// Makes links to the objects of one bucket.
#[derive(Debug, Clone)]
pub struct Links {
    client: Client,
    bucket: String,
    distribution: Option<Arc<Distribution>>,
}

impl Links {
    /// To the bucket that `ASSETS_BUCKET` names; through the distribution at `MEDIA_URL`,
    /// if there is one, with the key `MEDIA_KEY_ID` whose private half is the secret
    /// `MEDIA_KEY_SECRET`.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        let distribution = distribution(bootstrap);
        Self::new(
            Client::new(bootstrap.sdk()),
            bucket(bootstrap),
            distribution,
        )
    }

    /// To a bucket behind a client, or through a distribution that serves it.
    pub fn new(
        client: Client,
        bucket: impl Into<String>,
        distribution: Option<Distribution>,
    ) -> Self {
        Self {
            client,
            bucket: bucket.into(),
            distribution: distribution.map(Arc::new),
        }
    }

    /// A link that reads the object as the type that it was stored with; good for
    /// [`LINK_LIFE`].
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn link(&self, key: &str) -> Result<String, StoreError> {
        self.read_as(key, None, None).await
    }

    /// A link that reads the object as this type; with a file's name it makes a browser save
    /// it. Good for [`LINK_LIFE`].
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn link_as(
        &self,
        key: &str,
        content_type: &str,
        file_name: Option<&str>,
    ) -> Result<String, StoreError> {
        let disposition = file_name.map(|name| format!("attachment; filename=\"{name}\""));
        self.read_as(key, Some(content_type), disposition).await
    }

    /// With what the headers of the answer shall say in place of what was stored.
    async fn read_as(
        &self,
        key: &str,
        content_type: Option<&str>,
        disposition: Option<String>,
    ) -> Result<String, StoreError> {
        if let Some(distribution) = &self.distribution {
            let headers = [
                ("response-content-type", content_type),
                ("response-content-disposition", disposition.as_deref()),
            ];
            return distribution.link(key, &headers).await;
        }
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let request = request.set_response_content_type(content_type.map(str::to_owned));
        presigned_url(request.set_response_content_disposition(disposition)).await
    }
}

async fn presigned_url(request: GetObjectFluentBuilder) -> Result<String, StoreError> {
    request
        .presigned(expiry(LINK_LIFE)?)
        .await
        .map(|request| request.uri().to_owned())
        .map_err(|error| StoreError::from_sdk("presign", error))
}

/// The distribution that links lead to. What is wrong with its variables is noted.
fn distribution(bootstrap: &mut Bootstrap) -> Option<Distribution> {
    let environment = bootstrap.environment();
    let url = environment.optional("MEDIA_URL")?;
    let key_id = environment.required("MEDIA_KEY_ID");
    let secret = environment.required("MEDIA_KEY_SECRET");
    let Ok(url) = Url::parse(&url) else {
        environment.fault("MEDIA_URL is no URL");
        return None;
    };
    let secrets = aws_sdk_secretsmanager::Client::new(bootstrap.sdk());
    let key = Secret::new(secrets, secret);
    Some(Distribution::new(url, key_id, key, bootstrap.clock()))
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
    use domain::time::{Clock, Time};

    use super::distribution::tests::{KEY, query};
    use super::*;
    use crate::testing::secret;

    const FILM: &str = "0198c0de/final.mp4";

    fn client() -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"));
        Client::from_conf(config.build())
    }

    fn through_distribution() -> Links {
        let url = Url::parse("https://site.example").unwrap();
        let clock = Clock::fixed(Time::from_millisecond(1_800_000_000_000));
        let key = Secret::new(secret(KEY), "key");
        let distribution = Distribution::new(url, "K1", key, clock);
        Links::new(client(), "bucket", Some(distribution))
    }

    fn environment(media_url: &'static str) -> config::Environment {
        config::Environment::new(move |name| match name {
            "ASSETS_BUCKET" => Some("bucket".to_owned()),
            "MEDIA_URL" => Some(media_url.to_owned()),
            _ => None,
        })
    }

    async fn connected(media_url: &'static str) -> (Links, Result<(), config::Faults>) {
        let sdk = aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .build();
        let clock = Clock::fixed(Time::from_millisecond(0));
        let mut bootstrap = Bootstrap::new(environment(media_url), sdk, clock);
        let links = Links::connect(&mut bootstrap);
        (links, bootstrap.finish())
    }

    #[tokio::test]
    async fn a_link_leads_to_the_bucket_where_there_is_no_distribution() {
        let links = Links::new(client(), "bucket", None);
        let url = links.link(FILM).await.unwrap();
        assert!(url.starts_with("https://bucket.s3.eu-west-1"), "{url}");
        assert!(url.contains("X-Amz-Expires=3600"), "{url}");
        let url = links.link_as(FILM, "video/mp4", Some("a.mp4")).await;
        let url = url.unwrap();
        assert!(url.contains("response-content-type=video%2Fmp4"), "{url}");
        assert!(url.contains("filename%3D%22a.mp4%22"), "{url}");
    }

    #[tokio::test]
    async fn a_link_through_the_distribution_asks_for_the_same_headers() {
        let links = through_distribution();
        let url = links.link_as(FILM, "video/mp4", Some("a.mp4")).await;
        let url = Url::parse(&url.unwrap()).unwrap();
        assert_eq!(url.path(), "/assets/0198c0de/final.mp4");
        let query = query(&url);
        assert_eq!(query["response-content-type"], "video/mp4");
        let disposition = "attachment; filename=\"a.mp4\"";
        assert_eq!(query["response-content-disposition"], disposition);
        assert_eq!(query["Expires"], "1800003600");
    }

    #[tokio::test]
    async fn a_distribution_without_a_key_is_a_fault_of_the_configuration() {
        let (links, faults) = connected("https://site.example").await;
        let faults = faults.unwrap_err().to_string();
        assert!(faults.contains("MEDIA_KEY_ID"), "{faults}");
        assert!(faults.contains("MEDIA_KEY_SECRET"), "{faults}");
        assert!(links.distribution.is_some());
    }

    #[tokio::test]
    async fn no_address_means_the_bucket() {
        let (links, faults) = connected("").await;
        assert!(faults.is_ok() && links.distribution.is_none());
    }
}
