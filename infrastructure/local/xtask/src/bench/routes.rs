//! Routes beside the bare function that makes the same calls: requests a second, and what
//! each costs.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Map, Value};

use crate::bench::cost::{Asked, Cost};
use crate::bench::load::Load;
use crate::bench::setup::{BARE, Bench};
use crate::bench::target::{Bound, Target};
use crate::bench::turns::{self, Pair, Rates};
use crate::say;

/// Connections side by side.
pub(super) const CONNECTIONS: usize = 8;
const TIME: Duration = Duration::from_secs(4);
/// Each address is loaded this often, taking turns with the others.
const ROUNDS: usize = 3;

/// A route under measurement.
#[derive(Debug, Clone)]
pub(super) struct Route {
    /// What it is called in the figures.
    pub(super) name: &'static str,
    /// Its function's program.
    pub(super) program: &'static str,
    /// Its function's name in the local cloud.
    pub(super) function: String,
    /// What is asked for, from `/api` on.
    pub(super) path: String,
}

/// Where the functions and the bare one answer.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    /// Ours.
    pub(super) ours: String,
    /// The bare function's.
    pub(super) bare: String,
}

/// What was measured of a route.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    /// Its name.
    pub(super) name: &'static str,
    rates: Rates,
    /// What a request costs.
    pub(super) cost: Cost,
}

impl Measured {
    /// The figures of the route.
    pub(super) fn figures(&self) -> Value {
        let mut figures = self.rates.figures();
        self.cost.add_to(&mut figures);
        figures
    }

    /// What every route is held to.
    pub(super) fn targets(&self) -> [Target; 2] {
        let name = self.name;
        let (rate, cpu) = (self.rates.ratio(), self.cost.cpu_ratio());
        [
            Target::new(
                format!("{name}, requests a second against the bare function"),
                rate,
                Bound::AtLeast(0.9),
            ),
            Target::new(
                format!("{name}, processor time against the bare function"),
                cpu,
                Bound::AtMost(2.0),
            ),
        ]
    }
}

/// Measures the routes; what each costs, by so many requests.
pub(super) fn measure(
    bench: &Bench,
    addresses: &Addresses,
    routes: &[Route],
    requests: usize,
) -> Result<Vec<Measured>> {
    let pairs: Vec<Pair> = routes
        .iter()
        .map(|route| pair(bench, addresses, &route.path))
        .collect();
    let rates = say::step("Loading the functions", || turns::load(ROUNDS, &pairs))?;
    let costs = say::step("Measuring what a request costs", || {
        let costs = routes.iter().map(|route| cost(bench, route, requests));
        costs.collect::<Result<Vec<Cost>>>()
    })?;
    let measured = routes.iter().zip(rates).zip(costs);
    Ok(measured
        .map(|((route, rates), cost)| Measured {
            name: route.name,
            rates,
            cost,
        })
        .collect())
}

/// The figures of all routes.
pub(super) fn figures(measured: &[Measured]) -> Map<String, Value> {
    let lines = measured
        .iter()
        .map(|route| (route.name.to_owned(), route.figures()));
    lines.collect()
}

fn pair(bench: &Bench, addresses: &Addresses, path: &str) -> Pair {
    let load = |address: &str| Load {
        url: format!("{address}{path}"),
        token: Some(bench.token.clone()),
        connections: CONNECTIONS,
        time: TIME,
    };
    Pair {
        ours: load(&addresses.ours),
        bare: load(&addresses.bare),
    }
}

fn cost(bench: &Bench, route: &Route, requests: usize) -> Result<Cost> {
    let event = &bench.event(&route.path);
    let ours = Asked {
        program: bench.program(route.program)?,
        environment: &bench.environment_of(&route.function)?,
        event,
    };
    let bare = Asked {
        program: bench.program(BARE)?,
        environment: &bench.environment_of_bare()?,
        event,
    };
    Cost::measure(&bench.stack.endpoint_url, ours, bare, requests)
}
