//! What a prediction will cost, by the model's price list.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Model;

/// What a model charges by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PriceUnit {
    /// Each second of the clip or piece made.
    SecondOfOutput,
    /// Each second the machine runs; predicted from the median.
    SecondOfCompute,
    /// Each file made.
    File,
    /// Each thousand tokens.
    #[serde(rename = "1000-tokens")]
    ThousandTokens,
}

/// One line of a price list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rate {
    /// The inputs this rate holds for; empty for all.
    pub when: BTreeMap<String, Value>,
    /// US dollars for one unit (of the answer, where tokens are counted).
    pub usd: f64,
    /// US dollars for one unit of what is sent; only where tokens are counted.
    #[serde(default)]
    pub input_usd: f64,
}

/// What a model costs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    /// What is charged by.
    pub unit: PriceUnit,
    /// Whether a published price was read, or this is an estimate.
    pub verified: bool,
    /// The first line that fits the input holds.
    pub rates: Vec<Rate>,
}

impl Model {
    /// Seconds of output an input asks for, defaults counted in; `None` where
    /// the output has no length.
    pub fn seconds_of_output(&self, input: &Value) -> Option<f64> {
        let duration = self.parameters.duration.as_ref()?;
        let units = self.value_or_default(input, &duration.name)?.as_f64()?;
        Some(units / f64::from(duration.per_second))
    }

    /// What a prediction will cost, in billionths of a US dollar.
    /// `seconds_of_output` is the length the input asks for
    /// ([`Model::seconds_of_output`]); models that charge otherwise ignore it.
    pub fn predicted_price_nano_usd(&self, seconds_of_output: f64, input: &Value) -> u64 {
        let Some(rate) = self.rate(input) else {
            return 0;
        };
        let usd = match self.price.unit {
            PriceUnit::SecondOfOutput => rate.usd * seconds_of_output.max(0.0),
            PriceUnit::SecondOfCompute => rate.usd * self.limits.median_seconds,
            PriceUnit::File => {
                let files = self
                    .value_or_default(input, "num_outputs")
                    .and_then(Value::as_f64);
                rate.usd * files.unwrap_or(1.0)
            }
            PriceUnit::ThousandTokens => self.price_of_tokens(rate, input),
        };
        // A float cast saturates: no price can wrap around.
        (usd * 1e9).round() as u64
    }

    /// Some four bytes of JSON make a token.
    fn price_of_tokens(&self, rate: &Rate, input: &Value) -> f64 {
        let sent = input.to_string().len() as f64 / 4.0;
        let answered = f64::from(self.limits.typical_output_tokens);
        (rate.input_usd * sent + rate.usd * answered) / 1000.0
    }

    /// The first line of the price list that fits; the dearest when none does.
    fn rate(&self, input: &Value) -> Option<&Rate> {
        let fits = |rate: &&Rate| {
            rate.when
                .iter()
                .all(|(name, value)| self.value_or_default(input, name) == Some(value))
        };
        let dearest = || {
            self.price
                .rates
                .iter()
                .max_by(|a, b| a.usd.total_cmp(&b.usd))
        };
        self.price.rates.iter().find(fits).or_else(dearest)
    }

    fn value_or_default<'a>(&'a self, input: &'a Value, name: &str) -> Option<&'a Value> {
        input.get(name).or_else(|| {
            self.input_schema
                .get("properties")?
                .get(name)?
                .get("default")
        })
    }
}
