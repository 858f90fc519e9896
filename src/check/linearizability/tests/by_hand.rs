//! Histories whose verdict is known, each of them for a reason.

use super::objects::{Cell, CellOp, Op, Register};
use crate::check::linearizability::{
    Answer, Checker, Counterexample, Criterion, History, Malformed, Sequential, check, check_by_key,
};

/// One event a word: `0w1` invokes a write of 1 by process 0, `0r` a read, `0s12` a swap of 1 for
/// 2; `0=3` answers 3, `0!` blocks for ever, `|` is a barrier.
fn history(events: &str) -> History<Op, u8> {
    let mut history = History::new();
    for event in events.split_whitespace() {
        let digit = |at: usize| event.as_bytes()[at] - b'0';
        let process = usize::from(digit(0));
        let happened = match event.as_bytes().get(1) {
            None => {
                history.barrier();
                continue;
            }
            Some(b'w') => history.invoke(process, Op::Write(digit(2))),
            Some(b'r') => history.invoke(process, Op::Read),
            Some(b's') => history.invoke(process, Op::Swap(digit(2), digit(3))),
            Some(b'=') => history.respond(process, digit(2)),
            _ => history.block(process),
        };
        happened.expect("the history is well formed");
    }
    history
}

#[test]
fn registers() {
    for (events, linearizable) in [
        ("", true),
        ("0r 0=0", true),
        ("0r 0=1", false),
        // A read may see a write that is under way; then every later read has to see it.
        ("0w1 1r 1=1 1r 1=1 0=0", true),
        ("0w1 1r 1=1 1r 1=0 0=0", false),
        ("0w1 1r 1=0 1r 1=1 0=0", true),
        // Two readers that see two writes in different orders.
        ("0w1 1w2 2r 2=1 3r 3=2 2r 2=2 3r 3=1 0=0 1=0", false),
        ("0w1 1w2 2r 2=1 3r 3=1 2r 2=2 3r 3=2 0=0 1=0", true),
        // A write that never returned may take effect late, or never; and not twice.
        ("0w1 1r 1=0 1r 1=1", true),
        ("0w1 1r 1=0 1r 1=0", true),
        ("0w1 1r 1=1 1w2 1=0 1r 1=1", false),
        // Two writes that never returned, of which one would be needed twice.
        ("0w1 2w1 1r 1=1 1w2 1=0 1r 1=1", true),
        // A swap that failed tells what was there.
        ("0w1 0=0 1s02 1=1 1r 1=1", true),
        ("0w1 0=0 1s02 1=0", false),
        ("0s01 1s02 0=0 1=0", false),
        // Only one order of the swaps works.
        ("0s01 1s12 2s23 0=0 1=1 2=2 3r 3=3", true),
        ("0s01 0=0 2s23 2=2 1s12 1=1", false),
        // A total operation never waits.
        ("0w1 0!", false),
    ] {
        let history = history(events);
        assert_eq!(check(&Register, &history).is_linearizable(), linearizable, "{events}");
        assert_eq!(Checker::new().unpruned().check(&Register, &history).is_linearizable(), linearizable, "{events}");
    }
}

#[test]
fn weaker_criteria() {
    use Criterion::{Linearizable, QuiescentlyConsistent, SequentiallyConsistent};
    for (events, criterion, holds) in [
        // Each process sees its own order; together they see none.
        ("0w1 0=0 1w2 1=0 0r 0=1 1r 1=2", Linearizable, false),
        ("0w1 0=0 1r 1=0", SequentiallyConsistent, true),
        ("0w1 0=0 | 1r 1=0", SequentiallyConsistent, false),
        ("0w1 0=0 0r 0=0", SequentiallyConsistent, false),
        // Nothing rests while the second process is at it.
        ("1w2 0w1 0=0 0r 0=0 1=0", QuiescentlyConsistent, true),
        ("1w2 0w1 0=0 0r 0=0 1=0", SequentiallyConsistent, false),
        ("1w2 1=0 0w1 0=0 0r 0=0", QuiescentlyConsistent, false),
        ("1w2 0w1 0=0 0r 0=0", QuiescentlyConsistent, true),
    ] {
        let answer = Checker::new().criterion(criterion).check(&Register, &history(events));
        assert_eq!(answer.is_linearizable(), holds, "{events} {criterion:?}");
    }
}

#[test]
fn the_misfit_is_where_it_goes_wrong() {
    for (events, explained, misfit) in [
        ("0w1 0=0 1r 1=0", vec![0], 1),
        ("0w1 0=0 1r 1=1 1r 1=2 0w3 0=0 1r 1=3", vec![0, 1], 2),
        ("0r 1w1 1=0 0=2", vec![1], 0),
        ("0w1 0=0 1r 1!", vec![0], 1),
    ] {
        let Answer::NotLinearizable(found) = check(&Register, &history(events)) else { panic!("{events}") };
        assert_eq!(found, Counterexample { explained, misfit }, "{events}");
    }
}

#[test]
fn waiting_for_ever() {
    let put = |value| CellOp::Put(value);
    let cell = |operations: &[(CellOp, Option<u8>)], blocked: &[CellOp]| {
        let mut history = History::new();
        for (process, (op, _)) in operations.iter().enumerate() {
            history.invoke(process, *op).unwrap();
        }
        for (process, op) in blocked.iter().enumerate() {
            history.invoke(100 + process, *op).unwrap();
        }
        for (process, (_, ret)) in operations.iter().enumerate() {
            if let Some(ret) = ret {
                history.respond(process, *ret).unwrap();
            }
        }
        for (process, _) in blocked.iter().enumerate() {
            history.block(100 + process).unwrap();
        }
        check(&Cell, &history).is_linearizable()
    };
    // Nothing is there to take.
    assert!(cell(&[], &[CellOp::Take]));
    assert!(cell(&[(put(1), Some(0)), (CellOp::Take, Some(1))], &[CellOp::Take]));
    // Something is.
    assert!(!cell(&[(put(1), Some(0))], &[CellOp::Take]));
    // Both cannot wait in the same state.
    assert!(cell(&[(put(1), Some(0))], &[put(2)]));
    assert!(!cell(&[(put(1), Some(0))], &[put(2), CellOp::Take]));
    // A pending operation may have filled the place, or have emptied it.
    assert!(cell(&[(put(1), None)], &[put(2)]));
    assert!(cell(&[(put(1), Some(0)), (CellOp::Take, None)], &[CellOp::Take]));
    assert!(!cell(&[], &[put(2)]));
}

#[test]
fn what_cannot_have_happened() {
    let mut history = History::<Op, u8>::new();
    assert_eq!(history.respond(1, 0), Err(Malformed::NothingUnderWay { process: 1 }));
    assert_eq!(history.block(1), Err(Malformed::NothingUnderWay { process: 1 }));
    history.invoke(1, Op::Read).unwrap();
    assert_eq!(history.invoke(1, Op::Read), Err(Malformed::Overlap { process: 1 }));
    history.block(1).unwrap();
    assert_eq!(history.invoke(1, Op::Read), Err(Malformed::Overlap { process: 1 }));
    assert_eq!(history.respond(1, 0), Err(Malformed::NothingUnderWay { process: 1 }));
    assert_eq!(history.operations().len(), 1);
    let intervals = |all: Vec<(usize, u64, Option<u64>)>| {
        let all = all.into_iter().map(|(process, from, to)| (process, Op::Read, from, to.map(|to| (to, 0))));
        History::from_intervals(all).map(|history| history.operations().len())
    };
    assert_eq!(intervals(vec![(0, 5, Some(4))]), Err(Malformed::Backwards { process: 0 }));
    assert_eq!(intervals(vec![(0, 5, Some(7)), (0, 6, Some(8))]), Err(Malformed::Overlap { process: 0 }));
    assert_eq!(intervals(vec![(0, 5, None), (0, 6, Some(8))]), Err(Malformed::Overlap { process: 0 }));
    assert_eq!(intervals(vec![(0, 6, Some(8)), (0, 5, Some(6)), (1, 0, None)]), Ok(3));
}

#[test]
fn equal_times_are_concurrent() {
    let at = |write: (u64, u64), read: (u64, u64), value| {
        let all = [(0, Op::Write(1), write.0, Some((write.1, 0))), (1, Op::Read, read.0, Some((read.1, value)))];
        check(&Register, &History::from_intervals(all).unwrap()).is_linearizable()
    };
    assert!(at((1, 2), (2, 3), 0) && at((1, 2), (2, 3), 1));
    assert!(!at((1, 2), (3, 4), 0) && at((1, 2), (3, 4), 1));
}

/// Adds to one of several counters, and answers the sum so far.
struct Sum;

impl Sequential for Sum {
    type State = u32;
    type Op = (u8, u32);
    type Ret = u32;

    fn initial(&self) -> u32 {
        0
    }

    fn apply(&self, sum: &mut u32, &(_, add): &(u8, u32)) -> u32 {
        *sum += add;
        *sum
    }
}

#[test]
fn keys_are_judged_alone_and_put_together() {
    // The sums of two keys, with the operations of one overlapping those of the other.
    let mut history = History::new();
    for round in 0..50 {
        for process in 0..4 {
            history.invoke(process, (process as u8 % 2, 1)).unwrap();
        }
        for (process, sum) in [(3, 1), (1, 2), (0, 2), (2, 1)] {
            history.respond(process, 2 * round + sum).unwrap();
        }
    }
    let Answer::Linearizable(order) = check_by_key(&Sum, &history, |op| op.0) else { panic!() };
    assert_eq!(order.len(), 200);
    // All operations of a round come before all of the next round.
    assert!(order.chunks(4).enumerate().all(|(round, ids)| ids.iter().all(|id| id / 4 == round)));
    assert!(!check(&Sum, &history).is_linearizable());
}

/// Adds to one of several counters; adding nothing answers the sum.
struct Quiet;

impl Sequential for Quiet {
    type State = u32;
    type Op = (u8, u32);
    type Ret = u32;

    fn initial(&self) -> u32 {
        0
    }

    fn apply(&self, sum: &mut u32, &(_, add): &(u8, u32)) -> u32 {
        *sum += add;
        if add == 0 { *sum } else { 0 }
    }
}

/// Sums of different powers of two are different states, of which none answers the read: 2^24
/// configurations.
fn hard(key: u8) -> History<(u8, u32), u32> {
    let mut history = History::new();
    for process in 0..24 {
        history.invoke(process, (key, 1 << process)).unwrap();
    }
    history.invoke(99, (key, 0)).unwrap();
    history
}

#[test]
fn one_hard_key_does_not_hide_a_wrong_one() {
    let mut history = hard(0);
    history.invoke(100, (1, 0)).unwrap();
    history.respond(100, 7).unwrap();
    history.respond(99, u32::MAX).unwrap();
    let answer = Checker::new().budget(1 << 20).check_by_key(&Quiet, &history, |op| op.0);
    assert_eq!(answer, Answer::NotLinearizable(Counterexample { explained: vec![], misfit: 25 }));
}

#[test]
fn the_budget_is_kept() {
    let mut history = hard(0);
    history.respond(99, u32::MAX).unwrap();
    let answer = Checker::new().budget(10_000).check(&Quiet, &history);
    assert_eq!(answer, Answer::Undecided { steps: 10_000 });
}

#[test]
#[should_panic(expected = "`is_read` said")]
fn a_read_that_writes_is_noticed() {
    struct Liar;
    impl Sequential for Liar {
        type State = u32;
        type Op = ();
        type Ret = ();

        fn initial(&self) -> u32 {
            0
        }

        fn apply(&self, state: &mut u32, &(): &()) {
            *state += 1;
        }

        fn is_read(&self, (): &(), _: Option<&()>) -> bool {
            true
        }
    }
    let mut history = History::new();
    history.invoke(0, ()).unwrap();
    history.respond(0, ()).unwrap();
    check(&Liar, &history);
}
