//! What a file is by its first bytes, before FFmpeg opens it.

use crate::MediaError;

/// What an MPEG transport stream's packets begin with, and how far they are
/// apart: as broadcast, and with a time code before each (M2TS).
const SYNC: u8 = 0x47;
const PACKETS: [(usize, usize); 2] = [(0, 188), (4, 192)];

/// MOV files of before `ftyp` begin with one of these.
const OLD_QUICKTIME: [&[u8]; 6] = [b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];

/// Brands of still pictures and of sound in the container of MP4.
const NO_VIDEO: [&[u8]; 8] = [
    b"mif1", b"msf1", b"crx ", b"jxl ", b"M4A ", b"M4B ", b"M4P ", b"F4A ",
];

/// Says by the first kilobyte or more which kind of video a file claims to be:
/// its media type. Whether it is one shows the probe.
///
/// # Errors
///
/// [`MediaError::Unsupported`] for everything that is no container of video
/// that FFmpeg may open here.
pub fn sniff(head: &[u8]) -> Result<&'static str, MediaError> {
    let known = infer::get(head).map(|kind| kind.mime_type());
    match known {
        Some(
            mime @ ("video/mp4" | "video/quicktime" | "video/x-m4v" | "video/x-matroska"
            | "video/webm" | "video/x-msvideo"),
        ) => return Ok(mime),
        Some(other) => return Err(MediaError::Unsupported(other.to_owned())),
        None => {}
    }
    iso_brand(head)
        .or_else(|| matroska(head))
        .or_else(|| transport_stream(head))
        .ok_or_else(|| MediaError::Unsupported("no known kind of video".to_owned()))
}

/// The kinds of MP4 and MOV that `infer` does not name.
fn iso_brand(head: &[u8]) -> Option<&'static str> {
    let kind = head.get(4..8)?;
    if OLD_QUICKTIME.contains(&kind) {
        return Some("video/quicktime");
    }
    let brand = head.get(8..12).filter(|_| kind == b"ftyp")?;
    match brand {
        _ if NO_VIDEO.contains(&brand) => None,
        [b'3', b'g', b'p', _] => Some("video/3gpp"),
        [b'3', b'g', b'2', _] => Some("video/3gpp2"),
        _ => Some("video/mp4"),
    }
}

/// Matroska whose header is written otherwise than `infer` knows it.
fn matroska(head: &[u8]) -> Option<&'static str> {
    if !head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        return None;
    }
    let header = &head[..head.len().min(256)];
    let names = |name: &[u8]| header.windows(name.len()).any(|window| window == name);
    if names(b"webm") {
        return Some("video/webm");
    }
    names(b"matroska").then_some("video/x-matroska")
}

fn transport_stream(head: &[u8]) -> Option<&'static str> {
    let is_one = PACKETS
        .iter()
        .any(|(first, apart)| (0..4).all(|packet| head.get(first + packet * apart) == Some(&SYNC)));
    is_one.then_some("video/mp2t")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::testing::{draw, ffmpeg};

    #[rstest]
    #[case("mp4", "video/mp4")]
    #[case("mov", "video/quicktime")]
    #[case("m4v", "video/x-m4v")]
    #[case("mkv", "video/x-matroska")]
    #[case("webm", "video/webm")]
    #[case("avi", "video/x-msvideo")]
    #[case("ts", "video/mp2t")]
    #[case("m2ts", "video/mp2t")]
    #[case("3gp", "video/3gpp")]
    fn what_ffmpeg_writes_is_known(#[case] extension: &str, #[case] mime: &str) {
        let Some(ffmpeg) = ffmpeg() else { return };
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(format!("x.{extension}"));
        let film = ["-f", "lavfi", "-i", "testsrc2=s=176x144:r=25:d=1"];
        draw(&ffmpeg, &film, &path);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(sniff(&bytes).unwrap(), mime);
    }

    #[rstest]
    #[case::png(b"\x89PNG\r\n\x1a\n")]
    #[case::gif(b"GIF89a")]
    #[case::jpeg(b"\xff\xd8\xff\xe0")]
    #[case::avif(b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B")]
    #[case::heic(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic")]
    #[case::m4a(b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42isom\0\0\0\0")]
    #[case::mp3(b"ID3\x04\0\0\0\0\0\0")]
    #[case::flv(b"FLV\x01\x05\0\0\0\x09")]
    #[case::zip(b"PK\x03\x04")]
    #[case::elf(b"\x7fELF\x02\x01\x01\0")]
    #[case::playlist(b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n")]
    #[case::concat(b"ffconcat version 1.0\nfile x.mp4\n")]
    #[case::dash(b"<?xml version=\"1.0\"?><MPD></MPD>")]
    #[case::page(b"<!DOCTYPE html><html></html>")]
    #[case::sync_by_chance(b"GGGGGGGG")]
    #[case::nothing(b"")]
    fn anything_else_is_refused(#[case] head: &[u8]) {
        let error = sniff(head).unwrap_err();
        assert_eq!(error.code(), "UNSUPPORTED_MEDIA");
    }

    #[test]
    fn a_camera_s_own_brand_is_a_video() {
        assert_eq!(
            sniff(b"\0\0\0\x14ftypXAVC\0\0\0\0mp42").unwrap(),
            "video/mp4"
        );
        let old = b"\0\0\x02\xd8moov\0\0\0\x6cmvhd";
        assert_eq!(sniff(old).unwrap(), "video/quicktime");
    }
}
