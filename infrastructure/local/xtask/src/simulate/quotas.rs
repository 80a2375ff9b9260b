//! At how many people a month each limit is reached in the busiest hour.

use domain::prices::{self, Habits};

use super::load::{ACCOUNTS_FUNCTIONS, Demand, NEW_ACCOUNTS_FUNCTIONS, Settings};

/// Whose limit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A parameter of template.yaml.
    Ours,
    /// AWS, for an account and region.
    Aws,
    /// The provider of models.
    Provider,
}

impl Owner {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Aws => "AWS",
            Self::Provider => "provider",
        }
    }
}

/// A limit, and what one person takes of it in the busiest hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quota {
    pub(super) name: &'static str,
    pub(super) owner: Owner,
    pub(super) allows: f64,
    pub(super) each: f64,
}

impl Quota {
    /// With so many people a month it is reached.
    pub(super) fn reached_at(&self) -> f64 {
        self.allows / self.each
    }
}

/// Every limit, the one that is reached first in front. `film` is a film's price at the
/// provider, in US dollars.
pub(super) fn quotas(
    demand: &Demand,
    settings: &Settings,
    habits: &Habits,
    film: f64,
) -> Vec<Quota> {
    use Owner::{Aws, Ours, Provider};
    let days = prices::HOURS / 24.0;
    let functions = demand.functions();
    let rows = [
        (
            "DailySpendingLimitUsd, US dollars a day",
            Ours,
            settings.dollars_a_day,
            habits.films * film / days,
        ),
        (
            "TranscoderConcurrency",
            Ours,
            settings.transcoders,
            demand.transcoders,
        ),
        (
            "GatewayRateLimit, requests a second",
            Ours,
            settings.requests,
            demand.requests,
        ),
        (
            "functions at once, in a new account",
            Aws,
            NEW_ACCOUNTS_FUNCTIONS,
            functions,
        ),
        (
            "functions at once, by default",
            Aws,
            ACCOUNTS_FUNCTIONS,
            functions,
        ),
        (
            "invocations a second, by default",
            Aws,
            10.0 * ACCOUNTS_FUNCTIONS,
            demand.invocations,
        ),
        (
            "functions of one queue at once",
            Aws,
            1_000.0,
            demand.transcoders,
        ),
        ("executions begun a second", Aws, 2_000.0, demand.films),
        (
            "predictions begun a minute",
            Provider,
            settings.creates,
            demand.creates,
        ),
    ];
    let mut quotas: Vec<Quota> = rows
        .into_iter()
        .map(|(name, owner, allows, each)| Quota {
            name,
            owner,
            allows,
            each,
        })
        .collect();
    quotas.sort_by(|one, other| one.reached_at().total_cmp(&other.reached_at()));
    quotas
}

/// The first limit of these owners that so many people reach.
pub(super) fn first_reached(quotas: &[Quota], users: f64, owners: &[Owner]) -> Option<Quota> {
    let reached = |quota: &&Quota| owners.contains(&quota.owner) && quota.reached_at() <= users;
    quotas.iter().find(reached).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::simulate::film_times::Times;

    fn ours() -> Vec<Quota> {
        let habits = Habits::ASSUMED;
        let times = Times::of_the_default_film(habits.upload_minutes).unwrap();
        let settings = Settings {
            side_by_side: 5.0,
            transcoders: 3.0,
            creates: 600.0,
            requests: 200.0,
            dollars_a_day: 50.0,
        };
        quotas(&Demand::of_one(&habits, &times), &settings, &habits, 2.3)
    }

    #[test]
    fn the_limit_that_is_reached_first_stands_first() {
        let quotas = ours();
        assert!(quotas.is_sorted_by_key(|quota| quota.reached_at() as u64));
        assert!(quotas.iter().all(|quota| quota.each > 0.0), "{quotas:?}");
    }

    #[test]
    fn what_one_person_takes_times_the_people_is_the_limit() {
        for quota in ours() {
            let taken = quota.each * quota.reached_at();
            assert!((taken / quota.allows - 1.0).abs() < 1e-9, "{quota:?}");
        }
    }

    #[test]
    fn nobody_reaches_a_limit_and_many_reach_that_of_their_owner_only() {
        let quotas = ours();
        assert_eq!(
            first_reached(&quotas, 0.0, &[Owner::Ours, Owner::Aws]),
            None
        );
        let found = first_reached(&quotas, 1e9, &[Owner::Provider]).unwrap();
        assert_eq!(found.owner, Owner::Provider);
    }
}
