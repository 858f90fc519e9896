//! A random walk over the command lines of `models`: SELVEDGE_STEPS of it, or some that take seconds.

use std::path::Path;

use cli::walk::{Walk, steps};

#[test]
fn no_command_line_is_the_end_of_it() {
    let words = [
        [
            "account/opposite_transfers_end",
            "counter/mutex_total_is_exact",
            "programs/safe_data",
            "TransferInArgumentOrder",
        ],
        ["threads", "loom", "dpor", "shuttle-dfs"],
        ["pool-channels", "pool-condvars", "20ms", "20"],
        ["1/2", "1", "2", "3"],
    ];
    let words = words.concat();
    let environment: [(&str, &[&str]); 2] =
        [("SELVEDGE_EXECUTIONS", &["1", "5"]), ("SELVEDGE_ENGINE", &["threads", "dpor"])];
    let walk = Walk {
        program: Path::new(env!("CARGO_BIN_EXE_models")),
        words: &words,
        progress: &[],
        environment: &environment,
    };
    walk.go(steps(150), |line, _| {
        if line.first().is_some_and(|word| word == "run") {
            line.insert(1, "--time-limit-ms=20".into());
        }
    });
}
