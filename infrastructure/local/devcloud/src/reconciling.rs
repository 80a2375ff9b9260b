//! The reconciler, run more often than its schedule of once a minute does.

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use crate::{Stack, aws};

/// Between two runs of the reconciler that [`reconciling`] asks for.
const RECONCILE_EVERY: Duration = Duration::from_secs(1);

/// Waits for `work`, which waits for the reconciler: that runs every second meanwhile, beside
/// its schedule of once a minute.
///
/// # Errors
/// What `work` fails with, or the reconciler is not to be reached.
pub async fn reconciling<T>(stack: &Stack, work: impl Future<Output = Result<T>>) -> Result<T> {
    let schedule = async {
        loop {
            tokio::time::sleep(RECONCILE_EVERY).await;
            if let Err(error) = aws::invoke(stack, "reconciler", &Value::Null).await {
                return error;
            }
        }
    };
    tokio::select! {
        done = work => done,
        error = schedule => Err(error.context("the reconciler was not reached")),
    }
}
