//! Operations that wait for others: who waits rightly is not blamed, and nobody who waits is lost.

use super::*;
use crate::check::linearizability::Next;
use crate::sync::{Condvar, Mutex};

/// Two semaphores: reading takes a permit and waits for one, writing gives so many.
fn semaphores() -> [(Mutex<u32>, Condvar); 2] {
    Default::default()
}

fn permits(semaphores: &[(Mutex<u32>, Condvar); 2], op: &Op) -> u32 {
    match *op {
        Read(n) => {
            let mut permits = semaphores[n].0.lock();
            semaphores[n].1.wait_while(&mut permits, |permits| *permits == 0);
            *permits -= 1;
        }
        Write(n, more) => {
            *semaphores[n].0.lock() += more;
            semaphores[n].1.notify_all();
        }
        Add(n) => {
            *semaphores[n].0.lock() += 1;
            semaphores[n].1.notify_one();
        }
    }
    0
}

/// If two threads wait and two permits are given, one of the two may go on waiting.
fn wakes_one_for_many(semaphores: &[(Mutex<u32>, Condvar); 2], op: &Op) -> u32 {
    match *op {
        Write(n, more) => {
            *semaphores[n].0.lock() += more;
            semaphores[n].1.notify_one();
            0
        }
        _ => permits(semaphores, op),
    }
}

/// Lets a thread that waits for a permit go on.
fn give(semaphores: &[(Mutex<u32>, Condvar); 2], op: &Op) {
    let (Read(n) | Write(n, _) | Add(n)) = *op;
    permits(semaphores, &Add(n));
}

struct Semaphores;

impl Specification for Semaphores {
    type State = [u32; 2];
    type Op = Op;
    type Ret = u32;

    fn initial(&self) -> [u32; 2] {
        [0; 2]
    }

    fn step(&self, permits: &[u32; 2], op: &Op, _: Option<&u32>, next: &mut Next<[u32; 2]>) {
        let mut permits = *permits;
        match *op {
            Read(n) if permits[n] == 0 => return,
            Read(n) => permits[n] -= 1,
            Write(n, more) => permits[n] += more,
            Add(n) => permits[n] += 1,
        }
        next.becomes(permits);
    }
}

#[test]
fn who_waits_rightly_is_not_blamed() {
    let programs = Programs::new(Semaphores, semaphores, permits).operations([Read(0), Read(1), Write(0, 2), Add(1)]);
    let explored = programs.unblock(give).explore(2, 2, &explorer());
    assert!(explored.report.verdict.holds(), "{explored}");
    assert_eq!(explored.programs, 210);
}

#[test]
fn who_waits_wrongly_is_found() {
    let programs = Programs::new(Semaphores, semaphores, wakes_one_for_many).operations([Read(0), Write(0, 2)]);
    let program =
        Program { before: vec![], parallel: vec![vec![Read(0)], vec![Read(0)], vec![Write(0, 2)]], after: vec![] };
    if explores() {
        let report = programs.unblock(give).run(&program, &explorer().executions(1000));
        let Verdict::Failed(failure) = &report.verdict else { panic!("{report}") };
        let text = failure.to_string();
        let told = if Engine::available().last() == Some(Engine::Dpor) { "Read(0) waits" } else { "deadlock" };
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn where_waiting_cannot_be_told_a_program_that_may_wait_is_left_out() {
    let programs = Programs::new(Semaphores, semaphores, permits).unblock(give);
    let with = |parallel: &[&[Op]]| Program {
        before: vec![Add(0)],
        parallel: parallel.iter().map(|ops| ops.to_vec()).collect(),
        after: vec![],
    };
    let left_out = |program| matches!(programs.run(&program, &explorer()).verdict, Verdict::Vacuous { .. });
    let tells = Engine::available().last() == Some(Engine::Dpor);
    assert!(!left_out(with(&[&[Read(0), Read(0)], &[Add(0)]])), "there is a permit for each");
    assert_eq!(left_out(with(&[&[Read(0), Read(0)], &[Add(1)]])), !tells);
    let alone = |before: &[Op], after: &[Op]| Program {
        before: before.to_vec(),
        parallel: vec![vec![Add(0)], vec![Add(0)]],
        after: after.to_vec(),
    };
    assert!(left_out(alone(&[Read(0)], &[])), "nobody has given a permit");
    assert!(!left_out(alone(&[], &[Read(0), Read(0)])));
    assert!(left_out(alone(&[], &[Read(0), Read(1)])));
}

#[test]
fn pruning_loses_nobody_who_waits() {
    if Engine::available().last() != Some(Engine::Dpor) {
        return;
    }
    let programs: &[&[&[Op]]] = &[
        &[&[Read(0)], &[Add(0)]],
        &[&[Read(0)], &[Read(0)], &[Add(0)]],
        &[&[Read(0), Add(1)], &[Read(1), Add(0)]],
        &[&[Read(0), Read(0)], &[Write(0, 2)]],
        &[&[Read(0)], &[Read(0)]],
    ];
    for (number, program) in programs.iter().enumerate() {
        let program: Vec<Vec<Op>> = program.iter().map(|ops| ops.to_vec()).collect();
        for perform in [permits, wakes_one_for_many] {
            let run = |explorer: &Explorer| histories(semaphores, perform, Some(give), &program, explorer);
            let ((by_dpor, traces), (by_all, orders)) = (run(&explorer()), run(&explorer().unpruned()));
            assert_eq!(by_dpor, by_all, "program {number}");
            assert_eq!(traces, orders, "each partial order once: program {number}");
        }
    }
}
