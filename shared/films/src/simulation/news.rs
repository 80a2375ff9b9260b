//! What becomes of predictions, and the webhooks that tell of it.

use super::event::{Caller, Event};
use super::world::World;

impl World {
    pub(super) fn send_news(&mut self, id: &str, percent: u8) {
        let predictions = self.provider.predictions();
        let Some(made) = predictions.iter().find(|made| made.id == id) else {
            return;
        };
        if self.random.u8(0..100) < percent {
            let delay = self.random.f64() * if self.random.bool() { 3.0 } else { 200.0 };
            let view = made.view().to_string();
            self.after(delay, Event::Webhook(made.attempt_id.clone(), view));
        }
    }

    pub(super) fn webhook(&mut self, attempt: String, view: String) {
        let generation = self.generation.clone();
        let job = self.job.job_id;
        // Now and then it names another attempt.
        let named = if self.random.u8(0..100) < 3 {
            "another".to_owned()
        } else {
            attempt.clone()
        };
        let prediction: replicate::Prediction = serde_json::from_str(&view).unwrap();
        self.invoke(Caller::Webhook(attempt, view), async move {
            let done = generation.complete(job, &named, &prediction).await;
            done.map(drop)
        });
    }

    pub(super) fn notice_predictions(&mut self) {
        for webhook in self.provider.take_in_flight() {
            // The client gives a call 30 s.
            if self.random.bool() {
                let delay = self.random.f64() * 29.0;
                self.after(delay, Event::Arrives(webhook));
            }
        }
        let predictions = self.provider.predictions();
        for made in predictions.iter().skip(self.known_predictions) {
            let start = self.random.f64() * 20.0;
            let end =
                start + 1.0 + self.random.f64() * if self.random.bool() { 60.0 } else { 800.0 };
            let status = match self.random.u8(0..100) {
                0..78 => "succeeded",
                78..94 => "failed",
                94..97 => "canceled",
                _ => "aborted",
            };
            self.after(start, Event::Starts(made.id.clone()));
            self.after(end, Event::Ends(made.id.clone(), status));
        }
        self.known_predictions = predictions.len();
    }
}
