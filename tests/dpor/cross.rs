//! The search that prunes finds what the one that does not finds: the same outcomes, one execution
//! for each partial order, and a failure where there is one.

use std::collections::BTreeSet;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Report, Verdict};

use crate::generated::{FAMILIES, Op, Program};

/// Executions of the search that does not prune, past which a program is not small.
const LIMIT: u64 = 2_000;

/// The same for a program that was chosen.
const LIMIT_OF_CHOSEN: u64 = 1_000_000;

/// Traces up to which fingerprints are counted exactly.
const EXACT: u64 = 512;

/// Programs of one test.
const PROGRAMS: u64 = 100;

/// Programs in which the two searches differed once.
const REGRESSIONS: &[&[&[Op]]] = &[
    &[&[Op::Recv(2)], &[Op::TrySend(2), Op::TrySend(2)]],
    &[&[Op::Send(2)], &[Op::TrySend(2)], &[Op::Recv(2)]],
    &[&[Op::Send(0), Op::Send(1)], &[Op::TrySelect]],
    &[&[Op::Select], &[Op::TrySelect, Op::TrySelect, Op::Send(0)]],
    &[&[Op::Send(1), Op::DropToken], &[Op::DropToken]],
    &[&[Op::TrySend(0), Op::Len(0)], &[Op::Send(0)]],
    &[&[Op::TryRecv(0), Op::TrySend(0), Op::Write], &[Op::Send(0)]],
    &[&[Op::Send(0)], &[Op::Recv(1), Op::TryRecv(0), Op::Send(0)]],
    &[&[Op::Select, Op::Select], &[Op::Send(0)]],
    &[&[Op::TrySend(0)], &[Op::TrySend(0), Op::Select, Op::Recv(1)]],
];

/// Programs in which senders race for a receiver that waits for several.
const RACES: &[&[&[Op]]] = &[
    &[&[Op::Meet], &[Op::TrySend(2)], &[Op::TrySend(3)]],
    &[&[Op::Meet, Op::Meet], &[Op::TrySend(2), Op::TrySend(3)]],
    &[&[Op::Select], &[Op::TrySend(2)], &[Op::TrySend(0)]],
];

/// What the threads of a program saw, and what was left, in each execution.
pub type Outcomes = BTreeSet<Vec<Vec<usize>>>;

/// Explores a program, and collects its outcomes.
pub fn explore(explorer: Explorer, program: &Program) -> (Report, Outcomes) {
    let program = program.clone();
    let outcomes = explorer.outcomes(move || program.run());
    (outcomes.report, outcomes.rows.into_iter().map(|row| row.value).collect())
}

/// Whether the program was small enough to be compared.
fn compare(program: &Program, limit: u64) -> Result<bool, Failed> {
    let limited = || Explorer::new(Engine::Dpor).limit(limit).scouts(false);
    let (all, expected) = explore(limited().unpruned().behaviours(0), program);
    if matches!(all.verdict, Verdict::Cut { .. }) {
        return Ok(false);
    }
    let traces = all.behaviours.as_ref().map_or(0, |behaviours| behaviours.traces.count());
    if traces != all.executions && all.executions <= EXACT && all.verdict.holds() {
        return Err(format!("{program}\n  {traces} fingerprints of {} partial orders", all.executions).into());
    }
    let (pruned, found) = explore(limited(), program);
    let fails = |report: &Report| matches!(report.verdict, Verdict::Failed(_));
    let (in_parts, found_in_parts) = explore(limited().jobs(2), program);
    let same = match (fails(&all), fails(&pruned), fails(&in_parts)) {
        (true, true, true) => true,
        (false, false, false) => {
            let as_many = |report: &&Report| match program.chooses() {
                // What the outcomes of a choice have in common is not known before they are run.
                true => report.executions >= all.executions,
                false => report.executions == all.executions,
            };
            [&found, &found_in_parts].iter().all(|&outcomes| *outcomes == expected)
                && [&pruned, &in_parts].iter().all(as_many)
        }
        _ => false,
    };
    if same && (pruned.blocked == 0 || program.chooses()) {
        return Ok(true);
    }
    let missed: Vec<_> = expected.difference(&found).take(3).collect();
    let (executions, traces) = (pruned.executions, all.executions);
    Err(format!(
        "{program}\n  unpruned: {all}\n  pruned: {pruned}\n  in parts: {in_parts}\n  {executions} executions for {traces} partial orders, \
         {} blocked; outcomes missed: {missed:?}",
        pruned.blocked,
    )
    .into())
}

pub fn trials() -> Vec<Trial> {
    let generated = |block: u64| {
        Trial::test(format!("generated_programs_{block}_have_all_their_outcomes"), move || {
            let mut compared = 0;
            for seed in block * PROGRAMS..(block + 1) * PROGRAMS {
                compared += u64::from(compare(&Program::from_seed(seed, &FAMILIES), LIMIT)?);
            }
            if compared * 3 > PROGRAMS { Ok(()) } else { Err(format!("only {compared} were small enough").into()) }
        })
    };
    let regressions = Trial::test("programs_that_differed_once", || {
        REGRESSIONS.iter().try_for_each(|threads| compare(&Program::of(threads), LIMIT).map(drop))
    });
    let races = Trial::test("senders_race_for_a_receiver", || {
        RACES.iter().try_for_each(|threads| match compare(&Program::of(threads), LIMIT_OF_CHOSEN)? {
            true => Ok(()),
            false => Err(format!("{threads:?} is too large to be compared").into()),
        })
    });
    (0..8).map(generated).chain([regressions, races]).collect()
}
