//! Random schedules of one transcode over the real code: messages that are lost,
//! doubled and late, workers that die, give up and ask for another, or meet a service
//! that does not answer, dead letters, and messages sent again. Whatever the order, one worker has
//! it at a time, an end is final, the counters agree, its user holds a place while it is
//! open, and it ends.

use super::*;

/// How many schedules are run; each seed is one.
const SCHEDULES: u64 = 200;
const STEPS: usize = 40;
/// The queue gives a message so often, then it is a dead letter (D32).
const TRIES: u32 = 3;
/// Rounds of an hour in which everything answers, by which it must have ended.
const LAST_ROUNDS: usize = 12;

struct Schedule {
    world: World,
    random: fastrand::Rng,
    /// Messages in the queue, and how often each was received.
    queued: Vec<(String, u32)>,
    dead: Vec<String>,
    ended: Option<TranscodeStatus>,
}

impl Schedule {
    async fn new(seed: u64) -> Self {
        Self {
            world: World::new().await,
            random: fastrand::Rng::with_seed(seed),
            queued: vec![(TranscodeMessage::new(id()).body(), 0)],
            dead: Vec::new(),
            ended: None,
        }
    }

    async fn run(mut self) {
        for _ in 0..STEPS {
            self.step().await;
            self.check().await;
        }
        for _ in 0..LAST_ROUNDS {
            if self.ended.is_some() {
                break;
            }
            self.world.pass(MINUTE * 61);
            self.resend().await;
            while !self.queued.is_empty() {
                self.deliver().await;
                self.world.pass(MINUTE * 2);
            }
            self.handle_dead().await;
            self.check().await;
        }
        assert!(self.ended.is_some(), "it does not end");
        self.world.pass(MINUTE * 61);
        assert_eq!(self.world.resends().await, 0);
    }

    async fn step(&mut self) {
        match self.random.u8(0..100) {
            0..40 => self.deliver().await,
            40..52 => self.die().await,
            52..72 => self.hand_on().await,
            72..80 => self.resend().await,
            80..86 => self.handle_dead().await,
            86..90 => self.lose(),
            90..94 => self.queued.extend(self.queued.last().cloned()),
            94..96 => self.cancel().await,
            _ => self.world.pass(MINUTE * self.random.u32(0..30)),
        }
    }

    /// Takes a message out of the queue; one that was tried too often is dead.
    fn receive(&mut self) -> Option<Message> {
        if self.queued.is_empty() {
            return None;
        }
        let (body, receives) = self
            .queued
            .swap_remove(self.random.usize(0..self.queued.len()));
        if receives >= TRIES {
            self.dead.push(body);
            return None;
        }
        Some(message(body, receives + 1))
    }

    fn put_back(&mut self, message: Message) {
        self.queued.push((message.body, message.receives));
    }

    /// A worker works on a message, and perhaps something does not answer.
    async fn deliver(&mut self) {
        let Some(message) = self.receive() else {
            return;
        };
        // The source is not there, which ends the transcode, unless the bucket is away.
        match self.random.u8(0..10) {
            0..6 => self.world.bucket.outage().begin_after(0),
            6..8 => self
                .world
                .tables
                .outage()
                .begin_after(self.random.u32(0..5)),
            _ => {}
        }
        let is_done = self.world.works(&message).await;
        self.all_answer();
        if !is_done {
            self.put_back(message);
        }
    }

    /// A worker takes the lease and is never heard of again.
    async fn die(&mut self) {
        let Some(message) = self.receive() else {
            return;
        };
        self.world.take("dead").await;
        self.put_back(message);
    }

    /// A worker gives it up, and another is asked to look what comes next. A second one
    /// that tries meanwhile is told that the transcode is held.
    async fn hand_on(&mut self) {
        let Some(message) = self.receive() else {
            return;
        };
        let order = TranscodeMessage::read(&message.body).unwrap();
        if !matches!(self.world.take("worker").await, Lease::Taken(_)) {
            return self.put_back(message);
        }
        assert!(!matches!(self.world.take("second").await, Lease::Taken(_)));
        if self.random.u8(0..5) == 0 {
            self.world.messages.outage().begin_after(0);
        }
        let run = run("worker");
        let run = TranscodeRun::new(&self.world.worker, order, &message, &run);
        run.release(None).await.unwrap();
        let handed_on = run.hand_on("user").await.is_ok();
        self.all_answer();
        self.collect();
        if !handed_on {
            self.put_back(message);
        }
    }

    /// Its owner ends it, whether a worker holds it or not; perhaps a call is not answered.
    async fn cancel(&mut self) {
        if self.random.u8(0..3) == 0 {
            let calls = self.random.u32(0..3);
            self.world.tables.outage().begin_after(calls);
        }
        let cancelled = self.world.canceller.cancel(id(), "user").await;
        self.all_answer();
        let status = self.world.status().await;
        match cancelled {
            Ok(transcode) => assert_eq!(transcode.status, status),
            Err(CancelError::Ended) => {
                assert!(status.is_final());
                assert_ne!(status, TranscodeStatus::Cancelled);
            }
            Err(CancelError::Missing) => panic!("it is there"),
            Err(CancelError::Store(_)) => {}
        }
    }

    /// What the queue tells of itself may be old.
    async fn resend(&mut self) {
        let waiting = self.random.usize(0..=self.queued.len());
        self.world.messages.let_others_wait(waiting);
        self.world.resends().await;
        self.collect();
    }

    async fn handle_dead(&mut self) {
        for body in std::mem::take(&mut self.dead) {
            let letter = message(body.clone(), TRIES);
            if self.world.handler.handle(&letter).await.is_err() {
                self.dead.push(body);
            }
        }
    }

    fn lose(&mut self) {
        self.queued.pop();
    }

    /// What was sent is in the queue.
    fn collect(&mut self) {
        let sent = self.world.messages.take();
        self.queued.extend(sent.into_iter().map(|body| (body, 0)));
    }

    fn all_answer(&self) {
        self.world.bucket.outage().end();
        self.world.tables.outage().end();
        self.world.messages.outage().end();
    }

    /// An end is final, and the counters are those of the one transcode.
    async fn check(&mut self) {
        let status = self.world.status().await;
        if let Some(ended) = self.ended {
            assert_eq!(status, ended, "an end was not final");
        }
        self.ended = status.is_final().then_some(status);
        let stats = self.world.counters.stats.transcodes().await.unwrap();
        let counted = [
            ("pending", stats.pending),
            ("processing", stats.processing),
            ("completed", stats.completed),
            ("failed", stats.failed),
            ("cancelled", stats.cancelled),
        ];
        for (name, count) in counted {
            assert_eq!(count, u64::from(name == status.counter()), "{status:?}");
        }
        let account = self
            .world
            .counters
            .usage
            .account("user", self.world.now(), 0);
        let held = account.await.unwrap().holding.transcodes;
        assert_eq!(held, u32::from(!status.is_final()), "{status:?}");
    }
}

#[tokio::test]
async fn whatever_the_order_one_worker_has_it_and_it_ends() {
    for seed in 0..SCHEDULES {
        eprintln!("seed {seed}");
        Schedule::new(seed).await.run().await;
    }
}
