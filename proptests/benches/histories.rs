//! How fast histories are judged: generated ones, of 10,000 operations by 50 clients and others.
//!
//! `cargo bench -p proptests --bench histories`. With `-- --write FOLDER` it writes them as files
//! instead, for other checkers.

#![allow(clippy::disallowed_types, reason = "a bench measures time")]

use std::path::PathBuf;
use std::time::Instant;

use proptests::histories::Model;
use proptests::histories::generate::{Shape, generate};
use selvedge::check::linearizability::{Answer, Checker};

/// Each history is judged so often; the fastest time counts.
const ROUNDS: usize = 3;

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--write");
    let folder = arguments.nth(1).map(PathBuf::from);
    if folder.is_none() {
        println!("{:<34} {:>10} {:>17} {:>10} {:>12}", "history", "operations", "verdict", "ms", "operations/s");
    }
    for (name, shape) in shapes() {
        let log = generate(&shape);
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{name}.log")), log).expect("the folder can be written to");
            continue;
        }
        let recorded = shape.model.read(log.as_bytes(), false).expect("what is generated can be read");
        let mut best = f64::INFINITY;
        let mut verdict = "";
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let answer = recorded.judge(&Checker::new().budget(2_000_000));
            best = best.min(start.elapsed().as_secs_f64());
            verdict = match answer {
                Answer::Linearizable(_) => "linearizable",
                Answer::NotLinearizable(_) => "not linearizable",
                Answer::Undecided { .. } => "undecided",
            };
        }
        let operations = recorded.operations();
        println!("{name:<34} {operations:>10} {verdict:>17} {:>10.2} {:>12.0}", 1e3 * best, operations as f64 / best);
    }
}

fn shapes() -> Vec<(String, Shape)> {
    let mut shapes = Vec::new();
    for clients in [5, 10, 20, 50] {
        for (model, keys, values, timeouts) in [
            (Model::Register, 1, 5, 0),
            (Model::Register, 1, 5, 5),
            (Model::Register, 1, 1_000_000, 0),
            (Model::Kv, 10, 1, 0),
            (Model::Kv, 100, 1, 0),
        ] {
            for broken in [false, true] {
                let shape = Shape { model, operations: 10_000, clients, keys, values, timeouts, broken, seed: 1 };
                let kind = match model {
                    Model::Register => format!("register-{values}-{timeouts}"),
                    _ => format!("kv-{keys}"),
                };
                let kind = if broken { format!("{kind}-broken") } else { kind };
                shapes.push((format!("{kind}-c{clients}"), shape));
            }
        }
    }
    shapes
}
