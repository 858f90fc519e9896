//! A search runs each execution once, in however many parts, and blocks none.

use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer};
use selvedge::sync::channel::{Receiver, Sender, bounded, unbounded};
use selvedge::sync::{select, thread};

use crate::generated::{Op, Program};

fn select_from(a: &Receiver<u32>, b: &Receiver<u32>) {
    select! {
        recv(a) -> _ => (),
        recv(b) -> _ => (),
    }
}

/// Two threads select from two channels, on each of which a thread sends.
fn two_selects() {
    let ends: [(Sender<u32>, Receiver<u32>); 2] = [unbounded(), unbounded()];
    let mut threads = Vec::new();
    for _ in 0..2 {
        let [a, b] = [ends[0].1.clone(), ends[1].1.clone()];
        threads.push(thread::spawn(move || select_from(&a, &b)));
    }
    for (sender, _) in &ends {
        let sender = sender.clone();
        threads.push(thread::spawn(move || sender.send(1).unwrap()));
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Programs with selects, whose searches in parts ran other numbers of executions than the whole.
const SELECTS: &[&[&[Op]]] = &[
    &[&[Op::Select, Op::TrySend(0)], &[Op::Send(1), Op::Send(1), Op::Send(2)]],
    &[&[Op::Select, Op::Recv(0)], &[Op::Send(1), Op::Send(2)], &[Op::Send(0)]],
    &[&[Op::Meet], &[Op::Recv(2), Op::TryRecv(3)], &[Op::TrySend(3)]],
    &[&[Op::Send(0), Op::TrySend(0)], &[Op::TrySelect], &[Op::TrySend(0)]],
];

fn a_select_is_searched_once_in_any_number_of_parts() -> Result<(), Failed> {
    let selects = |threads: &&[&[Op]]| {
        let program = Program::of(threads);
        Arc::new(move || drop(program.run())) as Arc<dyn Fn() + Send + Sync>
    };
    let mut differences = Vec::new();
    for (number, program) in SELECTS.iter().map(selects).chain([Arc::new(two_selects) as _]).enumerate() {
        let explore = |explorer: Explorer| {
            let program = Arc::clone(&program);
            explorer.run(move || program())
        };
        let all = explore(Explorer::new(Engine::Dpor).unpruned());
        for jobs in [1, 2, 3] {
            let report = explore(Explorer::new(Engine::Dpor).jobs(jobs));
            if (&report.verdict, report.executions) != (&all.verdict, all.executions) {
                differences.push(format!("program {number}, {jobs} jobs: {report}, and not {all}"));
            }
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}

fn a_sender_that_goes_blocks_no_meeting() -> Result<(), Failed> {
    for jobs in super::JOBS {
        let report = Explorer::new(Engine::Dpor).jobs(jobs).run(|| {
            let (sender, receiver) = bounded(0);
            let theirs = sender.clone();
            let threads = [
                thread::spawn(move || theirs.send(1).unwrap()),
                thread::spawn(move || assert_eq!(receiver.recv(), Ok(1))),
            ];
            drop(sender);
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
        if !super::is_exhausted(&report, jobs) {
            return Err(format!("{jobs} jobs: {report}, {} blocked", report.blocked).into());
        }
    }
    Ok(())
}

/// What a thread waits for at the end of a blocked execution it may have come to late: before that it was in the select.
fn a_select_that_waits_is_met_in_every_part() -> Result<(), Failed> {
    let program = || {
        let (to_a, a) = bounded::<u32>(1);
        let (to_b, b) = bounded::<u32>(0);
        let attempts = [to_b, to_a.clone(), to_a].map(|to| thread::spawn(move || to.try_send(1).is_ok()));
        let selects = thread::spawn(move || {
            select_from(&a, &b);
            a.recv().is_ok()
        });
        attempts.into_iter().chain([selects]).for_each(|thread| _ = thread.join().unwrap());
    };
    let whole = Explorer::new(Engine::Dpor).run(program);
    for jobs in [2, 3, 4] {
        let report = Explorer::new(Engine::Dpor).jobs(jobs).run(program);
        if (&report.verdict, report.executions) != (&whole.verdict, whole.executions) {
            return Err(format!("{jobs} jobs: {report}, and not {whole}").into());
        }
    }
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test(
            "a_select_is_searched_once_in_any_number_of_parts",
            a_select_is_searched_once_in_any_number_of_parts,
        ),
        Trial::test("a_select_that_waits_is_met_in_every_part", a_select_that_waits_is_met_in_every_part),
        Trial::test("a_sender_that_goes_blocks_no_meeting", a_sender_that_goes_blocks_no_meeting),
    ]
}
