//! What the installation spends on models (D49).

use domain::request::InvalidField;
use domain::spending;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::operation::{Access, Method, Operation};

const PATH: &str = "/api/v1/admin/spending";

/// The installation's day, in US dollars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Spending {
    /// The day in UTC.
    #[schema(examples("2026-11-28"))]
    pub day: String,
    /// What may be spent in a day.
    pub daily_limit_usd: f64,
    /// What was paid for films of this day that have ended.
    pub spent_usd: f64,
    /// What films of this day may still cost that are being made.
    pub reserved_usd: f64,
    /// What films may still be accepted for.
    pub remaining_usd: f64,
    /// Nothing more is bought, not even for films that are being made.
    pub stopped: bool,
    /// Seconds until the next day begins.
    pub resets_in: u64,
}

/// Changes what is named and leaves the rest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "stopped": true }), json!({ "dailyLimitUsd": 20.0, "stopped": false })))]
pub struct SetSpending {
    /// What may be spent in a day, from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub daily_limit_usd: Option<f64>,
    /// Whether to stop buying, or to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<bool>,
}

impl SetSpending {
    /// The limit in billionths of a dollar, if it is to change.
    ///
    /// # Errors
    ///
    /// It is out of range, or nothing is named.
    pub fn limit_nano_usd(&self) -> Result<Option<u64>, InvalidField> {
        if self.daily_limit_usd.is_none() && self.stopped.is_none() {
            return Err(InvalidField::new("body", "dailyLimitUsd or stopped"));
        }
        self.daily_limit_usd
            .map(spending::limit_nano_usd)
            .transpose()
    }
}

pub(crate) fn operations() -> Vec<Operation> {
    let operation =
        |function, method, summary| Operation::new(function, method, PATH, Access::Admin, summary);
    vec![
        operation("admin-spending", Method::Get, "What the day has cost")
            .answers::<Spending>(200, "The day"),
        operation(
            "admin-spending-set",
            Method::Put,
            "Sets the day's limit, stops all buying, or lets it go on",
        )
        .takes::<SetSpending>()
        .answers::<Spending>(200, "The day as it is now"),
    ]
}
