//! Check, then act. Read `lesson.md` first.

use std::collections::BTreeMap;

use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{RwLock, thread};

/// What can `program` give? Write down every number of connections that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[];

/// The connection of a user: the one in the map, or a new one, which is put there.
pub fn connection(map: &RwLock<BTreeMap<&'static str, u32>>, user: &'static str, open: impl Fn() -> u32) -> u32 {
    if let Some(&connection) = map.read().get(user) {
        return connection;
    }
    let connection = open();
    map.write().insert(user, connection);
    connection
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
