//! `POST /api/v1/jobs/{id}/animatic`: a storyboard that waits for its owner, as a small film
//! of its words with the film's own rhythm (D44). It costs its owner nothing; each version
//! is rendered once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use config::Bootstrap;
use contract::Animatic;
use domain::film::seconds;
use domain::time::Clock;
use edge::http::{ApiError, Authentication, Caller, Error, Reply, Request, job_id};
use films::{FilmRenderer, JobReader, own_job, storyboard_in_review};
use store::LINK_LIFE;

/// What is rendered is given up after that: the gateway answers after 30 s.
const PATIENCE: Duration = Duration::from_secs(26);
/// Versions of one storyboard that are rendered: no quota counts what a rendering costs.
const RENDERED_VERSIONS: u32 = 50;

#[derive(Clone)]
struct State {
    reader: JobReader,
    renderer: Arc<FilmRenderer>,
    clock: Clock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let state = State {
        reader: JobReader::connect(&mut bootstrap),
        renderer: Arc::new(FilmRenderer::connect(&mut bootstrap)),
        clock: bootstrap.clock(),
    };
    let authentication = Authentication::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::protected("jobs-animatic", authentication, move |caller, request| {
        handle(caller, request, state.clone())
    })
    .await
}

async fn handle(caller: Caller, request: Request, state: State) -> Result<Reply, ApiError> {
    let deadline = Instant::now() + PATIENCE;
    let job = own_job(&state.reader.jobs, job_id(&request)?, &caller).await?;
    let version = job.storyboard_version;
    let storyboard = storyboard_in_review(&job, version, state.clock.now())?;
    if version > RENDERED_VERSIONS {
        let text = "The storyboard was changed too often for another animatic";
        return Err(ApiError::Conflict(text));
    }

    let key = state.renderer.animatic(&job, storyboard, deadline).await?;

    let url = state.reader.links.link(&key).await?;
    Reply::ok(&Animatic {
        version,
        url,
        expires_in: LINK_LIFE.as_secs(),
        seconds: seconds(storyboard.total_frames()),
    })
}
