//! Executions without an end, or that seem to have none: a livelock is told, a long run is cut, and a loop that never
//! yields is told to.

use std::collections::VecDeque;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::{AtomicBool, Ordering::SeqCst};
use selvedge::sync::channel::{RecvTimeoutError, TryRecvError, after, bounded};
use selvedge::sync::thread::{self, yield_now};
use selvedge::sync::{Arc, Condvar, Mutex, select};

use super::loops::{atomic, clones};
use super::{JOBS, comes_to, dpor, fails_by, gather};

/// A loop that nobody ends is a livelock.
fn nobody_ends_it() -> Result<(), Failed> {
    fails_by("livelock", || {
        let x = atomic(0);
        while x.load(SeqCst) == 0 {
            yield_now();
        }
    })?;
    fails_by("livelock", || {
        let value = Arc::new(Mutex::new(0));
        while *value.lock() == 0 {
            yield_now();
        }
    })?;
    fails_by("livelock", || {
        let (sender, receiver) = bounded::<u32>(1);
        while receiver.try_recv() == Err(TryRecvError::Empty) {
            yield_now();
        }
        drop(sender);
    })
}

/// A long execution is no livelock: the limit on operations is named, and can be another.
fn a_long_execution_is_cut() -> Result<(), Failed> {
    let check = || {
        let lock = Arc::new(Mutex::new(0));
        let [theirs] = clones(&lock);
        let other = thread::spawn(move || (0..600).for_each(|_| *theirs.lock() += 1));
        other.join().unwrap();
        assert_eq!(*lock.lock(), 600);
    };
    for engine in [Engine::Dpor, Engine::Pos, Engine::Shuttle] {
        let explorer = Explorer::new(engine).operations(1_000).executions(3);
        let report = explorer.clone().run(check);
        let limit = "the limit of 1000 operations in one execution";
        if !matches!(&report.verdict, Verdict::Cut { limit: by } if by.starts_with(limit)) {
            return Err(format!("{engine:?}: {report}").into());
        }
        let report = explorer.operations(2_000).run(check);
        if !matches!(report.verdict, Verdict::Exhausted | Verdict::Sampled | Verdict::Vacuous { .. }) {
            return Err(format!("{engine:?} with more: {report}").into());
        }
    }
    Ok(())
}

/// Of a search whose executions grow no end is promised.
fn no_end_is_promised() -> Result<(), Failed> {
    let report = Explorer::new(Engine::Dpor).limit(300).run(|| {
        let flag = atomic(0);
        let [theirs] = clones(&flag);
        let ((ask, asked), (answer, answered)) = (bounded::<()>(1), bounded::<()>(1));
        let answers = thread::spawn(move || asked.iter().for_each(|()| answer.send(()).unwrap()));
        let asks = thread::spawn(move || {
            while theirs.load(SeqCst) == 0 {
                ask.send(()).unwrap();
                answered.recv().unwrap();
            }
        });
        flag.store(1, SeqCst);
        [answers, asks].into_iter().for_each(|thread| thread.join().unwrap());
    });
    match &report.verdict {
        Verdict::Cut { limit } if limit.contains("executions grow longer: there may be no end") => Ok(()),
        _ => Err(report.to_string().into()),
    }
}

/// Counts the turns of a loop until somebody sets its flag.
fn turns_until_the_flag() -> usize {
    let (turns, flag) = (atomic(0), atomic(0));
    let ([their_turns], [their_flag]) = (clones(&turns), clones(&flag));
    let other = thread::spawn(move || {
        while their_flag.load(SeqCst) == 0 {
            their_turns.fetch_add(1, SeqCst);
            yield_now();
        }
    });
    flag.store(1, SeqCst);
    let seen = turns.load(SeqCst);
    other.join().unwrap();
    seen
}

/// A loop that changes something in each turn, and would go on for ever if it were alone, makes more than eight turns only
/// where nobody else can go on: the search that prunes nothing comes to the same.
fn a_loop_that_works_for_ever_is_bounded() -> Result<(), Failed> {
    let bounded = Verdict::Bounded { preemptions: None, turns: Some(8) };
    let (unpruned, expected) = gather(Explorer::new(Engine::Dpor).unpruned().jobs(1), turns_until_the_flag);
    if unpruned.verdict != bounded || !expected.iter().copied().eq(0..=8) {
        return Err(format!("nothing pruned: {unpruned}, {expected:?}").into());
    }
    for jobs in JOBS {
        let (report, outcomes) = gather(dpor(jobs), turns_until_the_flag);
        if report.verdict != bounded || outcomes != expected {
            return Err(format!("{jobs} jobs: {report}, {outcomes:?}").into());
        }
    }
    fails_by("so many", || assert!(turns_until_the_flag() < 6, "so many"))
}

/// What others take for a change is the same: a `&mut` to what is guarded, and a channel that is made in each turn.
fn loops_of_every_day() -> Result<(), Failed> {
    fn a_queue_that_is_polled() {
        let queue = Arc::new(Mutex::new(VecDeque::new()));
        let theirs = Arc::clone(&queue);
        let other = thread::spawn(move || {
            loop {
                if let Some(number) = theirs.lock().pop_front() {
                    break number;
                }
                yield_now();
            }
        });
        queue.lock().push_back(1);
        assert_eq!(other.join().unwrap(), 1);
    }

    fn a_condition_that_takes_time() {
        let state = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&state);
        let other = thread::spawn(move || {
            let mut guard = theirs.0.lock();
            while theirs.1.wait_while_for(&mut guard, |done| !*done, Duration::from_millis(1)).timed_out() {}
        });
        *state.0.lock() = true;
        state.1.notify_one();
        other.join().unwrap();
    }

    fn a_time_in_each_turn() {
        let (sender, receiver) = bounded(1);
        let other = thread::spawn(move || {
            loop {
                select! {
                    recv(receiver) -> number => break number,
                    recv(after(Duration::from_millis(1))) -> _ => (),
                }
            }
        });
        sender.send(1).unwrap();
        assert_eq!(other.join().unwrap(), Ok(1));
    }

    for program in [a_queue_that_is_polled, a_condition_that_takes_time, a_time_in_each_turn] {
        let report = dpor(1).run(program);
        if report.verdict != (Verdict::Bounded { preemptions: None, turns: Some(8) }) {
            return Err(report.to_string().into());
        }
    }
    Ok(())
}

/// A loop with an end is explored whole, however often it turns: one that gets what another thread sends, and then waits, or
/// one that counts.
fn a_loop_that_works_to_an_end() -> Result<(), Failed> {
    const MESSAGES: u32 = 10;
    comes_to(&[(0..MESSAGES).sum()], || {
        let (sender, receiver) = bounded(MESSAGES as usize);
        (0..MESSAGES).for_each(|number| sender.send(number).unwrap());
        let other = thread::spawn(move || drop(sender));
        let mut sum = 0;
        loop {
            match receiver.recv_timeout(Duration::from_millis(1)) {
                Ok(number) => sum += number,
                Err(RecvTimeoutError::Timeout) => (),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        other.join().unwrap();
        sum
    })?;
    comes_to(&(0..=12).collect::<Vec<_>>(), || {
        let turns = atomic(0);
        let [theirs] = clones(&turns);
        let other = thread::spawn(move || {
            (0..12).for_each(|_| {
                theirs.fetch_add(1, SeqCst);
                yield_now();
            });
        });
        let seen = turns.load(SeqCst);
        other.join().unwrap();
        seen
    })
}

/// Whoever samples sees that a loop has no end, too.
fn samplers_tell_a_livelock() -> Result<(), Failed> {
    for engine in [Engine::Shuttle, Engine::Pos, Engine::Surw] {
        let report = Explorer::new(engine).executions(10).run(|| {
            let flag = Arc::new(AtomicBool::new(false));
            let [theirs] = clones(&flag);
            let other = thread::spawn(move || {
                while !theirs.load(SeqCst) {
                    yield_now()
                }
            });
            other.join().unwrap();
        });
        match &report.verdict {
            Verdict::Failed(failure) if failure.headline.starts_with("livelock: A spins") => (),
            _ => return Err(format!("{engine:?}: {report}").into()),
        }
    }
    Ok(())
}

/// A loop that never lets others go on says nothing about the program; what to do is said.
fn a_loop_without_a_yield() -> Result<(), Failed> {
    let report = Explorer::new(Engine::Dpor).operations(2_000).run(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let [theirs] = clones(&flag);
        let other = thread::spawn(move || theirs.store(true, SeqCst));
        while !flag.load(SeqCst) {
            std::hint::spin_loop();
        }
        other.join().unwrap();
    });
    match &report.verdict {
        Verdict::Unsupported { what } if what.contains("yield_now") && what.contains("endless.rs:") => Ok(()),
        _ => Err(report.to_string().into()),
    }
}

/// Two threads that give way to each other, again and again.
fn who_gives_way_for_ever() -> Result<(), Failed> {
    fails_by("go round in a circle", || {
        let locks = Arc::new([Mutex::new(()), Mutex::new(())]);
        let [theirs] = clones(&locks);
        let both = |locks: &[Mutex<()>; 2], first: usize| {
            loop {
                let _one = locks[first].lock();
                if locks[1 - first].try_lock().is_some() {
                    return;
                }
                drop(_one);
                yield_now();
            }
        };
        let other = thread::spawn(move || both(&theirs, 1));
        both(&locks, 0);
        other.join().unwrap();
    })
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("nobody_ends_it", nobody_ends_it),
        Trial::test("a_long_execution_is_cut", a_long_execution_is_cut),
        Trial::test("no_end_is_promised", no_end_is_promised),
        Trial::test("a_loop_that_works_for_ever_is_bounded", a_loop_that_works_for_ever_is_bounded),
        Trial::test("loops_of_every_day", loops_of_every_day),
        Trial::test("a_loop_that_works_to_an_end", a_loop_that_works_to_an_end),
        Trial::test("samplers_tell_a_livelock", samplers_tell_a_livelock),
        Trial::test("a_loop_without_a_yield", a_loop_without_a_yield),
        Trial::test("who_gives_way_for_ever", who_gives_way_for_ever),
    ]
}
