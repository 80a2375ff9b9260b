//! The provider with its key: read from Secrets Manager, kept for an hour, read
//! once more when the provider does not accept it (R91).

use std::time::Duration;

use config::Bootstrap;
use domain::failure::{Failure, StepError};
use domain::time::Time;
use replicate::output::OutputHosts;
use replicate::registry::{Model, Registry};
use replicate::{Client, Error, Http, Prediction};
use secrecy::SecretString;
use store::{Secret, SecretsManager};
use tokio::sync::Mutex;
use url::Url;

use crate::errors::provider_error;

const SECRET_KEPT_FOR: Duration = Duration::from_secs(3600);
/// How soon the webhook secret may be fetched again after it did not fit.
const SECRET_COOLDOWN: Duration = Duration::from_secs(30);

/// How long a failure to fetch it answers for the next tries: forged news must not
/// make us call the provider over and over.
const FAILURE_KEPT_FOR: Duration = Duration::from_secs(10);

/// What fetching the webhook secret gave: a secret is kept though a later try fails.
#[derive(Debug, Default)]
struct WebhookSecret {
    fetched: Option<(Time, SecretString)>,
    failed: Option<(Time, Failure)>,
}

/// Access to the provider.
#[derive(Debug)]
pub struct Provider {
    base_url: Url,
    secret: Secret,
    webhook_secret: Mutex<WebhookSecret>,
    pub(crate) http: Http,
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
        let secret = Secret::new(secrets, settings.secret_id.clone());
        let provider = Self::new(settings, secret, Http::new().map_err(internal)?)?;
        for fault in provider.faults() {
            environment.fault(fault);
        }
        Ok(provider)
    }

    /// The provider behind an HTTP client. A malformed address is replaced by one
    /// that leads nowhere.
    ///
    /// # Errors
    ///
    /// The model registry cannot be read.
    pub fn new(settings: config::Provider, secret: Secret, http: Http) -> Result<Self, StepError> {
        let nowhere = "https://unset.invalid";
        let base_url = Url::parse(&settings.base_url).or_else(|_| Url::parse(nowhere));
        let hosts = OutputHosts::parse(&settings.output_hosts);
        let hosts = hosts.or_else(|_| OutputHosts::parse(nowhere));
        Ok(Self {
            base_url: base_url.map_err(internal)?,
            secret,
            webhook_secret: Mutex::default(),
            http,
            registry: Registry::pinned().map_err(internal)?,
            hosts: hosts.map_err(internal)?,
            settings,
        })
    }

    /// What is wrong with the settings (D29).
    fn faults(&self) -> Vec<String> {
        let settings = &self.settings;
        let malformed = [
            (
                "REPLICATE_BASE_URL",
                Url::parse(&settings.base_url).is_err(),
            ),
            ("WEBHOOK_URL", Url::parse(&settings.webhook_url).is_err()),
            (
                "REPLICATE_OUTPUT_HOSTS",
                OutputHosts::parse(&settings.output_hosts).is_err(),
            ),
        ];
        let malformed = malformed
            .into_iter()
            .filter(|(_, is_malformed)| *is_malformed);
        let malformed =
            malformed.map(|(name, _)| format!("Environment variable {name} is malformed"));
        let models = [
            Some(&settings.scene_model),
            Some(&settings.music_model),
            settings.language_model.as_ref(),
        ];
        let unknown = models.into_iter().flatten();
        let unknown = unknown.filter(|model| self.registry.model(model).is_none());
        let unknown = unknown.map(|model| format!("the model {model} is not in the registry"));
        malformed.chain(unknown).collect()
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

    /// A prediction as it stands.
    pub(crate) async fn prediction(&self, id: &str, now: Time) -> Result<Prediction, CallError> {
        self.call(now, |client| async move { client.get(id).await })
            .await
    }

    /// Stops a prediction; one that has ended stays as it is. Answers it.
    pub(crate) async fn cancel(&self, id: &str, now: Time) -> Result<Prediction, CallError> {
        self.call(now, |client| async move { client.cancel(id).await })
            .await
    }

    /// The secret webhooks are signed with.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
    pub async fn webhook_secret(&self, now: Time) -> Result<SecretString, StepError> {
        self.webhook_secret_not_older_than(SECRET_KEPT_FOR, now)
            .await
    }

    /// The same, fetched anew: the one that is kept may have been rotated.
    ///
    /// # Errors
    ///
    /// [`StepError`]: by its failure the state machine decides what comes next.
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
        if let Some((at, secret)) = &kept.fetched
            && now.since(*at) < age
        {
            return Ok(secret.clone());
        }
        if let Some((at, failure)) = kept.failed
            && now.since(at) < FAILURE_KEPT_FOR
        {
            let cause = "the webhook secret could not be fetched just now";
            return Err(StepError::new(failure, cause));
        }
        let fetched = self
            .call(now, |client| async move { client.webhook_secret().await })
            .await
            .map_err(StepError::from);
        match &fetched {
            Ok(secret) => kept.fetched = Some((now, secret.clone())),
            Err(error) => kept.failed = Some((now, error.failure)),
        }
        fetched
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
    use store::testing::{now, secret};

    use crate::simulation::settings;

    /// A provider that answers with this status, and how often it was called.
    fn answering(status: &Arc<AtomicU16>) -> (Provider, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let http = {
            let (status, calls) = (status.clone(), calls.clone());
            Http::in_memory(move |_| {
                calls.fetch_add(1, Ordering::SeqCst);
                let status = status.load(Ordering::SeqCst);
                async move {
                    let response = http::Response::builder().status(status);
                    let body = r#"{"key": "whsec_dGVzdA=="}"#;
                    reqwest::Response::from(response.body(body).unwrap())
                }
            })
        };
        let key = Secret::new(secret("key"), "key");
        (Provider::new(settings(), key, http).unwrap(), calls)
    }

    /// Fault S9: forged webhooks made two calls each while the key was refused.
    #[tokio::test]
    async fn a_secret_that_cannot_be_fetched_is_asked_for_again_after_a_while_only() {
        let status = Arc::new(AtomicU16::new(401));
        let (provider, calls) = answering(&status);

        for _ in 0..40 {
            let refused = provider.webhook_secret(now()).await.unwrap_err();
            assert_eq!(refused.failure, Failure::ProviderAccount);
            assert!(provider.webhook_secret_again(now()).await.is_err());
        }
        assert_eq!(
            calls.load(Ordering::SeqCst),
            2,
            "once with the key read anew"
        );

        status.store(200, Ordering::SeqCst);
        assert!(provider.webhook_secret(now()).await.is_err());
        let later = now().after(FAILURE_KEPT_FOR);
        assert!(provider.webhook_secret(later).await.is_ok());
        assert!(provider.webhook_secret(later).await.is_ok());
        assert_eq!(calls.load(Ordering::SeqCst), 3);
    }

    /// Who forges a signature while the provider fails keeps no true webhook out.
    #[tokio::test]
    async fn a_secret_that_was_fetched_is_good_though_another_try_fails() {
        let status = Arc::new(AtomicU16::new(200));
        let (provider, _) = answering(&status);
        assert!(provider.webhook_secret(now()).await.is_ok());
        status.store(401, Ordering::SeqCst);
        let later = now().after(SECRET_COOLDOWN);
        assert!(provider.webhook_secret_again(later).await.is_err());
        assert!(provider.webhook_secret(later).await.is_ok());
    }
}
