//! The model: films as the state machine makes them and uploads as their queue hands them out,
//! event by event, in virtual time. The same seed gives the same run.

mod film;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::capacity::{AtOnce, EachMinute};
use super::film_times::Times;
use super::retries::Rule;
use film::Film;

/// Virtual time, in microseconds.
pub(super) type Micros = u64;

/// Seconds as virtual time.
pub(super) fn micros(seconds: f64) -> Micros {
    (seconds * 1e6).round() as Micros
}

/// How much may be done at once, or in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Functions at once.
    pub(super) functions: usize,
    /// Transcodes at once.
    pub(super) transcoders: usize,
    /// Predictions that the provider lets begin in a minute.
    pub(super) creates: usize,
    /// Scenes of one film at once.
    pub(super) side_by_side: usize,
}

const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;

/// What arrives, at random: days that each have a busiest hour, the last one up to its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arrivals {
    /// Films in the busiest hour, on average.
    pub(super) films: f64,
    /// Uploads in it.
    pub(super) uploads: f64,
    /// The share of that which every other hour has.
    pub(super) quiet: f64,
    /// How long before the first busiest hour it begins.
    pub(super) lead: Micros,
    /// How many busiest hours.
    pub(super) days: u64,
}

impl Arrivals {
    fn is_busiest(&self, at: Micros) -> bool {
        at >= self.lead && (at - self.lead) % DAY < HOUR
    }

    fn end(&self) -> Micros {
        self.lead + (self.days.max(1) - 1) * DAY + HOUR
    }
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    /// How long the films of the busiest hours waited for a limit, ascending.
    pub(super) waits: Vec<Micros>,
    /// How long they took, ascending.
    pub(super) lengths: Vec<Micros>,
    /// How long the uploads of those hours waited for a transcoder, ascending.
    pub(super) queued: Vec<Micros>,
    /// Films and uploads of all hours.
    pub(super) films: usize,
    pub(super) uploads: usize,
    pub(super) completed: usize,
    pub(super) failed: usize,
    pub(super) without_music: usize,
    pub(super) functions: AtOnce,
    pub(super) transcoders: AtOnce,
    pub(super) creates: EachMinute,
    /// Time that films waited for a function, and for the provider, together.
    pub(super) for_functions: u128,
    pub(super) for_the_provider: u128,
    /// The time of all films in the system, together, as it was counted on the way.
    pub(super) in_system: u128,
    /// The same by their beginnings and ends.
    pub(super) of_films: u128,
}

/// A part of a film: a scene, or the music, which is the last.
type Part = usize;

/// What a function does for a film.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Plan,
    Ask(Part),
    Copy(Part),
    Prepare(Part),
    Compose,
    Finish,
}

/// How often a step was tried in vain, for which reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Tries {
    functions: u32,
    turns: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    FilmArrives,
    UploadArrives,
    /// A film's step asks for a function.
    Begins(usize, Step, Tries),
    /// A generator asks the provider.
    Creates(usize, Part, Tries),
    /// A film's step is done.
    Ends(usize, Step),
    /// A prediction is done.
    Predicted(usize, Part),
    Transcoded,
}

/// A run of the model.
pub(super) struct Model<'a> {
    times: &'a Times,
    limits: Limits,
    arrivals: Arrivals,
    retries: Retries,
    random: fastrand::Rng,
    now: Micros,
    agenda: BinaryHeap<Reverse<(Micros, u64, Event)>>,
    /// Events so far: of two at one time the earlier planned comes first.
    planned: u64,
    films: Vec<Film>,
    open_films: usize,
    /// When the upload came of each part that still waits, and whether it is the first of it.
    uploads: VecDeque<(Micros, bool)>,
    outcome: Outcome,
}

/// When what found no place tries again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retries {
    pub(super) functions: Rule,
    pub(super) turns: Rule,
    pub(super) webhooks: Rule,
}

/// Runs it to the end of the last film and the last upload.
pub(super) fn run(
    times: &Times,
    limits: Limits,
    arrivals: Arrivals,
    retries: Retries,
    seed: u64,
) -> Outcome {
    let mut model = Model {
        times,
        limits,
        arrivals,
        retries,
        random: fastrand::Rng::with_seed(seed),
        now: 0,
        agenda: BinaryHeap::new(),
        planned: 0,
        films: Vec::new(),
        open_films: 0,
        uploads: VecDeque::new(),
        outcome: Outcome::new(limits),
    };
    model.arrives(Event::FilmArrives, arrivals.films);
    model.arrives(Event::UploadArrives, arrivals.uploads);
    while let Some(Reverse((at, _, event))) = model.agenda.pop() {
        model.pass(at);
        model.handle(event);
    }
    model.outcome.sorted()
}

impl Outcome {
    fn new(limits: Limits) -> Self {
        Self {
            waits: Vec::new(),
            lengths: Vec::new(),
            queued: Vec::new(),
            films: 0,
            uploads: 0,
            completed: 0,
            failed: 0,
            without_music: 0,
            functions: AtOnce::new(limits.functions),
            transcoders: AtOnce::new(limits.transcoders),
            creates: EachMinute::new(limits.creates),
            for_functions: 0,
            for_the_provider: 0,
            in_system: 0,
            of_films: 0,
        }
    }

    fn sorted(mut self) -> Self {
        self.waits.sort_unstable();
        self.lengths.sort_unstable();
        self.queued.sort_unstable();
        self
    }
}

impl Model<'_> {
    fn after(&mut self, delay: Micros, event: Event) {
        self.planned += 1;
        let entry = (self.now + delay, self.planned, event);
        self.agenda.push(Reverse(entry));
    }

    /// The next of a Poisson process of so many an hour.
    fn arrives(&mut self, event: Event, an_hour: f64) {
        if an_hour <= 0.0 {
            return;
        }
        let gap = micros(-(1.0 - self.random.f64()).ln() / an_hour * 3600.0);
        if self.now + gap < self.arrivals.end() {
            self.after(gap, event);
        }
    }

    /// Of those, all come in the busiest hour, and a share of them in the others.
    fn comes(&mut self) -> bool {
        self.arrivals.is_busiest(self.now) || self.random.f64() < self.arrivals.quiet
    }

    fn pass(&mut self, now: Micros) {
        self.outcome.in_system += u128::from(now - self.now) * self.open_films as u128;
        self.now = now;
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::FilmArrives => self.film_arrives(),
            Event::UploadArrives => self.upload_arrives(),
            Event::Begins(film, step, tries) => self.begin(film, step, tries),
            Event::Creates(film, part, tries) => self.create(film, part, tries),
            Event::Ends(film, step) => self.end(film, step),
            Event::Predicted(film, part) => {
                self.begin(film, Step::Copy(part), Tries::default());
            }
            Event::Transcoded => {
                self.outcome.transcoders.give_back(self.now);
                self.free_function();
            }
        }
    }

    fn upload_arrives(&mut self) {
        self.arrives(Event::UploadArrives, self.arrivals.uploads);
        if self.comes() {
            self.outcome.uploads += 1;
            let parts = (0..self.times.parts).map(|part| (self.now, part == 0));
            self.uploads.extend(parts);
            self.begin_transcodes();
        }
    }

    /// Lambda hands out messages as long as there is a function for them.
    fn begin_transcodes(&mut self) {
        while !self.outcome.transcoders.is_full() && !self.outcome.functions.is_full() {
            let Some((arrived, is_first)) = self.uploads.pop_front() else {
                return;
            };
            self.outcome.transcoders.take(self.now);
            self.outcome.functions.take(self.now);
            if is_first && self.arrivals.is_busiest(arrived) {
                self.outcome.queued.push(self.now - arrived);
            }
            self.after(self.times.transcode, Event::Transcoded);
        }
    }

    fn free_function(&mut self) {
        self.outcome.functions.give_back(self.now);
        self.begin_transcodes();
    }
}
