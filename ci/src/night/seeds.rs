//! Unique seeds: no other slice of this shard has the same, nor has another shard.
//!
//! They are unique by construction. The numbers of item, slice and shard make one unique number; the steps after that
//! are bijections, and so keep different numbers different. `merge` checks it all the same.

use super::shard::Shard;

/// Bits of the number of a slice of an item: enough for one slice a second for a century.
const SLICE_BITS: u32 = 32;
/// Items of a night, at the most: with [`shards`](super::shard) and slices their number fits into 64 bits.
pub const ITEMS: usize = 1 << 12;

/// The seed of the `slice`-th slice of the `item`-th item in a shard of a night, all counted from 0.
pub fn seed(night: &str, item: usize, slice: u32, shard: Shard) -> u64 {
    debug_assert!(item < ITEMS, "there are more items than seeds are made for");
    let number = ((item as u64) << SLICE_BITS | u64::from(slice)) * shard.of as u64 + shard.part as u64;
    scramble(number ^ name(night))
}

/// A number for the name of a night: FNV-1a.
fn name(night: &str) -> u64 {
    let hash = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    scramble(night.bytes().fold(0xcbf2_9ce4_8422_2325, hash))
}

/// The finalizer of MurmurHash3, a bijection.
fn scramble(number: u64) -> u64 {
    let number = (number ^ number >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let number = (number ^ number >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ number >> 33
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn seeds(night: &str) -> Vec<u64> {
        let shards = (0..3).map(|part| Shard { part, of: 3 });
        let slices =
            shards.flat_map(|shard| (0..20).flat_map(move |item| (0..20).map(move |slice| (shard, item, slice))));
        slices.map(|(shard, item, slice)| seed(night, item, slice, shard)).collect()
    }

    #[test]
    fn no_two_are_the_same() {
        let all = seeds("2026-01-01");
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn the_last_shard_of_the_most_has_one_too() {
        let last = Shard { part: (1 << 20) - 1, of: 1 << 20 };
        let before = Shard { part: last.part - 1, ..last };
        assert_ne!(seed("", ITEMS - 1, u32::MAX, last), seed("", ITEMS - 1, u32::MAX, before));
    }

    #[test]
    fn another_night_has_others() {
        let (one, other) = (seeds("2026-01-01"), seeds("2026-01-02"));
        assert!(one.iter().all(|seed| !other.contains(seed)));
        assert_eq!(one, seeds("2026-01-01"));
    }
}
