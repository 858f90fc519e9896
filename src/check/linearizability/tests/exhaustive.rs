//! Generated histories of up to seven operations against the definition: verdict, order, longest
//! order and misfit, pruned and unpruned, with a large memo and a tiny one.

use super::brute_force::{explains, has_an_explanation, is_an_explanation};
use super::objects::{Bag, Cell, CellOp, Op, Register};
use crate::check::linearizability::history::Event;
use crate::check::linearizability::{Answer, Checker, Criterion, History, Outcome, Sequential, Specification};

/// How many histories of each object.
const COUNT: u64 = if cfg!(debug_assertions) { 500 } else { 5_000 };

const CRITERIA: [Criterion; 3] =
    [Criterion::Linearizable, Criterion::SequentiallyConsistent, Criterion::QuiescentlyConsistent];

/// A generator of numbers, the same in every run (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) % bound
    }
}

/// Draws a history: processes take steps in random order, some never return, and some block.
fn draw<Op: Clone, Ret>(
    random: &mut Random,
    op: impl Fn(&mut Random) -> Op,
    ret: impl Fn(&mut Random, &Op) -> Ret,
) -> History<Op, Ret> {
    let processes = 1 + random.below(4);
    let operations = 1 + random.below(7);
    let mut history = History::new();
    let mut open: Vec<Option<Op>> = vec![None; processes as usize];
    let stop = random.below(3) == 0;
    while history.operations().len() < operations as usize || !stop && open.iter().any(Option::is_some) {
        let process = random.below(processes) as usize;
        if let Some(op) = open[process].take() {
            let answer = ret(random, &op);
            history.respond(process, answer).expect("it has one under way");
        } else if history.operations().len() < operations as usize {
            let op = op(random);
            history.invoke(process, op.clone()).expect("it has none under way");
            open[process] = Some(op);
        }
        if random.below(12) == 0 {
            history.barrier();
        }
    }
    for (process, op) in open.into_iter().enumerate() {
        if op.is_some() && random.below(2) == 0 {
            history.block(process).expect("it has one under way");
        }
    }
    history
}

/// Compares with the definition. Returns whether there is an explanation.
fn compare<S: Specification>(specification: &S, history: &History<S::Op, S::Ret>, criterion: Criterion) -> bool
where
    S::Op: Clone + std::fmt::Debug,
    S::Ret: Clone + std::fmt::Debug,
{
    let expected = has_an_explanation(specification, history, criterion);
    let checker = Checker::new().criterion(criterion);
    // The search by itself, and behind the order of the returns, which leaves it only some of the histories.
    let searching = [checker.clone(), checker.clone().memory(0), checker.clone().unpruned()].map(|one| (one, true));
    for (checker, searches) in searching.into_iter().chain([(checker, false)]) {
        let operations = history.operations();
        let returned = |id: usize| matches!(operations[id].outcome, Outcome::Returned(_));
        match if searches { checker.search(specification, history) } else { checker.check(specification, history) } {
            Answer::Linearizable(order) => {
                assert!(expected, "{criterion:?} {checker:?} {history:?} {order:?}");
                assert!(
                    is_an_explanation(specification, history, criterion, &order, returned),
                    "{history:?} {order:?}"
                );
            }
            Answer::NotLinearizable(found) => {
                assert!(!expected, "{criterion:?} {checker:?} {history:?} {found:?}");
                let order = &found.explained;
                assert!(!order.contains(&found.misfit), "{history:?} {found:?}");
                assert!(
                    is_an_explanation(specification, history, criterion, order, |_| false),
                    "{history:?} {found:?}"
                );
                if criterion == Criterion::Linearizable && returned(found.misfit) {
                    // Some order explains the operations that had returned before, and none explains them together with
                    // the misfit.
                    let response = |id| history.events().iter().position(|&event| event == Event::Returned(id as u32));
                    let end = response(found.misfit).expect("it returned");
                    let before = |id: usize| response(id).is_some_and(|at| at < end);
                    let with_it = |id: usize| response(id).is_some_and(|at| at <= end);
                    assert!(
                        is_an_explanation(specification, history, criterion, order, before),
                        "{history:?} {found:?}"
                    );
                    assert!(!explains(specification, history, criterion, with_it), "{history:?} {found:?}");
                }
            }
            Answer::Undecided { .. } => panic!("there was no bound"),
        }
    }
    expected
}

/// Compares `count` histories under each criterion; each verdict has to occur.
fn compare_all<S: Specification>(
    specification: &S,
    count: u64,
    op: impl Fn(&mut Random) -> S::Op,
    ret: impl Fn(&mut Random, &S::Op) -> S::Ret,
) where
    S::Op: Clone + std::fmt::Debug,
    S::Ret: Clone + std::fmt::Debug,
{
    let mut random = Random(7);
    let mut explained = 0;
    for _ in 0..count {
        let history = draw(&mut random, &op, &ret);
        let under = CRITERIA.map(|criterion| compare(specification, &history, criterion));
        // Linearizability is the strongest of them.
        assert!(!under[0] || under[1] && under[2], "{history:?}");
        explained += u64::from(under[0]);
    }
    assert!(explained > count / 20 && explained < count / 20 * 19, "{explained} of {count}");
}

fn register_op(random: &mut Random) -> Op {
    match random.below(4) {
        0 | 1 => Op::Read,
        2 => Op::Write(random.below(3) as u8),
        _ => Op::Swap(random.below(3) as u8, random.below(3) as u8),
    }
}

fn register_ret(random: &mut Random, op: &Op) -> u8 {
    match op {
        Op::Write(_) => 0,
        Op::Read | Op::Swap(..) => random.below(3) as u8,
    }
}

#[test]
fn registers() {
    compare_all(&Register, COUNT, register_op, register_ret);
}

fn put_or_take(random: &mut Random) -> CellOp {
    if random.below(2) == 0 { CellOp::Put(1 + random.below(2) as u8) } else { CellOp::Take }
}

fn taken(random: &mut Random, op: &CellOp) -> u8 {
    match op {
        CellOp::Put(_) => 0,
        CellOp::Take => random.below(3) as u8,
    }
}

#[test]
fn operations_that_wait() {
    compare_all(&Cell, COUNT, put_or_take, |random, op| taken(random, op).max(u8::from(*op == CellOp::Take)));
}

#[test]
fn operations_that_choose() {
    compare_all(&Bag, COUNT, put_or_take, taken);
}

/// Two registers as one object, and as two keys.
struct Pair;

impl Sequential for Pair {
    type State = [u8; 2];
    type Op = (usize, Op);
    type Ret = u8;

    fn initial(&self) -> [u8; 2] {
        [0; 2]
    }

    fn apply(&self, pair: &mut [u8; 2], (key, op): &(usize, Op)) -> u8 {
        Register.apply(&mut pair[*key], op)
    }
}

/// One of the two.
struct Half;

impl Sequential for Half {
    type State = u8;
    type Op = (usize, Op);
    type Ret = u8;

    fn initial(&self) -> u8 {
        0
    }

    fn apply(&self, value: &mut u8, (_, op): &(usize, Op)) -> u8 {
        Register.apply(value, op)
    }

    fn is_read(&self, (_, op): &(usize, Op), ret: Option<&u8>) -> bool {
        Sequential::is_read(&Register, op, ret)
    }
}

#[test]
fn keys_together_are_what_they_are_alone() {
    let mut random = Random(11);
    for _ in 0..COUNT {
        let history = draw(
            &mut random,
            |random| (random.below(2) as usize, register_op(random)),
            |random, (_, op)| register_ret(random, op),
        );
        for criterion in [Criterion::Linearizable, Criterion::QuiescentlyConsistent] {
            let checker = Checker::new().criterion(criterion);
            let whole = checker.check(&Pair, &history).is_linearizable();
            let answer = checker.check_by_key(&Half, &history, |&(key, _)| key);
            assert_eq!(answer.is_linearizable(), whole, "{criterion:?} {history:?}");
            if let Answer::Linearizable(order) = answer {
                let returned = |id: usize| matches!(history.operations()[id].outcome, Outcome::Returned(_));
                assert!(is_an_explanation(&Pair, &history, criterion, &order, returned), "{history:?} {order:?}");
            }
        }
    }
}

/// Every way to interleave the events of some processes, each with its operations.
fn interleavings(lanes: &[Vec<(Op, u8)>], so_far: &mut Vec<usize>, visit: &mut impl FnMut(&History<Op, u8>)) {
    let mut any = false;
    for process in 0..lanes.len() {
        let taken = so_far.iter().filter(|&&other| other == process).count();
        if taken < 2 * lanes[process].len() {
            any = true;
            so_far.push(process);
            interleavings(lanes, so_far, visit);
            so_far.pop();
        }
    }
    if any {
        return;
    }
    let mut history = History::new();
    let mut steps = vec![0; lanes.len()];
    for &process in &*so_far {
        let (op, ret) = lanes[process][steps[process] / 2];
        let happened =
            if steps[process].is_multiple_of(2) { history.invoke(process, op) } else { history.respond(process, ret) };
        happened.expect("the steps of a process alternate");
        steps[process] += 1;
    }
    visit(&history);
}

/// All interleavings of programs of up to seven operations.
#[test]
fn every_interleaving() {
    use Op::{Read, Swap, Write};
    let programs: [&[&[(Op, u8)]]; 6] = [
        &[&[(Write(1), 0), (Read, 2)], &[(Write(2), 0), (Read, 1)]],
        &[&[(Write(1), 0), (Write(2), 0)], &[(Read, 2), (Read, 1)]],
        &[&[(Swap(0, 1), 0)], &[(Swap(0, 2), 0)], &[(Read, 1)]],
        &[&[(Swap(0, 1), 0), (Read, 1)], &[(Swap(1, 0), 1), (Read, 0)]],
        &[&[(Write(1), 0), (Write(1), 0)], &[(Read, 1), (Read, 0), (Read, 1)]],
        &[&[(Write(1), 0), (Write(2), 0), (Read, 1), (Write(2), 0), (Read, 2)], &[(Write(1), 0), (Read, 2)]],
    ];
    let mut both = [0_usize; 2];
    for program in programs {
        let lanes: Vec<_> = program.iter().map(|lane| lane.to_vec()).collect();
        interleavings(&lanes, &mut Vec::new(), &mut |history| {
            both[usize::from(compare(&Register, history, Criterion::Linearizable))] += 1;
        });
    }
    assert!(both[0] > 100 && both[1] > 100, "{both:?}");
}
