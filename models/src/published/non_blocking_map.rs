//! A hash map with a compare-exchange for each key and each value.
//!
//! **Published:** Cliff Click's `NonBlockingHashMapLong`, in the form of JCTools 3.1 (Java).
//!
//! **Found:** with Lincheck, by `alefedor`, 2020: <https://github.com/JCTools/JCTools/issues/319>.
//!
//! **Wrong:** a `put` that loses its compare-exchange returns as if it had won and been replaced at once, and
//! answers the value that is there now. That is the winner's value, and the winner has answered that there was none
//! before.
//!
//! **Shortest interleaving:** A puts 5: reads that there is no value · B puts 6, and answers that there was none · A's
//! exchange fails: A answers 6, as if its 5 had replaced it, and 6 is there.
//!
//! **Repair:** the loser tries again, with the value that it found.
//!
//! There are as many slots as keys here, so the table never grows, and every key belongs in the first slot.

use std::array;

use selvedge::sync::atomic::{AtomicU64, Ordering};

use super::{Map, PUBLISHED};

/// No key, and no value.
const NONE: u64 = 0;

fn some(value: u64) -> Option<u64> {
    (value != NONE).then_some(value)
}

/// The map.
#[derive(Debug)]
pub struct NonBlockingMap<const FORM: usize> {
    keys: [AtomicU64; 2],
    values: [AtomicU64; 2],
}

impl<const FORM: usize> NonBlockingMap<FORM> {
    /// The slot in which the key is, or the empty one where it belongs.
    fn find(&self, key: u64) -> Result<usize, usize> {
        let mut slots = self.keys.iter().map(|slot| slot.load(Ordering::SeqCst)).enumerate();
        let (slot, found) = slots.find(|&(_, found)| found == key || found == NONE).expect("each key has a slot");
        if found == key { Ok(slot) } else { Err(slot) }
    }

    /// Exchanges the value of the key's slot.
    fn swap(&self, slot: usize, value: u64) -> Option<u64> {
        let mut old = self.values[slot].load(Ordering::SeqCst);
        loop {
            let won = self.values[slot].compare_exchange(old, value, Ordering::SeqCst, Ordering::SeqCst);
            match won {
                Ok(old) => return some(old),
                Err(now) if FORM == PUBLISHED => return some(now),
                Err(now) => old = now,
            }
        }
    }
}

impl<const FORM: usize> Map for NonBlockingMap<FORM> {
    fn new() -> Self {
        NonBlockingMap {
            keys: array::from_fn(|_| AtomicU64::new(NONE)),
            values: array::from_fn(|_| AtomicU64::new(NONE)),
        }
    }

    fn get(&self, key: u64) -> Option<u64> {
        let slot = self.find(key).ok()?;
        some(self.values[slot].load(Ordering::SeqCst))
    }

    fn put(&self, key: u64, value: u64) -> Option<u64> {
        loop {
            match self.find(key) {
                Ok(slot) => return self.swap(slot, value),
                // This thread's key or another's: the slot has a key from now on.
                Err(empty) => _ = self.keys[empty].compare_exchange(NONE, key, Ordering::SeqCst, Ordering::SeqCst),
            }
        }
    }

    fn remove(&self, key: u64) -> Option<u64> {
        let slot = self.find(key).ok()?;
        self.swap(slot, NONE)
    }
}
