//! Predictions in memory, in the order they were made.

use crate::prediction::{Prediction, Status};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

#[derive(Debug)]
struct Entry {
    prediction: Prediction,
    status: watch::Sender<Status>,
    cancel: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Inner {
    by_id: HashMap<String, Entry>,
    in_order: Vec<String>,
}

/// All predictions of this run.
#[derive(Debug, Default)]
pub(crate) struct Store {
    inner: Mutex<Inner>,
}

impl Store {
    pub(crate) fn insert(&self, prediction: Prediction) {
        let mut inner = self.lock();
        let id = prediction.id.clone();
        let (status, _) = watch::channel(prediction.status);
        let entry = Entry {
            prediction,
            status,
            cancel: Arc::default(),
        };
        inner.in_order.push(id.clone());
        inner.by_id.insert(id, entry);
    }

    pub(crate) fn get(&self, id: &str) -> Option<Prediction> {
        let inner = self.lock();
        inner.by_id.get(id).map(|entry| entry.prediction.clone())
    }

    /// Changes a prediction that has not ended, and tells who waits for it.
    /// `None` when it is unknown or has ended: what is terminal stays so.
    pub(crate) fn change(
        &self,
        id: &str,
        change: impl FnOnce(&mut Prediction),
    ) -> Option<Prediction> {
        let mut inner = self.lock();
        let entry = inner.by_id.get_mut(id)?;
        if entry.prediction.status.is_terminal() {
            return None;
        }
        change(&mut entry.prediction);
        entry.status.send_replace(entry.prediction.status);
        Some(entry.prediction.clone())
    }

    /// Removes the data of an ended prediction.
    pub(crate) fn remove_data(&self, id: &str) {
        if let Some(entry) = self.lock().by_id.get_mut(id) {
            entry.prediction.remove_data();
        }
    }

    /// Asks the run of a prediction to stop.
    pub(crate) fn cancel(&self, id: &str) {
        if let Some(entry) = self.lock().by_id.get(id) {
            entry.cancel.notify_one();
        }
    }

    /// Resolves when the prediction is canceled.
    pub(crate) async fn canceled(&self, id: &str) {
        let cancel = self
            .lock()
            .by_id
            .get(id)
            .map(|entry| Arc::clone(&entry.cancel));
        match cancel {
            Some(cancel) => cancel.notified().await,
            None => std::future::pending().await,
        }
    }

    /// Resolves when the prediction has ended.
    pub(crate) async fn ended(&self, id: &str) {
        let receiver = self
            .lock()
            .by_id
            .get(id)
            .map(|entry| entry.status.subscribe());
        if let Some(mut receiver) = receiver {
            // An error means that the store is gone, and so is the wait.
            let _ = receiver.wait_for(|status| status.is_terminal()).await;
        }
    }

    /// Newest first, created in `after..before`.
    pub(crate) fn newest_first(
        &self,
        after: Option<Timestamp>,
        before: Option<Timestamp>,
    ) -> Vec<Prediction> {
        let inner = self.lock();
        let created_in_range = |prediction: &&Prediction| {
            after.is_none_or(|after| prediction.created_at >= after)
                && before.is_none_or(|before| prediction.created_at < before)
        };
        inner
            .in_order
            .iter()
            .rev()
            .filter_map(|id| inner.by_id.get(id))
            .map(|entry| &entry.prediction)
            .filter(created_in_range)
            .cloned()
            .collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.lock().in_order.len()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
