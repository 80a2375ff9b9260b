//! What the functions of the gallery, of uploads and of transcodes share: wiring,
//! who may see what, and how things are told.

mod dispatch;
mod gallery;
mod housekeeping;
mod janitor;
mod transcode_view;
mod uploads;
mod video_view;
mod wiring;

pub use dispatch::Dispatch;
pub use gallery::{Gallery, video_id};
pub use housekeeping::{Cleaned, Housekeeper};
pub use janitor::{Janitor, Orders, Outcome};
pub use transcode_view::TranscodeView;
pub use uploads::{Uploads, fresh_keys};
pub use video_view::VideoView;
pub use wiring::Wiring;
