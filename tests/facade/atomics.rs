//! Atomics.

use selvedge::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI64, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst},
    compiler_fence, fence,
};
use selvedge::sync::{Arc, hint, thread};

use super::everywhere;

#[test]
fn numbers_are_updated_in_every_way() {
    everywhere(|| {
        let number = AtomicU8::new(250);
        assert_eq!((number.fetch_add(10, Relaxed), number.fetch_sub(5, Relaxed)), (250, 4));
        assert_eq!((number.fetch_max(7, SeqCst), number.fetch_min(3, SeqCst)), (255, 255));
        assert_eq!((number.fetch_nand(6, SeqCst), number.load(SeqCst)), (3, !(3 & 6)));
        assert_eq!((number.fetch_and(0xf, AcqRel), number.fetch_or(0x10, AcqRel)), (0xfd, 0xd));
        assert_eq!((number.fetch_xor(1, AcqRel), number.swap(9, AcqRel)), (0x1d, 0x1c));
        assert_eq!(number.fetch_update(SeqCst, SeqCst, |value| value.checked_sub(10)), Err(9));
        assert_eq!(number.fetch_update(SeqCst, SeqCst, |value| value.checked_sub(9)), Ok(9));
        assert_eq!(number.compare_exchange(0, 5, AcqRel, Acquire), Ok(0));
        assert_eq!(number.compare_exchange_weak(0, 6, Release, Relaxed), Err(5));
        let signed = AtomicI8::new(i8::MIN);
        assert_eq!((signed.fetch_sub(1, Relaxed), signed.fetch_max(-3, Relaxed)), (i8::MIN, i8::MAX));
    });
}

#[test]
fn flags_are_updated_in_every_way() {
    everywhere(|| {
        let flag = AtomicBool::new(true);
        assert!(flag.fetch_not(SeqCst) && !flag.load(Acquire));
        assert!(!flag.fetch_nand(true, SeqCst) && flag.fetch_and(true, SeqCst) && flag.fetch_xor(true, SeqCst));
        assert!(!flag.fetch_or(true, SeqCst) && flag.swap(false, SeqCst));
        assert_eq!(flag.compare_exchange(true, false, SeqCst, SeqCst), Err(false));
    });
}

#[test]
fn whoever_has_the_only_reference_needs_no_ordering() {
    everywhere(|| {
        let mut number = AtomicU64::from(3);
        *number.get_mut() += 4;
        assert_eq!(*number.get_mut(), 7);
        let pointer = number.as_ptr();
        // SAFETY: nobody else has the atomic.
        assert_eq!(unsafe { *pointer }, 7);
        assert_eq!((number.into_inner(), AtomicI64::default().into_inner()), (7, 0));
        let mut flag = AtomicBool::from(false);
        *flag.get_mut() = true;
        assert!(flag.into_inner());
        assert_eq!(format!("{:?}", AtomicUsize::new(5)), "5");
    });
}

#[test]
fn a_message_is_passed_by_fences() {
    everywhere(|| {
        let shared = Arc::new((AtomicU64::new(0), AtomicBool::new(false)));
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || {
            theirs.0.store(5, Relaxed);
            compiler_fence(SeqCst);
            fence(Release);
            theirs.1.store(true, Relaxed);
        });
        while !shared.1.load(Relaxed) {
            hint::spin_loop();
        }
        fence(Acquire);
        assert_eq!(shared.0.load(Relaxed), 5);
        other.join().unwrap();
    });
}

#[test]
fn pointers_are_updated_in_every_way() {
    everywhere(|| {
        let (mut one, mut other) = (1, 2);
        let (one, other): (*mut u32, *mut u32) = (&raw mut one, &raw mut other);
        let mut pointer = AtomicPtr::new(one);
        assert_eq!((pointer.load(SeqCst), pointer.swap(other, SeqCst)), (one, one));
        assert_eq!(pointer.compare_exchange(one, other, AcqRel, Acquire), Err(other));
        assert_eq!(pointer.compare_exchange_weak(one, one, AcqRel, Acquire), Err(other));
        assert_eq!(pointer.fetch_update(SeqCst, SeqCst, |_| Some(one)), Ok(other));
        pointer.store(std::ptr::null_mut(), Release);
        assert!(pointer.load(Acquire).is_null() && AtomicPtr::<u32>::default().into_inner().is_null());
        *pointer.get_mut() = other;
        // SAFETY: the pointers are to variables of this function, of which nobody else knows.
        let [shown, inside] = unsafe { [**pointer.as_ptr(), *pointer.into_inner()] };
        // SAFETY: as above.
        let third = unsafe { *AtomicPtr::from(one).load(SeqCst) };
        assert_eq!((shown, inside, third), (2, 2, 1));
    });
}

/// Treiber's stack, whose nodes are freed when it is.
#[test]
fn a_stack_is_made_of_pointers() {
    struct Node(u32, *mut Node);

    everywhere(|| {
        let head = Arc::new(AtomicPtr::new(std::ptr::null_mut()));
        let push = |head: &AtomicPtr<Node>, value: u32| {
            let node = Box::into_raw(Box::new(Node(value, std::ptr::null_mut())));
            let mut next = head.load(Relaxed);
            loop {
                // SAFETY: nobody else knows of the node yet.
                unsafe { (*node).1 = next };
                match head.compare_exchange(next, node, Release, Relaxed) {
                    Ok(_) => return,
                    Err(now) => next = now,
                }
            }
        };
        let theirs = Arc::clone(&head);
        let other = thread::spawn(move || push(&theirs, 1));
        push(&head, 2);
        other.join().unwrap();
        let mut sum = 0;
        let mut next = head.load(Acquire);
        while !next.is_null() {
            // SAFETY: every node was made by a box, and nobody else is left.
            let node = unsafe { Box::from_raw(next) };
            (sum, next) = (sum + node.0, node.1);
        }
        assert_eq!(sum, 3);
    });
}
