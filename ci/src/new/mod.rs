//! `cargo selvedge new`: a crate with a check that passes and one that finds a bug, to start from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use cli::say;

/// The files, with placeholders for the name of the crate and the source of selvedge.
const FILES: [(&str, &str); 4] = [
    ("Cargo.toml", include_str!("crate/Cargo.toml.in")),
    ("src/lib.rs", include_str!("crate/src/lib.rs")),
    ("tests/queue.rs", include_str!("crate/tests/queue.rs")),
    (".gitignore", "/target\n"),
];

/// Writes the crate, and says how to run it.
///
/// # Errors
///
/// Writes the crate, and says how to go on.
///
/// # Errors
///
/// As [`write()`].
pub fn run(folder: &Path) -> anyhow::Result<bool> {
    write(folder)?;
    say!("written: {}\n\n  cd {}\n  cargo selvedge --quick", folder.display(), folder.display());
    Ok(true)
}

/// Writes the crate.
///
/// # Errors
///
/// If the folder is not empty, its name is no name for a crate, or it cannot be written.
pub fn write(folder: &Path) -> anyhow::Result<()> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if !is_name {
        bail!("`{name}` is no name for a crate: it has letters, digits, `-` and `_`, and begins with a letter");
    }
    let is_empty = fs::read_dir(folder).map_or(!folder.is_file(), |mut entries| entries.next().is_none());
    ensure!(is_empty, "{} is there already, and not empty; choose another name", folder.display());
    let whole = || {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        // It takes its place when it is whole, and goes if it does not come to that.
        let mut part = tempfile::Builder::new();
        #[cfg(unix)]
        part.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let part = part.prefix(&name).suffix(".part").tempdir_in(parent)?;
        for (file, text) in FILES {
            let path = part.path().join(file);
            let text = text.replace("NAME", &name).replace("CRATE", &name.replace('-', "_"));
            fs::create_dir_all(path.parent().expect("it is in the folder"))?;
            fs::write(path, text.replace("SELVEDGE", &selvedge()))?;
        }
        if folder.exists() {
            fs::remove_dir(folder)?;
        }
        fs::rename(part.path(), folder)
    };
    whole().with_context(|| format!("failed to write {}", folder.display()))
}

/// Where selvedge is: beside this program's source if that still exists, otherwise in the registry.
fn selvedge() -> String {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    match fs::canonicalize(&beside) {
        Ok(folder) if folder.join("src/check/mod.rs").exists() => format!("{{ path = '{}' }}", folder.display()),
        _ => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
    }
}
