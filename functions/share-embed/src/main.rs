//! `GET /embed/{id}`: a player of a video that everybody may see, for a frame on any site.

use config::Bootstrap;
use domain::ids::VideoId;
use edge::http::{ApiError, Error, Reply, Request, path_id};
use gallery::share::{Sharing, player_policy};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut bootstrap = Bootstrap::begin();
    let sharing = Sharing::connect(&mut bootstrap);
    bootstrap.finish()?;

    edge::http::public("share-embed", move |request| {
        handle(request, sharing.clone())
    })
    .await
}

async fn handle(request: Request, sharing: Sharing) -> Result<Reply, ApiError> {
    let id: VideoId = path_id(&request, "embed", "Video")?;

    let (page, policy) = match sharing.find_shared(id).await? {
        None => (sharing.no_player(), player_policy(None)),
        Some(shared) => {
            let file = sharing.player_file(&shared).await?;
            (shared.player(&file), player_policy(Some(&file)))
        }
    };
    let reply = Reply::text("text/html; charset=utf-8", page);
    Ok(reply.with_header("content-security-policy", &policy))
}
