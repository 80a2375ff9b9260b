//! A directory for one invocation, gone when it ends.

use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "omnigen-";

/// Makes the directory, and clears away those whose process was killed.
///
/// # Errors
///
/// When the directory cannot be made.
pub fn directory() -> std::io::Result<TempDir> {
    let root = std::env::temp_dir();
    remove_orphans(&root);
    tempfile::Builder::new()
        .prefix(&format!("{PREFIX}{}-", std::process::id()))
        .tempdir_in(root)
}

/// A directory's name tells its process; one that no longer runs cannot tidy up.
fn remove_orphans(root: &Path) {
    let Ok(entries) = std::fs::read_dir(root) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(owner) = name.to_str().and_then(owner) else {
            continue;
        };
        if !Path::new(&format!("/proc/{owner}")).exists() {
            let removed = std::fs::remove_dir_all(entry.path());
            tracing::info!(
                owner,
                removed = removed.is_ok(),
                "left by a killed invocation"
            );
        }
    }
}

fn owner(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_names_have_an_owner() {
        assert_eq!(owner("omnigen-17-abc"), Some(17));
        assert_eq!(owner("omnigen-x"), None);
        assert_eq!(owner("other-17"), None);
    }

    #[test]
    fn a_dead_process_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        // Process ids end far below this.
        let orphan = root.path().join("omnigen-4294967295-x");
        let own = root
            .path()
            .join(format!("omnigen-{}-x", std::process::id()));
        std::fs::create_dir(&orphan).unwrap();
        std::fs::create_dir(&own).unwrap();
        remove_orphans(root.path());
        assert!(!orphan.exists());
        assert!(own.exists());
    }
}
