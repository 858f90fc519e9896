//! Who comes last of several owners, or of a thread and who let go of it, is seen where the destructor does something.

use libtest_mimic::{Failed, Trial};
use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, channel, thread};

use super::{comes_to, fails_by};

/// A value whose destructor notes the seat of the thread that runs it: 0 for main, and from 1 on for the threads that main
/// started, in their order.
struct Note(Arc<AtomicUsize>);

impl Drop for Note {
    fn drop(&mut self) {
        self.0.store(thread::seat(), SeqCst);
    }
}

/// A value whose destructor lets others go on, and does not allow the second thread to run it.
struct NotTheSecond;

impl Drop for NotTheSecond {
    fn drop(&mut self) {
        thread::yield_now();
        assert_ne!(thread::seat(), 2, "dropped by the second");
    }
}

/// Drops each in a thread of its own.
fn drop_each<T: Send + 'static>(ends: Vec<T>) {
    let threads: Vec<_> = ends.into_iter().map(|end| thread::spawn(move || drop(end))).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// `n` owners of one value.
fn owners<T>(n: usize, value: T) -> Vec<Arc<T>> {
    let one = Arc::new(value);
    let mut all: Vec<_> = (1..n).map(|_| Arc::clone(&one)).collect();
    all.push(one);
    all
}

/// `n` receivers of a channel in which a message lies.
fn receivers<T>(n: usize, message: T) -> Vec<channel::Receiver<T>> {
    let (sender, receiver) = channel::unbounded();
    assert!(sender.send(message).is_ok());
    let mut all: Vec<_> = (1..n).map(|_| receiver.clone()).collect();
    all.push(receiver);
    all
}

/// The seat of the thread that ran the destructor of what `hand_out` hands out to so many threads.
fn dropped_by<T: Send + 'static>(n: usize, hand_out: fn(usize, Note) -> Vec<T>) -> usize {
    let by = Arc::new(AtomicUsize::new(usize::MAX));
    drop_each(hand_out(n, Note(Arc::clone(&by))));
    by.load(SeqCst)
}

fn any_owner_may_be_the_last() -> Result<(), Failed> {
    for n in 2..=4 {
        comes_to(&(1..=n).collect::<Vec<_>>(), move || dropped_by(n, owners))?;
        fails_by("dropped by the second", move || drop_each(owners(n, NotTheSecond)))?;
    }
    Ok(())
}

fn any_receiver_may_drop_what_is_unread() -> Result<(), Failed> {
    for n in 2..=4 {
        comes_to(&(1..=n).collect::<Vec<_>>(), move || dropped_by(n, receivers))?;
        fails_by("dropped by the second", move || drop_each(receivers(n, NotTheSecond)))?;
    }
    Ok(())
}

/// std lets `get_mut` succeed once the last `Weak` is gone.
fn a_weak_is_dropped_before_get_mut_or_after() -> Result<(), Failed> {
    let got = || {
        let (mut x, z) = (Arc::new(5), Arc::new(AtomicUsize::new(0)));
        let (weak, theirs) = (Arc::downgrade(&x), Arc::clone(&z));
        let other = thread::spawn(move || {
            theirs.store(1, SeqCst);
            drop(weak);
        });
        let got = Arc::get_mut(&mut x).map(|value| *value = 6).is_some();
        other.join().unwrap();
        (got, *x)
    };
    comes_to(&[(false, 5), (true, 6)], got)?;
    fails_by("assertion", move || assert_eq!(got().1, 5))
}

/// A thread's value that nobody takes is dropped by the thread, or, if it has ended, by who lets go of it.
fn a_value_that_nobody_takes_is_dropped_by_either() -> Result<(), Failed> {
    let dropped_by = || {
        let (z, by) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
        let value = Note(Arc::clone(&by));
        let (dropped, is_dropped) = channel::bounded::<()>(1);
        let value = (value, dropped);
        let other = thread::spawn(move || value);
        z.store(1, SeqCst);
        drop(other);
        // The value's other half closes the channel when it is gone.
        assert!(is_dropped.recv().is_err());
        by.load(SeqCst)
    };
    comes_to(&[0, 1], dropped_by)
}

fn a_value_that_nobody_takes_may_need_a_lock() -> Result<(), Failed> {
    struct Locks(Arc<Mutex<()>>);

    impl Drop for Locks {
        fn drop(&mut self) {
            drop(self.0.lock());
        }
    }

    fails_by("deadlock", || {
        let lock = Arc::new(Mutex::new(()));
        let value = Locks(Arc::clone(&lock));
        let other = thread::spawn(move || value);
        let held = lock.lock();
        drop(other);
        drop(held);
    })
}

/// std promises that of several owners who all ask for the value exactly one gets it.
fn one_of_two_gets_the_value() -> Result<(), Failed> {
    for n in [2, 3] {
        let who = move || {
            let threads: Vec<_> =
                owners(n, 7).into_iter().map(|one| thread::spawn(move || Arc::into_inner(one))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<Option<u32>>>()
        };
        let only = |at: usize| (0..n).map(|other| (other == at).then_some(7)).collect();
        comes_to(&(0..n).map(only).collect::<Vec<_>>(), who)?;
    }
    Ok(())
}

/// That somebody asks for the count is met first by an execution that looks ahead, and counts for nothing.
fn a_count_is_asked_for_behind_a_loop() -> Result<(), Failed> {
    comes_to(&[1, 2], || {
        let (one, flag) = (Arc::new(7), Arc::new(AtomicUsize::new(0)));
        let [early, other] = [&one; 2].map(Arc::clone);
        // What it does has been run by then, and was not recorded.
        thread::spawn(move || drop(early)).join().unwrap();
        let theirs = Arc::clone(&flag);
        let thread = thread::spawn(move || {
            drop(other);
            theirs.store(1, SeqCst);
        });
        for _ in 0..3 {
            if flag.load(SeqCst) == 1 {
                break;
            }
            thread::yield_now();
        }
        let owners = Arc::strong_count(&one);
        thread.join().unwrap();
        owners
    })
}

/// A destructor that asks which thread runs it, or looks into a thread local.
fn a_destructor_that_knows_its_thread() -> Result<(), Failed> {
    struct NotMain(thread::ThreadId);

    impl Drop for NotMain {
        fn drop(&mut self) {
            assert_ne!(thread::current().id(), self.0, "dropped by main");
        }
    }

    selvedge::thread_local! {
        static IS_MAIN: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }

    struct NotOfMain;

    impl Drop for NotOfMain {
        fn drop(&mut self) {
            assert!(!IS_MAIN.get(), "dropped by main");
        }
    }

    fn drops<T: Send + Sync + 'static>(value: T) {
        let (one, busy) = (Arc::new(value), Arc::new(AtomicUsize::new(0)));
        let (other, theirs) = (Arc::clone(&one), Arc::clone(&busy));
        let thread = thread::spawn(move || {
            theirs.store(1, SeqCst);
            drop(other);
        });
        drop(one);
        thread.join().unwrap();
    }

    fails_by("dropped by main", || drops(NotMain(thread::current().id())))?;
    fails_by("dropped by main", || {
        IS_MAIN.set(true);
        drops(NotOfMain);
    })
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_destructor_that_knows_its_thread", a_destructor_that_knows_its_thread),
        Trial::test("a_count_is_asked_for_behind_a_loop", a_count_is_asked_for_behind_a_loop),
        Trial::test("any_owner_may_be_the_last", any_owner_may_be_the_last),
        Trial::test("any_receiver_may_drop_what_is_unread", any_receiver_may_drop_what_is_unread),
        Trial::test("a_weak_is_dropped_before_get_mut_or_after", a_weak_is_dropped_before_get_mut_or_after),
        Trial::test("a_value_that_nobody_takes_is_dropped_by_either", a_value_that_nobody_takes_is_dropped_by_either),
        Trial::test("a_value_that_nobody_takes_may_need_a_lock", a_value_that_nobody_takes_may_need_a_lock),
        Trial::test("one_of_two_gets_the_value", one_of_two_gets_the_value),
    ]
}
