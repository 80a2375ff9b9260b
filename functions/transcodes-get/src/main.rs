//! `GET /api/jobs/{id}`: how a transcode stands (R26, R52), how many wait before it, and how
//! long it may still take (D44).

use config::Bootstrap;
use contract::TranscodeJob;
use domain::time::Clock;
use domain::transcode::{Transcode, TranscodeStatus};
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, path_id};
use store::{StoreError, TranscodesTable};
use transcodes::{TranscodeClock, transcode_view};

/// The longest queue that is counted.
const MOST_WAITING: u32 = 100;

#[derive(Clone)]
struct State {
    transcodes: TranscodesTable,
    history: TranscodeClock,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        transcodes: TranscodesTable::connect(&mut bootstrap),
        history: TranscodeClock::connect(&mut bootstrap),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap).for_reading();
    bootstrap.finish()?;

    edge::http::protected("transcodes-get", authentication, move |caller, request| {
        handle(caller, request, state.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let id = path_id(&request, "jobs", "Job")?;

    let found = state.transcodes.get(id).await?;
    let transcode = found
        .map(|found| found.transcode)
        .filter(|transcode| transcode.user_id == caller.user_id)
        .ok_or(ApiError::NotFound("Job"))?;

    Reply::ok(&TranscodeJob {
        job: contract::Transcode {
            waiting_before: state.waiting_before(&transcode).await?,
            time_left: state.history.left(&transcode, state.clock.now()).await?,
            ..transcode_view(&transcode)
        },
    })
}

impl State {
    async fn waiting_before(&self, transcode: &Transcode) -> Result<Option<u32>, StoreError> {
        if transcode.status != TranscodeStatus::Pending {
            return Ok(None);
        }
        let waiting = self.transcodes.waiting_before(transcode, MOST_WAITING);
        waiting.await
    }
}
