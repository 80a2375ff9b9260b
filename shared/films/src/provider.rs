//! The provider with its key: read from Secrets Manager, kept for an hour, read
//! once more when the provider does not accept it (R91).

use std::time::Duration;

use config::Bootstrap;
use domain::failure::{Failure, StepError};
use domain::time::Time;
use replicate::output::OutputHosts;
use replicate::registry::{Model, Registry};
use replicate::{Client, Error};
use secrecy::SecretString;
use store::{Secret, SecretsManager};
use tokio::sync::Mutex;
use url::Url;

use crate::errors::provider_error;

const SECRET_KEPT_FOR: Duration = Duration::from_secs(3600);
/// How soon the webhook secret may be fetched again after it did not fit.
const SECRET_COOLDOWN: Duration = Duration::from_secs(30);

/// Access to the provider.
#[derive(Debug)]
pub struct Provider {
    base_url: Url,
    secret: Secret,
    webhook_secret: Mutex<Option<(Time, SecretString)>>,
    pub(crate) http: reqwest::Client,
    pub(crate) registry: Registry,
    pub(crate) hosts: OutputHosts,
    pub(crate) settings: config::Provider,
}

impl Provider {
    /// Reads the settings and connects nothing yet. What is wrong with them is
    /// noted in the environment; the placeholders used then are never reached.
    ///
    /// # Errors
    ///
    /// The model registry or the HTTP client cannot be made.
    pub fn connect(bootstrap: &mut Bootstrap) -> Result<Self, StepError> {
        let secrets = SecretsManager::new(bootstrap.sdk());
        let environment = bootstrap.environment();
        let settings = environment.provider();
        let base_url = Url::parse(&settings.base_url);
        if base_url.is_err() {
            environment.fault("Environment variable REPLICATE_BASE_URL is malformed");
        }
        if Url::parse(&settings.webhook_url).is_err() {
            environment.fault("Environment variable WEBHOOK_URL is malformed");
        }
        let hosts = OutputHosts::parse(&settings.output_hosts);
        if hosts.is_err() {
            environment.fault("Environment variable REPLICATE_OUTPUT_HOSTS is malformed");
        }
        let registry = Registry::pinned().map_err(internal)?;
        let models = [
            Some(&settings.scene_model),
            Some(&settings.music_model),
            settings.language_model.as_ref(),
        ];
        for model in models.into_iter().flatten() {
            if registry.model(model).is_none() {
                environment.fault(format!("the model {model} is not in the registry"));
            }
        }
        Ok(Self {
            base_url: base_url
                .or_else(|_| Url::parse("https://unset.invalid"))
                .map_err(internal)?,
            secret: Secret::new(secrets, settings.secret_id.clone()),
            webhook_secret: Mutex::default(),
            http: replicate::http_client().map_err(internal)?,
            registry,
            hosts: hosts
                .or_else(|_| OutputHosts::parse("https://unset.invalid"))
                .map_err(internal)?,
            settings,
        })
    }

    /// A pinned model.
    pub(crate) fn model(&self, name: &str) -> Result<&Model, StepError> {
        self.registry.model(name).ok_or_else(|| {
            StepError::new(
                Failure::Internal,
                format!("the model {name} is not in the registry"),
            )
        })
    }

    fn client(&self, key: SecretString) -> Client {
        Client::new(self.base_url.clone(), key, self.http.clone())
    }

    /// Calls the provider; once more with the key read anew when it is refused.
    pub(crate) async fn call<T, Call, Answer>(&self, now: Time, call: Call) -> Result<T, CallError>
    where
        Call: Fn(Client) -> Answer,
        Answer: Future<Output = Result<T, Error>>,
    {
        let key = self.secret.read(now).await?;
        match call(self.client(key)).await {
            Err(Error::Unauthenticated) => {
                let key = self.secret.read_again(now).await?;
                Ok(call(self.client(key)).await?)
            }
            result => Ok(result?),
        }
    }

    /// The secret webhooks are signed with.
    pub async fn webhook_secret(&self, now: Time) -> Result<SecretString, StepError> {
        self.webhook_secret_not_older_than(SECRET_KEPT_FOR, now)
            .await
    }

    /// The same, fetched anew: the one that is kept may have been rotated.
    pub async fn webhook_secret_again(&self, now: Time) -> Result<SecretString, StepError> {
        self.webhook_secret_not_older_than(SECRET_COOLDOWN, now)
            .await
    }

    async fn webhook_secret_not_older_than(
        &self,
        age: Duration,
        now: Time,
    ) -> Result<SecretString, StepError> {
        let mut kept = self.webhook_secret.lock().await;
        if let Some((read_at, secret)) = kept.as_ref()
            && now.since(*read_at) < age
        {
            return Ok(secret.clone());
        }
        let secret = self
            .call(now, |client| async move { client.webhook_secret().await })
            .await?;
        *kept = Some((now, secret.clone()));
        Ok(secret)
    }
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> StepError {
    StepError::new(Failure::Internal, error)
}

/// A call that failed: at the provider, or before it at the key.
#[derive(Debug)]
pub(crate) enum CallError {
    Key(StepError),
    Provider(Error),
}

impl CallError {
    /// Whether a create may have made a prediction all the same.
    pub(crate) fn may_have_created(&self) -> bool {
        match self {
            Self::Key(_) => false,
            Self::Provider(error) => error.may_have_created(),
        }
    }
}

impl CallError {
    /// Whether the provider itself answered, so that the call is over there too.
    pub(crate) fn was_answered(&self) -> bool {
        matches!(
            self,
            Self::Provider(Error::Unavailable { .. } | Error::Malformed(_))
        )
    }
}

impl From<store::StoreError> for CallError {
    fn from(error: store::StoreError) -> Self {
        Self::Key(error.into())
    }
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        Self::Provider(error)
    }
}

impl From<CallError> for StepError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Key(error) => error,
            CallError::Provider(error) => provider_error(error),
        }
    }
}
