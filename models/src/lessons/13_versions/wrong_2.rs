//! Versions. A wrong answer: it is tried again, and with the copy of the old version.

use selvedge::sync::{Arc, RwLock, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(u32, u32)] = &[(30, 5), (60, 3), (60, 5)];

/// Makes a new version of the configuration, in which something is changed.
pub fn update(current: &RwLock<Arc<Config>>, change: impl Fn(&mut Config)) {
    let mut old = Arc::clone(&current.read());
    let mut new = (*old).clone();
    change(&mut new);
    loop {
        let mut current = current.write();
        if Arc::ptr_eq(&current, &old) {
            *current = Arc::new(new);
            return;
        }
        old = Arc::clone(&current);
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
