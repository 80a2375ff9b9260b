//! Secrets Manager, cached for an hour (R91).

use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use domain::time::Time;
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::error::StoreError;

const KEPT_FOR: Duration = Duration::from_secs(3600);

/// One secret, read when first needed and once an hour.
#[derive(Debug)]
pub struct Secret {
    client: Client,
    id: String,
    kept: Mutex<Option<(Time, SecretString)>>,
}

impl Secret {
    /// A secret behind a client.
    pub fn new(client: Client, id: impl Into<String>) -> Self {
        Self {
            client,
            id: id.into(),
            kept: Mutex::new(None),
        }
    }

    /// The secret's text.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn read(&self, now: Time) -> Result<SecretString, StoreError> {
        let mut kept = self.kept.lock().await;
        if let Some((read_at, secret)) = kept.as_ref()
            && now.since(*read_at) < KEPT_FOR
        {
            return Ok(secret.clone());
        }
        let secret = self.fetch().await?;
        *kept = Some((now, secret.clone()));
        Ok(secret)
    }

    /// Reads it anew, because the one that was kept no longer works.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: what failed, by its meaning.
    pub async fn read_again(&self, now: Time) -> Result<SecretString, StoreError> {
        *self.kept.lock().await = None;
        self.read(now).await
    }

    async fn fetch(&self) -> Result<SecretString, StoreError> {
        let answer = self
            .client
            .get_secret_value()
            .secret_id(&self.id)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("get secret", error))?;
        let text = answer.secret_string.ok_or(StoreError::NotFound {
            operation: "get secret",
        })?;
        Ok(SecretString::from(text))
    }
}
