//! Threads of a check.

use selvedge::sync::thread;

/// Runs two closures on a thread each, and returns what both return.
pub(crate) fn together<A, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B)
where
    A: Send,
    B: Send,
{
    let (mut first, mut second) = (None, None);
    both(Box::new(|| first = Some(one())), Box::new(|| second = Some(other())));
    first.zip(second).expect("both have ended")
}

/// A thread of a check.
type Body<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Compiled once, and not for each pair of closures.
fn both(one: Body<'_>, other: Body<'_>) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = scope.spawn(other);
        one.join().expect("no panic leaves a thread of a check");
        other.join().expect("nor the other");
    });
}
