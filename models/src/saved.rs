//! Failures run again. A file in `models/regressions/` is run by every `cargo test` under the engines.

use std::time::Duration;

use selvedge::check::Explorer;
use selvedge::check::protocol::{Row, Saved};

use crate::catalogue;

/// Runs a failure again, in a build that has its engine. The row is `ok` if a twin still fails as it did, or if a
/// pattern no longer fails.
///
/// # Errors
///
/// If the check or the engine does not exist, or the story cannot be followed any more.
pub fn replay(saved: &Saved, time_limit: Duration) -> Result<Row, String> {
    let name = saved.defect.as_deref().map(|defect| format!(" with {defect}")).unwrap_or_default();
    let gone = || format!("there is no check {}{name} any more", saved.check);
    let engine = saved.engine;
    if !engine.is_built() {
        return Err(format!("the engine {} is not in this build", engine.name()));
    }
    let explorer = Explorer::new(engine).seed(saved.seed.unwrap_or(0)).time_limit(time_limit).simplify(false);
    let (row, diverged) = match &saved.program {
        Some(program) => {
            let structure = catalogue::find_structure(&saved.check, saved.defect.as_deref()).ok_or_else(gone)?;
            structure.replay(program, &saved.story, &explorer)?
        }
        None => {
            let check = catalogue::find(&saved.check, saved.defect.as_deref()).ok_or_else(gone)?;
            let (report, diverged) = explorer.replay(&saved.story, check.body());
            (check.row(&report, false), diverged)
        }
    };
    saved.judge(row, diverged)
}
