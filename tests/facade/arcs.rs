//! Shared ownership.

use std::collections::HashMap;
use std::fmt::Display;

use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, Weak, thread};
use selvedge::unsize;

use super::everywhere;

trait Shape: Send + Sync {
    fn area(&self) -> u32;
}

struct Square(u32);

impl Shape for Square {
    fn area(&self) -> u32 {
        self.0 * self.0
    }
}

#[test]
fn an_owner_of_a_trait_object() {
    everywhere(|| {
        let shape: Arc<dyn Shape> = unsize!(Arc::new(Square(3)) => dyn Shape);
        let theirs = Arc::clone(&shape);
        let other = thread::spawn(move || theirs.area());
        assert_eq!(shape.area() + other.join().unwrap(), 18);
        let all: Vec<Arc<dyn Shape>> = vec![shape, unsize!(Arc::new(Square(1)) => dyn Shape)];
        assert_eq!(all.iter().map(|shape| shape.area()).sum::<u32>(), 10);
        let call = unsize!(Arc::new(|x| x + 1) => dyn Fn(u32) -> u32 + Send + Sync);
        assert_eq!((call(1), Arc::strong_count(&all[0])), (2, 1));
    });
}

#[test]
fn owners_of_slices_and_text() {
    everywhere(|| {
        let slice: Arc<[u32]> = Arc::from(vec![1, 2]);
        let text: Arc<str> = "text".into();
        let (theirs, their_text) = (slice.clone(), Arc::clone(&text));
        let other = thread::spawn(move || theirs.len() + their_text.len());
        assert_eq!(slice.iter().sum::<u32>() as usize + other.join().unwrap(), 9);
        assert_eq!((Arc::<str>::from("a".to_owned()).len(), Arc::<[u32]>::from([1, 2, 3]).len()), (1, 3));
        let gathered: Arc<[u32]> = (0..3).collect();
        let unsized_array = unsize!(Arc::new([4, 5]) => [u32]);
        assert_eq!((gathered.len(), unsized_array[1]), (3, 5));
        assert_eq!(*Arc::<u32>::from(Box::new(7)), 7);
    });
}

#[test]
fn an_owner_becomes_a_pointer_and_back() {
    everywhere(|| {
        let one = Arc::new(AtomicU32::new(1));
        let pointer = Arc::into_raw(Arc::clone(&one));
        assert_eq!(pointer, Arc::as_ptr(&one));
        // SAFETY: it is the owner that became a pointer.
        let two = unsafe { Arc::from_raw(pointer) };
        two.store(2, SeqCst);
        drop(two);
        assert_eq!((one.load(SeqCst), Arc::strong_count(&one)), (2, 1));
        // SAFETY: it has an owner, and gets one more, which is taken away again.
        unsafe {
            Arc::increment_strong_count(Arc::as_ptr(&one));
            assert_eq!(Arc::strong_count(&one), 2);
            Arc::decrement_strong_count(Arc::as_ptr(&one));
        }
        let weak = Arc::downgrade(&one).into_raw();
        // SAFETY: it is the reference that became a pointer.
        assert!(unsafe { Weak::from_raw(weak) }.upgrade().is_some());
    });
}

/// A node knows its parent, which owns it.
struct Node {
    me: Weak<Node>,
    children: Mutex<Vec<Arc<Node>>>,
}

impl Node {
    fn new() -> Arc<Self> {
        Arc::new_cyclic(|me| Node { me: me.clone(), children: Mutex::new(Vec::new()) })
    }

    /// Takes its owner: a method of it on `self: Arc<Self>` needs std's own type.
    fn join(this: Arc<Self>, parent: &Arc<Node>) {
        parent.children.lock().push(this);
    }
}

#[test]
fn weak_references_do_not_keep_the_value() {
    everywhere(|| {
        let (parent, child) = (Node::new(), Node::new());
        Node::join(Arc::clone(&child), &parent);
        assert!(parent.me.upgrade().is_some_and(|me| Arc::ptr_eq(&me, &parent)));
        let weak = Arc::downgrade(&child);
        assert!(weak.ptr_eq(&child.me) && !weak.ptr_eq(&Weak::new()));
        assert_eq!((weak.strong_count(), weak.weak_count(), Arc::weak_count(&child)), (2, 2, 2));
        drop(child);
        let other = thread::spawn(move || weak.upgrade().is_some());
        drop(parent);
        other.join().unwrap();
    });
}

#[test]
fn the_only_owner_has_the_value() {
    everywhere(|| {
        let mut one = Arc::new(5);
        *Arc::get_mut(&mut one).unwrap() += 1;
        *Arc::make_mut(&mut one) += 1;
        let two = one.clone();
        assert_eq!((Arc::try_unwrap(one).map_err(drop), Arc::into_inner(two)), (Err(()), Some(7)));
        assert_eq!(Arc::unwrap_or_clone(Arc::new(8)), 8);
        assert_eq!(*Arc::pin(9), 9);
    });
}

#[test]
fn an_owner_stands_for_its_value() {
    fn shown(value: impl Display) -> String {
        value.to_string()
    }

    everywhere(|| {
        let (one, other) = (Arc::new(1), Arc::new(2));
        let by_key = HashMap::from([(Arc::<str>::from("one"), one.clone())]);
        assert!(one < other && one != other && by_key.contains_key("one"));
        assert_eq!((shown(one.clone()), Arc::<u32>::default()), ("1".to_owned(), Arc::from(0)));
        assert_eq!((*one.as_ref() + *AsRef::<i32>::as_ref(&other), format!("{one:?} {one:p}").len() > 3), (3, true));
    });
}
