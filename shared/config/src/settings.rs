//! The settings of each concern, with the variables they come from.

use std::path::PathBuf;
use std::time::Duration;

use domain::holding::HoldingLimits;
use domain::preset::Preset;

use crate::Environment;

/// Whose tokens are accepted (R76, R77).
#[derive(Debug, Clone)]
pub struct SignIn {
    /// `JWT_ISSUER`; by default Cognito's for `COGNITO_USER_POOL_ID` in `AWS_REGION`.
    pub issuer: String,
    /// `COGNITO_CLIENT_ID`.
    pub client_id: String,
    /// `JWKS_URL`; by default the issuer's.
    pub jwks_url: String,
}

/// The user pool's hosted UI, and where it leads back to (R2-R4).
#[derive(Debug, Clone)]
pub struct HostedUi {
    /// `HOSTED_UI_URL`: the address of the pool's domain, without a path.
    pub url: String,
    /// `COGNITO_CLIENT_ID`.
    pub client_id: String,
    /// `CALLBACK_URL`: the route auth-callback, as browsers reach it.
    pub callback_url: String,
    /// `LOGOUT_URL`: where browsers go after they have signed out.
    pub logout_url: String,
}

/// What every authenticated request needs.
#[derive(Debug, Clone)]
pub struct RequestPath {
    /// See [`SignIn`].
    pub sign_in: SignIn,
    /// `RATE_LIMIT_PER_MIN`, 100 (R83).
    pub rate_limit: u32,
    /// Requests that may come from an address without a token in a minute,
    /// `ANONYMOUS_RATE_LIMIT_PER_MIN`, 300.
    pub anonymous_rate_limit: u32,
    /// `ORIGIN_SECRET`: what the site's distribution sends, so that the address is believed
    /// which it tells of its viewer.
    pub origin_secret: Option<String>,
    /// Where DynamoDB is.
    pub database_url: String,
}

/// The model provider.
#[derive(Debug, Clone)]
pub struct Provider {
    /// `REPLICATE_BASE_URL`, the provider's public one.
    pub base_url: String,
    /// `REPLICATE_SECRET_ID`, `omnigen/replicate-api-key` (R91).
    pub secret_id: String,
    /// `REPLICATE_OUTPUT_HOSTS`: origins that outputs may be fetched from.
    pub output_hosts: String,
    /// `WEBHOOK_URL`: where the provider reports to.
    pub webhook_url: String,
    /// `SCENE_MODEL` (D14).
    pub scene_model: String,
    /// `MUSIC_MODEL` (D17).
    pub music_model: String,
    /// `LANGUAGE_MODEL`, none by default (D15).
    pub language_model: Option<String>,
    /// `PREDICTION_DEADLINE_SECONDS`, 900: the provider stops a prediction then.
    pub prediction_deadline: Duration,
    /// `WEBHOOK_GRACE_SECONDS`, 60: how long the reconciler leaves a silent
    /// prediction to its webhook.
    pub webhook_grace: Duration,
}

/// Which models a film is made with (D14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Models {
    /// Makes the scenes.
    pub scene: String,
    /// Makes the music.
    pub music: String,
    /// Writes the storyboard, if one is configured.
    pub language: Option<String>,
}

impl Default for Models {
    fn default() -> Self {
        Self {
            scene: "bytedance/seedance-1-pro-fast".to_owned(),
            music: "stability-ai/stable-audio-2.5".to_owned(),
            language: None,
        }
    }
}

impl Environment {
    /// Reads [`RequestPath`].
    pub fn request_path(&mut self) -> RequestPath {
        RequestPath {
            sign_in: self.sign_in(),
            rate_limit: self.parsed("RATE_LIMIT_PER_MIN", 100),
            anonymous_rate_limit: self.parsed("ANONYMOUS_RATE_LIMIT_PER_MIN", 300),
            origin_secret: self.optional("ORIGIN_SECRET"),
            database_url: crate::aws::database_url(self),
        }
    }

    /// Reads [`HostedUi`].
    pub fn hosted_ui(&mut self) -> HostedUi {
        HostedUi {
            url: self.required("HOSTED_UI_URL"),
            client_id: self.required("COGNITO_CLIENT_ID"),
            callback_url: self.required("CALLBACK_URL"),
            logout_url: self.required("LOGOUT_URL"),
        }
    }

    /// Reads [`SignIn`].
    pub fn sign_in(&mut self) -> SignIn {
        let issuer = match self.optional("JWT_ISSUER") {
            Some(issuer) => issuer,
            None => {
                let region = self.required("AWS_REGION");
                let pool = self.required("COGNITO_USER_POOL_ID");
                format!("https://cognito-idp.{region}.amazonaws.com/{pool}")
            }
        };
        let jwks_url = self
            .optional("JWKS_URL")
            .unwrap_or_else(|| format!("{issuer}/.well-known/jwks.json"));
        SignIn {
            issuer,
            client_id: self.required("COGNITO_CLIENT_ID"),
            jwks_url,
        }
    }

    /// Reads where FFmpeg is, `FFMPEG_PATH`, if it is said.
    pub fn ffmpeg_path(&self) -> Option<PathBuf> {
        self.optional("FFMPEG_PATH").map(PathBuf::from)
    }

    /// Reads where clients reach the API, `PUBLIC_API_URL`, if not at the
    /// gateway's own address.
    pub fn public_api_url(&self) -> Option<String> {
        self.optional("PUBLIC_API_URL")
    }

    /// Reads the monthly quota, `QUOTA_PER_MONTH`, 10 (R84).
    pub fn quota(&mut self) -> u32 {
        self.parsed("QUOTA_PER_MONTH", 10)
    }

    /// Reads how many films of one user may be made at once, `RUNNING_FILMS_PER_USER`, 3.
    pub fn running_films(&mut self) -> u32 {
        self.parsed("RUNNING_FILMS_PER_USER", 3)
    }

    /// Reads how many films of one user's month may fail after money was spent on them,
    /// `PAID_FAILURES_PER_MONTH`, 10.
    pub fn paid_failures(&mut self) -> u32 {
        self.parsed("PAID_FAILURES_PER_MONTH", 10)
    }

    /// Reads how many transcodes of one user may be open at once,
    /// `TRANSCODES_PER_USER`, 20, with [`stored_bytes_limit`](Self::stored_bytes_limit).
    pub fn transcode_limits(&mut self) -> HoldingLimits {
        HoldingLimits {
            at_once: self.parsed("TRANSCODES_PER_USER", 20),
            stored_bytes: self.stored_bytes_limit(),
        }
    }

    /// Reads how many uploads of one user may be open at once, `OPEN_UPLOADS_PER_USER`,
    /// 20, with [`stored_bytes_limit`](Self::stored_bytes_limit).
    pub fn upload_limits(&mut self) -> HoldingLimits {
        HoldingLimits {
            at_once: self.parsed("OPEN_UPLOADS_PER_USER", 20),
            stored_bytes: self.stored_bytes_limit(),
        }
    }

    /// Reads how much one user may store, `STORED_GIGABYTES_PER_USER`, 100 gigabytes of
    /// a thousand million bytes, in bytes.
    pub fn stored_bytes_limit(&mut self) -> u64 {
        let gigabytes: u32 = self.parsed("STORED_GIGABYTES_PER_USER", 100);
        u64::from(gigabytes) * 1_000_000_000
    }

    /// Reads what the installation may spend in a day, `DAILY_SPENDING_LIMIT_USD`, 50
    /// dollars (D49), in billionths of a dollar.
    pub fn daily_spending_limit(&mut self) -> u64 {
        let dollars: u32 = self.parsed("DAILY_SPENDING_LIMIT_USD", 50);
        u64::from(dollars) * 1_000_000_000
    }

    /// Reads how the pictures of new films are compressed, `FILM_PRESET`, `fast` (R97).
    pub fn film_preset(&mut self) -> Preset {
        self.parsed("FILM_PRESET", Preset::default())
    }

    /// Reads [`Models`].
    pub fn models(&mut self) -> Models {
        let default = Models::default();
        Models {
            scene: self.optional("SCENE_MODEL").unwrap_or(default.scene),
            music: self.optional("MUSIC_MODEL").unwrap_or(default.music),
            language: self.optional("LANGUAGE_MODEL"),
        }
    }

    /// Reads how long a job may run, `JOB_TIME_LIMIT_SECONDS`, an hour.
    pub fn job_time_limit(&mut self) -> Duration {
        Duration::from_secs(self.parsed("JOB_TIME_LIMIT_SECONDS", 3600))
    }

    /// Reads how long a storyboard waits for its owner's approval,
    /// `REVIEW_TIME_LIMIT_SECONDS`, an hour (D44).
    pub fn review_time_limit(&mut self) -> Duration {
        Duration::from_secs(self.parsed("REVIEW_TIME_LIMIT_SECONDS", 3600))
    }

    /// Reads [`Provider`].
    pub fn provider(&mut self) -> Provider {
        let models = self.models();
        let text = |environment: &Self, name: &str, default: &str| {
            environment
                .optional(name)
                .unwrap_or_else(|| default.to_owned())
        };
        Provider {
            base_url: text(self, "REPLICATE_BASE_URL", "https://api.replicate.com/v1"),
            secret_id: text(self, "REPLICATE_SECRET_ID", "omnigen/replicate-api-key"),
            output_hosts: text(
                self,
                "REPLICATE_OUTPUT_HOSTS",
                "https://replicate.delivery,https://*.replicate.delivery",
            ),
            webhook_url: self.required("WEBHOOK_URL"),
            scene_model: models.scene,
            music_model: models.music,
            language_model: models.language,
            prediction_deadline: Duration::from_secs(
                self.parsed("PREDICTION_DEADLINE_SECONDS", 900),
            ),
            webhook_grace: Duration::from_secs(self.parsed("WEBHOOK_GRACE_SECONDS", 60)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &'static [(&str, &str)]) -> Environment {
        Environment::new(|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_issuer_follows_from_the_pool() {
        let mut environment = environment(&[
            ("AWS_REGION", "eu-west-1"),
            ("COGNITO_USER_POOL_ID", "eu-west-1_abc"),
            ("COGNITO_CLIENT_ID", "client"),
        ]);
        let path = environment.request_path();
        assert_eq!(
            path.sign_in.issuer,
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"
        );
        assert!(
            path.sign_in
                .jwks_url
                .ends_with("eu-west-1_abc/.well-known/jwks.json")
        );
        assert_eq!(path.rate_limit, 100);
        assert_eq!(environment.finish(), Ok(()));
    }

    #[test]
    fn a_malformed_limit_is_a_fault() {
        let mut environment = environment(&[("QUOTA_PER_MONTH", "ten")]);
        environment.quota();
        assert!(environment.finish().is_err());
    }
}
