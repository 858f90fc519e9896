//! Programs that fail and programs that do not; every order of time is explored; the words of a failure.

use super::*;
use crate::sync::{Mutex, RwLock};

#[test]
fn what_is_right_is_right_in_every_program() {
    let explored = programs(right).after([Read(0), Read(1)]).explore(2, 2, &explorer());
    assert!(explored.report.verdict.holds(), "{explored}");
    assert_eq!(explored.programs, 210, "of 20 sequences each two, the same one twice too");
}

#[test]
fn no_program_is_begun_after_the_time() {
    let limit = Duration::from_nanos(1);
    let explored = programs(right).explore(2, 2, &explorer().time_limit(limit));
    assert!(explored.programs <= 1, "{explored}");
    assert_eq!(explored.report.verdict, Verdict::Cut { limit: "the time limit of 1ns".to_owned() });
}

#[test]
fn each_beginning_is_tried() {
    let programs = programs(right).before([vec![], vec![Write(0, 5)]]);
    assert_eq!(programs.enumerate(2, 1).len(), 2 * 4 * (4 + 1) / 2);
    assert_eq!(programs.enumerate(2, 1)[1].before, [Write(0, 5)]);
}

#[test]
fn a_program_of_reads_is_one_of_many() {
    let explored = programs(right).operations([Read(0)]).explore(2, 1, &explorer());
    assert_eq!(explored.programs, 1);
    let explored = Programs::new(Registers, || (), |(), _| 0).operations([Read(0)]).explore(2, 1, &explorer());
    assert_eq!(matches!(explored.report.verdict, Verdict::Vacuous { .. }), explores(), "{explored}");
}

/// The first programs do not have the operation that is something else every other time.
#[test]
fn each_operation_is_run_again() {
    static TIMES: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let perform = |registers: &Atomics, op: &Op| {
        if *op == Add(1) && TIMES.fetch_add(1, std::sync::atomic::Ordering::SeqCst).is_multiple_of(2) {
            registers[1].load(SeqCst);
        }
        right(registers, op)
    };
    let explored = programs(perform).explore(2, 1, &explorer());
    let found = explored.failing.is_some_and(|program| program.operations().any(|op| *op == Add(1)));
    assert_eq!((found, explored.programs > 1), (explores(), true), "{}", explored.report);
    if let Verdict::Failed(failure) = explored.report.verdict {
        // loom says it in a panic of its own.
        assert!(failure.to_string().contains("determinis"), "{failure}");
    }
}

/// The failure that an exploring engine finds, in words.
fn found(programs: &Programs<Registers, Atomics>, program: &Program<Op>) -> Option<String> {
    match programs.run(program, &explorer()).verdict {
        Verdict::Failed(failure) => Some(failure.to_string()),
        _ => None,
    }
}

#[test]
fn time_is_explored_where_operations_share_nothing() {
    if Engine::available().last() != Some(Engine::Dpor) {
        return;
    }
    // One thread writes register 0; the other begins after that, reads register 1 and gets 0. An engine that ignored
    // the order of time would run the two threads in one order only, and miss the failure in one of the two programs.
    for parallel in [[vec![Write(0, 1)], vec![Read(0)]], [vec![Read(0)], vec![Write(0, 1)]]] {
        let program = Program { before: vec![], parallel: parallel.to_vec(), after: vec![] };
        let failure = found(&programs(reads_the_wrong_one), &program).expect("it is found");
        assert!(failure.starts_with("not linearizable: Read(0) = 0 in"), "{failure}");
        assert_eq!(found(&programs(right), &program), None);
    }
}

#[test]
fn a_lost_update_is_found_and_told() {
    let explored = programs(adds_in_two_steps).after([Read(0)]).explore(2, 2, &explorer());
    if explores() {
        let Verdict::Failed(failure) = &explored.report.verdict else { panic!("{explored}") };
        let program = explored.failing.expect("there is one");
        assert_eq!((explored.programs, program.parallel), (6, vec![vec![Write(0, 1)], vec![Add(0)]]));
        let text = failure.to_string();
        for told in ["A", "Write(0, 1) = 0", "Add(0) = 0", "after   Read(0) = 1", "the longest order before it: "] {
            assert!(text.contains(told), "no {told:?} in {text}");
        }
        if Engine::available().last() == Some(Engine::Dpor) {
            assert!(text.contains("Add(0) begins") && text.contains("Write(0, 1) returns 0"), "{text}");
        }
    }
}

#[test]
fn a_deadlock_is_told_with_its_program() {
    let perform = |locks: &[Mutex<u32>; 2], op: &Op| match *op {
        Read(n) | Write(n, _) | Add(n) => {
            let one = locks[n].lock();
            *one + *locks[1 - n].lock()
        }
    };
    let make = || [Mutex::new(0), Mutex::new(0)];
    let programs = Programs::new(Registers, make, perform).operations([Read(0), Read(1)]);
    if explores() {
        let explored = programs.explore(2, 1, &explorer());
        let text = explored.report.to_string();
        assert!(text.contains("deadlock: A and B wait for each other"), "{text}");
        assert!(text.contains("Read(0)  Read(1)"), "{text}");
    }
}

#[test]
fn pruning_loses_no_order_of_time() {
    if Engine::available().last() != Some(Engine::Dpor) {
        return;
    }
    let locks = || [RwLock::new(0), RwLock::new(0)];
    let locked = |locks: &[RwLock<u32>; 2], op: &Op| match *op {
        Read(n) => *locks[n].read(),
        Write(n, value) => std::mem::replace(&mut *locks[n].write(), value),
        Add(n) => {
            let before = *locks[n].read();
            *locks[n].write() = before + 1;
            before
        }
    };
    let programs: &[&[&[Op]]] = &[
        &[&[Write(0, 1)], &[Read(0)]],
        &[&[Write(0, 1)], &[Read(1)]],
        &[&[Write(0, 1), Read(1)], &[Write(1, 1)]],
        &[&[Add(0)], &[Add(0)]],
    ];
    for (number, program) in programs.iter().enumerate() {
        let program: Vec<Vec<Op>> = program.iter().map(|ops| ops.to_vec()).collect();
        let (pruned, all) = (explorer().scouts(false), explorer().unpruned());
        for perform in [right, reads_the_wrong_one, adds_in_two_steps] {
            let (by_dpor, traces) = histories(atomics, perform, None, &program, &pruned);
            let (by_all, orders) = histories(atomics, perform, None, &program, &all);
            assert_eq!(by_dpor, by_all, "program {number} over atomics");
            assert_eq!(traces, orders, "each partial order once: program {number} over atomics");
        }
        if number != 2 {
            let (by_dpor, by_all) =
                (histories(locks, locked, None, &program, &pruned), histories(locks, locked, None, &program, &all));
            assert_eq!(by_dpor, by_all, "program {number} over locks");
        }
    }
}
