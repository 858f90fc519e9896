//! What the engines allow of the litmus programs is what their files say; so `stress litmus` compares a machine with them
//! and not with what somebody thought.
//!
//! Each engine writes its file anew by `cargo test --release -p models --test units litmus -- --ignored`, in its build.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use models::litmus::{self, Litmus};
use selvedge::check::protocol::litmus::Allowed;
use selvedge::check::{Engine, Explorer, Verdict};

/// The exhaustive engines, and what is kept of them.
const FILES: [(Engine, &str); 2] = [(Engine::Loom, litmus::LOOM), (Engine::Dpor, litmus::DPOR)];

/// Preemptions of four threads under loom.
const BOUND: usize = 1;
/// On a machine that is busy, and in a build that is not optimized.
const LIMIT: Duration = Duration::from_secs(900);

/// Every outcome of a program, as a line.
fn explore(engine: Engine, litmus: &Litmus) -> String {
    let program = litmus.clone();
    // Four threads are too many for loom without a bound: see `litmus::Litmus::allowed`.
    let bound = (engine == Engine::Loom && litmus.threads.len() > 3).then_some(BOUND);
    let explorer = Explorer::new(engine).bound(bound).time_limit(LIMIT);
    let outcomes = explorer.outcomes(move || program.run());
    let held = matches!(outcomes.report.verdict, Verdict::Exhausted | Verdict::Bounded { .. });
    assert!(held, "{}: {}", litmus.name(), outcomes.report);
    litmus::line(&litmus.name(), outcomes.values())
}

/// The engine of this build, and what is kept of it.
fn here() -> Option<(Engine, &'static str)> {
    FILES.into_iter().find(|(engine, _)| engine.is_built())
}

#[test]
fn the_engines_have_the_outcomes_of_their_files() {
    let Some((engine, file)) = here() else { return };
    let found: String = litmus::all().iter().map(|litmus| explore(engine, litmus)).collect();
    assert_eq!(found, file);
}

#[test]
#[ignore = "it writes the file"]
fn the_file_written_anew() {
    let Some((engine, _)) = here() else { return };
    let found: String = litmus::all().iter().map(|litmus| explore(engine, litmus)).collect();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/litmus");
    fs::write(folder.join(engine.name()).with_extension("txt"), found).unwrap();
}

/// What is known of the shapes: each is there because of one outcome that tells memory models apart.
#[test]
fn the_files_tell_the_models_apart() {
    let by_c11 = |name: &str, outcome: &[u32]| {
        let litmus = litmus::all().into_iter().find(|litmus| litmus.name() == name).unwrap();
        litmus.allowed().get(outcome).copied().unwrap_or(Allowed::nowhere()).by_c11
    };
    assert_eq!(by_c11("store_buffering/acquire_release", &[0, 0]), Some(true));
    assert_eq!(by_c11("store_buffering/seq_cst", &[0, 0]), Some(false));
    assert_eq!(by_c11("store_buffering/seq_cst_fences", &[0, 0]), Some(false));
    assert_eq!(by_c11("message_passing/relaxed", &[1, 0]), Some(true));
    assert_eq!(by_c11("message_passing/acquire_release", &[1, 0]), Some(false));
    assert_eq!(by_c11("load_buffering/relaxed", &[1, 1]), None);
    assert_eq!(by_c11("load_buffering/acquire_release", &[1, 1]), Some(false));
    assert_eq!(by_c11("2+2w/relaxed", &[1, 1]), Some(true));
    assert_eq!(by_c11("2+2w/seq_cst", &[1, 1]), Some(false));
    assert_eq!(by_c11("iriw/acquire_release", &[1, 0, 1, 0]), Some(true));
    // So loom's bound on preemptions hides none of its outcomes.
    let weak = litmus::all().into_iter().filter(|litmus| litmus.shape == "iriw" && litmus.orderings != "seq_cst");
    weak.for_each(|litmus| assert_eq!(litmus.allowed().len(), 1 << 4));
    assert_eq!(by_c11("iriw/seq_cst", &[1, 0, 1, 0]), Some(false));
    assert_eq!(by_c11("coherence/relaxed", &[2, 1]), Some(false));
    assert_eq!(by_c11("coherence_of_two_writers/relaxed", &[1, 2, 2, 1]), Some(false));
}

/// What no machine should do is told from what this one does not.
#[test]
fn an_outcome_that_is_forbidden_is_an_error_where_it_is_seen() {
    let words = |name: &str, outcome: &[u32], count| {
        let litmus = litmus::all().into_iter().find(|litmus| litmus.name() == name);
        let table = litmus.expect("there is such a program").table(BTreeMap::from([(outcome.to_vec(), count)]));
        let row = table.rows.into_iter().find(|row| row.outcome == outcome).expect("it was seen");
        (row.words(), row.is_error())
    };
    assert_eq!(words("message_passing/acquire_release", &[1, 0], 3), ("FORBIDDEN, SEEN", true));
    assert_eq!(words("store_buffering/seq_cst", &[0, 0], 1), ("FORBIDDEN, SEEN", true));
    assert_eq!(words("store_buffering/seq_cst", &[0, 0], 0), ("forbidden, never seen", false));
    assert_eq!(words("message_passing/relaxed", &[1, 0], 1), ("allowed, seen", false));
    assert_eq!(words("message_passing/relaxed", &[1, 0], 0), ("allowed, never seen", false));
    let unexplored = "seen; C11 allows it, loom does not explore it";
    assert_eq!(words("load_buffering/relaxed", &[1, 1], 1), (unexplored, false));
}
