//! Files on the disk.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Size in bytes and SHA-256 of a file. Read beside the work, so that the
/// heartbeat goes on.
pub(crate) async fn digest(path: &Path) -> io::Result<(u64, String)> {
    let path: PathBuf = path.to_owned();
    tokio::task::spawn_blocking(move || {
        let mut hasher = Sha256::new();
        let size = io::copy(&mut File::open(path)?, &mut hasher)?;
        Ok((size, format!("{:x}", hasher.finalize())))
    })
    .await
    .map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_digest_is_the_known_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "abc").unwrap();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest(&path).await.unwrap(), (3, expected.to_owned()));
    }
}
