//! The beat of a storyboard's music.

use std::path::{Path, PathBuf};

use crate::input::{file_url, strings};
use crate::prepare::SAMPLE_RATE;
use crate::{MediaError, Session};

/// Beats in a bar, of which the first is a higher tone.
const BAR: u32 = 4;

/// Records one bar of `beats` a minute, which the composer repeats.
pub(super) async fn record(
    session: &Session,
    beats: u32,
    directory: &Path,
) -> Result<PathBuf, MediaError> {
    let path = directory.join("bed.wav");
    session.run_cleanly(plan(beats, &path)).await?;
    Ok(path)
}

fn plan(beats: u32, path: &Path) -> Vec<String> {
    let beat = 60.0 / f64::from(beats.max(1));
    let bar = beat * f64::from(BAR);
    // A struck tone on each beat, over a quiet fifth that lasts.
    let tone = format!(
        "0.4*sin(2*PI*t*if(lt(mod(t,{bar:.6}),{beat:.6}),330,220))*exp(-9*mod(t,{beat:.6}))\
         +0.03*(sin(2*PI*110*t)+sin(2*PI*165*t))"
    );
    let mut arguments = strings(&["-f", "lavfi", "-i"]);
    arguments.push(format!("aevalsrc='{tone}':s={SAMPLE_RATE}:d={bar:.6}"));
    arguments.extend(strings(&["-ac", "2", "-c:a", "pcm_s16le", "-f", "wav"]));
    arguments.push(file_url(path));
    arguments
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::testing::{ffmpeg, output_of, session};

    /// How often the sound becomes loud.
    fn strikes(samples: &[i16]) -> usize {
        let window = SAMPLE_RATE as usize / 50;
        let loud: Vec<bool> = samples
            .chunks(window)
            .map(|part| part.iter().any(|sample| sample.unsigned_abs() > 9000))
            .collect();
        let begins = loud.windows(2).filter(|pair| !pair[0] && pair[1]).count();
        begins + usize::from(loud[0])
    }

    #[tokio::test]
    async fn a_bar_has_four_beats_in_the_tempo() {
        let Some(ffmpeg) = ffmpeg() else { return };
        for beats in [40, 90, 200] {
            let directory = TempDir::new().unwrap();
            let path = record(&session(&ffmpeg), beats, directory.path()).await;
            let path = path.unwrap();
            let input = path.to_str().unwrap();
            let bytes = output_of(&ffmpeg, &["-i", input, "-ac", "1", "-f", "s16le", "-"]);
            let samples: Vec<i16> = bytes
                .chunks_exact(2)
                .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            assert_eq!(strikes(&samples), 4, "{beats} beats a minute");
            let seconds = samples.len() as f64 / f64::from(SAMPLE_RATE);
            assert!((seconds - 240.0 / f64::from(beats)).abs() < 0.01);
        }
    }
}
