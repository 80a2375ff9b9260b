//! The gallery: uploads, videos, who may see what, and how a video is shown.

mod gallery;
mod uploads;
mod video_view;

pub use gallery::{Gallery, video_id};
pub use uploads::{Uploads, fresh_keys};
pub use video_view::video_view;
