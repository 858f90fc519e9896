//! A random walk over the command lines of `histories` and `programs`: SELVEDGE_STEPS of it, or some that take seconds.

use std::path::Path;

use cli::walk::{Walk, steps};

#[test]
fn no_command_line_is_the_end_of_histories() {
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/good");
    let [set, lines] = ["set.edn", "register-lines.log"].map(|name| good.join(name).display().to_string());
    let words = [&set, &lines, "register", "set", "kv", "mutex", "1000", "out.json"];
    let walk =
        Walk { program: Path::new(env!("CARGO_BIN_EXE_histories")), words: &words, progress: &[], environment: &[] };
    walk.go(steps(200), |_, _| ());
}

#[test]
fn no_command_line_is_the_end_of_programs() {
    let words = ["programs/sharded_map", "programs/worker_pool", "GetThenSet", "threads", "dpor", "quick", "1", "20"];
    let walk =
        Walk { program: Path::new(env!("CARGO_BIN_EXE_programs")), words: &words, progress: &[], environment: &[] };
    walk.go(steps(100), |line, _| line.insert(0, "--time-limit-ms=20".into()));
}
