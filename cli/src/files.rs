//! Files that a program writes: each is there whole or not at all, what cannot be written is known before the work, and a
//! device or a pipe stays one.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Fails where one of the files that flags name could not be written, or two of them are one.
pub fn writable(files: &[(&str, &Option<PathBuf>)]) -> anyhow::Result<()> {
    let mut places: Vec<(&str, PathBuf)> = Vec::new();
    for (flag, path) in files.iter().filter_map(|(flag, path)| Some((*flag, path.as_deref()?))) {
        try_out(path).with_context(|| format!("failed to write to {}", path.display()))?;
        let place = place(path);
        if let Some((other, _)) = places.iter().find(|(_, other)| *other == place && !is_device(path)) {
            bail!("{other} and {flag} name the same file, {}", path.display());
        }
        places.push((flag, place));
    }
    Ok(())
}

/// Whether two paths lead to the same file.
pub fn is_same(one: &Path, other: &Path) -> bool {
    place(one) == place(other)
}

/// Writes a document.
pub fn write(path: &Path, document: &str) -> anyhow::Result<()> {
    let write = || {
        if is_device(path) {
            let written = fs::OpenOptions::new().append(true).open(path)?.write_all(document.as_bytes());
            return written.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) });
        }
        // Of a link it is what it leads to that is written.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut file = beside(&path)?;
        file.write_all(document.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    write().with_context(|| format!("failed to write the results to {}", path.display()))
}

/// What [`write`] does, up to where something would be changed.
fn try_out(path: &Path) -> io::Result<()> {
    if is_pipe(path) {
        // To open and close one would tell its reader that everything was written.
        return Ok(());
    }
    if is_device(path) {
        return fs::OpenOptions::new().append(true).open(path).map(drop);
    }
    beside(path).map(drop)
}

/// A file beside the one to be written, which takes its place when it is whole, and goes if it does not come to that.
fn beside(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let is_folder = path.as_os_str().as_encoded_bytes().last().is_none_or(|&last| last == b'/');
    let name = path.file_name().filter(|_| !is_folder).ok_or_else(|| io::Error::other("this names no file"))?;
    let mut part = tempfile::Builder::new();
    part.prefix(name).suffix(".part");
    #[cfg(unix)]
    part.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // It names a file that nobody has asked for.
    let without_place = |error: io::Error| match error.to_string().split_once(" at path ") {
        Some((why, _)) => io::Error::new(error.kind(), why),
        None => error,
    };
    part.tempfile_in(folder(path)).map_err(without_place)
}

/// The folder that a file is in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where a path leads, whatever it is called.
fn place(path: &Path) -> PathBuf {
    let folder = fs::canonicalize(folder(path)).unwrap_or_default();
    fs::canonicalize(path).unwrap_or_else(|_| folder.join(path.file_name().unwrap_or_default()))
}

/// Whether there is something at `path` that a file must not take the place of: a pipe, or `/dev/stdout`, whatever that is.
fn is_device(path: &Path) -> bool {
    ["/dev", "/proc"].iter().any(|system| path.starts_with(system))
        || fs::metadata(path).is_ok_and(|there| !there.is_file())
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| std::os::unix::fs::FileTypeExt::is_fifo(&there.file_type()))
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
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

    #[test]
    #[cfg(unix)]
    fn a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("f"), folder.path().join("link"));
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, "text").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "text");
        assert!(link.is_symlink() && is_device(Path::new("/dev/stdout")));
    }

    #[test]
    fn what_cannot_be_written_is_known_before_and_nothing_stays_behind() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |name: &str| {
            let path = if name.is_empty() { PathBuf::new() } else { folder.path().join(name) };
            format!("{:#}", writable(&[("--json", &Some(path))]).unwrap_err())
        };
        for name in ["no/such/folder/f", "f/", "", ".", &"n".repeat(300)] {
            let why = refused(name);
            assert!(why.starts_with("failed to write to "), "{name}: {why}");
        }
        writable(&[("--json", &Some(folder.path().join("f")))]).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn two_results_are_two_files_whatever_their_names() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("d")).unwrap();
        let file = |name: &str| Some(folder.path().join(name));
        let why = writable(&[("--json", &file("a")), ("--junit", &None), ("--html", &file("d/../a"))]).unwrap_err();
        assert!(why.to_string().starts_with("--json and --html name the same file, "), "{why}");
        writable(&[("--json", &file("a")), ("--html", &file("d/a"))]).unwrap();
        writable(&[("--json", &Some("/dev/null".into())), ("--html", &Some("/dev/null".into()))]).unwrap();
    }

    #[test]
    fn a_file_takes_the_place_of_another_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        for document in ["a longer one", "short"] {
            write(&path, document).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), document);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
