//! Operations that are to need nobody else, and do not or do.

use super::*;
use crate::sync::RwLock;

/// Why reading and adding are not lock-free, if they are not.
fn not_lock_free<O: Sync + 'static>(make: fn() -> O, perform: fn(&O, &Op) -> u32) -> Option<String> {
    let programs = Programs::new(Registers, make, perform).operations([Read(0), Write(0, 1), Add(0)]);
    let explored = programs.lock_free([Read(0), Add(0)]).explore(2, 2, &explorer());
    match &explored.report.verdict {
        Verdict::Failed(failure) => Some(failure.headline.clone()),
        verdict => {
            assert_eq!(*verdict, Verdict::Exhausted);
            None
        }
    }
}

#[test]
fn what_needs_nobody_else_is_lock_free() {
    if Engine::available().last() == Some(Engine::Dpor) {
        assert_eq!(not_lock_free(atomics, right), None);
        // Wrong answers are found too: a lock-free operation need not be right.
        assert!(not_lock_free(atomics, adds_in_two_steps).is_some_and(|why| why.starts_with("not linearizable")));
    }
}

#[test]
fn a_lock_on_the_way_is_named() {
    if Engine::available().last() == Some(Engine::Dpor) {
        let locks = || [RwLock::new(0), RwLock::new(0)];
        let locked = |locks: &[RwLock<u32>; 2], op: &Op| match *op {
            Read(n) => *locks[n].read(),
            Write(n, value) => std::mem::replace(&mut *locks[n].write(), value),
            Add(n) => {
                let mut lock = locks[n].write();
                *lock += 1;
                *lock - 1
            }
        };
        let why = not_lock_free(locks, locked).expect("it is found");
        assert!(why.starts_with("not lock-free: B waits to "), "{why}");
        assert!(why.contains(" the rwlock locks[0] at ") && why.contains(", which A has, "), "{why}");
    }
}

#[test]
fn who_spins_for_another_is_found() {
    if Engine::available().last() != Some(Engine::Dpor) {
        return;
    }
    /// The first is the register, the second a lock that the engine does not know as one.
    fn spins(registers: &Atomics, op: &Op, lock: fn(&AtomicU32) -> bool) -> u32 {
        while !lock(&registers[1]) {
            crate::sync::thread::yield_now();
        }
        let answer = right(registers, op);
        registers[1].store(0, SeqCst);
        answer
    }
    let looks =
        |registers: &Atomics, op: &Op| spins(registers, op, |lock| lock.compare_exchange(0, 1, SeqCst, SeqCst).is_ok());
    let why = not_lock_free(atomics, looks).expect("it is found");
    assert!(why.starts_with("not lock-free: B spins"), "{why}");
    // A swap that writes the value that is there already only looks.
    let writes = |registers: &Atomics, op: &Op| spins(registers, op, |lock| lock.swap(1, SeqCst) == 0);
    let why = not_lock_free(atomics, writes).expect("it is found");
    assert!(why.starts_with("not lock-free: B spins"), "{why}");
}
