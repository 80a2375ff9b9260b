//! The gallery: uploads, videos, who may see what, how a video is shown, and shared with
//! other sites.

mod gallery;
pub mod share;
mod uploads;
mod video_view;

pub use gallery::{Gallery, video_id};
pub use uploads::{Uploads, fresh_keys};
pub use video_view::video_view;
