//! Reading a video's details counts a view: in the same call, so that no view is
//! lost and no call is made twice (D26).

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::ids::VideoId;
use domain::video::{Video, Visibility};

use super::{StoredVideo, VideosTable, video_key};
use crate::change::{Change, from_item};
use crate::error::StoreError;

const OPERATION: &str = "view video";
/// How often a count that was turned away is tried again.
const TRIES: u32 = 6;

/// Why a video cannot be viewed.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// It is not there.
    #[error("the video is not there")]
    Missing,
    /// It is another user's and private.
    #[error("the video is somebody else's and private")]
    Forbidden,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is known when a count was not answered as it should be.
enum Unanswered {
    /// It was not made, and may be tried again.
    Later(StoreError),
    /// Whether it was made is unknown.
    Unsure(StoreError),
    /// It is not to be made.
    No(ViewError),
}

impl VideosTable {
    /// A video that `viewer` may see, the view counted; one round trip.
    ///
    /// A count whose answer is lost may have been made: then the video is only
    /// read, since no view may count twice.
    ///
    /// # Errors
    ///
    /// [`ViewError`]: the video is not there or not theirs to see, or the table failed.
    pub async fn view(&self, id: VideoId, viewer: Option<&str>) -> Result<Video, ViewError> {
        let mut tries = 0;
        loop {
            let unanswered = match self.count_view(id, viewer).await {
                Ok(answer) => return Ok(viewed(answer)?),
                Err(error) => sort(error),
            };
            match unanswered {
                Unanswered::No(refusal) => return Err(refusal),
                Unanswered::Unsure(error) => {
                    tracing::warn!(video = %id, error = %error, "a view may not be counted");
                    return self.seen(id, viewer).await;
                }
                Unanswered::Later(error) if tries == TRIES => return Err(error.into()),
                Unanswered::Later(_) => tries += 1,
            }
            tokio::time::sleep(turn(tries)).await;
        }
    }

    async fn count_view(
        &self,
        id: VideoId,
        viewer: Option<&str>,
    ) -> Result<UpdateItemOutput, Unsent> {
        // No user has an empty name.
        let viewer = viewer.unwrap_or_default();
        let change = Change::new()
            .add("views", 1)
            .when("id", "=", &id)?
            .when_either(
                ("visibility", "<>", &Visibility::Private),
                ("userId", "=", &viewer),
            )?;
        // The SDK would count again after a time-out.
        let once = aws_sdk_dynamodb::Config::builder().retry_config(RetryConfig::disabled());
        change
            .request(&self.client, &self.table, video_key(id))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .customize()
            .config_override(once)
            .send()
            .await
            .map_err(|error| Unsent::Sdk(Box::new(error)))
    }

    /// The video without a count.
    async fn seen(&self, id: VideoId, viewer: Option<&str>) -> Result<Video, ViewError> {
        let video = self.get(id).await?.ok_or(ViewError::Missing)?;
        if !video.may_be_seen_by(viewer) {
            return Err(ViewError::Forbidden);
        }
        Ok(video)
    }
}

/// Why there is no answer.
enum Unsent {
    Store(StoreError),
    Sdk(Box<SdkError<UpdateItemError>>),
}

impl From<StoreError> for Unsent {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn viewed(answer: UpdateItemOutput) -> Result<Video, StoreError> {
    let row: StoredVideo = from_item(OPERATION, answer.attributes.unwrap_or_default())?;
    Ok(row.into_video())
}

fn sort(error: Unsent) -> Unanswered {
    let error = match error {
        Unsent::Store(error) => return Unanswered::No(error.into()),
        Unsent::Sdk(error) => *error,
    };
    let unsure = match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
            return Unanswered::No(match refusal.item() {
                Some(_) => ViewError::Forbidden,
                None => ViewError::Missing,
            });
        }
        Some(UpdateItemError::InternalServerError(_)) => true,
        Some(_) => false,
        None => true,
    };
    match StoreError::from_sdk(OPERATION, error) {
        error if unsure => Unanswered::Unsure(error),
        error @ StoreError::Unavailable { .. } => Unanswered::Later(error),
        error => Unanswered::No(error.into()),
    }
}

/// A random while, longer each time.
fn turn(tries: u32) -> Duration {
    crate::jitter::up_to_milliseconds(20 << tries.min(5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::to_item;
    use crate::testing::failure;
    use crate::videos::tests::video;
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::config::http::HttpResponse;
    use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};

    /// A table behind a client that tries again by itself, as those of functions do.
    fn table(count: &Rule, read: &Rule) -> VideosTable {
        let rules = [count, read];
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules, |config| {
            config.retry_config(RetryConfig::standard())
        });
        VideosTable::new(client, "videos")
    }

    fn film() -> Video {
        video(1, "one", Visibility::Public, "Film")
    }

    fn read() -> Rule {
        mock!(Client::get_item).then_output(|| {
            let row = to_item(&film()).unwrap();
            GetItemOutput::builder().set_item(Some(row)).build()
        })
    }

    /// The service's answer when it does not know itself.
    fn broken() -> HttpResponse {
        let body = failure("InternalServerError").into_body();
        HttpResponse::new(500.try_into().unwrap(), body)
    }

    fn counted() -> UpdateItemOutput {
        let row = to_item(&film()).unwrap();
        UpdateItemOutput::builder()
            .set_attributes(Some(row))
            .build()
    }

    #[tokio::test]
    async fn a_count_nobody_knows_of_is_not_made_again() {
        let count = mock!(Client::update_item)
            .sequence()
            .http_response(broken)
            .output(counted)
            .build();
        let read = read();
        let seen = table(&count, &read).view(film().id, None).await.unwrap();
        assert_eq!(seen, film());
        assert_eq!((count.num_calls(), read.num_calls()), (1, 1));
    }

    #[tokio::test]
    async fn a_count_that_was_turned_away_is_tried_again() {
        let count = mock!(Client::update_item)
            .sequence()
            .http_response(|| failure("ThrottlingException"))
            .http_response(|| failure("TransactionConflictException"))
            .output(counted)
            .build();
        let read = read();
        table(&count, &read).view(film().id, None).await.unwrap();
        assert_eq!((count.num_calls(), read.num_calls()), (3, 0));
    }

    #[tokio::test]
    async fn a_fault_of_ours_is_not_hidden() {
        let count = mock!(Client::update_item).then_http_response(|| failure("AccessDenied"));
        let read = read();
        let seen = table(&count, &read).view(film().id, None).await;
        assert!(matches!(seen, Err(ViewError::Store(_))));
        assert_eq!(read.num_calls(), 0);
    }
}
