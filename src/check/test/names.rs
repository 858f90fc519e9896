//! What a check is called, and where its program stands.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;

use parking_lot::Mutex;

use crate::check::explorer::Test;

/// What a check is called.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "serde"), expect(dead_code, reason = "it is told nobody"))]
pub(super) struct Names {
    /// The test program: that of a file in `tests/`, or of a crate.
    pub(super) program: String,
    /// The test, as the test program lists it.
    pub(super) test: String,
    /// `program/check`.
    pub(super) check: String,
}

impl Test {
    /// The names of the check; `function` is the name of the closure's type.
    pub(super) fn names(&self, function: &str) -> Names {
        // A closure's type is named by the function that it stands in, `crate::module::test::{{closure}}`.
        let function = function.split("::{{closure}}").next().unwrap_or(function);
        let thread = std::thread::current();
        let test = match thread.name() {
            Some(name) if name != "main" => name,
            _ => function.split_once("::").map_or(function, |(_, path)| path),
        };
        let own = self.name.as_deref().unwrap_or(test);
        // Only names of this test are compared: which other tests run depends on the command line.
        let key = [test, own, self.defect.as_deref().unwrap_or_default()].map(str::to_owned);
        static NAMED: Mutex<Vec<[String; 3]>> = Mutex::new(Vec::new());
        let mut named = NAMED.lock();
        let before = named.iter().filter(|named| **named == key).count();
        named.push(key);
        let number = if before > 0 { format!("-{}", before + 1) } else { String::new() };
        let program = program();
        Names { check: format!("{program}/{own}{number}"), test: test.to_owned(), program }
    }
}

/// The file of this program, without what cargo adds to its name.
fn program() -> String {
    let stem = env::current_exe().ok().and_then(|file| Some(file.file_stem()?.to_string_lossy().into_owned()));
    let stem = stem.unwrap_or_else(|| "test".to_owned());
    match stem.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            name.to_owned()
        }
        _ => stem,
    }
}

/// cargo's target folder, if cargo has built this program for `cargo test`.
#[cfg_attr(not(feature = "serde"), expect(dead_code, reason = "nothing is saved"))]
pub(super) fn target() -> Option<PathBuf> {
    let file = env::current_exe().ok()?;
    let folder = file.parent().filter(|folder| folder.file_name() == Some(OsStr::new("deps")))?;
    Some(folder.parent()?.parent()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_given_once() {
        let name = |test: &Test| test.names("crate::module::test::{{closure}}").check;
        let test = Test::new(Some("given once".to_owned()));
        let twin = Test { defect: Some("Broken".to_owned()), ..test.clone() };
        let first = name(&test);
        assert!(first.ends_with("/given once"), "{first}");
        assert_eq!([name(&twin), name(&test)], [first.clone(), format!("{first}-2")]);
    }
}
