//! A ring of one producer and one consumer, in which the newest value replaces the oldest.
//!
//! **Published:** `SafelyOverflowingIndexQueue` of Eclipse iceoryx2 (Rust).
//!
//! **Found:** by `elBoberido`, 2024: <https://github.com/eclipse-iceoryx/iceoryx2/issues/118>.
//!
//! **Wrong:** `pop` reads the write position and then the read position. In between, a push that overflows moves both,
//! so two positions are compared that were never equal at one moment.
//!
//! **Shortest interleaving:** the ring is full · A pops: reads the write position, 1 · B pushes, overflows, and moves
//! the read position to 1 · A reads that: 1 is 1, nothing, though the ring was full all the time.
//!
//! **Repair:** the read position is read first. It never passes the write position, so if the two are equal, they were
//! equal when the second was read.

use std::array;

use selvedge::sync::Mutex;
use selvedge::sync::atomic::{AtomicU64, Ordering};

use super::{PUBLISHED, Queue};

/// Values that there is room for.
const CAPACITY: u64 = 1;
/// One slot more, so that a write replaces no value that is being read.
const SLOTS: usize = CAPACITY as usize + 1;

/// The ring. Its producer and its consumer are the threads that hold the locks of those ends.
#[derive(Debug)]
pub struct OverflowingQueue<const FORM: usize> {
    slots: [AtomicU64; SLOTS],
    written: AtomicU64,
    read: AtomicU64,
    producer: Mutex<()>,
    consumer: Mutex<()>,
}

impl<const FORM: usize> OverflowingQueue<FORM> {
    fn slot(&self, position: u64) -> &AtomicU64 {
        &self.slots[position as usize % SLOTS]
    }

    /// Moves the read position on by one, if it is `position`; the error is the actual one.
    fn advance(&self, position: u64) -> Result<u64, u64> {
        self.read.compare_exchange(position, position + 1, Ordering::SeqCst, Ordering::SeqCst)
    }
}

impl<const FORM: usize> Queue for OverflowingQueue<FORM> {
    fn new() -> Self {
        OverflowingQueue {
            slots: array::from_fn(|_| AtomicU64::new(0)),
            written: AtomicU64::new(0),
            read: AtomicU64::new(0),
            producer: Mutex::new(()),
            consumer: Mutex::new(()),
        }
    }

    fn push(&self, value: u64) -> Option<u64> {
        let _alone = self.producer.lock();
        let written = self.written.load(Ordering::SeqCst);
        let read = self.read.load(Ordering::SeqCst);
        self.slot(written).store(value, Ordering::SeqCst);
        self.written.store(written + 1, Ordering::SeqCst);
        let overflows = written == read + CAPACITY && self.advance(read).is_ok();
        overflows.then(|| self.slot(read).load(Ordering::SeqCst))
    }

    fn pop(&self) -> Option<u64> {
        let _alone = self.consumer.lock();
        let (written, mut read);
        if FORM == PUBLISHED {
            written = self.written.load(Ordering::SeqCst);
            read = self.read.load(Ordering::SeqCst);
        } else {
            read = self.read.load(Ordering::SeqCst);
            written = self.written.load(Ordering::SeqCst);
        }
        if written == read {
            return None;
        }
        loop {
            let value = self.slot(read).load(Ordering::SeqCst);
            match self.advance(read) {
                Ok(_) => return Some(value),
                // Only a push that overflows moves it, and the pushed value is here.
                Err(moved) => read = moved,
            }
        }
    }
}
