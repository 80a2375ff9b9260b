//! `POST /api/v1/webhooks/replicate`: the provider's news of a prediction.
//!
//! The signature is checked before a word is believed; the job and the attempt
//! travel in the URL, the prediction names its attempt itself. News that is
//! ignored is answered 200, so that it is not sent again; 500 asks for another try.

use std::sync::Arc;

use config::Bootstrap;
use contract::WebhookResult;
use domain::job::JobId;
use edge::http::{ApiError, Error, Reply, Request, query};
use films::{Completion, Generation};
use replicate::Prediction;
use replicate::webhook::{SignatureHeaders, WebhookError, check_headers, verify};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let generation = Generation::connect(&mut bootstrap)?;
    bootstrap.finish()?;
    let generation = Arc::new(generation);

    edge::http::public("replicate-webhook", move |request| {
        handle(request, generation.clone())
    })
    .await
}

async fn handle(request: Request, generation: Arc<Generation>) -> Result<Reply, ApiError> {
    let prediction = proven(&request, &generation).await?;
    let job: Option<JobId> = query(&request, "job").and_then(|id| id.parse().ok());
    let attempt = query(&request, "attempt");
    let (Some(job), Some(attempt)) = (job, attempt) else {
        return answer("ignored");
    };

    let completion = generation.complete(job, &attempt, &prediction).await?;

    let result = match completion {
        Completion::Ignored => "ignored",
        Completion::Running => "noted",
        Completion::Settled => "settled",
    };
    tracing::info!(%job, prediction = prediction.id, status = prediction.status.as_str(), result, "webhook");
    answer(result)
}

fn answer(result: &str) -> Result<Reply, ApiError> {
    Reply::ok(&WebhookResult {
        result: result.to_owned(),
    })
}

/// The prediction, if the provider signed it. A signature that does not fit the
/// kept secret is tried once against the secret fetched anew.
async fn proven(request: &Request, generation: &Generation) -> Result<Prediction, ApiError> {
    let now = generation.clock.now();
    // Nothing is fetched for what cannot be the provider's.
    check_headers(signature(request), now.timestamp()).map_err(|refusal| refused(&refusal))?;
    let secret = generation.provider.webhook_secret(now).await?;
    let check = |secret| verify(secret, signature(request), request.body(), now.timestamp());
    let verdict = match check(&secret) {
        Err(WebhookError::BadSignature) => {
            let secret = generation.provider.webhook_secret_again(now).await?;
            check(&secret)
        }
        verdict => verdict,
    };
    verdict.map_err(|refusal| refused(&refusal))
}

fn refused(refusal: &WebhookError) -> ApiError {
    if *refusal == WebhookError::BadBody {
        return ApiError::InvalidRequest {
            constraint: "a prediction",
        };
    }
    tracing::warn!(%refusal, "webhook refused");
    ApiError::SignatureInvalid
}

fn signature(request: &Request) -> SignatureHeaders<'_> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    SignatureHeaders {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    }
}
