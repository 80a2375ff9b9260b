//! A film's way through the state machine: plan, scenes side by side with the music beside them,
//! compose, finish.

use super::{Event, Micros, Model, Part, Step, Tries};
use crate::simulate::film_times::Predictions;

/// A film in the system, or that was.
#[derive(Debug)]
pub(super) struct Film {
    arrived: Micros,
    predictions: Predictions,
    next_scene: usize,
    open_parts: usize,
    is_open: bool,
}

impl Model<'_> {
    pub(super) fn film_arrives(&mut self) {
        self.arrives(Event::FilmArrives, self.arrivals.films);
        if !self.comes() {
            return;
        }
        self.outcome.films += 1;
        let predictions = self.times.predictions(&mut self.random);
        self.films.push(Film {
            arrived: self.now,
            open_parts: predictions.parts.len(),
            predictions,
            next_scene: 0,
            is_open: true,
        });
        self.open_films += 1;
        self.begin(self.films.len() - 1, Step::Plan, Tries::default());
    }

    /// A step begins if there is a function for it, and is tried again later if there is none.
    pub(super) fn begin(&mut self, film: usize, step: Step, tries: Tries) {
        if !self.films[film].is_open {
            return;
        }
        if !self.outcome.functions.take(self.now) {
            return self.no_function(film, step, tries);
        }
        let event = match step {
            Step::Ask(part) => Event::Creates(film, part, tries),
            step => Event::Ends(film, step),
        };
        self.after(self.time_of(step), event);
    }

    fn time_of(&self, step: Step) -> Micros {
        match step {
            Step::Plan => self.times.plan,
            Step::Ask(_) => self.times.ask,
            Step::Copy(_) => self.times.copy,
            Step::Prepare(_) => self.times.prepare,
            Step::Compose => self.times.compose,
            Step::Finish => self.times.finish,
        }
    }

    fn no_function(&mut self, film: usize, step: Step, mut tries: Tries) {
        let rule = match step {
            Step::Copy(_) => self.retries.webhooks,
            _ => self.retries.functions,
        };
        let Some(wait) = rule.wait(tries.functions, &mut self.random) else {
            return self.give_up(film, step);
        };
        tries.functions += 1;
        self.outcome.for_functions += u128::from(wait);
        self.after(wait, Event::Begins(film, step, tries));
    }

    /// The generator asks the provider if its turn has come; else the step comes again.
    pub(super) fn create(&mut self, film: usize, part: Part, mut tries: Tries) {
        self.free_function();
        if !self.films[film].is_open {
            return;
        }
        if self.outcome.creates.take(self.now) {
            let prediction = self.films[film].predictions.parts[part];
            return self.after(prediction, Event::Predicted(film, part));
        }
        let Some(wait) = self.retries.turns.wait(tries.turns, &mut self.random) else {
            return self.give_up(film, Step::Ask(part));
        };
        tries.turns += 1;
        self.outcome.for_the_provider += u128::from(wait);
        self.after(wait, Event::Begins(film, Step::Ask(part), tries));
    }

    /// A step's function is done.
    pub(super) fn end(&mut self, film: usize, step: Step) {
        self.free_function();
        if !self.films[film].is_open {
            return;
        }
        match step {
            Step::Plan => self.generate(film),
            Step::Copy(part) if part < self.times.scenes => {
                self.begin(film, Step::Prepare(part), Tries::default());
            }
            Step::Prepare(_) => {
                self.next_scene(film);
                self.part_is_there(film);
            }
            Step::Copy(_) | Step::Ask(_) => self.part_is_there(film),
            Step::Compose => self.begin(film, Step::Finish, Tries::default()),
            Step::Finish => self.completed(film),
        }
    }

    fn generate(&mut self, film: usize) {
        for _ in 0..self.limits.side_by_side.clamp(1, self.times.scenes) {
            self.next_scene(film);
        }
        self.begin(film, Step::Ask(self.times.scenes), Tries::default());
    }

    fn next_scene(&mut self, film: usize) {
        let scene = self.films[film].next_scene;
        if scene < self.times.scenes {
            self.films[film].next_scene += 1;
            self.begin(film, Step::Ask(scene), Tries::default());
        }
    }

    fn part_is_there(&mut self, film: usize) {
        self.films[film].open_parts -= 1;
        if self.films[film].open_parts == 0 {
            self.begin(film, Step::Compose, Tries::default());
        }
    }

    /// Music that is not to be had is done without (D17); anything else ends the film.
    fn give_up(&mut self, film: usize, step: Step) {
        if step == Step::Ask(self.times.scenes) {
            self.outcome.without_music += 1;
            return self.part_is_there(film);
        }
        self.outcome.failed += 1;
        self.close(film);
    }

    fn completed(&mut self, film: usize) {
        let length = self.close(film);
        self.outcome.completed += 1;
        let Film {
            arrived,
            predictions,
            ..
        } = &self.films[film];
        if !self.arrivals.is_busiest(*arrived) {
            return;
        }
        let unhindered = self.times.unhindered(predictions, self.limits.side_by_side);
        self.outcome.waits.push(length.saturating_sub(unhindered));
        self.outcome.lengths.push(length);
    }

    /// The film leaves; how long it was there.
    fn close(&mut self, film: usize) -> Micros {
        self.films[film].is_open = false;
        self.open_films -= 1;
        let length = self.now - self.films[film].arrived;
        self.outcome.of_films += u128::from(length);
        length
    }
}
