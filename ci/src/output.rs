//! Files that `cargo verify` writes: a file is there whole or not at all, what cannot be written is
//! known before the work, and a device or a pipe stays one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Fails where `path` could not be written.
pub fn writable(path: &Path) -> anyhow::Result<()> {
    let check = || match is_device(path) {
        true => fs::OpenOptions::new().write(true).open(path).map(drop),
        false => fs::File::create(beside(path)).and_then(|_| fs::remove_file(beside(path))),
    };
    check().with_context(|| format!("failed to write to {}", path.display()))
}

/// Writes a document.
pub fn write(path: &Path, document: &str) -> anyhow::Result<()> {
    let write = || {
        if is_device(path) {
            return fs::OpenOptions::new().write(true).open(path)?.write_all(document.as_bytes());
        }
        let part = beside(path);
        let mut file = fs::File::create(&part)?;
        file.write_all(document.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().with_context(|| format!("failed to write the results to {}", path.display()))
}

/// A file beside the one to be written, which takes its place when it is whole.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

/// Whether there is something at `path` that a file must not take the place of: `/dev/stdout`, a pipe.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error_and_a_device_stays_one() {
        let full = Path::new("/dev/full");
        assert!(write(full, "{}").unwrap_err().to_string().contains("failed to write the results"));
        assert!(is_device(full));
    }
}
