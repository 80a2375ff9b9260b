//! Who may see and change which video: one rule for details, streams, playlists,
//! changes and removal (R63, R64, R82).

use config::Bootstrap;
use domain::ids::VideoId;
use domain::time::Clock;
use domain::video::Video;
use edge::http::{ApiError, Caller, Request, path_id};
use store::{Links, Objects, VideosTable};

use crate::video_view;

/// The videos, and the bucket their files lie in.
#[derive(Debug, Clone)]
pub struct Gallery {
    /// The videos.
    pub videos: VideosTable,
    /// The files.
    pub objects: Objects,
    /// What viewers read them by.
    pub links: Links,
    /// The clock.
    pub clock: Clock,
}

impl Gallery {
    /// Wires the gallery up.
    pub fn connect(bootstrap: &mut Bootstrap) -> Self {
        Self {
            videos: VideosTable::connect(bootstrap),
            objects: Objects::connect(bootstrap),
            links: Links::connect(bootstrap),
            clock: bootstrap.clock(),
        }
    }

    /// A video that `viewer` may see.
    ///
    /// # Errors
    ///
    /// 404 when it is not there, 403 when it is another user's and private.
    pub async fn seen(&self, id: VideoId, viewer: Option<&Caller>) -> Result<Video, ApiError> {
        let video = self.found(id).await?;
        if !video.may_be_seen_by(user_id(viewer)) {
            return Err(ApiError::Forbidden);
        }
        Ok(video)
    }

    /// A video of the caller's own.
    ///
    /// # Errors
    ///
    /// 404 when it is not there, 403 when it is another user's.
    pub async fn own(&self, id: VideoId, caller: &Caller) -> Result<Video, ApiError> {
        let video = self.found(id).await?;
        if !video.is_owned_by(Some(&caller.user_id)) {
            return Err(ApiError::Forbidden);
        }
        Ok(video)
    }

    async fn found(&self, id: VideoId) -> Result<Video, ApiError> {
        let video = self.videos.get(id).await?;
        video.ok_or(ApiError::NotFound("Video"))
    }

    /// A video as `viewer` reads it, its picture as a signed link (D22).
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn view(
        &self,
        video: &Video,
        viewer: Option<&Caller>,
    ) -> Result<contract::Video, ApiError> {
        let thumbnail_url = self.picture_url(video).await?;
        Ok(video_view(video, user_id(viewer), thumbnail_url))
    }

    /// A signed link to a video's picture, if it has one.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn picture_url(&self, video: &Video) -> Result<Option<String>, ApiError> {
        match &video.thumbnail_key {
            Some(key) => Ok(Some(self.link(key).await?)),
            None => Ok(None),
        }
    }

    /// Videos as `viewer` reads them.
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn views(
        &self,
        videos: &[Video],
        viewer: Option<&Caller>,
    ) -> Result<Vec<contract::Video>, ApiError> {
        let mut views = Vec::new();
        for video in videos {
            views.push(self.view(video, viewer).await?);
        }
        Ok(views)
    }

    /// A signed link that reads an object; good for an hour (R127).
    ///
    /// # Errors
    ///
    /// [`ApiError`]: what the client is told, by its status.
    pub async fn link(&self, key: &str) -> Result<String, ApiError> {
        Ok(self.links.link(key).await?)
    }
}

/// The video that a path names.
///
/// # Errors
///
/// [`ApiError`]: what the client is told, by its status.
pub fn video_id(request: &Request) -> Result<VideoId, ApiError> {
    path_id(request, "videos", "Video")
}

fn user_id(viewer: Option<&Caller>) -> Option<&str> {
    viewer.map(|caller| caller.user_id.as_str())
}
