//! The attributes of a web application, in a concurrent map.
//!
//! **Published:** `ApplicationContext.removeAttribute` of Apache Tomcat 6 (Java).
//!
//! **Found:** with COLT, by Shacham, Bronson, Aiken, Sagiv, Vechev and Yahav, whose first example it is: Testing
//! atomicity of composed concurrent operations, OOPSLA 2011.
//!
//! **Wrong:** Tomcat 5 looked, got and removed under a lock. Tomcat 6 took a concurrent map, and dropped the lock: each
//! of the three steps is atomic, but the three together are not.
//!
//! **Shortest interleaving:** A removes: finds the attribute, and gets it · B removes it · A removes nothing, and answers
//! what B has answered as well.
//!
//! **Repair:** the map's own `remove` says what it removed.

use selvedge::patterns::concurrent_map::ConcurrentMap;

use super::{Map, PUBLISHED};

/// The attributes.
#[derive(Debug)]
pub struct Attributes<const FORM: usize> {
    map: ConcurrentMap<u64, u64>,
}

impl<const FORM: usize> Map for Attributes<FORM> {
    fn new() -> Self {
        Attributes { map: ConcurrentMap::new() }
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.map.get(&key)
    }

    fn put(&self, key: u64, value: u64) -> Option<u64> {
        self.map.set(key, value)
    }

    fn remove(&self, key: u64) -> Option<u64> {
        if FORM != PUBLISHED {
            return self.map.remove(&key);
        }
        let mut value = None;
        if self.map.contains_key(&key) {
            value = self.map.get(&key);
            self.map.remove(&key);
        }
        value
    }
}
