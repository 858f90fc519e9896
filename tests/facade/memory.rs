//! Memory that a check watches.

use std::ptr;

use selvedge::check::alloc::{self, Box};
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::{AtomicPtr, Ordering::SeqCst};
use selvedge::sync::{Arc, thread};

use super::everywhere;

#[test]
fn a_box_is_read_written_and_given_away() {
    everywhere(|| {
        let mut one = Box::new(String::from("a"));
        one.push('b');
        let raw = Box::into_raw(one);
        // SAFETY: it is the only pointer.
        unsafe { alloc::get_mut(raw) }.push('c');
        // SAFETY: it is the only pointer.
        assert_eq!(unsafe { alloc::get(raw) }, "abc");
        // SAFETY: it has no owner.
        assert_eq!(*unsafe { Box::from_raw(raw) }, "abc");
    });
}

#[test]
fn a_pointer_is_handed_over() {
    everywhere(|| {
        let place = Arc::new(AtomicPtr::new(ptr::null_mut()));
        let theirs = Arc::clone(&place);
        let giver = thread::spawn(move || theirs.store(Box::into_raw(Box::new(7)), SeqCst));
        giver.join().unwrap();
        // SAFETY: who has put it there is gone.
        assert_eq!(*unsafe { Box::from_raw(place.swap(ptr::null_mut(), SeqCst)) }, 7);
    });
}

/// What a program fails by, under every engine.
#[track_caller]
fn fails_by(words: &str, program: fn()) {
    for engine in Engine::available() {
        let report = Explorer::new(engine).executions(10).run(program);
        let Verdict::Failed(failure) = &report.verdict else { panic!("under {}: {report}", engine.name()) };
        assert!(failure.headline.contains(words) && failure.headline.contains("memory.rs:"), "{report}");
    }
}

#[test]
fn a_use_after_free_is_told() {
    fails_by("use after free", || {
        let raw = Box::into_raw(Box::new(1));
        // SAFETY: it has no owner.
        drop(unsafe { Box::from_raw(raw) });
        // SAFETY: none; the check has kept the memory.
        let _gone = unsafe { *alloc::get(raw) };
    });
}

#[test]
fn a_double_free_is_told() {
    fails_by("double free", || {
        let raw = Box::into_raw(Box::new(1));
        for _ in 0..2 {
            // SAFETY: none at the second time; the check sees to it.
            drop(unsafe { Box::from_raw(raw) });
        }
    });
}

#[test]
fn a_leak_is_told() {
    fails_by("leak", || {
        let _lost = Box::into_raw(Box::new(1));
    });
}
