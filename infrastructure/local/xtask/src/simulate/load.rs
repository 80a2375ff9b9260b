//! What so many people ask for in a busiest hour, and the limits they meet.

use account::Template;
use anyhow::{Context, Result};
use domain::prices::{self, HTTP_API_REQUEST, Habits, LAMBDA_REQUEST, Price};

use super::film_times::Times;
use super::model::{Arrivals, Limits, micros};

/// Assumed: a day's busiest hour has so many times the mean; the others have the rest alike.
pub(super) const BUSIEST: f64 = 3.0;
/// Functions that a new account runs at once, and one that asked for nothing.
pub(super) const NEW_ACCOUNTS_FUNCTIONS: f64 = 10.0;
/// See [`NEW_ACCOUNTS_FUNCTIONS`].
pub(super) const ACCOUNTS_FUNCTIONS: f64 = 1_000.0;
/// Films of busiest hours in a run, at least: where an hour has fewer, more days are run.
const FILMS: f64 = 2_000.0;
/// Hours of a run before the first busiest one.
const LEAD: f64 = 0.25;

/// What one person asks for in the busiest hour, on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Demand {
    /// Films a second.
    pub(super) films: f64,
    /// Uploads a second.
    pub(super) uploads: f64,
    /// Functions of films that run at once.
    pub(super) film_functions: f64,
    /// Functions of the API that run at once.
    pub(super) api_functions: f64,
    /// Transcoders that run at once.
    pub(super) transcoders: f64,
    /// Predictions a minute.
    pub(super) creates: f64,
    /// Requests of the API a second.
    pub(super) requests: f64,
    /// Invocations a second.
    pub(super) invocations: f64,
}

impl Demand {
    /// By the month's habits and the steps' times.
    pub(super) fn of_one(habits: &Habits, times: &Times) -> Self {
        let a_second = BUSIEST / (prices::HOURS * 3600.0);
        let (films, uploads) = (habits.films * a_second, habits.uploads * a_second);
        let standing = in_a_month(0.0, habits, HTTP_API_REQUEST);
        let requests = (in_a_month(1.0, habits, HTTP_API_REQUEST) - standing) * a_second;
        let standing = in_a_month(0.0, habits, LAMBDA_REQUEST);
        let invocations = (in_a_month(1.0, habits, LAMBDA_REQUEST) - standing) * a_second;
        Self {
            films,
            uploads,
            film_functions: films * times.function_seconds(),
            api_functions: requests * prices::ANSWERING,
            transcoders: uploads * times.upload_seconds(),
            creates: films * 60.0 * (times.scenes as f64 + 1.0),
            requests,
            invocations,
        }
    }

    /// All functions that run at once.
    pub(super) fn functions(&self) -> f64 {
        self.film_functions + self.api_functions + self.transcoders
    }

    /// What so many people send.
    pub(super) fn arrivals(&self, users: f64) -> Arrivals {
        let films = self.films * 3600.0 * users;
        let rest = (24.0 - BUSIEST) / 23.0;
        Arrivals {
            films,
            uploads: self.uploads * 3600.0 * users,
            quiet: rest / BUSIEST,
            lead: micros(LEAD * 3600.0),
            days: (FILMS / films).ceil() as u64,
        }
    }
}

/// How many of a price's unit so many people use in a month.
fn in_a_month(users: f64, habits: &Habits, price: Price) -> f64 {
    let bills = prices::month(users, habits);
    let lines = bills.iter().flat_map(|bill| &bill.lines);
    let lines = lines.filter(|line| line.price == price);
    lines.map(|line| line.quantity).sum()
}

/// What the template's parameters allow, as they are by default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settings {
    /// `SceneConcurrency`.
    pub(super) side_by_side: f64,
    /// `TranscoderConcurrency`.
    pub(super) transcoders: f64,
    /// `ProviderCreatesPerMinute`: what the provider lets an account begin.
    pub(super) creates: f64,
    /// `GatewayRateLimit`, a second.
    pub(super) requests: f64,
    /// `DailySpendingLimitUsd`.
    pub(super) dollars_a_day: f64,
}

impl Settings {
    /// Those of this template.
    ///
    /// # Errors
    /// It lacks one.
    pub(super) fn of(template: &Template) -> Result<Self> {
        let number = |name: &str| {
            let value = template.parameter(name).parse();
            value.with_context(|| format!("{name} is no number"))
        };
        Ok(Self {
            side_by_side: number("SceneConcurrency")?,
            transcoders: number("TranscoderConcurrency")?,
            creates: number("ProviderCreatesPerMinute")?,
            requests: number("GatewayRateLimit")?,
            dollars_a_day: number("DailySpendingLimitUsd")?,
        })
    }

    /// The limits of an account with so many functions, less those that the API needs.
    pub(super) fn limits(&self, functions: f64, users: f64, demand: &Demand) -> Limits {
        let api = (demand.api_functions * users).ceil();
        Limits {
            functions: (functions - api).max(1.0) as usize,
            transcoders: self.transcoders as usize,
            creates: self.creates as usize,
            side_by_side: self.side_by_side as usize,
        }
    }

    /// Limits with half as much again as the busiest hour needs; never below those that are
    /// there anyway.
    pub(super) fn raised(&self, users: f64, demand: &Demand) -> Limits {
        let needed = |each: f64, step: f64| (each * users * 1.5 / step).ceil() * step;
        let functions = needed(demand.functions(), 500.0).max(ACCOUNTS_FUNCTIONS);
        Limits {
            transcoders: needed(demand.transcoders, 10.0).max(self.transcoders) as usize,
            creates: needed(demand.creates, 100.0).max(self.creates) as usize,
            ..self.limits(functions, users, demand)
        }
    }
}
