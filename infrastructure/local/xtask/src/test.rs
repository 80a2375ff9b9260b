//! `cargo xtask test`: everything that must be green, set-up included.

mod browser;
mod clients;
mod logs;
mod nextest;

use anyhow::{Result, bail};
use clap::Args;

use self::nextest::{Selection, Tests};
use crate::setup::{bootstraps, ffmpeg};
use crate::workspace::Workspace;
use crate::{check, cloud, fuzz, say, status};

/// What `--quick` runs without a cloud: everything but the corpus of broken files.
const UNITS: Selection = Selection {
    filter: "not binary(corpus)",
    schedules: "100",
};
/// What it runs over the local cloud: one film, from its prompt to its end.
const ONE_FILM: Selection = Selection {
    filter: "test(=film::a_portrait_film_with_cuts_and_without_music)",
    ..UNITS
};

/// How much is tested.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Options {
    /// Only what one wants to know every few minutes: units, contracts, one film
    #[arg(long)]
    quick: bool,
}

/// How many tests went well, and how many did not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// One that failed before it could count.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it stands where a result's error is taken"
    )]
    fn failure(error: anyhow::Error) -> Self {
        say::note(&format!("FAILED: {error:#}"));
        Self {
            passed: 0,
            failed: 1,
        }
    }
}

/// Runs the tests; the last line says how many passed and failed.
pub(crate) fn run(workspace: &Workspace, options: Options) -> Result<()> {
    let mut count = Count::default();
    let ffmpeg = ffmpeg::install(workspace)?;
    let programs = bootstraps::build_with_tests(workspace)?;
    let (packages, films) = match options.quick {
        true => (Some(UNITS), Some(ONE_FILM)),
        false => (None, None),
    };
    let test_packages = || {
        say::step("Testing the packages", || {
            nextest::run(workspace, Tests::WithoutCloud, packages, &ffmpeg)
        })
    };
    if options.quick {
        count.add(test_packages()?);
    } else {
        check::prepare(workspace)?;
        // The checks use one processor, and wait for what they start.
        let (checked, tested) = check::beside(|| checks(workspace), test_packages);
        count.add(checked);
        count.add(tested?);
    }
    match cloud::up_with(workspace, &cloud::Options::default(), &programs) {
        Ok(stack) => {
            if !options.quick {
                count.add(clients::check(workspace, &stack));
                count.add(browser::check(workspace, &stack, &ffmpeg));
            }
            count.add(say::step("Testing end to end", || {
                nextest::run(workspace, Tests::WithCloud, films, &ffmpeg)
            })?);
            // Late: what administrators do to all transcodes is no other test's matter then.
            if !options.quick {
                count.add(one("Fuzzing the API", || {
                    fuzz::fuzz(workspace, &stack, fuzz::Options::FEW)
                }));
            }
            count.add(one("Reading all logs", || logs::check(&stack)));
            count.add(one("Asking the operator's questions", || {
                status::check(workspace, &stack)
            }));
        }
        Err(error) => count.add(Count::failure(error)),
    }
    say::result(&format!("{} passed, {} failed", count.passed, count.failed));
    if count.failed > 0 {
        bail!("not everything is green");
    }
    Ok(())
}

/// One test: a step that is done, or that fails.
fn one(name: &str, test: impl FnOnce() -> Result<()>) -> Count {
    match say::step(name, test) {
        Ok(()) => Count {
            passed: 1,
            failed: 0,
        },
        Err(error) => Count::failure(error),
    }
}

fn checks(workspace: &Workspace) -> Count {
    match check::run(workspace, None) {
        Ok(passed) => Count { passed, failed: 0 },
        Err(error) => Count::failure(error),
    }
}
