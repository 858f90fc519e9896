//! What is dropped while others may still use it: to drop an object is to write it, so who drops it has to know of every use.
//! Where nothing tells it, the use of what is dropped is looked for.

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use selvedge::sync::atomic::{AtomicUsize, fence};
use selvedge::sync::{Arc, Condvar, Mutex, channel, thread};

use super::is_replayed;

const FREED: &str = "use after free";

/// What lies on the heap until a thread drops it, be that too early.
struct Raw<T>(*mut T);

// SAFETY: what is dropped too early is what the tests are about; tasks of an execution never run at once.
unsafe impl<T> Send for Raw<T> {}

impl<T> Clone for Raw<T> {
    fn clone(&self) -> Self {
        Raw(self.0)
    }
}

impl<T> Raw<T> {
    fn new(value: T) -> Self {
        Raw(Box::into_raw(Box::new(value)))
    }

    fn get(&self) -> &T {
        // SAFETY: an engine ends an execution before it uses what is dropped, or when it has ended.
        unsafe { &*self.0 }
    }

    fn free(self) {
        // SAFETY: each program does this once.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

/// Holds if each engine that searches finds the failure, or that there is none.
fn is_found(freed: bool, check: impl Fn() + Clone + Send + Sync + 'static) -> Result<(), Failed> {
    for engine in [Engine::Dpor, Engine::Rc11] {
        let report = Explorer::new(engine).scouts(false).run(check.clone());
        match &report.verdict {
            Verdict::Failed(failure) if freed && failure.headline.contains(FREED) => (),
            Verdict::Exhausted if !freed => (),
            _ => return Err(format!("{engine:?}: expected a failure: {freed}, and found {report}").into()),
        }
    }
    Ok(())
}

/// The thread tells that it has begun, or that it has done.
fn told_by_a_message() -> Result<(), Failed> {
    [true, false].into_iter().try_for_each(|early| {
        is_found(early, move || {
            let (sender, receiver) = channel::unbounded();
            let shared = Raw::new(AtomicUsize::new(0));
            let theirs = shared.clone();
            let other = thread::spawn(move || {
                if early {
                    sender.send(()).unwrap();
                }
                theirs.get().load(SeqCst);
                if !early {
                    sender.send(()).unwrap();
                }
            });
            receiver.recv().unwrap();
            shared.free();
            other.join().unwrap();
        })
    })
}

/// A flag that is set before the lock is taken.
fn told_by_a_flag() -> Result<(), Failed> {
    is_found(true, || {
        let (shared, flag) = (Raw::new(Mutex::new(0)), Arc::new(AtomicUsize::new(0)));
        let (theirs, set) = (shared.clone(), Arc::clone(&flag));
        let other = thread::spawn(move || {
            set.store(1, SeqCst);
            *theirs.get().lock() += 1;
        });
        while flag.load(SeqCst) == 0 {
            thread::yield_now();
        }
        shared.free();
        other.join().unwrap();
    })
}

/// Who waits frees what it waits on as soon as it is told; who tells notifies behind the lock, or under it.
fn told_by_a_condvar() -> Result<(), Failed> {
    [true, false].into_iter().try_for_each(|behind| {
        is_found(behind, move || {
            let shared = Raw::new((Mutex::new(false), Condvar::new()));
            let theirs = shared.clone();
            let other = thread::spawn(move || {
                let (lock, condvar) = theirs.get();
                let mut told = lock.lock();
                *told = true;
                if behind {
                    drop(told);
                    condvar.notify_one();
                } else {
                    condvar.notify_one();
                }
            });
            {
                let (lock, condvar) = shared.get();
                let mut told = lock.lock();
                condvar.wait_while(&mut told, |told| !*told);
            }
            shared.free();
            other.join().unwrap();
        })
    })
}

/// A count of owners orders what they did before the drop, if its orderings do. Nothing can be met of one that does not, under
/// sequential consistency; so it is a remark.
fn counted_by_hand() -> Result<(), Failed> {
    let counted = |ordering, fenced| {
        move || {
            let shared = Raw::new((AtomicUsize::new(2), AtomicUsize::new(0)));
            let leave = move |shared: Raw<(AtomicUsize, AtomicUsize)>| {
                let (owners, value) = shared.get();
                value.fetch_add(1, Relaxed);
                if owners.fetch_sub(1, ordering) == 1 {
                    if fenced {
                        fence(Acquire);
                    }
                    shared.free();
                }
            };
            let theirs = shared.clone();
            let other = thread::spawn(move || leave(theirs));
            leave(shared);
            other.join().unwrap();
        }
    };
    for engine in [Engine::Dpor, Engine::Rc11] {
        for (ordering, fenced, remarked) in [(AcqRel, false, false), (Release, true, false), (Relaxed, false, true)] {
            let report = Explorer::new(engine).scouts(false).run(counted(ordering, fenced));
            let is_remarked = report.remarks.iter().any(|remark| remark.contains("no use after free was met"));
            if report.verdict != Verdict::Exhausted || is_remarked != remarked {
                return Err(format!("{engine:?}, {ordering:?}, fenced: {fenced}: {report}").into());
            }
        }
    }
    Ok(())
}

/// Owners take care of who drops it, be they the facade's or std's.
fn shared_by_owners() -> Result<(), Failed> {
    is_found(false, || {
        let shared = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&shared);
        thread::spawn(move || *theirs.lock() += 1);
    })?;
    let last = [
        |shared: std::sync::Arc<AtomicUsize>| drop(shared),
        |shared| drop(std::sync::Arc::try_unwrap(shared)),
        |mut shared| {
            if let Some(shared) = std::sync::Arc::get_mut(&mut shared) {
                *shared = AtomicUsize::new(0);
            }
        },
    ];
    last.into_iter().try_for_each(|leave| {
        is_found(false, move || {
            let shared = std::sync::Arc::new(AtomicUsize::new(0));
            let theirs = std::sync::Arc::clone(&shared);
            thread::spawn(move || theirs.store(1, Relaxed));
            thread::yield_now();
            shared.load(Relaxed);
            leave(shared);
        })
    })
}

/// A scope waits for its threads.
fn borrowed_in_a_scope() -> Result<(), Failed> {
    is_found(false, || {
        let shared = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| *shared.lock() += 1);
            }
        });
    })
}

/// A sampler needs one execution to suspect it, and the story of what it then meets is replayed.
fn sampled() -> Result<(), Failed> {
    let check = || {
        let (told, tells) = channel::unbounded();
        let shared = Raw::new(AtomicUsize::new(0));
        let theirs = shared.clone();
        let other = thread::spawn(move || {
            told.send(()).unwrap();
            theirs.get().load(SeqCst);
        });
        tells.recv().unwrap();
        shared.free();
        other.join().unwrap();
    };
    let explorer = Explorer::new(Engine::Pos).executions(1);
    let report = explorer.clone().run(check);
    is_replayed(&explorer, &report, FREED, check)
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("what_is_freed_is_told_by_a_message", told_by_a_message),
        Trial::test("what_is_freed_is_told_by_a_flag", told_by_a_flag),
        Trial::test("what_is_freed_is_told_by_a_condvar", told_by_a_condvar),
        Trial::test("what_is_freed_is_counted_by_hand", counted_by_hand),
        Trial::test("what_is_freed_is_shared_by_owners", shared_by_owners),
        Trial::test("what_is_freed_is_borrowed_in_a_scope", borrowed_in_a_scope),
        Trial::test("what_is_freed_is_sampled", sampled),
    ]
}
