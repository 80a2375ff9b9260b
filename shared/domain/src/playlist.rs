//! HLS playlists as text, for the API that signs what they name.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The attribute of a tag that names a file.
const URI: &str = "URI=\"";

/// Replaces every URI of a playlist: the lines that name segments or variants,
/// and the `URI` attributes of tags (`EXT-X-MAP`, `EXT-X-MEDIA`).
///
/// A replacement must hold no quote and no line break, as a URL never does.
pub fn rewrite(playlist: &str, mut replace: impl FnMut(&str) -> String) -> String {
    playlist
        .lines()
        .map(|line| rewrite_line(line.trim_end(), &mut replace) + "\n")
        .collect()
}

/// Every URI of a playlist, each once.
pub fn uris(playlist: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    rewrite(playlist, |uri| {
        found.insert(uri.to_owned());
        String::new()
    });
    found
}

/// A part of a playlist that grows: one segment, with the beginning that it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The URI of its beginning.
    pub head: String,
    /// The URI of the segment.
    pub segment: String,
    /// The segment's length.
    pub seconds: f64,
}

/// A playlist to which parts are added until it `is_whole` (RFC 8216, 4.3.3.5). Each part is
/// encoded by itself. `longest` is the length in seconds of the longest part that there will
/// be: it may not change from one reading to the next.
pub fn growing(parts: &[Part], longest: f64, is_whole: bool) -> String {
    let mut playlist = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n\
         #EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-INDEPENDENT-SEGMENTS\n",
        longest.ceil().max(1.0)
    );
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            playlist.push_str("#EXT-X-DISCONTINUITY\n");
        }
        let _ = write!(
            playlist,
            "#EXT-X-MAP:URI=\"{}\"\n#EXTINF:{:.6},\n{}\n",
            part.head, part.seconds, part.segment
        );
    }
    if is_whole {
        playlist.push_str("#EXT-X-ENDLIST\n");
    }
    playlist
}

fn rewrite_line(line: &str, replace: &mut impl FnMut(&str) -> String) -> String {
    if line.is_empty() {
        return String::new();
    }
    if !line.starts_with('#') {
        return replace(line);
    }
    let attribute = line.match_indices(URI).find(|(at, _)| is_name(line, *at));
    let Some((at, _)) = attribute else {
        return line.to_owned();
    };
    let (before, rest) = line.split_at(at + URI.len());
    let Some((uri, after)) = rest.split_once('"') else {
        return line.to_owned();
    };
    format!("{before}{}\"{after}", replace(uri))
}

/// Whether an attribute's name begins at `at`: `X-ASSET-URI` is another one.
fn is_name(line: &str, at: usize) -> bool {
    line.starts_with("#EXT") && line[..at].ends_with([':', ','])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_uri_is_replaced_and_nothing_else() {
        let playlist = "#EXTM3U\n#EXT-X-VERSION:7\n\
            #EXT-X-MAP:URI=\"high.m4s\",BYTERANGE=\"800@0\"\n\
            #EXTINF:6.000000,\n#EXT-X-BYTERANGE:900@800\nhigh.m4s\r\n\
            #EXTINF:2.5,a title with URI=\"x\"\nhigh.m4s\n\n#EXT-X-ENDLIST";
        let rewritten = rewrite(playlist, |uri| format!("https://a.example/{uri}?s=1&t=2"));
        assert_eq!(
            rewritten,
            "#EXTM3U\n#EXT-X-VERSION:7\n\
            #EXT-X-MAP:URI=\"https://a.example/high.m4s?s=1&t=2\",BYTERANGE=\"800@0\"\n\
            #EXTINF:6.000000,\n#EXT-X-BYTERANGE:900@800\nhttps://a.example/high.m4s?s=1&t=2\n\
            #EXTINF:2.5,a title with URI=\"x\"\nhttps://a.example/high.m4s?s=1&t=2\n\n#EXT-X-ENDLIST\n"
        );
        assert_eq!(uris(playlist), BTreeSet::from(["high.m4s".to_owned()]));
    }

    #[test]
    fn a_master_playlist_names_its_variants() {
        let master = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"sound.m3u8\",NAME=\"x\"\n\
            #EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"avc1.640028\"\nhigh.m3u8\n";
        let rewritten = rewrite(master, |uri| format!("v/{uri}"));
        assert!(rewritten.contains("URI=\"v/sound.m3u8\",NAME"));
        assert!(rewritten.ends_with("CODECS=\"avc1.640028\"\nv/high.m3u8\n"));
    }

    fn part(name: &str, seconds: f64) -> Part {
        Part {
            head: format!("{name}/head.mp4"),
            segment: format!("{name}/part.m4s"),
            seconds,
        }
    }

    #[test]
    fn a_growing_playlist_keeps_what_it_said_and_ends_when_it_is_whole() {
        let parts = [part("one", 6.4), part("two", 4.0)];
        let first = growing(&parts[..1], 6.4, false);
        assert_eq!(
            first,
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:7\n\
             #EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-INDEPENDENT-SEGMENTS\n\
             #EXT-X-MAP:URI=\"one/head.mp4\"\n#EXTINF:6.400000,\none/part.m4s\n"
        );
        let whole = growing(&parts, 6.4, true);
        assert!(whole.starts_with(&first));
        assert_eq!(
            whole.strip_prefix(&first),
            Some(
                "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"two/head.mp4\"\n\
                 #EXTINF:4.000000,\ntwo/part.m4s\n#EXT-X-ENDLIST\n"
            )
        );
    }

    #[test]
    fn what_is_broken_stays_as_it_is() {
        let unclosed = "#EXT-X-MAP:URI=\"high.m4s\n#EXT-X-DATERANGE:X-ASSET-URI=\"y\"\n";
        assert_eq!(rewrite(unclosed, |_| "never".to_owned()), unclosed);
        assert_eq!(rewrite("", |_| "never".to_owned()), "");
    }
}
