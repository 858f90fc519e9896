//! Versions. The solution: the version that is copied is the one that is replaced, since the lock is held from the one to the other.

use selvedge::sync::{Arc, RwLock, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(u32, u32)] = &[(30, 5), (60, 3), (60, 5)];

/// Makes a new version of the configuration, in which something is changed.
pub fn update(current: &RwLock<Arc<Config>>, change: impl Fn(&mut Config)) {
    let mut current = current.write();
    let mut new = (**current).clone();
    change(&mut new);
    *current = Arc::new(new);
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
