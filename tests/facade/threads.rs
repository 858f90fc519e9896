//! Threads.

use std::cell::{Cell, RefCell};

use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::{Arc, Barrier, Condvar, Once, thread};

use super::everywhere;

#[test]
fn a_thread_has_a_name_and_an_id() {
    everywhere(|| {
        let builder = thread::Builder::new().name("janitor".to_owned()).stack_size(1 << 20);
        let other = builder.spawn(|| (thread::current().id(), thread::current().name().map(str::to_owned))).unwrap();
        let id = other.thread().id();
        assert_eq!(other.thread().name(), Some("janitor"));
        assert_eq!(other.join().unwrap(), (id, Some("janitor".to_owned())));
        assert_ne!(thread::current().id(), id);
        assert_eq!(thread::spawn(|| thread::current().name().map(str::to_owned)).join().unwrap(), None);
    });
}

/// What is printed says nothing of the engine, and so is the same in every build and execution.
#[test]
fn what_has_nothing_to_show() {
    everywhere(|| {
        let other = thread::Builder::new().name("janitor".to_owned()).spawn(|| ()).unwrap();
        let printed = [
            format!("{:?}", Barrier::new(1)),
            format!("{:?}", Condvar::new()),
            format!("{:?}", Once::new()),
            format!("{other:?}"),
        ];
        assert_eq!(printed, ["Barrier { .. }", "Condvar { .. }", "Once { .. }", "JoinHandle { .. }"]);
        let thread = format!("{:?}", other.thread());
        assert!(thread.starts_with("Thread { id: ") && thread.ends_with("name: Some(\"janitor\"), .. }"), "{thread}");
        other.join().unwrap();
    });
}

#[test]
fn threads_of_a_scope_have_names() {
    everywhere(|| {
        let sum = AtomicU32::new(0);
        let value = thread::scope(|scope| {
            let named =
                thread::Builder::new().name("adder".to_owned()).spawn_scoped(scope, || sum.fetch_add(1, SeqCst));
            let named = named.unwrap();
            assert_eq!(named.thread().name(), Some("adder"));
            let nested = scope.spawn(|| scope.spawn(|| sum.fetch_add(2, SeqCst)).join().unwrap());
            let _ = (named.is_finished(), nested.is_finished());
            named.join().unwrap();
            sum.fetch_add(4, SeqCst)
        });
        assert!(value >= 1 && sum.load(SeqCst) == 7);
    });
}

#[test]
fn that_a_thread_has_ended_is_seen() {
    everywhere(|| {
        let other = thread::spawn(|| 5);
        let _ = other.is_finished();
        assert_eq!(other.join().unwrap(), 5);
        thread::sleep(std::time::Duration::from_micros(1));
        assert!(!thread::panicking() && thread::available_parallelism().is_ok());
    });
}

/// Catches what a destructor does, and says whether its thread unwinds before, inside and after.
struct Asks<'a>(&'a Cell<[bool; 3]>);

impl Drop for Asks<'_> {
    fn drop(&mut self) {
        let before = thread::panicking();
        let inside = catch_unwind(|| catch_unwind(|| ()).is_ok() && thread::panicking()).unwrap_or(false);
        self.0.set([before, inside, thread::panicking()]);
    }
}

#[test]
fn a_thread_unwinds_until_its_own_panic_is_caught() {
    everywhere(|| {
        let answers = Cell::new([false; 3]);
        let caught = catch_unwind(|| {
            let _asks = Asks(&answers);
            panic!("it is caught");
        });
        assert!(caught.is_err() && !thread::panicking());
        assert_eq!(answers.get(), [true; 3]);
        drop(Asks(&answers));
        assert_eq!(answers.get(), [false; 3]);
    });
}

selvedge::thread_local! {
    static COUNT: Cell<u32> = const { Cell::new(1) };
    /// What a thread has seen.
    pub static SEEN: RefCell<Vec<u32>> = RefCell::new(Vec::new());
    static OWN: Arc<AtomicU32> = Arc::new(AtomicU32::new(7))
}

#[test]
fn each_thread_has_its_own() {
    everywhere(|| {
        let count = || {
            COUNT.set(COUNT.get() + 1);
            SEEN.with_borrow_mut(|seen| seen.push(COUNT.replace(5)));
            OWN.with(|own| own.fetch_add(1, SeqCst)) + SEEN.take().iter().sum::<u32>()
        };
        let workers = [0, 1].map(|_| thread::spawn(count));
        let theirs = workers.map(|worker| worker.join().unwrap());
        assert_eq!((count(), theirs), (9, [9, 9]));
        assert_eq!(COUNT.with(Cell::get), 5);
        assert!(SEEN.try_with(|seen| seen.borrow().is_empty()).unwrap());
    });
}
