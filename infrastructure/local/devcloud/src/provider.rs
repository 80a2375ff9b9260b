//! The look-alike of the provider, and the control routes that make it misbehave.

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Stack;
use crate::addresses::REPLICATE_TOKEN;

/// The look-alike.
#[derive(Debug, Clone)]
pub struct Provider {
    url: String,
    http: reqwest::Client,
}

/// What was tried, and what was paid for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Creates {
    /// Predictions that were really made.
    pub paid: usize,
    /// Requests for one.
    pub attempted: usize,
    /// Their ids, in order.
    pub predictions: Vec<String>,
}

impl Provider {
    /// Of that stack.
    pub fn new(stack: &Stack) -> Self {
        Self {
            url: stack.replicate_url.clone(),
            http: reqwest::Client::new(),
        }
    }

    /// From now on, creates whose prompt holds `word` meet `behaviour`; `limits`
    /// may say `times`, `kind` and `seconds`.
    ///
    /// # Errors
    /// The look-alike refuses, or is not there.
    pub async fn misbehave(&self, word: &str, behaviour: &str, limits: &Value) -> Result<()> {
        let mut rule = json!({"match": word, "behaviour": behaviour});
        for (name, value) in limits.as_object().into_iter().flatten() {
            rule[name] = value.clone();
        }
        let url = format!("{}/_control/rules", self.url);
        let answer = self.http.post(url).json(&rule).send().await?;
        ensure!(answer.status().is_success(), "the rule {rule} was refused");
        Ok(())
    }

    /// The creates whose prompt holds the word.
    ///
    /// # Errors
    /// The look-alike refuses, or is not there.
    pub async fn creates(&self, word: &str) -> Result<Creates> {
        let url = format!("{}/_control/creates", self.url);
        let request = self.http.get(url).query(&[("match", word)]);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// A prediction, as the provider's API shows it.
    ///
    /// # Errors
    /// The look-alike refuses, or is not there.
    pub async fn prediction(&self, id: &str) -> Result<Value> {
        self.get(&format!("/v1/predictions/{id}")).await
    }

    /// What webhooks are signed with.
    ///
    /// # Errors
    /// The look-alike refuses, or is not there.
    pub async fn webhook_secret(&self) -> Result<String> {
        let answer = self.get("/v1/webhooks/default/secret").await?;
        Ok(answer["key"].as_str().unwrap_or_default().to_owned())
    }

    async fn get(&self, path: &str) -> Result<Value> {
        let url = format!("{}{path}", self.url);
        let answer = self
            .http
            .get(url)
            .bearer_auth(REPLICATE_TOKEN)
            .send()
            .await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}
