//! Whether `dpor` and the search that prunes nothing say the same of a program; and the smallest that they differ on.

use std::sync::atomic::{AtomicU64, Ordering};

use super::family::{Family, Op, Program};
use crate::dpor::cases::orders;
use crate::dpor::compare::{Kind, Outcome, Search};

/// Executions of the search that prunes nothing, past which a program is left out: some whose threads start threads, and
/// ask whether they have ended.
const LIMIT: u64 = 20_000;

/// How many programs were left out.
pub static LEFT_OUT: AtomicU64 = AtomicU64::new(0);

/// Operations of a program that is started in every order.
const IN_EVERY_ORDER: usize = 3;

/// How they differ on a program.
#[derive(Clone, Debug)]
pub struct Difference {
    pub kind: Kind,
    /// The order in which the threads were started, and in how many parts it was searched.
    pub order: Vec<usize>,
    jobs: usize,
    /// What the two searches say.
    pub said: String,
}

/// The program, its threads to be started in this order.
fn started(family: Family, program: &Program, order: &[usize]) -> impl Fn() -> Outcome + Send + Sync + 'static {
    let (program, order) = (program.clone(), order.to_vec());
    move || (family.run)(&program, &order, family.objects)
}

/// The first difference of a search of the whole, or of one in two parts if that is asked for.
pub fn difference(family: Family, program: &Program, in_parts: bool) -> Option<Difference> {
    let sorted: Vec<usize> = (0..program.len()).collect();
    let reversed: Vec<usize> = sorted.iter().rev().copied().collect();
    let all = Search::unpruned(LIMIT, started(family, program, &sorted));
    if all.is_cut() {
        // Relaxed: it is read when all have been explored.
        LEFT_OUT.fetch_add(1, Ordering::Relaxed);
        return None;
    }
    let compare = |order: Vec<usize>, jobs| {
        let search = Search::pruned(jobs, started(family, program, &order));
        let kind = search.differs_from(&all, family.optimal)?;
        Some(Difference { kind, order, jobs, said: search.beside(&all) })
    };
    let operations: usize = program.iter().map(Vec::len).sum();
    // In parts, a half of the programs in each order.
    let for_parts = if operations.is_multiple_of(2) { sorted.clone() } else { reversed.clone() };
    let orders = if operations <= IN_EVERY_ORDER { orders(program.len()) } else { vec![sorted, reversed] };
    let whole = orders.into_iter().find_map(|order| compare(order, 1));
    whole.or_else(|| in_parts.then(|| compare(for_parts, 2)).flatten())
}

/// Takes operations and threads away while they still differ in the same way.
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
    fn fits(large: &Program, small: &[Vec<Op>], used: &mut Vec<bool>) -> bool {
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
