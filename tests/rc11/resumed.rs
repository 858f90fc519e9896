//! A search that is cut, and goes on from its file, ends as one that was not; so do several parts together; and a file that is
//! of no use is told by one line.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use selvedge::check::{Engine, Explorer, Report, Verdict};
use selvedge::sync::atomic::Ordering::{Relaxed, Release, SeqCst};
use selvedge::sync::atomic::{AtomicU32, fence};
use selvedge::sync::channel::bounded;
use selvedge::sync::{Condvar, select, thread};

use super::generated::{FAMILIES, Op, Program, TOKEN};

selvedge::statics! {
    static STORED: AtomicU32 = AtomicU32::new(0);
    static ADDED: AtomicU32 = AtomicU32::new(0);
}

type Check = Box<dyn Fn() -> Vec<usize> + Send + Sync>;

/// Executions of a search that is small enough to be run again in pieces.
const LARGEST: u64 = 700;

fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("selvedge-{}-{name}", std::process::id()))
}

/// Threads with their numbers that share two atomics; what each gives.
fn over_atomics(threads: usize, body: fn(&[AtomicU32; 2], u32) -> u32) -> Vec<usize> {
    let shared = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
    let start = |number| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || body(&shared, number))
    };
    let threads: Vec<_> = (1..=threads as u32).map(start).collect();
    threads.into_iter().map(|thread| thread.join().unwrap() as usize).collect()
}

fn adds(threads: usize) -> Vec<usize> {
    over_atomics(threads, |[x, _], number| x.fetch_add(number, Relaxed))
}

/// Programs whose searches differ in what they have to keep: places of stores, revisits, fences, choices, counts that matter,
/// spin loops, condition variables, channels of one select, statics.
fn checks() -> Vec<(&'static str, Check)> {
    let program = |threads: &[&[Op]]| -> Check {
        let program = Program::of(threads);
        Box::new(move || program.run().concat())
    };
    vec![
        ("adds", Box::new(|| adds(3))),
        (
            "stores",
            Box::new(|| {
                over_atomics(3, |[x, y], number| {
                    x.store(number, Release);
                    10 * y.load(Relaxed) + x.load(SeqCst)
                })
            }),
        ),
        (
            "fences",
            Box::new(|| {
                over_atomics(2, |shared, number| {
                    shared[number as usize - 1].store(number, Relaxed);
                    fence(SeqCst);
                    let seen = shared[2 - number as usize].load(Relaxed);
                    shared[0].compare_exchange_weak(seen, 7, Relaxed, Relaxed).unwrap_or_else(|read| 10 + read)
                })
            }),
        ),
        (
            "spin",
            Box::new(|| {
                over_atomics(2, |[x, y], number| {
                    if number == 1 {
                        x.store(1, Relaxed);
                        return y.swap(1, Release);
                    }
                    while y.load(Relaxed) == 0 {
                        thread::yield_now();
                    }
                    x.load(Relaxed)
                })
            }),
        ),
        (
            "condvar",
            Box::new(|| {
                let shared = Arc::new((selvedge::sync::Mutex::new(0), Condvar::new()));
                let theirs = Arc::clone(&shared);
                let waiter = thread::spawn(move || {
                    let mut value = theirs.0.lock();
                    theirs.1.wait_while(&mut value, |value| *value == 0);
                    *value
                });
                let add = |shared: &(selvedge::sync::Mutex<usize>, Condvar)| {
                    *shared.0.lock() += 1;
                    usize::from(shared.1.notify_one())
                };
                let other = Arc::clone(&shared);
                let other = thread::spawn(move || add(&other));
                vec![add(&shared), other.join().unwrap(), waiter.join().unwrap()]
            }),
        ),
        (
            "select",
            Box::new(|| {
                let [(a, from_a), (b, from_b)] = [(); 2].map(|()| bounded(0));
                let senders = [a, b].map(|sender| thread::spawn(move || usize::from(sender.try_send(1_usize).is_ok())));
                let got = select! {
                    recv(from_a) -> value => value.unwrap_or(5),
                    recv(from_b) -> value => 10 * value.unwrap_or(5),
                };
                let [one, other] = senders.map(|sender| sender.join().unwrap());
                vec![got, one, other]
            }),
        ),
        (
            "statics",
            Box::new(|| {
                let threads = [1, 2, 3].map(|number| {
                    thread::spawn(move || {
                        STORED.store(number, Relaxed);
                        ADDED.fetch_add(STORED.load(Relaxed), Relaxed) as usize
                    })
                });
                threads.map(|thread| thread.join().unwrap()).to_vec()
            }),
        ),
        ("owners", program(&[&[Op::DropToken], &[Op::Upgrade, Op::TryRecv(TOKEN)], &[Op::DropToken]])),
        ("queues", program(&[&[Op::Send(0), Op::Send(1)], &[Op::TrySelect], &[Op::TrySelect]])),
    ]
}

/// What a search says of a check, and what that gives.
fn run(explorer: Explorer, check: &Arc<Check>) -> (Report, BTreeSet<Vec<usize>>) {
    let outcomes = Arc::new(Mutex::new(BTreeSet::new()));
    let (theirs, check) = (Arc::clone(&outcomes), Arc::clone(check));
    let report = explorer.run(move || {
        // An execution may be left in the midst of the program.
        let outcome = check();
        theirs.lock().unwrap().insert(outcome);
    });
    let outcomes = outcomes.lock().unwrap().clone();
    (report, outcomes)
}

fn counts(report: &Report) -> (Verdict, u64, u64) {
    (report.verdict.clone(), report.executions, report.blocked)
}

/// Runs the search to its end, each time up to the next of the limits.
fn in_pieces(explorer: &Explorer, limits: &[u64], check: &Arc<Check>) -> (Report, BTreeSet<Vec<usize>>) {
    let mut all = BTreeSet::new();
    for limit in limits.iter().cycle().take(3_000) {
        let (report, outcomes) = run(explorer.clone().limit(*limit), check);
        all.extend(outcomes);
        if !matches!(&report.verdict, Verdict::Cut { limit } if limit.starts_with("the limit of")) {
            return (report, all);
        }
    }
    panic!("not done after 3,000 cuts");
}

#[test]
fn a_search_that_was_cut_ends_as_one_that_was_not() {
    let explorer = || Explorer::new(Engine::Rc11);
    for (kind, explorer) in
        [("whole", explorer()), ("in-two-threads", explorer().jobs(2)), ("shard", explorer().shard(1, 3))]
    {
        for (name, check) in checks() {
            let check = Arc::new(check);
            let (whole, outcomes) = run(explorer.clone().limit(LARGEST), &check);
            assert!(!matches!(whole.verdict, Verdict::Cut { .. }), "{kind}, {name}: {whole}");
            for limits in [&[1, 4, 2][..], &[7, 30]] {
                let file = file(&format!("rc11-{kind}-{name}"));
                let (pieces, found) = in_pieces(&explorer.clone().resume(&file), limits, &check);
                assert_eq!(counts(&pieces), counts(&whole), "{kind}, {name}, {limits:?}: {pieces}, and not {whole}");
                assert_eq!(found, outcomes, "{kind}, {name}, {limits:?}");
                let left = explorer.clone().resume(&file).resume_files().into_iter().find(|file| file.exists());
                assert_eq!(left, None, "{kind}, {name}");
            }
        }
    }
}

/// All parts together have the executions of the whole, and no part has another's.
#[test]
fn the_parts_are_the_whole() {
    for (name, check) in checks() {
        let check = Arc::new(check);
        let (whole, outcomes) = run(Explorer::new(Engine::Rc11), &check);
        for parts in [2, 3, 5] {
            let (jobs, found) = run(Explorer::new(Engine::Rc11).jobs(parts), &check);
            assert_eq!(counts(&jobs), counts(&whole), "{name}, {parts} jobs: {jobs}, and not {whole}");
            assert_eq!(found, outcomes, "{name}, {parts} jobs");
            let shard = |part| run(Explorer::new(Engine::Rc11).shard(part, parts), &check);
            let shards: Vec<_> = (0..parts).map(shard).collect();
            let sum = |count: fn(&Report) -> u64| shards.iter().map(|(report, _)| count(report)).sum::<u64>();
            let sums = (sum(|report| report.executions), sum(|report| report.blocked));
            assert_eq!(sums, (whole.executions, whole.blocked), "{name}, {parts} shards");
            let found: BTreeSet<_> = shards.into_iter().flat_map(|(_, outcomes)| outcomes).collect();
            assert_eq!(found, outcomes, "{name}, {parts} shards");
        }
    }
}

#[test]
fn generated_programs_are_cut_and_shared_too() {
    for seed in 0..40 {
        let check: Arc<Check> = Arc::new(Box::new(move || Program::from_seed(seed, &FAMILIES).run().concat()));
        let explorer = Explorer::new(Engine::Rc11);
        let (whole, outcomes) = run(explorer.clone().limit(300), &check);
        if whole.verdict != Verdict::Exhausted {
            continue;
        }
        let program = Program::from_seed(seed, &FAMILIES);
        let (pieces, found) = in_pieces(&explorer.clone().resume(file("rc11-generated")), &[3, 50], &check);
        assert_eq!((counts(&pieces), &found), (counts(&whole), &outcomes), "{program}: {pieces}, and not {whole}");
        let (jobs, found) = run(explorer.jobs(3), &check);
        assert_eq!((counts(&jobs), &found), (counts(&whole), &outcomes), "{program}: {jobs}, and not {whole}");
    }
}

#[test]
fn a_file_of_no_use_is_told() {
    let path = file("rc11-useless");
    let explorer = Explorer::new(Engine::Rc11).resume(&path).limit(5);
    let refused = |report: Report, why: &str| match &report.verdict {
        Verdict::Cut { limit } if limit.contains(why) && limit.lines().count() == 1 => (),
        _ => panic!("{report}, and not {why}"),
    };
    let three = || drop(adds(3));
    explorer.run(three);
    let written = fs::read_to_string(&path).unwrap();

    // Another program, another search, another build, half a file, some other file.
    refused(explorer.run(|| drop(adds(4))), "is of another program");
    refused(explorer.run(|| drop(over_atomics(3, |[x, _], number| x.swap(number, Relaxed)))), "is of another program");
    refused(Explorer::new(Engine::Dpor).resume(&path).run(three), "is of another search");
    fs::write(&path, written.replacen("\"program\":", "\"program\":0,\"was\":", 1)).unwrap();
    refused(explorer.run(three), "was written by another build of this program");
    fs::write(&path, &written[..written.len() / 2]).unwrap();
    refused(explorer.run(three), "is damaged");
    fs::write(&path, "[]").unwrap();
    refused(explorer.run(three), "holds no search");
    fs::remove_file(&path).unwrap();

    // What was written stays of use.
    fs::write(&path, written).unwrap();
    let report = explorer.limit(u64::MAX).run(three);
    assert_eq!((&report.verdict, report.executions), (&Verdict::Exhausted, 6), "{report}");
    assert!(!path.exists());
}

/// About how many executions there are is known before all are run.
#[test]
fn how_many_there_are_is_estimated() {
    let report = Explorer::new(Engine::Rc11).limit(300).run(|| drop(adds(6)));
    let Verdict::Cut { limit } = &report.verdict else { panic!("{report}") };
    let about = limit.split(", of about ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
    assert!(about.is_some_and(|about| (300..10_000).contains(&about)), "{report}");
}
