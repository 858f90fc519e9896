//! The document's pattern 1: data behind a read-write lock, for many reads and few writes.
//!
//! # Guarantees
//!
//! 1. Readers go together (`safe_data/readers_go_together`).
//! 2. A writer is alone: no other writer is inside (`safe_data/writers_exclude_each_other`), and no reader
//!    (`safe_data/read_sees_all_keys_of_a_write`).
//! 3. What is written under one lock is seen all or not at all, over any number of keys
//!    (`safe_data/read_sees_all_keys_of_a_write`).
//! 4. A writer that waits holds back new readers, so that it gets in. So the closure of a read must not read again: if
//!    a writer has come in between, the thread waits for itself (`a_read_in_a_read_waits_behind_a_writer`, a test).
//!
//! # Cost
//!
//! A read past a [biased lock](super::biased_lock): it writes no line that readers share, as long as nobody writes. A
//! write is a lock and an unlock.
//!
//! # Lock order
//!
//! There is one lock. The closures of [`SafeData::with`] and [`SafeData::with_mut`] run under it, and
//! must not come back to the same data.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashMap;

use super::biased_lock::BiasedLock;
use crate::sync::{Compound, DefaultHashBuilder};

/// A map behind a read-write lock.
///
/// ```
/// use selvedge::patterns::safe_data::SafeData;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let data = SafeData::new();
/// thread::scope(|scope| {
///     scope.spawn(|| data.with_mut(|map| map.extend([("width", 3), ("height", 4)])));
///     // Both, or neither.
///     data.with(|map| assert_eq!(map.contains_key("width"), map.contains_key("height")));
/// });
/// assert_eq!(data.read("width"), Some(3));
/// # });
/// ```
pub struct SafeData<K, V, S = DefaultHashBuilder> {
    compound: Compound,
    data: BiasedLock<HashMap<K, V, S>>,
}

impl<K: Eq + Hash, V> SafeData<K, V> {
    /// No data.
    #[track_caller]
    pub fn new() -> Self {
        SafeData::with_hasher(DefaultHashBuilder::default())
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> SafeData<K, V, S> {
    /// No data, whose keys are hashed by `hasher`.
    #[track_caller]
    pub fn with_hasher(hasher: S) -> Self {
        SafeData { compound: Compound::new("safe data"), data: BiasedLock::new(HashMap::with_hasher(hasher)) }
    }

    /// The value of a key: the document's `Read`.
    #[track_caller]
    pub fn read<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        V: Clone,
    {
        self.with(|map| map.get(key).cloned())
    }

    /// Writes a value, and returns the one before: the document's `Write`.
    #[track_caller]
    pub fn write(&self, key: K, value: V) -> Option<V> {
        self.with_mut(|map| map.insert(key, value))
    }

    /// Reads as much as it likes, at one moment.
    #[track_caller]
    pub fn with<R>(&self, read: impl FnOnce(&HashMap<K, V, S>) -> R) -> R {
        self.compound.call("read", || self.data.read(read))
    }

    /// Writes as much as it likes, in one go.
    #[track_caller]
    pub fn with_mut<R>(&self, write: impl FnOnce(&mut HashMap<K, V, S>) -> R) -> R {
        self.compound.call("write", || self.data.write(write))
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Default> Default for SafeData<K, V, S> {
    #[track_caller]
    fn default() -> Self {
        SafeData::with_hasher(S::default())
    }
}

impl<K, V, S> fmt::Debug for SafeData<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SafeData").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{check, verify};
    use crate::sync::thread;

    /// Both wait for ever, as they do because a writer that waits holds back new readers.
    #[test]
    fn a_read_in_a_read_waits_behind_a_writer() {
        check("a read in a read").defect("ReadInARead").run(|| {
            let data: SafeData<&str, u32> = SafeData::new();
            thread::scope(|scope| {
                scope.spawn(|| data.write("counter", 1));
                data.with(|_| data.read("counter"));
            });
        });
    }

    #[test]
    fn a_write_returns_the_value_before() {
        verify(|| {
            let data: SafeData<&str, u32> = SafeData::new();
            assert_eq!(data.write("counter", 1), None);
            assert_eq!(data.write("counter", 2), Some(1));
            assert_eq!(data.read("counter"), Some(2));
            assert_eq!(data.read("other"), None);
        });
    }
}
