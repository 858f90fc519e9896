//! What a tool cannot see. A wrong answer: the fence comes after both stores, and the turn may still be known before the wish.

use selvedge::sync::atomic::Ordering::{Acquire, Release, SeqCst};
use selvedge::sync::atomic::{AtomicBool, AtomicUsize, fence};
use selvedge::sync::thread;

/// What can `program` give under `rc11`? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(bool, bool)] = &[(false, false), (false, true), (true, false), (true, true)];

/// Peterson's lock, tried once: whether thread `me`, 0 or 1, may enter.
pub fn try_enter(wants: &[AtomicBool; 2], turn: &AtomicUsize, me: usize) -> bool {
    let other = 1 - me;
    wants[me].store(true, Release);
    turn.store(other, Release);
    fence(SeqCst);
    !wants[other].load(Acquire) || turn.load(Acquire) == me
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

use selvedge::check::require;

/// Two threads try to enter once each, by Peterson's rules, with Release and Acquire.
pub fn program() -> (bool, bool) {
    let (wants, turn) = ([AtomicBool::new(false), AtomicBool::new(false)], AtomicUsize::new(0));
    let try_enter = |me: usize| {
        let other = 1 - me;
        wants[me].store(true, Release);
        turn.store(other, Release);
        !wants[other].load(Acquire) || turn.load(Acquire) == me
    };
    thread::scope(|scope| {
        let one = scope.spawn(|| try_enter(0));
        let other = try_enter(1);
        (one.join().unwrap(), other)
    })
}

/// Who comes alone enters, and of two who come at once not both.
pub fn check() {
    let nobody = [AtomicBool::new(false), AtomicBool::new(false)];
    require(try_enter(&nobody, &AtomicUsize::new(0), 0), || "who comes alone may not enter".to_owned());
    let (wants, turn) = ([AtomicBool::new(false), AtomicBool::new(false)], AtomicUsize::new(0));
    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(|| try_enter(&wants, &turn, 0));
        let other = try_enter(&wants, &turn, 1);
        (one.join().unwrap(), other)
    });
    require(!(one && other), || "both have entered at once".to_owned());
}
