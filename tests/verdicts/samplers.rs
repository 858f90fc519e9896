//! Samplers say what they have sampled, and find what there is to find in it.

use std::collections::BTreeMap;
use std::sync::Mutex as Results;

use selvedge::check::{Engine, Explorer, Kind, Report, Verdict, require};
use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, RwLock, UnsafeCell, channel, select, thread};

use crate::failure;

fn samplers() -> impl Iterator<Item = Engine> {
    Engine::available().filter(|engine| engine.samples_from_seed())
}

/// A cell that everybody may get at.
struct Open(UnsafeCell<u32>);

// SAFETY: the accesses are what the tests are about; tasks of an execution never run at once.
unsafe impl Sync for Open {}

fn write(cell: &Open) {
    // SAFETY: no other task runs meanwhile.
    cell.0.with_mut(|cell| unsafe { *cell += 1 });
}

fn two_writes(joined: bool) {
    let cell = Arc::new(Open(UnsafeCell::new(0)));
    let theirs = Arc::clone(&cell);
    let other = thread::spawn(move || write(&theirs));
    if joined {
        other.join().unwrap();
        return write(&cell);
    }
    write(&cell);
    other.join().unwrap();
}

#[test]
fn a_race_that_every_execution_has_is_found() {
    for engine in samplers() {
        let failure = failure(Explorer::new(engine).run(|| two_writes(false)));
        assert_eq!(failure.kind, Kind::Race, "{}: {failure}", engine.name());
        let report = Explorer::new(engine).run(|| two_writes(true));
        assert_eq!(report.verdict, Verdict::Exhausted, "{}: {report}", engine.name());
    }
}

/// B9: the only thing that two threads share is a cell.
#[test]
fn a_check_of_a_cell_is_not_vacuous() {
    selvedge::check::verify(|| two_writes(true));
}

/// Two threads, each of which does one of two things to two locks, in their orders.
fn sampled(check: impl Fn() + Send + Sync + Clone + 'static) -> impl Iterator<Item = (Engine, Report)> {
    samplers().map(move |engine| (engine, Explorer::new(engine).executions(50).run(check.clone())))
}

/// Takes two locks one after the other, in one thread and, in the other order, in another.
fn opposite(between: fn(&channel::Sender<()>), before: fn(&channel::Receiver<()>)) {
    let locks = Arc::new((Mutex::new(0), Mutex::new(0)));
    let (theirs, (sender, receiver)) = (Arc::clone(&locks), channel::bounded(1));
    let other = thread::spawn(move || {
        {
            let _first = theirs.0.lock();
            *theirs.1.lock() += 1;
        }
        between(&sender);
    });
    before(&receiver);
    {
        let _second = locks.1.lock();
        *locks.0.lock() += 1;
    }
    other.join().unwrap();
}

#[test]
fn an_order_of_locks_that_cannot_deadlock_is_no_failure() {
    for (engine, report) in sampled(|| {
        let locks = Arc::new((Mutex::new(0), Mutex::new(0)));
        let theirs = Arc::clone(&locks);
        let other = thread::spawn(move || {
            let _first = theirs.0.lock();
            theirs.1.try_lock().is_some()
        });
        {
            let _second = locks.1.lock();
            locks.0.try_lock();
        }
        other.join().unwrap();
    }) {
        assert!(report.verdict.holds() && report.remarks.is_empty(), "{}, attempts: {report}", engine.name());
    }
    for (engine, report) in sampled(|| {
        let locks = Arc::new((RwLock::new(0), RwLock::new(0)));
        let theirs = Arc::clone(&locks);
        let other = thread::spawn(move || *theirs.0.read() + *theirs.1.read());
        let _both = *locks.1.read() + *locks.0.read();
        other.join().unwrap();
    }) {
        assert!(report.verdict.holds() && report.remarks.is_empty(), "{}, readers: {report}", engine.name());
    }
    for (engine, report) in sampled(|| opposite(|done| done.send(()).unwrap(), |done| done.recv().unwrap())) {
        assert!(report.verdict.holds() && report.remarks.is_empty(), "{}, in turn: {report}", engine.name());
    }
    for (engine, report) in sampled(|| {
        let (gate, locks) = (Arc::new(Mutex::new(())), Arc::new((Mutex::new(0), Mutex::new(0))));
        let theirs = (Arc::clone(&gate), Arc::clone(&locks));
        let other = thread::spawn(move || {
            let _gate = theirs.0.lock();
            let _first = theirs.1.0.lock();
            *theirs.1.1.lock() += 1;
        });
        {
            let _gate = gate.lock();
            let _second = locks.1.lock();
            *locks.0.lock() += 1;
        }
        other.join().unwrap();
    }) {
        assert!(report.verdict.holds() && report.remarks.is_empty(), "{}, gate: {report}", engine.name());
    }
}

/// One execution is enough, in whichever order it goes.
#[test]
fn an_order_of_locks_that_can_deadlock_is_a_deadlock() {
    for engine in samplers() {
        for seed in 0..8 {
            let check = || opposite(|_| (), |_| ());
            let failure = failure(Explorer::new(engine).seed(seed).executions(1).run(check));
            assert_eq!(failure.kind, Kind::Deadlock, "{}: {failure}", engine.name());
        }
    }
}

/// Something that is no lock keeps them apart, by its value: that is not known before it is tried.
#[test]
fn an_order_of_locks_that_leads_to_nothing_is_a_remark() {
    for engine in samplers() {
        let report = Explorer::new(engine).executions(200).run(|| {
            let (turn, locks) = (Arc::new(AtomicUsize::new(0)), Arc::new((Mutex::new(0), Mutex::new(0))));
            let theirs = (Arc::clone(&turn), Arc::clone(&locks));
            let other = thread::spawn(move || {
                if theirs.0.compare_exchange(0, 1, SeqCst, SeqCst).is_ok() {
                    let _first = theirs.1.0.lock();
                    *theirs.1.1.lock() += 1;
                    theirs.0.store(0, SeqCst);
                }
            });
            if turn.compare_exchange(0, 1, SeqCst, SeqCst).is_ok() {
                let _second = locks.1.lock();
                *locks.0.lock() += 1;
                turn.store(0, SeqCst);
            }
            other.join().unwrap();
        });
        assert!(report.verdict.holds(), "{}: {report}", engine.name());
        assert!(report.remarks.iter().all(|remark| remark.starts_with("lock order inverted")), "{report}");
    }
}

/// B10: a select over two ready channels, and nothing else.
#[test]
fn what_only_chooses_data_is_sampled() {
    for engine in samplers() {
        for seed in 0..5 {
            let report = Explorer::new(engine).seed(seed).executions(200).run(|| {
                let ((sender, receiver), (other, others)) = (channel::bounded(1), channel::bounded(1));
                sender.send(1).unwrap();
                other.send(2).unwrap();
                let taken = select! {
                    recv(receiver) -> message => message.unwrap(),
                    recv(others) -> message => message.unwrap(),
                };
                require(taken == 1, || "the other was first".to_owned());
            });
            assert_eq!(failure(report).headline, "the other was first", "{}", engine.name());
        }
    }
}

/// A14: that it matters who is the last owner is not known before the first execution.
#[test]
fn what_turns_out_to_matter_is_sampled_on() {
    struct Last(Arc<AtomicUsize>);

    impl Drop for Last {
        fn drop(&mut self) {
            self.0.store(1, SeqCst);
        }
    }

    for engine in samplers() {
        let report = Explorer::new(engine).executions(200).run(|| {
            let flag = Arc::new(AtomicUsize::new(0));
            let last = Arc::new(Last(Arc::clone(&flag)));
            let theirs = Arc::clone(&last);
            let other = thread::spawn(move || {
                drop(theirs);
                require(flag.load(SeqCst) == 1, || "not the last".to_owned());
            });
            drop(last);
            other.join().unwrap();
        });
        assert_eq!(failure(report).headline, "not the last", "{}", engine.name());
    }
}

#[test]
fn one_execution_without_a_choice_is_all_there_is() {
    for engine in samplers() {
        let report = Explorer::new(engine).run(|| {
            let x = AtomicUsize::new(0);
            x.store(1, SeqCst);
            assert_eq!(x.load(SeqCst), 1);
        });
        assert_eq!((report.verdict, report.executions), (Verdict::Exhausted, 1), "{}", engine.name());
    }
}

/// However much a thread does by itself, of two stores each is the last as often as the other.
#[test]
fn surw_is_uniform_over_what_is_open() {
    for private in [0, 1, 4, 16] {
        static LAST: Results<BTreeMap<usize, u32>> = Results::new(BTreeMap::new());
        LAST.lock().unwrap().clear();
        let report = Explorer::new(Engine::Surw).executions(2_000).run(move || {
            let (x, own) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let theirs = Arc::clone(&x);
            let other = thread::spawn(move || {
                (0..private).for_each(|_| _ = own.load(SeqCst));
                theirs.store(1, SeqCst);
            });
            let theirs = Arc::clone(&x);
            let another = thread::spawn(move || theirs.store(2, SeqCst));
            other.join().unwrap();
            another.join().unwrap();
            *LAST.lock().unwrap().entry(x.load(SeqCst)).or_default() += 1;
        });
        assert!(report.verdict.holds(), "{report}");
        let ones = LAST.lock().unwrap()[&1];
        assert!((900..1_100).contains(&ones), "{private} private operations: {ones} of 2,000");
    }
}
