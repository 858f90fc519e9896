//! Files that a command line names, read whole: but a device that never ends is no file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

/// More than anything that these programs write.
const LARGEST: u64 = 256 << 20;

/// What is in a file.
///
/// # Errors
///
/// If it cannot be read, or is too large.
pub fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    read(&|| File::open(path), &path.display().to_string())
}

/// The text in a file.
///
/// # Errors
///
/// If it cannot be read, is too large, or is no text.
pub fn text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(bytes(path)?).with_context(|| format!("{} is no text", path.display()))
}

/// What standard input has to its end.
///
/// # Errors
///
/// If it cannot be read, or is too large.
pub fn standard() -> anyhow::Result<Vec<u8>> {
    read(&|| Ok(std::io::stdin()), "standard input")
}

fn read<R: Read>(open: &dyn Fn() -> std::io::Result<R>, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open().and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    if read.with_context(|| format!("failed to read {name}"))? as u64 > LARGEST {
        bail!("{name} is larger than {} MiB", LARGEST >> 20);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_device_that_does_not_end_is_no_file() {
        let error = bytes(Path::new("/dev/zero")).unwrap_err().to_string();
        assert_eq!(error, "/dev/zero is larger than 256 MiB");
    }
}
