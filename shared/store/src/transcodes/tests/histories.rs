//! Whatever happens to transcodes, in whatever order and however often: they
//! move along the transition table, and the counters are what a recount finds
//! (D30, D35; reliability W1), of all and of their user (fault S3).

use super::*;
use proptest::prelude::*;

const TRANSCODES: u128 = 4;
/// Less than all of them would take.
const LIMITS: HoldingLimits = HoldingLimits {
    at_once: 2,
    stored_bytes: 600,
};

#[derive(Debug, Clone, Copy)]
enum Event {
    Create,
    Withdraw,
    Take(bool),
    Begin(bool),
    Process(bool),
    Complete(bool),
    Fail(bool),
    GiveUp,
    Cancel,
    Restart,
    Remove,
    Wait,
}

fn events() -> impl Strategy<Value = Vec<(u128, Event)>> {
    let event = prop_oneof![
        4 => Just(Event::Create),
        1 => Just(Event::Withdraw),
        4 => any::<bool>().prop_map(Event::Take),
        4 => any::<bool>().prop_map(Event::Begin),
        4 => any::<bool>().prop_map(Event::Process),
        3 => any::<bool>().prop_map(Event::Complete),
        2 => any::<bool>().prop_map(Event::Fail),
        2 => Just(Event::GiveUp),
        2 => Just(Event::Cancel),
        3 => Just(Event::Restart),
        2 => Just(Event::Remove),
        1 => Just(Event::Wait),
    ];
    prop::collection::vec((0..TRANSCODES, event), 1..40)
}

fn owner(first: bool) -> &'static str {
    if first { "one" } else { "other" }
}

impl World {
    /// Whether the event was taken up.
    async fn happen(&self, number: u128, event: Event, now: Time) -> bool {
        let (table, counters, id) = (&self.transcodes, &self.counters, id(number));
        let known = self.row(number).unwrap_or_else(|| transcode(number));
        let error = TranscodeFault::TranscodingFailed.error();
        let webhooks = &self.webhooks;
        let result = match event {
            Event::Create => {
                let new = transcode(number);
                let created = table.create(counters, &new, LIMITS);
                return self.is_taken(created.await).await;
            }
            Event::Withdraw => table.withdraw(counters, &known).await,
            Event::Take(first) => {
                let lease = table.take(id, owner(first), now, now.after(MINUTE)).await;
                return matches!(lease.unwrap(), Lease::Taken(_));
            }
            Event::Begin(first) => table.begin(counters, id, owner(first), now).await,
            Event::Process(first) => {
                let (owner, facts) = (owner(first), facts());
                table
                    .begin_processing(id, owner, &facts, &[], &[], now)
                    .await
            }
            Event::Complete(first) => self.complete(&known, owner(first)).await.map(drop),
            Event::Fail(first) => {
                let owner = Some(owner(first));
                let failed = table.fail(counters, webhooks, &known, owner, &error, now);
                failed.await.map(drop)
            }
            Event::GiveUp => {
                let failed = table.fail(counters, webhooks, &known, None, &error, now);
                failed.await.map(drop)
            }
            Event::Cancel => {
                let cancelled = table.cancel(counters, webhooks, &known, now);
                cancelled.await.map(drop)
            }
            Event::Restart => {
                let restarted = table.restart(counters, &known, LIMITS, now);
                return self.is_taken(restarted.await).await;
            }
            Event::Remove => table.remove(counters, &self.videos, &known).await,
            Event::Wait => Ok(()),
        };
        if let Err(error) = &result {
            assert!(error.is_conflict(), "{event:?}: {error:?}");
        }
        result.is_ok()
    }

    /// Whether a place was taken; one that was refused would have passed a limit.
    async fn is_taken(&self, result: Result<(), HoldError>) -> bool {
        let held = self.recounted_holding();
        match result {
            Ok(()) => true,
            Err(HoldError::Store(error)) => {
                assert!(error.is_conflict(), "{error:?}");
                false
            }
            Err(HoldError::Refused(HoldingRefusal::Transcodes)) => {
                assert_eq!(held.transcodes, LIMITS.at_once);
                false
            }
            Err(HoldError::Refused(refusal)) => {
                assert_eq!(refusal, HoldingRefusal::StoredBytes);
                assert!(held.stored_bytes >= LIMITS.stored_bytes);
                false
            }
        }
    }

    /// What the user must hold, from the rows alone.
    fn recounted_holding(&self) -> Holding {
        let mut held = Holding::default();
        for transcode in (0..TRANSCODES).filter_map(|number| self.row(number)) {
            held.transcodes += u32::from(!transcode.status.is_final());
            held.stored_bytes += transcode.stored_bytes;
        }
        held
    }

    /// The transcode as it stands, without a call.
    fn row(&self, number: u128) -> Option<Transcode> {
        let name = id(number).to_string();
        let row = self.tables.row("transcodes", &name, JOB_ROW)?;
        Some(from_item("read", row).unwrap())
    }

    /// What the counters must be, from the rows alone.
    fn recounted(&self) -> TranscodeStats {
        let mut stats = TranscodeStats::default();
        for transcode in (0..TRANSCODES).filter_map(|number| self.row(number)) {
            match transcode.status {
                TranscodeStatus::Pending => stats.pending += 1,
                TranscodeStatus::Downloading | TranscodeStatus::Processing => {
                    stats.processing += 1;
                }
                TranscodeStatus::Completed => {
                    stats.completed += 1;
                    let took = transcode.processing_time().unwrap();
                    stats.processing_ms += u64::try_from(took.as_millis()).unwrap();
                }
                TranscodeStatus::Failed => stats.failed += 1,
                TranscodeStatus::Cancelled => stats.cancelled += 1,
            }
            stats.stored_bytes += transcode.stored_bytes;
        }
        stats
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn counters_are_what_a_recount_finds(events in events()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let world = World::new();
            let mut now = now();
            for (number, event) in events {
                if matches!(event, Event::Wait) {
                    now = now.after(MINUTE * 2);
                }
                let before = world.row(number).map(|row| row.status);
                let happened = world.happen(number, event, now).await;
                let after = world.row(number).map(|row| row.status);
                match (before, after) {
                    (Some(before), Some(after)) if before != after => {
                        assert!(happened && before.can_become(after), "{event:?}: {before:?} {after:?}");
                    }
                    _ => {}
                }
                let is_final = before.is_some_and(TranscodeStatus::is_final);
                assert!(!is_final || after.is_some() || matches!(event, Event::Remove));
                let counted = world.counters.stats.transcodes().await.unwrap();
                assert_eq!(counted, world.recounted());
                let held = world.holding().await;
                assert_eq!(held, world.recounted_holding());
                assert!(held.transcodes <= LIMITS.at_once);
            }
        });
    }
}
