//! Where a file of the corpus is made: a directory of its own, with a canary
//! beside the file, which must not be read, and a port that must not be called.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fastrand::Rng;
use media::Ffmpeg;
use tempfile::TempDir;

/// Is in every canary, and must never be in an output.
pub(crate) const MARKER: &str = "CANARY-9e1f27c4";

/// The canary's film is of a size that no other film has.
pub(crate) const CANARY_SIZE: (u32, u32) = (96, 32);

/// A picture of 64x48 at 25 frames a second, for as many seconds.
pub(crate) const PICTURE: [&str; 4] = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=2"];
pub(crate) const SOUND: [&str; 4] = ["-f", "lavfi", "-i", "sine=d=2:r=44100"];

/// One file of the corpus, and what surrounds it.
pub(crate) struct Case {
    pub(crate) ffmpeg: Ffmpeg,
    directory: TempDir,
    /// The file under test.
    pub(crate) input: PathBuf,
    pub(crate) listener: TcpListener,
}

impl Case {
    /// An empty case; `None`, with a line on stderr, where there is no FFmpeg.
    pub(crate) fn open(file_name: &str) -> Option<Self> {
        let ffmpeg = ffmpeg()?;
        let directory = TempDir::with_prefix("corpus-").unwrap();
        let inputs = directory.path().join("in");
        fs::create_dir(&inputs).unwrap();
        fs::create_dir(directory.path().join("out")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let case = Self {
            ffmpeg,
            input: inputs.join(file_name),
            directory,
            listener,
        };
        case.write_canaries();
        Some(case)
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    /// Where outputs go.
    pub(crate) fn out(&self) -> PathBuf {
        self.root().join("out")
    }

    /// A file beside the input.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.input.with_file_name(name)
    }

    /// The film that must not be read.
    pub(crate) fn canary(&self) -> PathBuf {
        self.beside("canary.mp4")
    }

    /// An address at the port that must not be called.
    pub(crate) fn url(&self, scheme: &str, path: &str) -> String {
        let port = self.listener.local_addr().unwrap().port();
        format!("{scheme}://127.0.0.1:{port}/{path}")
    }

    fn write_canaries(&self) {
        let film = format!(
            "color=magenta:s={}x{}:r=25:d=2",
            CANARY_SIZE.0, CANARY_SIZE.1
        );
        let title = format!("title={MARKER}");
        let arguments = ["-f", "lavfi", "-i", &film, "-metadata", &title];
        self.draw(&arguments, &self.canary());
        fs::write(self.beside("canary.txt"), MARKER).unwrap();
        fs::write(
            self.beside("canary.srt"),
            format!("1\n00:00:00,000 --> 00:00:02,000\n{MARKER}\n"),
        )
        .unwrap();
    }

    /// Draws a file with FFmpeg's command line, unguarded.
    pub(crate) fn draw(&self, arguments: &[&str], output: &Path) {
        let status = Command::new(self.ffmpeg.path())
            .args(["-v", "error", "-nostdin", "-y"])
            .args(arguments)
            .arg(format!("file:{}", output.display()))
            .status()
            .unwrap();
        assert!(status.success(), "{arguments:?}");
    }

    /// Draws the input.
    pub(crate) fn film(&self, options: &[&str]) {
        self.film_as("mp4", options);
    }

    /// Draws the input in a format, whatever its name says.
    pub(crate) fn film_as(&self, format: &str, options: &[&str]) {
        let small = ["-preset", "ultrafast", "-pix_fmt", "yuv420p"];
        let format = ["-f", format];
        let codec = ["-c:v", "libx264"];
        let arguments = [&PICTURE[..], &SOUND, &codec, &small, options, &format].concat();
        self.draw(&arguments, &self.input);
    }

    /// Changes the bytes of the input.
    pub(crate) fn edit(&self, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = fs::read(&self.input).unwrap();
        change(&mut bytes);
        fs::write(&self.input, bytes).unwrap();
    }

    /// Leaves the first `percent` of the input.
    pub(crate) fn cut(&self, percent: usize) {
        self.edit(|bytes| bytes.truncate(bytes.len() * percent / 100));
    }

    /// Writes the input.
    pub(crate) fn write(&self, contents: impl AsRef<[u8]>) {
        fs::write(&self.input, contents).unwrap();
    }
}

fn ffmpeg() -> Option<Ffmpeg> {
    let configured = std::env::var_os("FFMPEG_PATH").map(PathBuf::from);
    let must_exist = configured.is_some();
    let local = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.local/ffmpeg/ffmpeg");
    let path = configured.or_else(|| Some(local).filter(|path| path.is_file()));
    // Memory grows with threads: a bound has to be held with a known number.
    let ffmpeg = Ffmpeg::new(Ffmpeg::locate(path).path().to_owned(), Some(2));
    let runs = Command::new(ffmpeg.path())
        .arg("-version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(runs || !must_exist, "FFMPEG_PATH names no FFmpeg");
    if !runs {
        eprintln!("SKIPPED: there is no FFmpeg; set FFMPEG_PATH");
    }
    runs.then_some(ffmpeg)
}

/// Random bytes, the same in every run.
pub(crate) fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut random = Rng::with_seed(seed);
    (0..count).map(|_| random.u8(..)).collect()
}
