//! What is pushed is popped, in every schedule; and the engines see where it is not.

use CRATE::Queue;
use selvedge::check::{Least, check};
use selvedge::sync::{Arc, thread};

/// A thread pops what is pushed, with room for one item.
fn what_is_pushed_is_popped(pop: fn(&Queue<u32>) -> u32) {
    let queue = Arc::new(Queue::new(1));
    let theirs = Arc::clone(&queue);
    let popper = thread::spawn(move || [pop(&theirs), pop(&theirs)]);
    queue.push(1);
    queue.push(2);
    assert_eq!(popper.join().unwrap(), [1, 2]);
}

#[test]
fn the_queue_keeps_what_is_pushed() {
    check("what is pushed is popped").expect(Least::Exhausted).run(|| what_is_pushed_is_popped(Queue::pop));
}

#[test]
fn a_look_before_the_wait_is_found() {
    let check = check("what is pushed is popped").defect("LookThenWait");
    check.run(|| what_is_pushed_is_popped(Queue::pop_look_then_wait));
}
