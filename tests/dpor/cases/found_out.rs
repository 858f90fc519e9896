//! What one part of a search finds out late: that an owner count matters, which all parts have to know; and that the search
//! cannot be done in parts.

use std::collections::BTreeSet;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, WaitGroup, thread};

use super::gather;

/// What main has read, and the count, if it has asked for it.
type Outcome = ([usize; LOOKS], Option<usize>);

const LOOKS: usize = 3;

/// Two threads let go of what they own, and then count up three times each, one by tens. Main looks, and asks how many
/// owners there are only if it has read `asked_after`.
fn counts_once_in_a_while(asked_after: [usize; LOOKS]) -> Outcome {
    let (x, one) = (Arc::new(AtomicUsize::new(0)), Arc::new(()));
    let threads = [1, 10].map(|step| {
        let (x, one) = (Arc::clone(&x), Arc::clone(&one));
        thread::spawn(move || {
            drop(one);
            for _ in 0..3 {
                x.fetch_add(step, SeqCst);
            }
        })
    });
    let read = [(); LOOKS].map(|()| x.load(SeqCst));
    let count = (read == asked_after).then(|| Arc::strong_count(&one));
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    (read, count)
}

/// When the count is asked for: in the first execution, and in ever fewer of the others.
const ASKED: [[usize; LOOKS]; 5] = [[0, 0, 0], [1, 11, 12], [10, 11, 21], [1, 21, 32], [10, 30, 33]];

fn jobs_have_all_executions() -> Result<(), Failed> {
    for (scouts, asked_after) in [false, true].into_iter().flat_map(|scouts| ASKED.map(|asked| (scouts, asked))) {
        let dpor = || Explorer::new(Engine::Dpor).scouts(scouts);
        let (whole, outcomes) = gather(dpor(), move || counts_once_in_a_while(asked_after));
        for jobs in [2, 3] {
            let (report, found) = gather(dpor().jobs(jobs), move || counts_once_in_a_while(asked_after));
            if (&report.verdict, report.executions, &found) != (&whole.verdict, whole.executions, &outcomes) {
                return Err(format!("{jobs} jobs, asked after {asked_after:?}: {report}, and not {whole}").into());
            }
        }
    }
    Ok(())
}

/// The shards have all executions together, or one of them says that it was cut.
fn shards_have_all_executions_or_are_cut() -> Result<(), Failed> {
    let mut cut = 0;
    for asked_after in ASKED {
        let (whole, outcomes) = gather(Explorer::new(Engine::Dpor), move || counts_once_in_a_while(asked_after));
        for of in [2, 3] {
            let shard = |shard| {
                gather(Explorer::new(Engine::Dpor).shard(shard, of), move || counts_once_in_a_while(asked_after))
            };
            let (reports, found): (Vec<_>, Vec<_>) = (0..of).map(shard).unzip();
            if let Some(Verdict::Cut { limit }) =
                reports.iter().map(|report| &report.verdict).find(|verdict| matches!(verdict, Verdict::Cut { .. }))
            {
                assert!(limit.contains("explore the whole in one process"), "{limit}");
                cut += 1;
                continue;
            }
            let executions: u64 = reports.iter().map(|report| report.executions).sum();
            let found: BTreeSet<Outcome> = found.into_iter().flatten().collect();
            if (executions, &found) != (whole.executions, &outcomes) {
                return Err(format!("{of} shards, asked after {asked_after:?}: {executions}, and not {whole}").into());
            }
        }
    }
    if (1..2 * ASKED.len()).contains(&cut) { Ok(()) } else { Err(format!("{cut} searches were cut").into()) }
}

/// Two threads add to a wait group, which may be at zero, and count up in between; main waits, and looks.
fn adds_at_zero() -> [usize; 2] {
    let (x, group) = (Arc::new(AtomicUsize::new(0)), WaitGroup::new());
    let threads = [1, 10].map(|step| {
        let (x, group) = (Arc::clone(&x), group.clone());
        thread::spawn(move || {
            let ticket = group.add();
            x.fetch_add(step, SeqCst);
            drop(ticket);
        })
    });
    let read = [(); 2].map(|()| {
        group.wait();
        x.load(SeqCst)
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    read
}

/// Each of two adds keeps the waiter waiting, against the fourth law of the machines: such a search is done as a whole.
fn adds_at_zero_are_not_searched_in_parts() -> Result<(), Failed> {
    let (whole, outcomes) = gather(Explorer::new(Engine::Dpor), adds_at_zero);
    let (jobs, found) = gather(Explorer::new(Engine::Dpor).jobs(2), adds_at_zero);
    assert_eq!(
        (&jobs.verdict, jobs.executions, jobs.blocked, &found),
        (&Verdict::Exhausted, whole.executions, 0, &outcomes)
    );
    let shard = |shard| gather(Explorer::new(Engine::Dpor).shard(shard, 2), adds_at_zero).0.verdict;
    let why = |verdict| if let Verdict::Cut { limit } = verdict { Some(limit) } else { None };
    let cut: Vec<String> = (0..2).map(shard).filter_map(why).collect();
    if cut.iter().any(|why| why.contains("may each keep a third waiting")) {
        Ok(())
    } else {
        Err(format!("{cut:?}").into())
    }
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("adds_at_zero_are_not_searched_in_parts", adds_at_zero_are_not_searched_in_parts),
        Trial::test("jobs_have_all_executions_of_a_late_count", jobs_have_all_executions),
        Trial::test("shards_have_all_executions_of_a_late_count_or_are_cut", shards_have_all_executions_or_are_cut),
    ]
}
