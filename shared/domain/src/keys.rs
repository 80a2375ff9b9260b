//! Where objects lie in the assets bucket (R94, R98, R104, R123).

use crate::ids::{JobId, TranscodeId};
use crate::rendition::Quality;

/// Bytes of the longest key that S3 has.
pub const LONGEST: usize = 1024;

/// A take of a scene as the provider made it: the first is `{jobId}/scene-001.mp4`, the
/// second `{jobId}/take-2/scene-001.mp4`.
pub fn scene(job: JobId, index: u32, take: u32) -> String {
    let folder = folder_of_take(take);
    format!("{job}/{folder}scene-{index:03}.mp4")
}

/// The body of a take of a scene in the film's format, ready to be joined, and its sound.
pub fn prepared_scene(job: JobId, index: u32, take: u32) -> String {
    let folder = folder_of_take(take);
    format!("{job}/prepared/{folder}scene-{index:03}-body.mp4")
}

/// What a take of a scene shares with its neighbours, without loss, until its film is there.
pub fn scene_borders(job: JobId, index: u32, take: u32) -> String {
    let folder = folder_of_take(take);
    format!("{job}/prepared/{folder}scene-{index:03}-borders.mov")
}

/// The still picture of a take.
pub fn poster(job: JobId, index: u32, take: u32) -> String {
    preview(job, index, take, ".jpg")
}

/// The beginning of a take's part of the preview: what `EXT-X-MAP` names.
pub fn preview_head(job: JobId, index: u32, take: u32) -> String {
    preview(job, index, take, "-head.mp4")
}

/// A take's part of the preview.
pub fn preview_segment(job: JobId, index: u32, take: u32) -> String {
    preview(job, index, take, ".m4s")
}

fn preview(job: JobId, index: u32, take: u32, ending: &str) -> String {
    let folder = folder_of_take(take);
    format!("{job}/preview/{folder}scene-{index:03}{ending}")
}

fn folder_of_take(take: u32) -> String {
    match take {
        1 => String::new(),
        later => format!("take-{later}/"),
    }
}

/// A take of the music bed, whatever codec is in it: the first is `{jobId}/soundtrack.mp3`,
/// the second `{jobId}/take-2/soundtrack.mp3`.
pub fn soundtrack(job: JobId, take: u32) -> String {
    let folder = folder_of_take(take);
    format!("{job}/{folder}soundtrack.mp3")
}

/// A storyboard as a small film, by its version.
pub fn animatic(job: JobId, version: u32) -> String {
    format!("{job}/animatic-{version}.mp4")
}

/// The finished film.
pub fn film(job: JobId) -> String {
    format!("{job}/final.mp4")
}

/// Its still picture.
pub fn thumbnail(job: JobId) -> String {
    format!("{job}/thumbnail.jpg")
}

/// A film with a changed part, by the execution that made it. Its name ends as the
/// film's, by which rights are given.
pub fn redone_film(job: JobId, run: u32) -> String {
    format!("{job}/redo-{run}/final.mp4")
}

/// Its still picture.
pub fn redone_thumbnail(job: JobId, run: u32) -> String {
    format!("{job}/redo-{run}/thumbnail.jpg")
}

/// Whether a key in a job's folder is that of a film or of its picture, whichever
/// execution made it.
pub fn is_film(key: &str) -> bool {
    let file = key.rsplit('/').next();
    matches!(file, Some("final.mp4" | "thumbnail.jpg"))
}

/// Whether a key in a job's folder is that of a scene's borders.
pub fn is_borders(key: &str) -> bool {
    key.ends_with("-borders.mov")
}

/// An upload: `gallery/{userId}/{epoch}-{filename}` (R125), the name sanitised.
pub fn gallery_upload(user_id: &str, epoch_ms: i64, file_name: &str) -> String {
    format!("{GALLERY}{user_id}/{epoch_ms}-{file_name}")
}

/// Where the bytes of an upload of unknown size arrive:
/// `gallery/{userId}/incoming/{epoch}-{filename}`. Its link can write them again
/// until it expires, so that confirming copies them to their own key.
pub fn incoming_upload(key: &str) -> String {
    match key.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/incoming/{file}"),
        None => format!("incoming/{key}"),
    }
}

/// Where all uploads lie.
pub const GALLERY: &str = "gallery/";

/// Where the outputs of all transcodes lie.
pub const TRANSCODES: &str = "videos/output/";

/// Everything of one transcode lies under this.
pub fn transcode_folder(id: TranscodeId) -> String {
    format!("{TRANSCODES}{id}/")
}

/// An output of a transcode: `videos/output/{id}/high.mp4` and the like (R126).
pub fn transcode_output(id: TranscodeId, file: &str) -> String {
    format!("{TRANSCODES}{id}/{file}")
}

/// The encoded sound of a transcode, kept until the whole is put together.
pub fn transcode_sound(id: TranscodeId) -> String {
    format!("{TRANSCODES}{id}/segments/sound.m4a")
}

/// A finished piece of a rendition, kept until the whole is put together.
pub fn transcode_segment(id: TranscodeId, index: u32, quality: Quality) -> String {
    format!(
        "{TRANSCODES}{id}/segments/{index:05}-{}.mp4",
        quality.as_str()
    )
}
