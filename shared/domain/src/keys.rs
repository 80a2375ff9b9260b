//! Where objects lie in the assets bucket (R94, R98, R104, R123).

use crate::job::JobId;

/// A scene as the provider made it: `{jobId}/scene-001.mp4`.
pub fn scene(job: JobId, index: u32) -> String {
    format!("{job}/scene-{index:03}.mp4")
}

/// A scene in the film's format, ready to be joined.
pub fn prepared_scene(job: JobId, index: u32) -> String {
    format!("{job}/prepared/scene-{index:03}.mp4")
}

/// The music bed: `{jobId}/soundtrack.mp3`, whatever codec is in it.
pub fn soundtrack(job: JobId) -> String {
    format!("{job}/soundtrack.mp3")
}

/// The finished film.
pub fn film(job: JobId) -> String {
    format!("{job}/final.mp4")
}

/// Its still picture.
pub fn thumbnail(job: JobId) -> String {
    format!("{job}/thumbnail.jpg")
}
