//! Where a file of the corpus is made: a directory of its own, with a canary
//! beside the file and a port that nobody must call.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use media::Ffmpeg;
use tempfile::TempDir;

/// Stands in every canary, and must never stand in an output.
pub(crate) const SONG: &str = "CANARY-9e1f27c4";

/// The canary's film is of a size that no other film has.
pub(crate) const CANARY_SIZE: (u32, u32) = (96, 32);

/// A picture of 64x48 at 25 frames a second, for as many seconds.
pub(crate) const PICTURE: [&str; 4] = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=2"];
pub(crate) const SOUND: [&str; 4] = ["-f", "lavfi", "-i", "sine=d=2:r=44100"];

/// A shop with one file in the making.
pub(crate) struct Shop {
    pub(crate) ffmpeg: Ffmpeg,
    directory: TempDir,
    /// The file that is tried.
    pub(crate) input: PathBuf,
    pub(crate) listener: TcpListener,
}

impl Shop {
    /// Nothing, loudly, where there is no FFmpeg.
    pub(crate) fn open(file_name: &str) -> Option<Self> {
        let ffmpeg = ffmpeg()?;
        let directory = TempDir::with_prefix("corpus-").unwrap();
        let home = directory.path().join("in");
        fs::create_dir(&home).unwrap();
        fs::create_dir(directory.path().join("out")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let shop = Self {
            ffmpeg,
            input: home.join(file_name),
            directory,
            listener,
        };
        shop.hang_canaries();
        Some(shop)
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

    /// An address at the port that nobody must call.
    pub(crate) fn url(&self, scheme: &str, path: &str) -> String {
        let port = self.listener.local_addr().unwrap().port();
        format!("{scheme}://127.0.0.1:{port}/{path}")
    }

    fn hang_canaries(&self) {
        let film = format!(
            "color=magenta:s={}x{}:r=25:d=2",
            CANARY_SIZE.0, CANARY_SIZE.1
        );
        let title = format!("title={SONG}");
        let arguments = ["-f", "lavfi", "-i", &film, "-metadata", &title];
        self.draw(&arguments, &self.canary());
        fs::write(self.beside("canary.txt"), SONG).unwrap();
        fs::write(
            self.beside("canary.srt"),
            format!("1\n00:00:00,000 --> 00:00:02,000\n{SONG}\n"),
        )
        .unwrap();
    }

    /// Draws a file as a person would.
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
    pub(crate) fn operate(&self, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = fs::read(&self.input).unwrap();
        change(&mut bytes);
        fs::write(&self.input, bytes).unwrap();
    }

    /// Leaves the first `percent` of the input.
    pub(crate) fn cut(&self, percent: usize) {
        self.operate(|bytes| bytes.truncate(bytes.len() * percent / 100));
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

/// Bytes that look like chance, and are the same in every run.
pub(crate) fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut dice = Dice(seed);
    (0..count).map(|_| dice.roll() as u8).collect()
}

/// A small generator (splitmix64): repeatable, and good enough to break files.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.roll() % limit.max(1) as u64) as usize
    }
}
