//! Versions. Read `lesson.md` first.

use selvedge::sync::{Arc, RwLock, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(u32, u32)] = &[];

/// Makes a new version of the configuration, in which something is changed.
pub fn update(current: &RwLock<Arc<Config>>, change: impl Fn(&mut Config)) {
    let old = Arc::clone(&current.read());
    let mut new = (*old).clone();
    change(&mut new);
    *current.write() = Arc::new(new);
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
