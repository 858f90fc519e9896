//! What asks about another thread, and learns nothing that it did: a count, a length, whether it has ended.
//!
//! std's `strong_count` and `is_finished` are relaxed loads; a drop of an `Arc` that is not the last releases, and acquires
//! nothing; crossbeam promises no order for `len`. So an access to a cell that relies on one is a data race.

use std::ptr::null_mut;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict, alloc};
use selvedge::sync::atomic::{AtomicPtr, AtomicUsize, Ordering, Ordering::Relaxed};
use selvedge::sync::{Arc, Mutex, RwLock, RwLockUpgradableReadGuard, UnsafeCell, channel, select, thread};

use super::{comes_to, fails_by};

/// A cell that threads share as if something ordered their accesses.
struct Cell(UnsafeCell<u32>);

// SAFETY: the accesses are what the tests are about; tasks of an execution never run at once.
unsafe impl Sync for Cell {}

impl Cell {
    fn new() -> Arc<Self> {
        Arc::new(Cell(UnsafeCell::new(0)))
    }

    fn write(&self) {
        // SAFETY: no other task runs meanwhile.
        self.0.with_mut(|cell| unsafe { *cell = 1 });
    }

    fn read(&self) -> u32 {
        // SAFETY: no other task runs meanwhile.
        self.0.with(|cell| unsafe { *cell })
    }
}

const RACE: &str = "data race";

/// The thread's drop is not the last, and nor is main's: neither waits for the other.
fn a_drop_that_is_not_the_last_acquires_nothing() -> Result<(), Failed> {
    fails_by(RACE, || {
        let (one, cell) = (Arc::new(()), Cell::new());
        assert_eq!(Arc::strong_count(&one), 1);
        let (two, three, theirs) = (Arc::clone(&one), Arc::clone(&one), Arc::clone(&cell));
        let other = thread::spawn(move || {
            drop(two);
            theirs.write();
        });
        cell.read();
        drop(three);
        other.join().unwrap();
        drop(one);
    })
}

/// The last drop acquires what every drop before has released, which is what a destructor relies on.
fn the_last_drop_acquires_all() -> Result<(), Failed> {
    struct Reads(Arc<Cell>);

    impl Drop for Reads {
        fn drop(&mut self) {
            assert_eq!(self.0.read(), 1);
        }
    }

    comes_to(&[()], || {
        let cell = Cell::new();
        let one = Arc::new(Reads(Arc::clone(&cell)));
        assert_eq!(Arc::strong_count(&one), 1);
        let (two, theirs) = (Arc::clone(&one), Arc::clone(&cell));
        let other = thread::spawn(move || {
            theirs.write();
            drop(two);
        });
        drop(one);
        other.join().unwrap();
    })
}

fn a_length_acquires_nothing() -> Result<(), Failed> {
    for capacity in [None, Some(1)] {
        fails_by(RACE, move || {
            let cell = Cell::new();
            let (sender, receiver) = capacity.map_or_else(channel::unbounded, channel::bounded);
            let theirs = Arc::clone(&cell);
            let other = thread::spawn(move || {
                theirs.write();
                sender.send(1).unwrap();
            });
            if receiver.len() == 1 {
                cell.read();
            }
            other.join().unwrap();
        })?;
    }
    Ok(())
}

fn a_count_acquires_nothing() -> Result<(), Failed> {
    fails_by(RACE, || {
        let (one, cell) = (Arc::new(()), Cell::new());
        let (two, theirs) = (Arc::clone(&one), Arc::clone(&cell));
        let other = thread::spawn(move || {
            theirs.write();
            drop(two);
        });
        if Arc::strong_count(&one) == 1 {
            cell.read();
        }
        other.join().unwrap();
    })
}

/// The other owners of the only owner have been dropped before, and `get_mut` acquires that.
fn get_mut_acquires_the_drops_before() -> Result<(), Failed> {
    comes_to(&[false, true], || {
        let (mut one, cell) = (Arc::new(()), Cell::new());
        let (two, theirs) = (Arc::clone(&one), Arc::clone(&cell));
        let other = thread::spawn(move || {
            theirs.write();
            drop(two);
        });
        let alone = Arc::get_mut(&mut one).is_some();
        if alone {
            assert_eq!(cell.read(), 1);
        }
        other.join().unwrap();
        alone
    })
}

fn whether_a_thread_has_ended_acquires_nothing() -> Result<(), Failed> {
    fails_by(RACE, || {
        let cell = Cell::new();
        let theirs = Arc::clone(&cell);
        let other = thread::spawn(move || theirs.write());
        if other.is_finished() {
            cell.read();
        }
        other.join().unwrap();
    })
}

/// To make something is to write it: who finds it by a relaxed pointer races with that.
fn what_is_made_is_written() -> Result<(), Failed> {
    fn of<T: 'static>(make: fn() -> T, uses: fn(&T)) -> Result<(), Failed> {
        fn leak<T>(value: T) -> *mut T {
            Box::into_raw(Box::new(value))
        }
        fn free<T>(value: *mut T) {
            // SAFETY: it was leaked, and nobody else has it any more.
            drop(unsafe { Box::from_raw(value) });
        }

        let program = |[stores, loads]: [Ordering; 2]| {
            move || {
                let place = Arc::new(AtomicPtr::new(null_mut()));
                let theirs = Arc::clone(&place);
                let maker = thread::spawn(move || theirs.store(leak(make()), stores));
                let found: *mut T = place.load(loads);
                if !found.is_null() {
                    // SAFETY: it is freed at the end.
                    uses(unsafe { &*found });
                }
                maker.join().unwrap();
                free(place.load(Relaxed));
            }
        };
        for relaxed in [[Relaxed, Ordering::Acquire], [Ordering::Release, Relaxed]] {
            fails_by(RACE, program(relaxed))?;
        }
        comes_to(&[()], program([Ordering::Release, Ordering::Acquire]))
    }

    of(|| UnsafeCell::new(1), |cell| cell.with(|_| ()))?;
    of(|| alloc::Box::new(1), |value| assert_eq!(**value, 1))?;
    of(|| AtomicUsize::new(1), |value| assert_eq!(value.load(Relaxed), 1))?;
    of(|| Mutex::new(1), |value| assert_eq!(*value.lock(), 1))
}

/// One after the other has the seat, and so whoever has it next knows of the one before.
fn the_seat_of_an_upgradable_reader_orders() -> Result<(), Failed> {
    fn run(seats: bool) {
        let shared = Arc::new((RwLock::new(()), Cell::new()));
        let theirs = Arc::clone(&shared);
        let both = move |shared: &(RwLock<()>, Arc<Cell>)| {
            if seats {
                let _seat = shared.0.upgradable_read();
                shared.1.write();
            } else {
                let _inside = shared.0.read();
                shared.1.write();
            }
        };
        let other = thread::spawn(move || both(&theirs));
        both(&shared);
        // A writer knows of all of them.
        let seat = shared.0.upgradable_read();
        let alone = RwLockUpgradableReadGuard::upgrade(seat);
        shared.1.read();
        drop(alone);
        other.join().unwrap();
    }

    fails_by(RACE, || run(false))?;
    comes_to(&[()], || run(true))
}

/// A value whose destructor takes a lock of its own.
struct Locks(Mutex<u32>);

impl Drop for Locks {
    fn drop(&mut self) {
        *self.0.lock() += 1;
    }
}

/// The last receiver drops the messages that nobody has taken, and knows of what their senders did.
fn unread_messages_are_known() -> Result<(), Failed> {
    fn drops(taken: bool) -> bool {
        let (sender, receiver) = channel::unbounded();
        let other = thread::spawn(move || taken && receiver.try_recv().is_ok());
        for _ in 0..2 {
            _ = sender.send(Locks(Mutex::new(0)));
        }
        other.join().unwrap()
    }

    comes_to(&[false], || drops(false))?;
    comes_to(&[false, true], || drops(true))
}

/// The message of a select's send is made when its arm has been taken: what is done for it comes before the send, and what
/// the arm does then comes after.
fn a_message_that_a_select_makes() -> Result<(), Failed> {
    fn sends(capacity: usize, written_late: bool) {
        let (sender, receiver) = channel::bounded(capacity);
        let other = thread::spawn(move || {
            let (lock, cell): (Mutex<u32>, Arc<Cell>) = receiver.recv().unwrap();
            *lock.lock() + cell.read()
        });
        let cell = Cell::new();
        let write = || {
            cell.write();
            Arc::clone(&cell)
        };
        select! {
            send(sender, (Mutex::new(0), write())) -> sent => {
                sent.unwrap();
                if written_late {
                    Mutex::new(0).into_inner();
                    cell.write();
                }
            }
        }
        other.join().unwrap();
    }

    for engine in [Engine::Dpor, Engine::Rc11] {
        for capacity in [0, 1] {
            let report = Explorer::new(engine).scouts(false).run(move || sends(capacity, false));
            if matches!(report.verdict, Verdict::Failed(_) | Verdict::Unsupported { .. }) {
                return Err(format!("{engine:?}, a channel of {capacity}: {report}").into());
            }
            let report = Explorer::new(engine).scouts(false).run(move || sends(capacity, true));
            match &report.verdict {
                Verdict::Failed(failure) if failure.headline.contains(RACE) => (),
                _ => return Err(format!("{engine:?}, a channel of {capacity}, written late: {report}").into()),
            }
        }
    }
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("unread_messages_are_known", unread_messages_are_known),
        Trial::test("a_message_that_a_select_makes", a_message_that_a_select_makes),
        Trial::test("what_is_made_is_written", what_is_made_is_written),
        Trial::test("the_seat_of_an_upgradable_reader_orders", the_seat_of_an_upgradable_reader_orders),
        Trial::test("a_drop_that_is_not_the_last_acquires_nothing", a_drop_that_is_not_the_last_acquires_nothing),
        Trial::test("the_last_drop_acquires_all", the_last_drop_acquires_all),
        Trial::test("a_length_acquires_nothing", a_length_acquires_nothing),
        Trial::test("a_count_acquires_nothing", a_count_acquires_nothing),
        Trial::test("get_mut_acquires_the_drops_before", get_mut_acquires_the_drops_before),
        Trial::test("whether_a_thread_has_ended_acquires_nothing", whether_a_thread_has_ended_acquires_nothing),
    ]
}
