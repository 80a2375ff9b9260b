//! `GET /api/jobs/admin/stats`: all transcodes in numbers, from counters that
//! move with them: two queries, however many there are (R30, D35).

use config::Bootstrap;
use contract::Stats;
use domain::administration::gigabytes;
use edge::http::{Admin, ApiError, Authentication, Error, Reply};
use store::{StatsTable, TranscodeStats};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let stats = StatsTable::connect(&mut bootstrap);
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::administrative("admin-stats", authentication, move |admin, _| {
        handle(admin, stats.clone())
    })
    .await
}

async fn handle(admin: Admin, stats: StatsTable) -> Result<Reply, ApiError> {
    let transcodes = stats.transcodes().await?;
    let uploads = stats.upload_bytes().await?;
    tracing::info!(admin = admin.user_id(), action = "stats", "administration");

    Reply::ok(&Stats {
        total_jobs: transcodes.total(),
        pending: transcodes.pending,
        processing: transcodes.processing,
        completed: transcodes.completed,
        failed: transcodes.failed,
        cancelled: transcodes.cancelled,
        avg_processing_time: average_seconds(&transcodes),
        total_storage_used: gigabytes(transcodes.stored_bytes + uploads),
        total_storage_bytes: transcodes.stored_bytes + uploads,
    })
}

/// Of those that were completed; to a millisecond.
fn average_seconds(stats: &TranscodeStats) -> f64 {
    let milliseconds = stats.processing_ms as f64 / stats.completed.max(1) as f64;
    milliseconds.round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_took_no_time() {
        assert_eq!(average_seconds(&TranscodeStats::default()), 0.0);
        let some = TranscodeStats {
            completed: 2,
            processing_ms: 685_000,
            ..TranscodeStats::default()
        };
        assert_eq!(average_seconds(&some), 342.5);
    }
}
