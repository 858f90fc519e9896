//! The document's hash: FNV-1a with 32 bits, for those who want its shards.

use std::hash::{BuildHasherDefault, Hasher};

/// Makes [`Fnv1a32`] hashers: `ShardedMap::with_hasher(16, FnvBuildHasher::default())`.
pub type FnvBuildHasher = BuildHasherDefault<Fnv1a32>;

/// FNV-1a, 32 bits (Fowler, Noll and Vo), over the bytes of a key: Go's `fnv.New32a`.
///
/// [`finish`](Hasher::finish) spreads the 32 bits over 64, so that two strings share a shard of a
/// [`ShardedMap`](super::sharded_map::ShardedMap) exactly where the document's `hash & shardMask` is
/// the same for both. It is slower than the default hasher, and anyone can make keys that collide.
///
/// ```
/// use std::hash::{Hash, Hasher};
/// use selvedge::patterns::hash::Fnv1a32;
///
/// let mut hasher = Fnv1a32::default();
/// "foobar".hash(&mut hasher);
/// assert_eq!(hasher.sum32(), 0xbf9cf968);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Fnv1a32(u32);

impl Fnv1a32 {
    /// The hash itself: the document's `Sum32`.
    pub fn sum32(&self) -> u32 {
        self.0
    }
}

impl Default for Fnv1a32 {
    fn default() -> Self {
        Fnv1a32(0x811c_9dc5)
    }
}

impl Hasher for Fnv1a32 {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }

    /// Leaves out 0xff, with which `str` marks its end: the document's hash has no such mark.
    fn write_u8(&mut self, byte: u8) {
        if byte != 0xff {
            self.write(&[byte]);
        }
    }

    /// The sum above, for the tags of the table and the choice of the shard, so that its *low* bits decide as in the
    /// document; and below, for the bucket, without the bits by which all keys of a shard are the same.
    fn finish(&self) -> u64 {
        u64::from(self.0) << 32 | u64::from(self.0 >> 7)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, Hash};

    use super::*;

    /// Where the 32 bits of the sum go: each of the three that choose gets those that it looks at.
    #[test]
    fn the_sum_is_spread_over_64_bits() {
        for key in ["", "a", "b", "foobar", "key17"] {
            let mut hasher = Fnv1a32::default();
            hasher.write(key.as_bytes());
            let sum = hasher.sum32();
            let hash = FnvBuildHasher::default().hash_one(key);
            assert_eq!(hash >> 57, u64::from(sum >> 25), "the tag of {key:?}");
            assert_eq!(hash >> 32 & 0xffff, u64::from(sum & 0xffff), "the shard of {key:?}");
            assert_eq!(hash & 0x1ff_ffff, u64::from(sum >> 7), "the bucket of {key:?}");
        }
    }

    /// The mark at the end of a text is left out, and no other byte is.
    #[test]
    fn single_bytes_count() {
        let mut hasher = Fnv1a32::default();
        hasher.write_u8(b'a');
        hasher.write_u8(0xff);
        assert_eq!(hasher.sum32(), 0xe40c_292c);
    }

    /// From the test vectors of the FNV authors.
    #[test]
    fn known_sums() {
        let cases = [("", 0x811c_9dc5), ("a", 0xe40c_292c), ("b", 0xe70c_2de5), ("foobar", 0xbf9c_f968)];
        for (key, sum) in cases {
            let mut hasher = Fnv1a32::default();
            key.hash(&mut hasher);
            assert_eq!(hasher.sum32(), sum, "{key:?}");
        }
    }
}
