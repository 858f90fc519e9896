//! What is initialized once.

use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::{Arc, LazyLock, Once, OnceLock, thread};

use super::everywhere;

#[test]
fn a_closure_runs_once() {
    everywhere(|| {
        let shared = Arc::new((Once::new(), AtomicU32::new(0)));
        let run = |shared: &(Once, AtomicU32)| {
            shared.0.call_once(|| _ = shared.1.fetch_add(1, SeqCst));
            assert_eq!(shared.1.load(SeqCst), 1);
        };
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || run(&theirs));
        let _ = shared.0.is_completed();
        run(&shared);
        shared.0.wait();
        assert!(shared.0.is_completed());
        other.join().unwrap();
    });
}

#[test]
fn a_closure_that_panics_poisons() {
    everywhere(|| {
        let once = Once::new();
        assert!(catch_unwind(|| once.call_once(|| panic!("no"))).is_err());
        assert!(catch_unwind(|| once.call_once(|| ())).is_err() && !once.is_completed());
        let mut poisoned = false;
        once.call_once_force(|state| poisoned = state.is_poisoned());
        once.call_once(|| unreachable!("it was run"));
        once.wait_force();
        assert!(poisoned && once.is_completed());
    });
}

#[test]
fn a_value_is_written_once() {
    everywhere(|| {
        let lock = Arc::new(OnceLock::new());
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || *theirs.get_or_init(|| 1));
        let mine = lock.set(2);
        let value = *lock.get().expect("it is there");
        assert_eq!(mine, if value == 2 { Ok(()) } else { Err(2) });
        assert_eq!((other.join().unwrap(), *lock.wait()), (value, value));
    });
}

#[test]
fn a_lock_that_is_written_once_has_every_form() {
    everywhere(|| {
        let mut lock = OnceLock::from("a".to_owned());
        lock.get_mut().unwrap().push('b');
        assert_eq!(lock.clone().into_inner().as_deref(), Some("ab"));
        assert_eq!(lock.take().as_deref(), Some("ab"));
        assert_eq!(lock.get(), None);
        let gave_up = catch_unwind(|| lock.get_or_init(|| panic!("no")).len());
        assert!(gave_up.is_err() && lock.set("c".to_owned()).is_ok());
        assert_eq!(format!("{:?}", OnceLock::from(1)), "OnceLock(1)");
        assert!(OnceLock::<u32>::default().get().is_none());
    });
}

#[test]
fn a_value_is_made_when_it_is_asked_for() {
    everywhere(|| {
        let made = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&made);
        let lazy = Arc::new(LazyLock::new(move || count.fetch_add(1, SeqCst) + 7));
        let theirs = Arc::clone(&lazy);
        let other = thread::spawn(move || **theirs);
        assert_eq!((**lazy, *LazyLock::force(&lazy)), (7, 7));
        assert_eq!((other.join().unwrap(), made.load(SeqCst)), (7, 1));
        let plain: LazyLock<String> = LazyLock::new(|| "text".to_owned());
        assert_eq!(plain.len(), 4);
    });
}
