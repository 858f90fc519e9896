//! Choices that no schedule makes: those that a program asks for, a weak exchange that fails, a wait that ends without a
//! reason.

use std::collections::BTreeSet;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Report, Verdict, choose};
use selvedge::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, Condvar, Mutex, thread};

use super::{comes_to, fails_by, is_replayed};

/// Each thread chooses, and their numbers meet in each order.
fn two_threads_choose() -> Result<(), Failed> {
    let sums: Vec<(usize, usize)> =
        (0..3).flat_map(|one| (0..2).flat_map(move |other| [(one, one + other), (one + other, other)])).collect();
    comes_to(&sums, || {
        let x = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&x);
        let thread = thread::spawn(move || {
            let more = choose(3);
            theirs.fetch_add(more, SeqCst) + more
        });
        let more = choose(2);
        let mine = x.fetch_add(more, SeqCst) + more;
        (thread.join().unwrap(), mine)
    })
}

/// What one thread chooses decides which race there is.
fn a_choice_between_two_locks() -> Result<(), Failed> {
    fails_by("deadlock", || {
        let locks = Arc::new([Mutex::new(()), Mutex::new(())]);
        let theirs = Arc::clone(&locks);
        let thread = thread::spawn(move || {
            let first = choose(2);
            let _one = theirs[first].lock();
            let _other = theirs[1 - first].lock();
        });
        let _one = locks[0].lock();
        let _other = locks[1].lock();
        drop((_one, _other));
        thread.join().unwrap();
    })
}

fn a_weak_exchange_that_may_fail() -> Result<(), Failed> {
    fails_by("panicked", || {
        let x = AtomicUsize::new(0);
        assert!(x.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_ok());
    })
}

/// A loop that tries again does not tell.
fn a_weak_exchange_that_is_tried_again() -> Result<(), Failed> {
    comes_to(&[2], || {
        let x = Arc::new(AtomicUsize::new(0));
        let add = |x: &AtomicUsize| {
            let mut old = x.load(SeqCst);
            while let Err(now) = x.compare_exchange_weak(old, old + 1, SeqCst, SeqCst) {
                old = now;
            }
        };
        let theirs = Arc::clone(&x);
        let thread = thread::spawn(move || add(&theirs));
        add(&x);
        thread.join().unwrap();
        x.load(SeqCst)
    })
}

/// What a program that tries so often at one line comes to: how many tries have failed before one went ahead. Perhaps the
/// program ends with the tries, and perhaps something is beside them.
fn tries(engine: Engine, most: usize, beside: bool) -> (Report, BTreeSet<usize>) {
    let outcomes = Explorer::new(engine).scouts(false).outcomes(move || {
        let x = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&x);
        let thread = beside.then(|| thread::spawn(move || theirs.load(SeqCst)));
        let failed = (0..most).take_while(|_| x.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_err()).count();
        thread.into_iter().for_each(|thread| _ = thread.join().unwrap());
        failed
    });
    (outcomes.report, outcomes.rows.into_iter().map(|row| row.value).collect())
}

/// Each of the tries may fail, and where they are too many that is said.
fn a_weak_exchange_that_is_tried_so_often() -> Result<(), Failed> {
    for engine in [Engine::Dpor, Engine::Rc11] {
        for beside in [true, false] {
            for most in [2, 3, 4, 5] {
                let (report, outcomes) = tries(engine, most, beside);
                let as_many = beside || report.executions == most as u64 + 1;
                if report.verdict != Verdict::Exhausted || outcomes != (0..=most).collect() || !as_many {
                    return Err(format!("{engine:?}, {most} tries, beside {beside}: {report}, {outcomes:?}").into());
                }
            }
            let (report, outcomes) = tries(engine, 20, beside);
            let bounded = matches!(report.verdict, Verdict::Bounded { preemptions: None, turns: Some(8) });
            if !bounded || outcomes != (0..=8).collect() {
                return Err(format!("{engine:?}, 20 tries, beside {beside}: {report}, {outcomes:?}").into());
            }
        }
    }
    Ok(())
}

/// A loop that tries until it succeeds goes on like that: it is where it was. One that remembers the first failure is told
/// from that.
fn a_weak_exchange_in_a_loop() -> Result<(), Failed> {
    comes_to(&[(false, false), (false, true), (true, false), (true, true)], || {
        let flag = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&flag);
        let thread = thread::spawn(move || theirs.load(SeqCst));
        let mut failed = false;
        while flag.compare_exchange_weak(false, true, SeqCst, SeqCst).is_err() {
            failed = true;
            thread::yield_now();
        }
        (failed, thread.join().unwrap())
    })
}

/// Each failure leaves something behind: how many there can be is bounded, and said.
fn a_weak_exchange_that_counts_its_failures() -> Result<(), Failed> {
    for engine in [Engine::Dpor, Engine::Rc11] {
        let report = Explorer::new(engine).scouts(false).run(move || {
            let [x, failures] = [0, 0].map(AtomicUsize::new);
            while x.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_err() {
                failures.fetch_add(1, SeqCst);
            }
            assert!(failures.load(SeqCst) <= 8);
        });
        if !matches!(report.verdict, Verdict::Bounded { preemptions: None, turns: Some(8) }) {
            return Err(format!("{engine:?}: {report}").into());
        }
    }
    Ok(())
}

/// A flag that is waited for, by an `if` or by a `while`.
fn wait_for_a_flag(again: bool) {
    let shared = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = Arc::clone(&shared);
    let thread = thread::spawn(move || {
        let mut ready = theirs.0.lock();
        while !*ready {
            theirs.1.wait(&mut ready);
            if !again {
                break;
            }
        }
        assert!(*ready, "it is not ready");
    });
    *shared.0.lock() = true;
    shared.1.notify_one();
    thread.join().unwrap();
}

fn an_if_around_a_wait() -> Result<(), Failed> {
    let explore = |again, spurious| Explorer::new(Engine::Dpor).spurious(spurious).run(move || wait_for_a_flag(again));
    for (again, spurious) in [(false, false), (true, true)] {
        let report = explore(again, spurious);
        if report.verdict != Verdict::Exhausted || report.blocked > 0 {
            return Err(format!("again: {again}, spurious: {spurious}: {report}").into());
        }
    }
    let report = explore(false, true);
    match report.verdict.story() {
        Some(story) if story.steps.iter().any(|step| step.text == "wakes spuriously") => {
            is_replayed(&Explorer::new(Engine::Dpor).spurious(true), &report, "", || wait_for_a_flag(false))
        }
        _ => Err(format!("expected a wait that ends without a reason, and found {report}").into()),
    }
}

/// A choice comes when the story says so, be that after a yield of another thread.
fn a_choice_behind_a_yield_is_replayed() -> Result<(), Failed> {
    let check = || {
        let x = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&x);
        let other = thread::spawn(move || {
            thread::yield_now();
            theirs.store(1, SeqCst);
        });
        choose(2);
        x.store(2, SeqCst);
        other.join().unwrap();
        assert_eq!(x.load(SeqCst), 1);
    };
    for engine in [Engine::Dpor, Engine::Pos, Engine::Rc11] {
        let explorer = Explorer::new(engine);
        is_replayed(&explorer, &explorer.clone().run(check), "", check)?;
    }
    Ok(())
}

/// rc11 explores them too.
fn choices_under_weak_memory() -> Result<(), Failed> {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(std::collections::BTreeSet::new()));
    let sink = std::sync::Arc::clone(&seen);
    let report = Explorer::new(Engine::Rc11).run(move || {
        let x = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&x);
        let thread = thread::spawn(move || theirs.store(choose(3), SeqCst));
        let outcome = (choose(2), x.load(SeqCst));
        thread.join().unwrap();
        sink.lock().unwrap().insert(outcome);
    });
    let seen = seen.lock().unwrap().len();
    match (&report.verdict, seen) {
        (Verdict::Exhausted, 6) => Ok(()),
        _ => Err(format!("{report}, {seen} outcomes").into()),
    }
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_choice_behind_a_yield_is_replayed", a_choice_behind_a_yield_is_replayed),
        Trial::test("choices_of_under_weak_memory", choices_under_weak_memory),
        Trial::test("choices_of_two_threads", two_threads_choose),
        Trial::test("choices_of_a_lock", a_choice_between_two_locks),
        Trial::test("choices_of_a_weak_exchange", a_weak_exchange_that_may_fail),
        Trial::test("choices_of_a_weak_exchange_in_a_loop", a_weak_exchange_that_is_tried_again),
        Trial::test("choices_of_a_weak_exchange_so_often", a_weak_exchange_that_is_tried_so_often),
        Trial::test("choices_of_a_weak_exchange_that_spins", a_weak_exchange_in_a_loop),
        Trial::test("choices_of_a_weak_exchange_that_counts", a_weak_exchange_that_counts_its_failures),
        Trial::test("choices_of_an_if_around_a_wait", an_if_around_a_wait),
    ]
}
