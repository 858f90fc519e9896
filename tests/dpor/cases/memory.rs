//! Memory that is used after it was freed, because of who came between.

use std::future::poll_fn;
use std::ptr;
use std::task::Poll;

use libtest_mimic::{Failed, Trial};
use selvedge::check::alloc::{self, Box};
use selvedge::check::{Engine, Explorer};
use selvedge::future::{self, AtomicWaker};
use selvedge::sync::atomic::{AtomicBool, AtomicPtr, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, thread};

use super::{comes_to, fails_by};

/// What a oneshot's ends share.
#[derive(Default)]
struct Shared {
    sent: AtomicBool,
    receiver: AtomicWaker,
}

impl Shared {
    fn send(&self) {
        self.sent.store(true, SeqCst);
        self.receiver.wake();
    }

    fn receive(&self) {
        future::block_on(poll_fn(|context| {
            self.receiver.register(context.waker());
            if self.sent.load(SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        }));
    }
}

/// A pointer that two threads share.
#[derive(Clone, Copy)]
struct Pointer(*mut Shared);

// SAFETY: what it points to is made of atomics and locks.
unsafe impl Send for Pointer {}

impl Pointer {
    fn get(self) -> &'static Shared {
        // SAFETY: a check sees to it that it is there.
        unsafe { alloc::get(self.0) }
    }
}

/// The receiver frees what both share as soon as it has received; the sender has yet to wake it.
fn a_oneshot_freed_by_its_receiver() {
    let shared = Pointer(Box::into_raw(Box::new(Shared::default())));
    let sender = thread::spawn(move || {
        let shared = { shared };
        shared.get().sent.store(true, SeqCst);
        shared.get().receiver.wake();
    });
    shared.get().receive();
    // SAFETY: it is not: the sender may use it.
    drop(unsafe { Box::from_raw(shared.0) });
    sender.join().unwrap();
}

/// Whoever is the last frees it.
fn a_oneshot_freed_by_the_last() {
    let shared = Arc::new(Box::new(Shared::default()));
    let theirs = Arc::clone(&shared);
    let sender = thread::spawn(move || theirs.send());
    shared.receive();
    drop(shared);
    sender.join().unwrap();
}

fn a_oneshot() -> Result<(), Failed> {
    let report = Explorer::new(Engine::Dpor).run(a_oneshot_freed_by_its_receiver);
    let told = report.to_string();
    if !told.contains("use after free") && !told.contains("race") {
        return Err(format!("expected a use after free, and found {told}").into());
    }
    comes_to(&[()], a_oneshot_freed_by_the_last)
}

struct Node {
    next: AtomicPtr<Node>,
}

struct Stack {
    head: AtomicPtr<Node>,
    /// Taken by whoever pops, if they are careful.
    pops: Option<Mutex<()>>,
}

impl Stack {
    fn push(&self, node: *mut Node) {
        let mut head = self.head.load(SeqCst);
        loop {
            // SAFETY: it is this thread's until it is pushed.
            unsafe { alloc::get(node) }.next.store(head, SeqCst);
            match self.head.compare_exchange(head, node, SeqCst, SeqCst) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    fn pop(&self) -> Option<*mut Node> {
        let _alone = self.pops.as_ref().map(|pops| pops.lock());
        let mut head = self.head.load(SeqCst);
        while !head.is_null() {
            // SAFETY: a check sees to it that it is there.
            let next = unsafe { alloc::get(head) }.next.load(SeqCst);
            match self.head.compare_exchange(head, next, SeqCst, SeqCst) {
                Ok(_) => return Some(head),
                Err(now) => head = now,
            }
        }
        None
    }
}

fn free(node: *mut Node) {
    // SAFETY: it was popped, by this thread.
    drop(unsafe { Box::from_raw(node) });
}

/// One pops; the other pops two, frees the second, and pushes the first again.
fn a_node_comes_back(careful: bool) {
    let stack = Arc::new(Stack { head: AtomicPtr::new(ptr::null_mut()), pops: careful.then(|| Mutex::new(())) });
    for _ in 0..2 {
        stack.push(Box::into_raw(Box::new(Node { next: AtomicPtr::new(ptr::null_mut()) })));
    }
    let theirs = Arc::clone(&stack);
    let other = thread::spawn(move || {
        let first = theirs.pop();
        theirs.pop().into_iter().for_each(free);
        first.into_iter().for_each(|node| theirs.push(node));
    });
    let mine = stack.pop();
    other.join().unwrap();
    std::iter::from_fn(|| stack.pop()).for_each(free);
    mine.into_iter().for_each(free);
}

fn a_stack_with_aba() -> Result<(), Failed> {
    fails_by("free", || a_node_comes_back(false))?;
    comes_to(&[()], || a_node_comes_back(true))
}

/// Whoever has a reference may use it long after it was asked for.
fn a_lock_is_freed(joins: bool) {
    let owner = Box::new(Mutex::new(0));
    let place = Box::into_raw(owner);
    // SAFETY: it is there; what is done with it later, a check sees.
    let mutex = unsafe { alloc::get(place) };
    let other = thread::spawn(move || *mutex.lock() += 1);
    if joins {
        other.join().unwrap();
    }
    // SAFETY: it is freed once.
    drop(unsafe { Box::from_raw(place) });
}

fn what_is_dropped_is_used() -> Result<(), Failed> {
    fails_by("use after free", || a_lock_is_freed(false))?;
    comes_to(&[()], || a_lock_is_freed(true))
}

/// Two that own each other are told, and are no failure.
fn a_cycle_of_owners() -> Result<(), Failed> {
    struct Owner(Mutex<Option<Arc<Owner>>>);

    let report = Explorer::new(Engine::Dpor).run(|| {
        let one = Arc::new(Owner(Mutex::new(None)));
        let other = Arc::new(Owner(Mutex::new(Some(Arc::clone(&one)))));
        *one.0.lock() = Some(other);
    });
    match report.remarks.iter().any(|remark| remark.contains("memory.rs:") && remark.contains("not dropped")) {
        true => Ok(()),
        false => Err(format!("expected a remark, and found {report}").into()),
    }
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("memory_of_a_oneshot", a_oneshot),
        Trial::test("memory_of_a_stack_with_aba", a_stack_with_aba),
        Trial::test("memory_of_a_lock", what_is_dropped_is_used),
        Trial::test("memory_of_a_cycle", a_cycle_of_owners),
    ]
}
