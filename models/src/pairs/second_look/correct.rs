//! Two threads want the value of a key, made once.

use std::collections::BTreeMap;

use selvedge::check::require;
use selvedge::sync::atomic::{AtomicU64, Ordering};
use selvedge::sync::{RwLock, thread};

pub fn check() {
    let (map, made) = (RwLock::new(BTreeMap::new()), AtomicU64::new(0));
    let get_or_make = || {
        if map.read().contains_key("key") {
            return;
        }
        let mut map = map.write();
        if !map.contains_key("key") {
            map.insert("key", made.fetch_add(1, Ordering::Relaxed));
        }
    };
    thread::scope(|scope| {
        scope.spawn(get_or_make);
        scope.spawn(get_or_make);
    });
    let made = made.load(Ordering::Relaxed);
    require(made == 1, || format!("the value was made {made} times"));
}
