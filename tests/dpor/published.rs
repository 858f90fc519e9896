//! The counts of `tests/litmus`: `dpor` runs as many executions as are consistent under sequential consistency, and none
//! is blocked. It runs the programs with the orderings that they name, and sees none of them.

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict};

use crate::dpor::litmus::{self, Litmus, Op};

fn as_many_as_are_consistent(litmus: Litmus) -> Result<(), Failed> {
    let (name, sc) = (litmus.name.clone(), litmus.sc);
    let report = Explorer::new(Engine::Dpor).run(move || _ = litmus.run());
    match (&report.verdict, report.executions, report.blocked) {
        (Verdict::Exhausted, executions, 0) if executions == sc => Ok(()),
        (.., blocked) => Err(format!("{name}: {report}, {blocked} blocked, and not {sc}").into()),
    }
}

/// Every kind of operation is read as what it is, in the threads that the file has.
fn the_file_is_read_as_it_is_written() -> Result<(), Failed> {
    use selvedge::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

    let line = "all\t3\t4\ty=2.rel x.acq fence.sc | y+=1.rlx x<-3.rlx";
    let read = Litmus::read(line).ok_or("the line is not read")?;
    let threads = [
        vec![Op::Store(0, 2, Release), Op::Load(1, Acquire), Op::Fence(SeqCst)],
        vec![Op::FetchAdd(0, 1, Relaxed), Op::Swap(1, 3, Relaxed)],
    ];
    if (read.sc, read.rc11, read.variables.join(" ").as_str(), &read.threads[..]) != (3, 4, "y x", &threads[..]) {
        return Err(format!("{line}: {read:?}").into());
    }
    let wrong =
        ["a\t1", "a\t1\t1\tx=.rlx", "a\t1\t1\tx.relaxed", "a\tx\t1\tx.rlx", "a\t1\t1\t+=1.rlx", "a\t1\t1\tx.sc\tx"];
    match wrong.iter().find(|line| Litmus::read(line).is_some()) {
        Some(line) => Err(format!("{line} is no litmus test").into()),
        None => Ok(()),
    }
}

pub fn trials() -> Vec<Trial> {
    let trial = |litmus: Litmus| {
        let name = format!("litmus_{}_has_as_many_executions_as_are_consistent", litmus.name);
        Trial::test(name, move || as_many_as_are_consistent(litmus))
    };
    let read = Trial::test("the_file_is_read_as_it_is_written", the_file_is_read_as_it_is_written);
    litmus::all().into_iter().map(trial).chain([read]).collect()
}
