//! Shared ownership: the answers are those of `std::sync::Arc`.

use std::hash::BuildHasher;

use selvedge::sync::{Arc, DefaultHashBuilder, Weak};

use super::always;

#[test]
fn owners_are_counted() {
    always(|| {
        let one = Arc::new(1);
        let weak = Arc::downgrade(&one);
        let two = Arc::clone(&one);
        let third = weak.upgrade().expect("it has owners");
        assert_eq!([Arc::strong_count(&two), weak.strong_count()], [3, 3]);
        drop(third);
        assert_eq!(Arc::into_inner(one), None, "it had another owner");
        assert_eq!([Arc::strong_count(&two), weak.strong_count()], [1, 1]);
        assert_eq!(Arc::into_inner(two), Some(1));
        assert_eq!((weak.upgrade(), weak.strong_count()), (None, 0));
        assert_eq!(Weak::<u32>::new().upgrade(), None);
    });
}

#[test]
fn the_only_owner_has_the_value() {
    always(|| {
        let mut one = Arc::new(1);
        *Arc::get_mut(&mut one).expect("its only owner") += 1;
        *Arc::make_mut(&mut one) += 1;
        let mut two = Arc::clone(&one);
        assert_eq!(Arc::get_mut(&mut one), None);
        assert!(Arc::ptr_eq(&one, &two));
        *Arc::make_mut(&mut two) += 1;
        assert!(!Arc::ptr_eq(&one, &two));
        assert_eq!((*one, *two), (3, 4));
        let third = Arc::clone(&two);
        let two = Arc::try_unwrap(two).expect_err("it has another owner");
        drop(third);
        assert_eq!(Arc::try_unwrap(two), Ok(4));
    });
}

/// A value that hands out references to itself.
struct Node {
    itself: Weak<Node>,
}

#[test]
fn a_value_may_refer_to_itself() {
    always(|| {
        let node = Arc::new_cyclic(|itself| {
            assert!(itself.upgrade().is_none(), "it is not there yet");
            Node { itself: itself.clone() }
        });
        let same = node.itself.upgrade().expect("it has an owner");
        assert!(Arc::ptr_eq(&node, &same) && Arc::as_ptr(&node) == Arc::as_ptr(&same));
    });
}

#[test]
fn an_owner_stands_for_the_value() {
    always(|| {
        let one = Arc::<str>::from("a");
        assert_eq!(format!("{one} {one:?}"), "a \"a\"");
        assert_eq!(format!("{:?}", Arc::downgrade(&one)), "(Weak)");
        // What a map needs in order to be asked for one by its value.
        let hasher = DefaultHashBuilder::default();
        assert_eq!(hasher.hash_one(&one), hasher.hash_one("a"));
        assert_ne!(hasher.hash_one(&one), hasher.hash_one(Arc::<str>::from("b")));
    });
}
