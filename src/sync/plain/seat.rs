//! Seats: a small number for each living thread, for structures that keep a cache line for each thread.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;

/// The value of a thread that has not asked yet.
const UNKNOWN: usize = usize::MAX;
/// The value of a thread without a seat: all were taken, or it is about to end.
const STANDING: usize = usize::MAX - 1;

/// One bit for each seat: whether a thread has it.
static TAKEN: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static SEAT: Cell<usize> = const { Cell::new(UNKNOWN) };
    /// Gives the seat back at the end of the thread. It is apart from `SEAT`, which is read often and so must have no
    /// destructor.
    static SEATED: Seated = const { Seated };
}

struct Seated;

impl Drop for Seated {
    fn drop(&mut self) {
        let seat = SEAT.replace(STANDING);
        if seat < STANDING {
            // Release: pairs with the Acquire in `take` of the next thread, which finds the seat's lines as they were
            // left.
            TAKEN.fetch_and(!(1 << seat), Ordering::Release);
        }
    }
}

/// The seat of this thread: the same until it ends, and no other thread's meanwhile. If none is left, a number that is
/// larger than any seat.
#[inline]
pub fn seat() -> usize {
    match SEAT.get() {
        UNKNOWN => sit_down(),
        seat => seat,
    }
}

#[cold]
fn sit_down() -> usize {
    // An error means that the thread is at its end.
    let seat = SEATED.try_with(|_| take()).ok().flatten().unwrap_or(STANDING);
    SEAT.set(seat);
    seat
}

/// The lowest seat that is free.
fn take() -> Option<usize> {
    let lowest = |taken: u64| (taken != u64::MAX).then(|| taken | (taken + 1));
    // Acquire: pairs with the Release of the thread that had the seat before.
    let taken = TAKEN.fetch_update(Ordering::Acquire, Ordering::Relaxed, lowest).ok()?;
    Some(taken.trailing_ones() as usize)
}

/// How many seats are worth a line: four times as many as there are cores, and 64 at most.
pub fn seats() -> usize {
    static SEATS: OnceLock<usize> = OnceLock::new();
    *SEATS.get_or_init(|| available_parallelism().map_or(1, usize::from).saturating_mul(4).min(64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_its_seat_and_nobody_else_has_it() {
        let mine = seat();
        let other = std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                let seat = seat();
                assert_eq!(seat, super::seat());
                seat
            });
            other.join().expect("it asserts no more than that")
        });
        assert_eq!(mine, seat());
        assert_ne!(mine, other);
    }

    #[test]
    fn a_seat_is_free_again_when_its_thread_has_ended() {
        let seats: std::collections::BTreeSet<_> =
            (0..1000).map(|_| std::thread::spawn(seat).join().expect("it does not panic")).collect();
        // Other tests run at the same time, and take seats as well.
        assert!(seats.iter().all(|&seat| seat < 64), "{seats:?}");
    }
}
