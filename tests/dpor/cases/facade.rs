//! Bugs with what threads sleep by, what is initialized once, barriers and pointers: each is found, and what repairs it is
//! exhausted.

use std::ptr::null_mut;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use selvedge::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering::SeqCst};
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::{
    Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, RwLockUpgradableReadGuard, thread,
};

use super::{comes_to, fails_by};

/// Whoever sets the flag unparks the other only if that has said that it sleeps. Unless it looks once more after that, it
/// sleeps for good.
fn a_lost_unpark() -> Result<(), Failed> {
    fn wait(looks_again: bool) {
        let shared = Arc::new((AtomicBool::new(false), AtomicBool::new(false)));
        let theirs = Arc::clone(&shared);
        let waiter = thread::spawn(move || {
            let (flag, sleeps) = &*theirs;
            while !flag.load(SeqCst) {
                sleeps.store(true, SeqCst);
                if looks_again && flag.load(SeqCst) {
                    break;
                }
                thread::park();
            }
        });
        shared.0.store(true, SeqCst);
        if shared.1.load(SeqCst) {
            waiter.thread().unpark();
        }
        waiter.join().unwrap();
    }

    fails_by("deadlock", || wait(false))?;
    comes_to(&[()], || wait(true))
}

/// A token is one, however many have made it: who waits for two must look again.
fn one_token_for_two() -> Result<(), Failed> {
    fn wait(looks_again: bool) -> usize {
        let count = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&count);
        let waiter = thread::spawn(move || {
            while {
                thread::park();
                looks_again && theirs.load(SeqCst) < 2
            } {}
            theirs.load(SeqCst)
        });
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    count.fetch_add(1, SeqCst);
                    waiter.thread().unpark();
                });
            }
        });
        waiter.join().unwrap()
    }

    comes_to(&[1, 2], || wait(false))?;
    comes_to(&[2], || wait(true))
}

/// A wait with a timeout may end either way.
fn a_timeout_passes_or_does_not() -> Result<(), Failed> {
    comes_to(&[false, true], || {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let setter = thread::spawn(move || {
            *theirs.0.lock() = true;
            theirs.1.notify_one();
        });
        let mut flag = shared.0.lock();
        let timed_out = !*flag && shared.1.wait_for(&mut flag, Duration::from_secs(1)).timed_out();
        drop(flag);
        setter.join().unwrap();
        timed_out
    })
}

fn a_loop_of_waits_with_timeouts_ends() -> Result<(), Failed> {
    comes_to(&[()], || {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let setter = thread::spawn(move || {
            *theirs.0.lock() = true;
            theirs.1.notify_one();
        });
        let mut flag = shared.0.lock();
        while !*flag {
            shared.1.wait_for(&mut flag, Duration::from_secs(1));
        }
        drop(flag);
        setter.join().unwrap();
    })
}

fn a_loop_that_parks_with_a_timeout_ends() -> Result<(), Failed> {
    comes_to(&[()], || {
        let flag = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&flag);
        let waiter = thread::spawn(move || {
            while !theirs.load(SeqCst) {
                thread::park_timeout(Duration::from_secs(1));
            }
        });
        flag.store(true, SeqCst);
        waiter.thread().unpark();
        waiter.join().unwrap();
    })
}

/// A closure that panics in one thread poisons it for the other, which may come before or after.
fn a_once_whose_closure_panics() -> Result<(), Failed> {
    fn connect(once: &Once, attempts: &AtomicUsize, force: bool) {
        let connect = || assert_ne!(attempts.fetch_add(1, SeqCst), 0, "no connection yet");
        if force { once.call_once_force(|_| connect()) } else { once.call_once(connect) }
    }

    fn run(force: bool) -> (bool, bool, usize) {
        let shared = Arc::new((Once::new(), AtomicUsize::new(0)));
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || catch_unwind(|| connect(&theirs.0, &theirs.1, force)).is_ok());
        let mine = catch_unwind(|| connect(&shared.0, &shared.1, force)).is_ok();
        (mine, other.join().unwrap(), shared.1.load(SeqCst))
    }

    // Whoever comes second is told that the first has failed; or tries again.
    comes_to(&[(false, false, 1)], || run(false))?;
    comes_to(&[(false, true, 2), (true, false, 2)], || run(true))?;
    fails_by("poisoned", || {
        let shared = Arc::new((Once::new(), AtomicUsize::new(0)));
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || catch_unwind(|| connect(&theirs.0, &theirs.1, false)).is_err());
        if shared.1.load(SeqCst) == 1 {
            connect(&shared.0, &shared.1, false);
        }
        other.join().unwrap();
    })
}

static LEFT: LazyLock<usize> = LazyLock::new(|| *RIGHT + 1);
static RIGHT: LazyLock<usize> = LazyLock::new(|| *LEFT + 1);
static HALF: LazyLock<usize> = LazyLock::new(|| 1);
static WHOLE: LazyLock<usize> = LazyLock::new(|| 2 * *HALF);

/// A value that needs itself, by one thread or by two that each have a half of it.
fn a_lazy_lock_that_waits_for_itself() -> Result<(), Failed> {
    fails_by("deadlock", || _ = *LEFT)?;
    fails_by("deadlock", || {
        let other = thread::spawn(|| *LEFT);
        let _ = *RIGHT + other.join().unwrap();
    })?;
    comes_to(&[3], || {
        let other = thread::spawn(|| *WHOLE);
        *HALF + other.join().unwrap()
    })?;
    fails_by("deadlock", || {
        let lock = Arc::new(OnceLock::new());
        let _ = lock.get_or_init(|| *lock.get_or_init(|| 1) + 1);
    })
}

/// Of three that the barrier waits for, two come.
fn a_barrier_with_one_too_few() -> Result<(), Failed> {
    fn meet(size: usize) -> usize {
        let barrier = Arc::new(Barrier::new(size));
        let theirs = Arc::clone(&barrier);
        let other = thread::spawn(move || usize::from(theirs.wait().is_leader()));
        10 * usize::from(barrier.wait().is_leader()) + other.join().unwrap()
    }

    fails_by("deadlock", || _ = meet(3))?;
    comes_to(&[1, 10], || meet(2))
}

/// A stack whose nodes know the next, and by whom they were taken.
struct Stack {
    head: AtomicPtr<Node>,
    nodes: [Node; 2],
}

struct Node {
    next: AtomicPtr<Node>,
    taken: AtomicBool,
}

impl Stack {
    fn new() -> Arc<Self> {
        let node = || Node { next: AtomicPtr::new(null_mut()), taken: AtomicBool::new(true) };
        let stack = Arc::new(Stack { head: AtomicPtr::new(null_mut()), nodes: [node(), node()] });
        stack.nodes.iter().for_each(|node| stack.push(node));
        stack
    }

    fn push(&self, node: &Node) {
        node.taken.store(false, SeqCst);
        let place = std::ptr::from_ref(node).cast_mut();
        loop {
            let head = self.head.load(SeqCst);
            node.next.store(head, SeqCst);
            if self.head.compare_exchange(head, place, SeqCst, SeqCst).is_ok() {
                return;
            }
        }
    }

    fn pop(&self) -> Option<&Node> {
        loop {
            let head = self.head.load(SeqCst);
            // SAFETY: every node is one of this stack's, and lives as long.
            let node = unsafe { head.as_ref() }?;
            let next = node.next.load(SeqCst);
            if self.head.compare_exchange(head, next, SeqCst, SeqCst).is_ok() {
                assert!(!node.taken.swap(true, SeqCst), "a node was taken twice");
                return Some(node);
            }
        }
    }
}

/// A node that comes back is where it was: a compare-exchange that finds it cannot tell that the one below it is gone.
fn a_stack_with_aba() -> Result<(), Failed> {
    fn work(comes_back: bool) {
        let stack = Stack::new();
        let theirs = Arc::clone(&stack);
        let other = thread::spawn(move || {
            let first = theirs.pop();
            theirs.pop();
            if let Some(node) = first.filter(|_| comes_back) {
                theirs.push(node);
            }
        });
        stack.pop();
        stack.pop();
        other.join().unwrap();
    }

    fails_by("taken twice", || work(true))?;
    comes_to(&[()], || work(false))
}

/// The first two nodes change places, so that no address is given to two atomics by the same thread in the same order.
fn pointers_are_told_apart() -> Result<(), Failed> {
    comes_to(&[(0, 0), (0, 1), (1, 1)], || {
        let mut values = [0, 1];
        let [zero, one] = values.each_mut().map(std::ptr::from_mut::<usize>).map(|place| place.expose_provenance());
        let shared = Arc::new(AtomicPtr::new(std::ptr::with_exposed_provenance_mut::<usize>(zero)));
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || theirs.store(std::ptr::with_exposed_provenance_mut(one), SeqCst));
        let seen = [(); 2].map(|()| usize::from(shared.load(SeqCst).addr() == one));
        other.join().unwrap();
        (seen[0], seen[1])
    })
}

/// Two readers who both want to write wait for each other, unless they come with the right to.
fn two_upgrades() -> Result<(), Failed> {
    fails_by("deadlock", || {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || {
            let seen = theirs.read();
            *theirs.write() = *seen + 1;
        });
        other.join().unwrap();
    })?;
    comes_to(&[2], || {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let add = |lock: &RwLock<usize>| {
            let seen = lock.upgradable_read();
            let mut writer = RwLockUpgradableReadGuard::upgrade(seen);
            *writer += 1;
        };
        let other = thread::spawn(move || add(&theirs));
        add(&lock);
        other.join().unwrap();
        *lock.read()
    })
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_lost_unpark", a_lost_unpark),
        Trial::test("one_token_for_two", one_token_for_two),
        Trial::test("a_timeout_passes_or_does_not", a_timeout_passes_or_does_not),
        Trial::test("a_loop_of_waits_with_timeouts_ends", a_loop_of_waits_with_timeouts_ends),
        Trial::test("a_loop_that_parks_with_a_timeout_ends", a_loop_that_parks_with_a_timeout_ends),
        Trial::test("a_once_whose_closure_panics", a_once_whose_closure_panics),
        Trial::test("a_lazy_lock_that_waits_for_itself", a_lazy_lock_that_waits_for_itself),
        Trial::test("a_barrier_with_one_too_few", a_barrier_with_one_too_few),
        Trial::test("a_stack_with_aba", a_stack_with_aba),
        Trial::test("pointers_are_told_apart", pointers_are_told_apart),
        Trial::test("two_upgrades", two_upgrades),
    ]
}
