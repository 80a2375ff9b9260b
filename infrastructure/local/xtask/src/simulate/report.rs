//! What the simulation says, as it is printed and quoted.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use account::Template;
use anyhow::Result;
use domain::prices::{self, Habits};
use domain::request::CreateJob;

use super::film_times::Times;
use super::load::{ACCOUNTS_FUNCTIONS, BUSIEST, Demand, NEW_ACCOUNTS_FUNCTIONS, Settings};
use super::model::{self, Limits, Micros, Outcome, Retries};
use super::quotas::{Owner, Quota, first_reached, quotas};
use super::retries::Rule;
use crate::cost::film_nano_usd;
use crate::workspace::Workspace;

/// People a month, where none are named.
pub(super) const USERS: [u32; 3] = [100, 10_000, 1_000_000];
/// What is told of many times.
const PARTS: [f64; 3] = [0.50, 0.90, 0.99];

/// What runs are made of.
struct Scene {
    habits: Habits,
    times: Times,
    demand: Demand,
    settings: Settings,
    retries: Retries,
    quotas: Vec<Quota>,
    /// A film's price at the provider, in US dollars.
    film_usd: f64,
}

/// All of it.
///
/// # Errors
/// The template, the state machine or the model registry lacks what is needed.
pub(super) fn text(workspace: &Workspace, users: &[u32], seed: u64) -> Result<String> {
    let scene = Scene::of(workspace)?;
    let mut text = String::new();
    scene.assumptions(&mut text)?;
    scene.quotas(&mut text)?;
    for users in users {
        scene.people(&mut text, f64::from(*users), seed)?;
    }
    Ok(text)
}

impl Scene {
    fn of(workspace: &Workspace) -> Result<Self> {
        let habits = Habits::ASSUMED;
        let times = Times::of_the_default_film(habits.upload_minutes)?;
        let demand = Demand::of_one(&habits, &times);
        let template = std::fs::read_to_string(workspace.path("template.yaml"))?;
        let settings = Settings::of(&Template::parse(&template, &BTreeMap::new())?)?;
        let film_usd = film_nano_usd(&CreateJob::sample())? / 1e9;
        Ok(Self {
            quotas: quotas(&demand, &settings, &habits, film_usd),
            retries: Retries {
                functions: Rule::of_functions()?,
                turns: Rule::of_turns()?,
                webhooks: Rule::of_webhooks(),
            },
            habits,
            times,
            demand,
            settings,
            film_usd,
        })
    }

    fn assumptions(&self, text: &mut String) -> Result<()> {
        let (habits, times) = (&self.habits, &self.times);
        writeln!(
            text,
            "A person's month: {} films of 30 s, {} upload of {} minutes, {} h watched, {} visits; \
             a day's busiest hour has {BUSIEST} times the mean",
            habits.films,
            habits.uploads,
            habits.upload_minutes,
            habits.hours_watched,
            habits.visits
        )?;
        let steps = [
            ("plan", times.plan),
            ("ask", times.ask),
            ("copy", times.copy),
            ("prepare", times.prepare),
            ("compose", times.compose),
            ("finish", times.finish),
            ("a part of a transcode", times.transcode),
        ];
        let steps = steps.map(|(name, time)| format!("{name} {:.1}", time as f64 / 1e6));
        writeln!(
            text,
            "Seconds: {}; the provider's median {} for a scene, {} for the music",
            steps.join(", "),
            times.scene_median,
            times.music_median
        )?;
        Ok(())
    }

    fn quotas(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "\n{:<42} {:<10} {:>8} {:>22} {:>14}",
            "Limit", "whose", "allows", "10,000 people need", "people a month"
        )?;
        for quota in &self.quotas {
            writeln!(
                text,
                "  {:<40} {:<10} {:>8} {:>22.2} {:>14.0}",
                quota.name,
                quota.owner.name(),
                quota.allows,
                quota.each * 10_000.0,
                quota.reached_at()
            )?;
        }
        Ok(())
    }

    fn people(&self, text: &mut String, users: f64, seed: u64) -> Result<()> {
        let arrivals = self.demand.arrivals(users);
        writeln!(
            text,
            "\n{users} people a month: {:.2} films and {:.2} uploads in the busiest hour; busiest hours run: {}",
            arrivals.films, arrivals.uploads, arrivals.days
        )?;
        let bills = prices::month(users, &self.habits);
        let lines: Vec<_> = bills.into_iter().flat_map(|bill| bill.lines).collect();
        writeln!(
            text,
            "  a month costs {:.0} USD at AWS and {:.0} USD at the provider",
            prices::after_allowances(&lines) / 1e9,
            users * self.habits.films * self.film_usd
        )?;
        let first = |owners: &[Owner]| {
            let quota = first_reached(&self.quotas, users, owners);
            quota.map_or("none", |quota| quota.name)
        };
        writeln!(
            text,
            "  reached first: of ours {}; of AWS {}; of the provider {}",
            first(&[Owner::Ours]),
            first(&[Owner::Aws]),
            first(&[Owner::Provider])
        )?;
        let limits = |functions| self.settings.limits(functions, users, &self.demand);
        self.run(
            text,
            "a new account",
            limits(NEW_ACCOUNTS_FUNCTIONS),
            users,
            seed,
        )?;
        self.run(
            text,
            "an account by default",
            limits(ACCOUNTS_FUNCTIONS),
            users,
            seed,
        )?;
        let raised = self.settings.raised(users, &self.demand);
        self.run(text, "limits raised", raised, users, seed)
    }

    fn run(
        &self,
        text: &mut String,
        name: &str,
        limits: Limits,
        users: f64,
        seed: u64,
    ) -> Result<()> {
        let arrivals = self.demand.arrivals(users);
        let outcome = model::run(&self.times, limits, arrivals, self.retries, seed);
        writeln!(
            text,
            "  {name}: {} functions and {} transcoders at once, {} predictions a minute",
            limits.functions, limits.transcoders, limits.creates
        )?;
        writeln!(
            text,
            "    of {} films {} made, {} failed, {} without music; at most {} functions at once, {} predictions a minute",
            outcome.films,
            outcome.completed,
            outcome.failed,
            outcome.without_music,
            outcome.functions.peak,
            outcome.creates.peak
        )?;
        writeln!(
            text,
            "    {:<24} {}",
            "a film waits",
            seconds(&outcome.waits)
        )?;
        writeln!(
            text,
            "    {:<24} {}",
            "a film takes",
            seconds(&outcome.lengths)
        )?;
        writeln!(
            text,
            "    {:<24} {}",
            "an upload waits",
            seconds(&outcome.queued)
        )?;
        writeln!(
            text,
            "    {:<24} {}",
            "films wait most for",
            binding(&outcome)
        )?;
        Ok(())
    }
}

/// What the films of a run waited for longest.
fn binding(outcome: &Outcome) -> &'static str {
    match (outcome.for_functions, outcome.for_the_provider) {
        (0, 0) => "nothing",
        (functions, provider) if functions >= provider => "functions",
        _ => "the provider",
    }
}

fn seconds(ascending: &[Micros]) -> String {
    if ascending.is_empty() {
        return "-".to_owned();
    }
    let texts = PARTS.map(|part| {
        let time = percentile(ascending, part) as f64 / 1e6;
        format!("p{:.0} {time:>9.1} s", part * 100.0)
    });
    texts.join("   ")
}

/// The smallest that is not below `part` of them (nearest rank).
fn percentile(ascending: &[Micros], part: f64) -> Micros {
    let rank = (part * ascending.len() as f64).ceil() as usize;
    let index = rank.clamp(1, ascending.len().max(1)) - 1;
    ascending.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<Micros> = (1..=100).collect();
        assert_eq!(PARTS.map(|part| percentile(&values, part)), [50, 90, 99]);
        assert_eq!(percentile(&[7], 0.5), 7);
        assert_eq!(percentile(&[], 0.5), 0);
    }

    #[test]
    fn the_page_on_scaling_quotes_the_command() {
        let report = text(&Workspace::locate(), &USERS, crate::simulate::SEED).unwrap();
        crate::document::assert_quotes(
            crate::simulate::DOCUMENT,
            crate::simulate::COMMAND,
            &report,
        );
    }
}
