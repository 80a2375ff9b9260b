//! Random schedules of several workers, of which some die and some come late.

use super::*;

/// A schedule of one transcode.
struct Schedule {
    world: World,
    random: fastrand::Rng,
    /// Messages in the queue, and how often each was received.
    queued: Vec<(String, u32)>,
    progress: u32,
    workers: usize,
}

impl Schedule {
    async fn new(seed: u64) -> Self {
        Self {
            world: world().await,
            random: fastrand::Rng::with_seed(seed),
            queued: vec![(order().body(), 0)],
            progress: 0,
            workers: 0,
        }
    }

    async fn run(mut self) {
        for _ in 0..STEPS {
            self.step().await;
            self.check().await;
        }
        for _ in 0..LAST_ROUNDS {
            while !self.queued.is_empty() {
                self.deliver(2).await;
                self.check().await;
            }
            if self.world.status().await.is_final() {
                break;
            }
            self.world.pass(MINUTE * 61);
            self.resend().await;
        }
        check_completed(&self.world).await;
    }

    async fn step(&mut self) {
        match self.random.u8(0..100) {
            0..45 => {
                let workers = self.random.usize(1..4);
                self.deliver(workers).await;
            }
            45..65 => self.die().await,
            65..75 => self.queued.extend(self.queued.last().cloned()),
            75..82 => drop(self.queued.pop()),
            82..90 => self.spoil(),
            90..95 => self.world.pass(LEASE * 2),
            _ => self.resend().await,
        }
    }

    /// Takes a message out of the queue; one that was tried too often is a dead letter.
    async fn receive(&mut self) -> Option<Message> {
        if self.queued.is_empty() {
            return None;
        }
        let index = self.random.usize(0..self.queued.len());
        let (body, receives) = self.queued.swap_remove(index);
        if receives < TRIES {
            return Some(message(body, receives + 1));
        }
        let letter = message(body, receives);
        if self.world.handler.handle(&letter).await.is_err() {
            self.queued.push((letter.body, receives));
            self.world.pass(LEASE * 2);
        }
        None
    }

    /// So many workers work on as many messages at once.
    async fn deliver(&mut self, workers: usize) {
        let mut messages = Vec::new();
        for _ in 0..workers {
            messages.extend(self.receive().await);
        }
        let runs: Vec<Invocation> = messages.iter().map(|_| self.worker()).collect();
        let works = messages.iter().zip(&runs);
        let works = works.map(|(message, run)| self.world.worker.work(message, run));
        let done = join_all(works).await;
        for (message, done) in messages.into_iter().zip(done) {
            if done.is_err() {
                self.queued.push((message.body, message.receives));
                self.world.pass(MINUTE);
            }
        }
        self.collect();
    }

    fn worker(&mut self) -> Invocation {
        self.workers += 1;
        run(&format!("worker-{}", self.workers))
    }

    /// A worker is killed in the middle of its work: its function, its disk and FFmpeg go.
    async fn die(&mut self) {
        let Some(message) = self.receive().await else {
            return;
        };
        let (run, life) = (self.worker(), self.random.u64(0..LIFE));
        let work = self.world.worker.work(&message, &run);
        let outcome = tokio::time::timeout(Duration::from_millis(life), work).await;
        if !matches!(outcome, Ok(Ok(()))) {
            self.queued.push((message.body, message.receives));
        }
        self.world.worker.kept_source.clear().await;
        self.world.pass(LEASE * 2);
        self.collect();
    }

    /// A piece or the sound is not what was stored any more.
    fn spoil(&mut self) {
        let pieces = keys::transcode_output(id(), "segments/");
        let keys = self.world.bucket.keys(&pieces);
        if let Some(key) = self.random.choice(keys) {
            self.world.bucket.put(&key, b"spoilt");
        }
    }

    /// What the queue tells of itself may be old.
    async fn resend(&mut self) {
        let waiting = self.random.usize(0..=self.queued.len());
        self.world.messages.let_others_wait(waiting);
        self.world.resends().await;
        self.collect();
    }

    fn collect(&mut self) {
        let sent = self.world.messages.take();
        self.queued.extend(sent.into_iter().map(|body| (body, 0)));
    }

    /// The progress never falls, and of a rendition nothing is there before its pieces are.
    async fn check(&mut self) {
        let transcode = self.world.state().await.transcode;
        assert!(
            transcode.progress >= self.progress,
            "{} fell to {}",
            self.progress,
            transcode.progress
        );
        self.progress = transcode.progress;
        let parts = self.world.transcodes.parts(id()).await.unwrap();
        for (part, state) in &parts {
            let is_joined = matches!(
                state.made,
                Some(MadePart::Rendition(_) | MadePart::Stream { .. })
            );
            assert_eq!(part.is_joined() && state.made.is_some(), is_joined);
        }
        let assets = self.world.transcodes.with_assets(id()).await.unwrap();
        let (transcode, assets) = assets.unwrap();
        assert_eq!(
            !assets.is_empty(),
            transcode.status == TranscodeStatus::Completed
        );
    }
}

/// Nothing goes wrong here that another worker could not mend.
#[tokio::test]
async fn whatever_the_order_every_frame_is_there_in_the_end() {
    for seed in 0..SCHEDULES {
        eprintln!("seed {seed}");
        Schedule::new(seed).await.run().await;
    }
}
