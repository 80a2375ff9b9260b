//! Links through a CloudFront distribution: the canned policy, signed by ECDSA over SHA-256
//! (Amazon CloudFront Developer Guide, "Create a signed URL using a canned policy").

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::time::{Clock, Time};
use domain::upload::LINK_LIFE;
use secrecy::ExposeSecret as _;
use url::{Url, form_urlencoded};

use crate::error::StoreError;
use crate::secrets::Secret;

const OPERATION: &str = "sign link";
/// What the distribution serves of the bucket (R9, R12).
const FOLDER: &str = "assets";

/// A distribution that serves the bucket below `/assets/` to who brings a link that its key
/// signed.
#[derive(Debug)]
pub struct Distribution {
    url: Url,
    key_id: String,
    key: Secret,
    clock: Clock,
}

/// A key that signs nothing, with why.
#[derive(Debug, thiserror::Error)]
enum KeyError {
    #[error("the media key is no PEM text")]
    Pem(#[from] pem::PemError),
    #[error("the media key is no P-256 key in PKCS #8")]
    Rejected(#[from] aws_lc_rs::error::KeyRejected),
    #[error("the media key does not sign")]
    Unspecified(#[from] aws_lc_rs::error::Unspecified),
}

impl Distribution {
    /// The distribution at an address, with a key of its trusted group: its public half by
    /// CloudFront's id, its private half as PEM text (PKCS #8, P-256).
    pub fn new(url: Url, key_id: impl Into<String>, key: Secret, clock: Clock) -> Self {
        Self {
            url,
            key_id: key_id.into(),
            key,
            clock,
        }
    }

    /// A link to an object, good for [`LINK_LIFE`], with what its headers shall say, if anything.
    pub(super) async fn link(
        &self,
        object: &str,
        headers: &[(&str, Option<&str>)],
    ) -> Result<String, StoreError> {
        let now = self.clock.now();
        let key = self.key.read(now).await?;
        let resource = resource(&self.url, object, headers);
        signed_url(&resource, now, &self.key_id, key.expose_secret())
            .map_err(|error| StoreError::unsendable(OPERATION, error))
    }
}

/// The object's address, its name written so that every party reads the same.
fn resource(url: &Url, object: &str, headers: &[(&str, Option<&str>)]) -> Url {
    let mut resource = url.clone();
    if let Ok(mut path) = resource.path_segments_mut() {
        path.pop_if_empty().push(FOLDER).extend(object.split('/'));
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    let wanted = headers
        .iter()
        .filter_map(|(name, text)| Some((name, (*text)?)));
    let query = query.extend_pairs(wanted).finish();
    // S3 signs a space as %20.
    let query = (!query.is_empty()).then(|| query.replace('+', "%20"));
    resource.set_query(query.as_deref());
    resource
}

fn signed_url(resource: &Url, now: Time, key_id: &str, pem: &str) -> Result<String, KeyError> {
    let expires = now.after(LINK_LIFE).as_second();
    let policy = policy(resource, expires);
    let key =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pem::parse(pem)?.contents())?;
    let signature = key.sign(&SystemRandom::new(), policy.as_bytes())?;
    let signature = url_safe(&STANDARD.encode(signature.as_ref()));
    let joint = if resource.as_str().contains('?') {
        '&'
    } else {
        '?'
    };
    Ok(format!(
        "{resource}{joint}Expires={expires}&Signature={signature}&Key-Pair-Id={key_id}&Hash-Algorithm=SHA256"
    ))
}

/// The policy in the very letters that CloudFront puts together of the link's own.
fn policy(resource: &Url, expires: i64) -> String {
    format!(
        r#"{{"Statement":[{{"Resource":"{resource}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}"#
    )
}

/// CloudFront's own letters for those of Base64 that mean something in a URL.
fn url_safe(text: &str) -> String {
    text.replace('+', "-").replace('=', "_").replace('/', "~")
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashMap;

    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, KeyPair as _, UnparsedPublicKey};

    use super::*;
    use crate::testing::secret;

    /// Signs nothing but these tests' links.
    pub(crate) const KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeRHslCfwJKZqPhL5
uijllyqqcAPJ4mkzACYRpwe03kKhRANCAATDzqhpiyOOWBuXgtjuKHyDajIJL0dw
MJ2R/qBE9Uv4Dz1vXesSWwOeEnpMwx+ECwazVYDfIumFnkUUZSF8r8xc
-----END PRIVATE KEY-----";

    /// A link's query.
    pub(crate) fn query(url: &Url) -> HashMap<String, String> {
        url.query_pairs().into_owned().collect()
    }

    fn distribution(key: &'static str) -> Distribution {
        let url = Url::parse("https://site.example/").unwrap();
        let clock = Clock::fixed(Time::from_millisecond(1_800_000_000_000));
        Distribution::new(url, "K1", Secret::new(secret(key), "key"), clock)
    }

    async fn link(object: &str, headers: &[(&str, Option<&str>)]) -> String {
        distribution(KEY).link(object, headers).await.unwrap()
    }

    #[tokio::test]
    async fn the_key_signed_the_policy_of_the_address_and_its_end() {
        let link = link("job/final.mp4", &[]).await;
        let url = Url::parse(&link).unwrap();
        let query = query(&url);
        assert_eq!(query["Key-Pair-Id"], "K1");
        assert_eq!(query["Hash-Algorithm"], "SHA256");
        let signature = query["Signature"].replace('-', "+");
        let signature = signature.replace('_', "=").replace('~', "/");
        let signature = STANDARD.decode(signature).unwrap();

        let pem = pem::parse(KEY).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pem.contents());
        let key = key.unwrap().public_key().clone();
        let verifies = |policy: &str| {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.as_ref())
                .verify(policy.as_bytes(), &signature)
                .is_ok()
        };
        let policy = r#"{"Statement":[{"Resource":"https://site.example/assets/job/final.mp4","Condition":{"DateLessThan":{"AWS:EpochTime":1800003600}}}]}"#;
        assert!(verifies(policy));
        assert!(!verifies(&policy.replace("final", "other")));
        assert!(!verifies(&policy.replace("1800003600", "1800003601")));
    }

    #[tokio::test]
    async fn names_and_headers_are_written_as_s3_reads_them() {
        let link = link(
            "gallery/u/1-a b+c.mp4",
            &[("response-content-type", Some("a b+c"))],
        )
        .await;
        let address = link.split("&Expires=").next().unwrap();
        assert_eq!(
            address,
            "https://site.example/assets/gallery/u/1-a%20b+c.mp4?response-content-type=a%20b%2Bc"
        );
    }

    #[tokio::test]
    async fn a_key_of_another_kind_signs_nothing() {
        let pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
        for key in ["no PEM", pem] {
            let error = distribution(key).link("a", &[]).await.unwrap_err();
            assert!(matches!(error, StoreError::Unsendable { .. }), "{error:?}");
        }
    }
}
