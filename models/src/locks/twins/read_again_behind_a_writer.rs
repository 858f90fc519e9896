//! **Wrong:** a read lock is taken again by a thread that holds it.
//!
//! **From:** a method that locks and calls another that locks; it works as long as no thread writes.
//!
//! **Shortest interleaving:** A reads · B waits to write, which holds back new readers · A waits to
//! read again.
//!
//! **Seen by** loom and Shuttle, since a waiting writer holds back new readers in every build; real threads if the
//! writer comes in the window. A lock that prefers readers hides it.

use selvedge::sync::RwLock;

use crate::locks::Prices;

/// Prices that are read one by one under a lock that is already held.
#[derive(Debug)]
pub struct ReadAgainBehindAWriter {
    prices: RwLock<[u32; 2]>,
}

impl ReadAgainBehindAWriter {
    fn price(&self, which: usize) -> u32 {
        self.prices.read()[which]
    }
}

impl Prices for ReadAgainBehindAWriter {
    fn new() -> Self {
        ReadAgainBehindAWriter { prices: RwLock::new([1, 1]) }
    }

    fn pair(&self) -> u32 {
        let _both = self.prices.read();
        self.price(0) + self.price(1)
    }

    fn raise(&self) {
        self.prices.write().iter_mut().for_each(|price| *price += 1);
    }
}
