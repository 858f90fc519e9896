//! The real cache. The solution: under the write lock one looks again, at what is there now.

use std::time::Duration;

use selvedge::sync::time::{Clock, Instant};
use selvedge::sync::{RwLock, thread};

/// What can `program` give? Write down everything that can be in the cache, and nothing that cannot.
pub const PREDICTED: &[Option<&str>] = &[None, Some("Alice")];

/// The value in the cache, unless it has expired: then it is taken out.
pub fn get(cache: &Cache) -> Option<&'static str> {
    let item = cache.item.read().clone()?;
    if cache.clock.now() > item.expires {
        let mut current = cache.item.write();
        if current.as_ref().is_some_and(|current| cache.clock.now() > current.expires) {
            *current = None;
        }
        return None;
    }
    Some(item.value)
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
