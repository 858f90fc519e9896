//! The real cache. Read `lesson.md` first.

use std::time::Duration;

use selvedge::sync::time::{Clock, Instant};
use selvedge::sync::{RwLock, thread};

/// What can `program` give? Write down everything that can be in the cache, and nothing that cannot.
pub const PREDICTED: &[Option<&str>] = &[];

/// The value in the cache, unless it has expired: then it is taken out.
pub fn get(cache: &Cache) -> Option<&'static str> {
    let item = cache.item.read().clone()?;
    if cache.clock.now() > item.expires {
        *cache.item.write() = None;
        return None;
    }
    Some(item.value)
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
