//! Whether `dpor` and the search that prunes nothing say the same of a program; and the smallest that they differ on.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use selvedge::check::{Engine, Explorer, Report, Verdict};

use super::family::{Family, Outcome, Program};
use crate::cases::orders;

/// Executions of the search that prunes nothing, past which a program is given up: more than any has.
const LIMIT: u64 = 400_000;

/// Operations of a program that is started in every order.
const IN_EVERY_ORDER: usize = 3;

/// How the two differ, from the worst on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One of them fails, and the other does not.
    Failure,
    /// An outcome is missing.
    Missed,
    /// There is an outcome too many.
    Invented,
    /// There are fewer executions than partial orders.
    TooFew,
    /// There are more.
    TooMany,
    /// Executions are blocked.
    Blocked,
    /// It was given up.
    TooLarge,
}

/// What they say of a program on which they differ.
#[derive(Clone, Debug)]
pub struct Difference {
    pub kind: Kind,
    /// The order in which the threads were started, and in how many parts it was searched.
    pub order: Vec<usize>,
    pub jobs: usize,
    said: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { kind, order, jobs, said } = self;
        write!(f, "{kind:?}, started as {order:?}, jobs {jobs}: {said}")
    }
}

/// Explores a program, and gathers its outcomes.
fn gather(family: Family, explorer: Explorer, program: &Program, order: &[usize]) -> (Report, BTreeSet<Outcome>) {
    let outcomes = Arc::new(Mutex::new(BTreeSet::new()));
    let (seen, program, order) = (Arc::clone(&outcomes), program.clone(), order.to_vec());
    let report = explorer.simplify(false).run(move || {
        let outcome = (family.run)(&program, &order, family.objects);
        seen.lock().unwrap().insert(outcome);
    });
    let outcomes = outcomes.lock().unwrap().clone();
    (report, outcomes)
}

fn fails(report: &Report) -> bool {
    matches!(report.verdict, Verdict::Failed(_))
}

/// The first difference in the whole searches, or in a search in two parts if that is asked for.
pub fn difference(family: Family, program: &Program, in_parts: bool) -> Option<Difference> {
    let sorted: Vec<usize> = (0..program.len()).collect();
    let operations: usize = program.iter().map(Vec::len).sum();
    let unpruned = Explorer::new(Engine::Dpor).limit(LIMIT).unpruned();
    let expected = gather(family, unpruned, program, &sorted);
    let reversed: Vec<usize> = sorted.iter().rev().copied().collect();
    // Both are searched in parts, each of them for a half of the programs.
    let for_parts = if operations % 2 == 0 { sorted.clone() } else { reversed.clone() };
    let all = if operations <= IN_EVERY_ORDER { orders(program.len()) } else { vec![sorted, reversed] };
    let whole = all.into_iter().find_map(|order| compare(family, program, &expected, order, 1));
    whole.or_else(|| in_parts.then(|| compare(family, program, &expected, for_parts, 2)).flatten())
}

fn compare(
    family: Family,
    program: &Program,
    (all, expected): &(Report, BTreeSet<Outcome>),
    order: Vec<usize>,
    jobs: usize,
) -> Option<Difference> {
    let explorer = Explorer::new(Engine::Dpor).limit(LIMIT).jobs(jobs);
    let (report, found) = gather(family, explorer, program, &order);
    let missed = expected.difference(&found).next();
    let invented = found.difference(expected).next();
    let cut = |report: &Report| matches!(report.verdict, Verdict::Cut { .. });
    let kind = if cut(all) || cut(&report) {
        Kind::TooLarge
    } else if fails(all) || fails(&report) {
        if fails(all) && fails(&report) {
            return None;
        }
        Kind::Failure
    } else if missed.is_some() {
        Kind::Missed
    } else if invented.is_some() {
        Kind::Invented
    } else if report.executions < all.executions {
        Kind::TooFew
    } else if report.executions > all.executions && family.optimal {
        Kind::TooMany
    } else if report.blocked > 0 && jobs == 1 && family.optimal {
        Kind::Blocked
    } else {
        return None;
    };
    let blocked = report.blocked;
    let said = format!("{report}, {blocked} blocked; nothing pruned: {all}; missed {missed:?}, invented {invented:?}");
    Some(Difference { kind, order, jobs, said })
}

/// Takes operations and threads away while the two still differ in the same way.
pub fn shrink(family: Family, mut program: Program, mut difference: Difference) -> (Program, Difference) {
    let in_parts = difference.jobs > 1;
    'smaller: loop {
        for smaller in smaller(&program).into_iter().filter(|smaller| family.has(smaller)) {
            let same = |other: &Difference| (other.kind, other.jobs > 1) == (difference.kind, in_parts);
            if let Some(other) = self::difference(family, &smaller, in_parts).filter(same) {
                (program, difference) = (smaller, other);
                continue 'smaller;
            }
        }
        return (program, difference);
    }
}

/// The programs with a thread less, and those with an operation less.
fn smaller(program: &Program) -> Vec<Program> {
    let without = |at: usize| {
        let mut smaller = program.clone();
        smaller.remove(at);
        smaller
    };
    let shorter = move |at: usize| {
        (0..program[at].len()).map(move |op| {
            let mut smaller = program.clone();
            smaller[at].remove(op);
            smaller
        })
    };
    (0..program.len()).map(without).chain((0..program.len()).flat_map(shorter)).collect()
}

/// Whether the threads of `small` do, in some of the threads of `large`, what they do.
pub fn contains(large: &Program, small: &Program) -> bool {
    fn fits(large: &Program, small: &[Vec<super::family::Op>], used: &mut Vec<bool>) -> bool {
        let Some((first, others)) = small.split_first() else { return true };
        (0..large.len()).any(|at| {
            let mut done = large[at].iter();
            if used[at] || !first.iter().all(|op| done.any(|other| other == op)) {
                return false;
            }
            used[at] = true;
            let all = fits(large, others, used);
            used[at] = false;
            all
        })
    }
    fits(large, small, &mut vec![false; large.len()])
}
