//! The memo: configurations that a search has been at, in one flat table.
//!
//! An entry is a place in the history, a state, and the bits of the operations that are open there
//! and already in the order. Bits are of three kinds, and each slot keeps its kind for ever (see
//! `real_time.rs`): *exact* ones, of operations that change the state and have returned, *reads*, and
//! *optional* ones, of pending operations.
//!
//! # Dominance
//!
//! A configuration need not be searched if a known one fails that has the same place, state and exact bits, at least
//! all of its reads, and only optional bits that it has as well. Let `w` explain the rest from the new configuration.
//! From the known one, `w` without the reads that are already in the order explains the rest too: the states along `w`
//! are the same, since reads change none; an operation's predecessors are in the order, since no more are missing than
//! before; an optional operation of `w` is still available, since no more are used; and operations that `w` leaves out
//! may be left out. But the known one fails: a contradiction. The same holds for a `w` that explains only a part, and
//! so for the longest explanation.
//!
//! # Memory
//!
//! An entry takes 8 bytes and 8 more for each 64 slots; the table is at most ⅔ full. When it may not grow any more, it
//! forgets the half of the entries with the earliest places. That costs time but does not change the answer: forgotten
//! configurations are searched again, until the search comes to entries that are still known.

/// Marks a slot without an entry. No place is so large.
const VACANT: u64 = u64::MAX;

/// Where a search has been.
pub(super) struct Memo {
    /// Entries of `stride` words each, by open addressing.
    table: Vec<u64>,
    stride: usize,
    /// The number of slots for entries less one; a power of two less one.
    mask: usize,
    entries: usize,
    /// How many slots there may be.
    limit: usize,
    reads: Vec<u64>,
    optional: Vec<u64>,
}

impl Memo {
    /// An empty memo for bits with these masks of reads and of optional operations.
    pub(super) fn new(reads: Vec<u64>, optional: Vec<u64>) -> Self {
        let stride = 1 + reads.len();
        let start: usize = 1 << 6;
        Memo { table: vec![VACANT; start * stride], stride, mask: start - 1, entries: 0, limit: start, reads, optional }
    }

    /// Lets the table take so many bytes at most, or what it has if that is more.
    pub(super) fn bound(&mut self, bytes: usize) {
        let slots = (bytes / (8 * self.stride)).max(self.mask + 1);
        // The largest power of two that fits.
        self.limit = 1 << slots.ilog2();
    }

    /// Inserts the configuration. Returns whether it is new: neither known nor dominated by a known one.
    pub(super) fn insert(&mut self, place: u32, state: u32, bits: &[u64]) -> bool {
        if self.entries >= (self.mask + 1) / 3 * 2 {
            self.make_room();
        }
        let first = first(place, state);
        let mut slot = self.hash(first, bits) as usize & self.mask;
        loop {
            let entry = &self.table[slot * self.stride..(slot + 1) * self.stride];
            if entry[0] == VACANT {
                break;
            }
            if entry[0] == first && self.dominates(&entry[1..], bits) {
                return false;
            }
            slot = (slot + 1) & self.mask;
        }
        let entry = &mut self.table[slot * self.stride..(slot + 1) * self.stride];
        entry[0] = first;
        entry[1..].copy_from_slice(bits);
        self.entries += 1;
        true
    }

    fn dominates(&self, known: &[u64], new: &[u64]) -> bool {
        let masks = self.reads.iter().zip(&self.optional);
        known.iter().zip(new).zip(masks).all(|((&known, &new), (&reads, &optional))| {
            let differs = known ^ new;
            // Each bit in which they differ has to be a read of the known one or an optional operation of the new one.
            differs & !(known & reads | new & optional) == 0
        })
    }

    /// Hashes what two entries have in common if one dominates the other.
    fn hash(&self, first: u64, bits: &[u64]) -> u64 {
        let mut hash = fold(first ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93);
        for (index, word) in bits.iter().enumerate() {
            let exact = word & !(self.reads[index] | self.optional[index]);
            hash = fold(hash ^ exact, 0xA076_1D64_78BD_642F);
        }
        hash
    }

    fn make_room(&mut self) {
        let full = self.mask + 1 >= self.limit;
        let old = std::mem::take(&mut self.table);
        let entries = || old.chunks_exact(self.stride).filter(|entry| entry[0] != VACANT);
        let from = if full {
            let mut places: Vec<u32> = entries().map(|entry| place(entry[0])).collect();
            let middle = places.len() / 2;
            // Strictly farther than the median: at least half of them go.
            places.select_nth_unstable(middle).1.saturating_add(1)
        } else {
            0
        };
        if !full {
            self.mask = 2 * self.mask + 1;
        }
        let mut table = vec![VACANT; (self.mask + 1) * self.stride];
        let mut kept = 0;
        for entry in entries().filter(|entry| place(entry[0]) >= from) {
            let mut slot = self.hash(entry[0], &entry[1..]) as usize & self.mask;
            while table[slot * self.stride] != VACANT {
                slot = (slot + 1) & self.mask;
            }
            table[slot * self.stride..(slot + 1) * self.stride].copy_from_slice(entry);
            kept += 1;
        }
        self.table = table;
        self.entries = kept;
    }

    /// How many bytes the table takes.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        8 * self.table.len()
    }
}

fn first(place: u32, state: u32) -> u64 {
    u64::from(place) << 32 | u64::from(state)
}

fn place(first: u64) -> u32 {
    (first >> 32) as u32
}

/// Both halves of the product, so that the low bits depend on all of `word`.
fn fold(word: u64, factor: u64) -> u64 {
    let product = u128::from(word) * u128::from(factor);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: u64 = 0b0010;
    const OPTIONAL: u64 = 0b0100;

    fn memo(bytes: usize) -> Memo {
        let mut memo = Memo::new(vec![READ], vec![OPTIONAL]);
        memo.bound(bytes);
        memo
    }

    #[test]
    fn more_reads_and_fewer_optional_operations_dominate() {
        for (known, new, is_new) in [
            (0b0001, 0b0001, false),
            (0b0011, 0b0001, false),
            (0b0001, 0b0011, true),
            (0b0001, 0b0101, false),
            (0b0101, 0b0001, true),
            (0b0011, 0b0101, false),
            (0b0111, 0b0001, true),
            (0b0001, 0b1001, true),
            (0b1001, 0b0001, true),
        ] {
            let mut memo = memo(1 << 10);
            assert!(memo.insert(7, 3, &[known]));
            assert_eq!(memo.insert(7, 3, &[new]), is_new, "{known:04b} {new:04b}");
            assert!(memo.insert(7, 4, &[known]) && memo.insert(8, 3, &[known]));
        }
    }

    #[test]
    fn it_grows_without_forgetting() {
        let mut memo = memo(1 << 20);
        for round in 0..2 {
            for place in 0..10_000 {
                assert_eq!(memo.insert(place, place % 7, &[u64::from(place) << 8]), round == 0);
            }
        }
    }

    #[test]
    fn what_is_full_forgets_what_is_behind() {
        let mut memo = memo(1 << 12);
        for place in 0..10_000 {
            assert!(memo.insert(place, 0, &[0]));
            assert!(!memo.insert(place, 0, &[0]));
        }
        assert!(memo.bytes() <= 1 << 12);
        assert!(memo.insert(0, 0, &[0]));
    }
}
