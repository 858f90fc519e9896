//! A table of what can come of a program counts what the report counts, and each of its stories is one that gives the value.

use selvedge::check::{Engine, Explorer, Outcomes, Report, Verdict, require};
#[cfg(shuttle)]
use selvedge::sync::Mutex;
use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{Arc, thread};

/// A program that is compared in every engine.
type Program = fn() -> Vec<u32>;

/// Two threads add to a total, in two steps each.
fn lost_update() -> Vec<u32> {
    let total = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| total.store(total.load(SeqCst) + 1, SeqCst));
        }
    });
    vec![total.load(SeqCst)]
}

/// One waits in a loop, which engines find out about in executions that count for nothing.
fn spins() -> Vec<u32> {
    let (flag, seen) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while flag.load(SeqCst) == 0 {
                thread::yield_now();
            }
            seen.fetch_add(1, SeqCst);
        });
        seen.fetch_add(2, SeqCst);
        flag.store(1, SeqCst);
        vec![seen.load(SeqCst)]
    })
}

/// Somebody asks how many owners there are, so that the search starts again.
fn counts_owners() -> Vec<u32> {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || drop(theirs));
    let owners = Arc::strong_count(&shared) as u32;
    worker.join().expect("it does not panic");
    vec![owners]
}

/// With what can come of each.
const PROGRAMS: [(Program, &[u32]); 3] = [(lost_update, &[1, 2]), (spins, &[2, 3]), (counts_owners, &[1, 2])];

fn sum<T>(outcomes: &Outcomes<T>) -> u64 {
    outcomes.rows.iter().map(|row| row.executions).sum()
}

#[test]
fn what_the_report_counts_is_counted() {
    for engine in Engine::available() {
        // loom's `Arc` is std's.
        let programs = PROGRAMS.iter().take(if engine == Engine::Loom { 2 } else { 3 });
        for &(program, values) in programs {
            let outcomes = Explorer::new(engine).executions(50).outcomes(program);
            assert_eq!(sum(&outcomes), outcomes.report.executions, "{outcomes}");
            let exhaustive = matches!(engine, Engine::Dpor | Engine::Loom);
            assert_eq!(outcomes.is_complete(), exhaustive, "{outcomes}");
            let all: Vec<Vec<u32>> = values.iter().map(|&value| vec![value]).collect();
            match exhaustive {
                true => assert!(outcomes.values().eq(&all), "{outcomes}"),
                false => assert!(outcomes.values().all(|value| all.contains(value)), "{outcomes}"),
            }
        }
    }
}

/// What repeats another is not counted, and the parts of a search come to the whole.
#[test]
#[cfg(shuttle)]
fn a_search_has_the_same_outcomes_in_parts_and_unpruned() {
    for (program, _) in PROGRAMS {
        let whole = Explorer::new(Engine::Dpor).outcomes(program);
        for explorer in [Explorer::new(Engine::Dpor).jobs(3), Explorer::new(Engine::Dpor).unpruned()] {
            let other = explorer.outcomes(program);
            assert_eq!(other.to_string(), whole.to_string());
        }
    }
    let weak = Explorer::new(Engine::Rc11).outcomes(lost_update);
    assert_eq!((weak.values().count(), sum(&weak)), (2, weak.report.executions), "{weak}");
}

#[test]
#[cfg(shuttle)]
fn a_part_of_a_search_is_not_complete() {
    let [one, other] = [0, 1].map(|part| Explorer::new(Engine::Dpor).shard(part, 2).outcomes(lost_update));
    assert!(!one.is_complete() && !other.is_complete());
    assert_eq!(sum(&one) + sum(&other), sum(&Explorer::new(Engine::Dpor).outcomes(lost_update)));
}

/// Its story is run again, and gives the value.
#[test]
fn a_witness_gives_its_value() {
    for engine in Engine::available().filter(|engine| engine.cfg() == Some("shuttle")) {
        for (program, _) in PROGRAMS {
            let explorer = Explorer::new(engine).executions(20);
            for row in explorer.outcomes(program).rows {
                let (story, value) = (row.story.expect("it tells one"), row.value);
                let (report, diverged) =
                    explorer.replay(&story, move || require(program() != value, || "it is".into()));
                assert!(matches!(report.verdict, Verdict::Failed(_)), "{report}");
                assert_eq!(diverged, None);
            }
        }
    }
}

#[test]
fn an_exploration_that_fails_says_so() {
    let fails = || require(lost_update() == [2], || "an update is lost".into());
    for engine in Engine::available().filter(|&engine| engine != Engine::Threads) {
        let outcomes = Explorer::new(engine).outcomes(fails);
        assert!(matches!(&outcomes.report, Report { verdict: Verdict::Failed(_), .. }) && !outcomes.is_complete());
        let last = outcomes.to_string().lines().find(|line| line.contains("FAILED")).map(str::to_owned);
        assert!(last.is_some_and(|line| line.ends_with("an update is lost")), "{outcomes}");
    }
}

#[test]
#[should_panic(expected = "outcomes cannot be resumed")]
fn nothing_is_said_of_what_was_gathered_before() {
    let engine = Engine::available().next().expect("every build has an engine");
    Explorer::new(engine).resume("search").outcomes(lost_update);
}

/// As text, and as a document.
#[test]
#[cfg(shuttle)]
fn a_table_says_whether_there_are_others() {
    let lock = || {
        let total = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *total.lock() += 9);
            *total.lock() += 1;
            *total.lock()
        })
    };
    let whole = Explorer::new(Engine::Dpor).outcomes(lock);
    assert_eq!(
        whole.to_string(),
        "  1   1 execution\n  10  2 executions\nEXHAUSTED 3, SC suffices: these and no others"
    );
    let sampled = Explorer::new(Engine::Pos).executions(50).outcomes(lock);
    assert!(sampled.to_string().ends_with("SAMPLED 50, seed 0: there may be others"), "{sampled}");
    let document: serde_json::Value = serde_json::to_value(&whole).expect("it is plain data");
    let (rows, complete) = (&document["outcomes"], &document["complete"]);
    assert_eq!((&rows[0]["value"], &rows[1]["executions"], complete), (&1.into(), &2.into(), &true.into()));
    assert!(rows[0]["story"]["steps"].is_array());
}
