//! **Wrong:** the wait on a condition variable stands under `if`, where `while` is needed.
//!
//! **From:** the belief that a woken thread finds what it was woken for.
//!
//! **Shortest interleaving:** A waits for an item · one is put in, and A notified · B takes it before A
//! has the lock again · A takes from an empty buffer.
//!
//! **Seen by** loom and Shuttle; real threads after some tries. With one taker it never shows.

use crate::buffer::{Buffer, TwoCondvars};

/// A buffer that does not look again.
#[derive(Debug)]
pub struct WaitUnderIf {
    buffer: TwoCondvars,
}

impl Buffer for WaitUnderIf {
    fn new() -> Self {
        WaitUnderIf { buffer: Buffer::new() }
    }

    fn put(&self, item: u32) {
        self.buffer.put(item);
    }

    fn take(&self) -> u32 {
        let mut items = self.buffer.items.lock();
        if items.is_empty() {
            self.buffer.filled.wait(&mut items);
        }
        let item = items.pop_front().expect("an item, since it was waited for");
        drop(items);
        self.buffer.emptied.notify_one();
        item
    }
}
