//! The document's pattern 2: readers share a version, and an update makes a new one.
//!
//! # Guarantees
//!
//! 1. A reader gets one whole version, which never changes under them
//!    (`copy_on_write/reader_sees_one_version`).
//! 2. The versions that one reader gets never go back (`copy_on_write/versions_never_go_back`).
//! 3. Updates come one after another, each from the version that the last one made: concurrent ones
//!    all survive (`copy_on_write/concurrent_updates_survive`).
//! 4. A reader never waits for a copy to be made (`copy_on_write/a_reader_waits_for_no_copy`), only for the exchange of
//!    a pointer.
//!
//! # Cost
//!
//! A [`read`](CopyOnWrite::read) is a read past a [biased lock](super::biased_lock): it writes no line that readers
//! share. A [`load`](CopyOnWrite::load) is that and one more reference, which all readers count in one place. An update
//! is a copy of the whole value, and waits for the closures of those who read the version before. A version lives as
//! long as its last reference.
//!
//! # Lock order
//!
//! `writers`, then `current`. The closure of an update runs under `writers` alone, so it may read; it must not update
//! the same value. The closure of a read must not come back to the same value.

use std::borrow::Borrow;
use std::fmt;

use hashbrown::HashMap;

use super::biased_lock::BiasedLock;
use crate::sync::{Arc, Compound, DefaultHashBuilder, Mutex};

/// A value in versions.
///
/// ```
/// use selvedge::patterns::copy_on_write::CopyOnWrite;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let primes = CopyOnWrite::new(vec![2, 3]);
/// thread::scope(|scope| {
///     scope.spawn(|| primes.update(|old| old.iter().copied().chain([5]).collect()));
///     assert_eq!(primes.load()[..2], [2, 3]);
/// });
/// assert_eq!(*primes.load(), [2, 3, 5]);
/// # });
/// ```
pub struct CopyOnWrite<T> {
    compound: Compound,
    /// Held while a new version is made, so that the next one is made of it.
    writers: Mutex<()>,
    current: BiasedLock<Arc<T>>,
}

impl<T> CopyOnWrite<T> {
    /// The first version.
    #[track_caller]
    pub fn new(first: T) -> Self {
        let compound = Compound::new("copy on write");
        CopyOnWrite { compound, writers: Mutex::new(()), current: BiasedLock::new(Arc::new(first)) }
    }

    /// The current version, to keep.
    #[track_caller]
    pub fn load(&self) -> Arc<T> {
        self.compound.call("load", || self.current.read(Arc::clone))
    }

    /// What `read` makes of the current version. It should be short: an update, and whoever reads after that, waits for
    /// it.
    #[track_caller]
    #[inline]
    pub fn read<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.compound.call("read", || self.current.read(|version| read(version)))
    }

    /// Makes a new version of the current one, and returns it. If `make` panics, there is none.
    #[track_caller]
    pub fn update(&self, make: impl FnOnce(&T) -> T) -> Arc<T> {
        self.compound.call("update", || {
            let _writing = self.writers.lock();
            let new = Arc::new(make(&self.load()));
            let old = self.current.write(|current| std::mem::replace(current, Arc::clone(&new)));
            // Without the lock that readers need: it may be the last reference, and a large value.
            drop(old);
            new
        })
    }
}

impl<T: fmt::Debug> fmt::Debug for CopyOnWrite<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyOnWrite").finish_non_exhaustive()
    }
}

/// Settings by name; one version of them.
#[derive(Clone, Debug, Default)]
pub struct Config {
    settings: HashMap<String, String, DefaultHashBuilder>,
}

impl Config {
    /// The value of a setting.
    pub fn setting<Q: Eq + std::hash::Hash + ?Sized>(&self, key: &Q) -> Option<&str>
    where
        String: Borrow<Q>,
    {
        self.settings.get(key).map(String::as_str)
    }
}

/// The document's `ConfigManager`.
///
/// ```
/// use selvedge::patterns::copy_on_write::ConfigManager;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let manager = ConfigManager::new([("timeout", "30s"), ("host", "localhost")]);
/// let before = manager.get_config();
/// thread::scope(|scope| {
///     scope.spawn(|| manager.update_setting("timeout", "60s"));
///     assert_eq!(manager.get_config().setting("host"), Some("localhost"));
/// });
/// assert_eq!(before.setting("timeout"), Some("30s"));
/// assert_eq!(manager.get_config().setting("timeout"), Some("60s"));
/// # });
/// ```
#[derive(Debug)]
pub struct ConfigManager {
    config: CopyOnWrite<Config>,
}

impl ConfigManager {
    /// The first version, with these settings.
    #[track_caller]
    pub fn new<K: Into<String>, V: Into<String>>(settings: impl IntoIterator<Item = (K, V)>) -> Self {
        let settings = settings.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        ConfigManager { config: CopyOnWrite::new(Config { settings }) }
    }

    /// The current version, to keep.
    #[track_caller]
    pub fn get_config(&self) -> Arc<Config> {
        self.config.load()
    }

    /// What `read` makes of the current version; see [`CopyOnWrite::read`].
    #[track_caller]
    #[inline]
    pub fn read<R>(&self, read: impl FnOnce(&Config) -> R) -> R {
        self.config.read(read)
    }

    /// Makes a new version in which one setting is another. Copies all of them.
    #[track_caller]
    pub fn update_setting(&self, key: impl Into<String>, value: impl Into<String>) {
        let (key, value) = (key.into(), value.into());
        self.config.update(|old| {
            let mut new = old.clone();
            new.settings.insert(key, value);
            new
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;

    #[test]
    fn a_version_that_is_kept_stays() {
        verify(|| {
            let numbers = CopyOnWrite::new(1);
            let first = numbers.load();
            assert_eq!(*numbers.update(|n| n + 1), 2);
            assert_eq!((*first, *numbers.load()), (1, 2));
        });
    }

    #[test]
    fn an_update_that_panics_makes_no_version() {
        verify(|| {
            let numbers = CopyOnWrite::new(1);
            let outcome = crate::sync::panic::catch_unwind(|| numbers.update(|_| panic!("no")));
            assert!(outcome.is_err());
            assert_eq!(*numbers.update(|n| n + 1), 2);
        });
    }
}
