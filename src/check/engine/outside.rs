//! Which line of the program is being run, as a backtrace tells it: the first that is neither the system's, nor std's, nor
//! an engine's, nor the facade's.

use std::backtrace::Backtrace;
use std::path::Path;

/// The folder of this crate, when it was built.
pub(super) const CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// The parts of this crate that are no part of a program.
const INSIDE: [&str; 2] = ["src/sync", "src/check/engine"];

/// The line that is being run; a text that fits where no line is known.
pub(super) fn line() -> String {
    let stack = Backtrace::force_capture().to_string();
    let here = std::env::current_dir().unwrap_or_default();
    let mut places = stack.lines().filter_map(|text| text.trim().strip_prefix("at "));
    let place = places.find(|place| place.contains(".rs:") && !is_inside(&here, place));
    let place = place.map(|place| place.strip_prefix("./").unwrap_or(place));
    // The column says nothing to a reader.
    let line = place.and_then(|place| place.rsplit_once(':')).map(|(line, _)| line.to_owned());
    line.unwrap_or_else(|| "a line that the debug information does not name".to_owned())
}

/// Whether a place of a backtrace is no part of the program. This crate is recognized by its folder, whatever its name.
fn is_inside(here: &Path, place: &str) -> bool {
    let path = here.join(place.strip_prefix("./").unwrap_or(place));
    let own = Path::new(CRATE);
    let of_std = path.starts_with("/rustc") || path.iter().any(|part| part == "rustlib");
    let of_a_registry = path.iter().any(|part| part == "registry");
    of_std || of_a_registry || INSIDE.iter().any(|inside| path.starts_with(own.join(inside)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_the_same_name_is_not_this_crates() {
        let here = Path::new(CRATE);
        for (place, inside) in [
            ("./src/sync/engine/mutex.rs:3:5", true),
            ("./src/patterns/counter.rs:3:5", false),
            ("./models/src/sync/own.rs:3:5", false),
            ("/elsewhere/src/sync/own.rs:3:5", false),
            ("/rustc/0123/library/std/src/sync/mutex.rs:3:5", true),
            ("/home/somebody/.cargo/registry/src/index/shuttle-0.9.9/src/lib.rs:3:5", true),
        ] {
            assert_eq!(is_inside(here, place), inside, "{place}");
        }
    }
}
