//! The times of decoded frames, listed by FFmpeg while it decodes. They are the
//! decoder's: a container may have none, and a decoder may begin late.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::input::{file_url, strings};

/// What an output of FFmpeg that is not encoded needs to list its frames in
/// `list`. The fine unit keeps times from being rounded to a grid of frames.
pub(crate) fn list_arguments(list: &Path) -> Vec<String> {
    let mut arguments = strings(&["-fps_mode:v", "passthrough", "-stats_enc_pre:v"]);
    arguments.push(file_url(list));
    arguments.extend(strings(&[
        "-enc_time_base:v",
        "1/1000000",
        "-stats_enc_pre_fmt:v",
        "{pts} {tb}",
    ]));
    arguments
}

/// The times of the frames of a list, in seconds.
pub(crate) fn times(list: &Path) -> io::Result<Vec<f64>> {
    let lines = BufReader::new(File::open(list)?).lines();
    lines
        .filter_map(|line| line.map(|line| time(&line)).transpose())
        .collect()
}

/// `1024 1/12800`
fn time(line: &str) -> Option<f64> {
    let (time, base) = line.trim().split_once(' ')?;
    let (top, bottom) = base.split_once('/')?;
    let (top, bottom): (f64, f64) = (top.parse().ok()?, bottom.parse().ok()?);
    Some(time.parse::<f64>().ok()? * top / bottom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frames_time_is_read_with_its_unit() {
        assert_eq!(time("1024 1/12800"), Some(0.08));
        assert_eq!(time("-512 1/25600\n"), Some(-0.02));
        assert_eq!(time("N/A 1/12800"), None);
        assert_eq!(time(""), None);
    }
}
