//! Every saved failure in `models/regressions/` whose engine this build has, run again: a twin fails as it did, in each
//! of many runs, and a pattern does not fail any more.

use std::fs;
use std::path::Path;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use models::saved;
use selvedge::check::protocol::Saved;

/// Runs of one file.
const RUNS: usize = 100;

fn replay(saved: &Saved) -> Result<(), Failed> {
    for run in 1..=RUNS {
        let row = saved::replay(saved, Duration::from_secs(60))?;
        if !row.ok {
            return Err(format!("run {run} of {RUNS}: expected {}\n{}", saved.headline, row.report()).into());
        }
        if saved.defect.is_none() {
            // A pattern that holds has nothing more to show.
            return Ok(());
        }
    }
    Ok(())
}

fn trial(path: &Path) -> Option<Trial> {
    let name = path.file_stem()?.to_string_lossy().into_owned();
    let saved = fs::read_to_string(path).map_err(|error| error.to_string()).and_then(|text| Saved::parse(&text));
    match saved {
        Ok(saved) => {
            saved.engine.is_built().then(|| Trial::test(format!("regressions/{name}"), move || replay(&saved)))
        }
        Err(error) => Some(Trial::test(name, move || Err(error.into()))),
    }
}

pub fn trials() -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder is part of the repository")
        .map(|entry| entry.expect("an entry of a folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files.iter().filter_map(|path| trial(path)).collect()
}
