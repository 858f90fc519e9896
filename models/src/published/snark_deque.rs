//! A deque of linked nodes for a machine with an atomic compare-exchange of two words (DCAS).
//!
//! **Published:** "Snark", by Detlefs, Flood, Garthwaite, Martin, Shavit and Steele: Even better DCAS-based concurrent
//! deques, DISC 2000.
//!
//! **Found:** by Doherty, in an attempt to prove it with PVS: Doherty and others, DCAS is not a silver bullet for nonblocking
//! algorithm design, SPAA 2004.
//!
//! A node that is popped on the right gets its left link set to itself, and one popped on the left its right link. So a
//! hat (the pointer to an end) on a node whose outer link leads to itself says that the deque is empty.
//!
//! **Wrong:** a pop reads the hat, then the link, and takes the link for that of the node under the hat.
//!
//! **Shortest interleaving:** the deque holds 1 · A pops right: reads that the hat is on 1 · B pushes 2 on the right, and
//! pops 1 on the left, which turns 1's right link to itself · A reads that link: empty, though the deque never was.
//!
//! **Repair:** look at the hat again before saying that the deque is empty.
//!
//! **Wrong as well:** a pop on the right and one on the left can both take the same node, if each has read the hats
//! while there was another node: each exchanges words that the other does not check. That needs three threads.
//!
//! **Repair:** a pop that has taken a node takes its value by another exchange. The second pop finds the deque empty,
//! as it was when the first had popped the node.
//!
//! Writes that only help the garbage collector are left out.

use selvedge::sync::atomic::{AtomicU64, Ordering};

use super::{Arena, Deque, End, PUBLISHED, REPAIRED_TWICE};

/// The node on which both hats are in the beginning. Its links lead to itself.
const DUMMY: u64 = 0;
/// The value of a node that was claimed.
const TAKEN: u64 = 0;

/// The memory of a machine with DCAS: words of four bits, all in one atomic. It begins as 0.
#[derive(Debug)]
struct Memory(AtomicU64);

/// The number of a word.
type Address = u64;

impl Memory {
    fn load(&self, address: Address) -> u64 {
        word(self.0.load(Ordering::SeqCst), address)
    }

    /// Writes `new`, if both words of `old` are what they should be.
    fn compare_exchange(&self, old: &[(Address, u64)], new: &[(Address, u64)]) -> bool {
        let mut memory = self.0.load(Ordering::SeqCst);
        while old.iter().all(|&(address, value)| word(memory, address) == value) {
            let cleared = new.iter().fold(memory, |memory, (address, _)| memory & !(15 << (4 * address)));
            let written = new.iter().fold(cleared, |memory, (address, value)| memory | value << (4 * address));
            match self.0.compare_exchange(memory, written, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return true,
                Err(changed) => memory = changed,
            }
        }
        false
    }
}

fn word(memory: u64, address: Address) -> u64 {
    memory >> (4 * address) & 15
}

fn hat(end: End) -> Address {
    end as u64
}

/// The link of a node on the side of an end.
fn link(node: u64, end: End) -> Address {
    2 + 2 * node + end as u64
}

/// The deque.
#[derive(Debug)]
pub struct SnarkDeque<const FORM: usize> {
    /// The hats and the links.
    memory: Memory,
    /// The values of the nodes.
    values: Arena<AtomicU64>,
}

impl<const FORM: usize> SnarkDeque<FORM> {
    /// The value of a popped node. If it was popped at both ends, the deque is empty for one of the two.
    fn claim(&self, node: u64) -> Option<u64> {
        let value = &self.values[node as usize];
        let found = value.load(Ordering::SeqCst);
        let claims =
            || found != TAKEN && value.compare_exchange(found, TAKEN, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        let won = FORM != REPAIRED_TWICE || claims();
        won.then_some(found)
    }
}

impl<const FORM: usize> Deque for SnarkDeque<FORM> {
    fn new() -> Self {
        SnarkDeque { memory: Memory(AtomicU64::new(0)), values: Arena::new(|| AtomicU64::new(TAKEN)) }
    }

    fn push(&self, end: End, value: u64) {
        let new = self.values.allocate();
        self.values[new].store(value, Ordering::SeqCst);
        let new = new as u64;
        loop {
            let this = self.memory.load(hat(end));
            let outer = self.memory.load(link(this, end));
            let other = hat(end.opposite());
            let inner = link(new, end.opposite());
            let pushed = if outer == this {
                let that = self.memory.load(other);
                let old = [(hat(end), this), (other, that)];
                self.memory.compare_exchange(&old, &[(hat(end), new), (other, new), (inner, DUMMY)])
            } else {
                let old = [(hat(end), this), (link(this, end), outer)];
                self.memory.compare_exchange(&old, &[(hat(end), new), (link(this, end), new), (inner, this)])
            };
            if pushed {
                return;
            }
        }
    }

    fn pop(&self, end: End) -> Option<u64> {
        loop {
            let this = self.memory.load(hat(end));
            let that = self.memory.load(hat(end.opposite()));
            if self.memory.load(link(this, end)) == this {
                if FORM == PUBLISHED || self.memory.load(hat(end)) == this {
                    return None;
                }
                continue;
            }
            let popped = if this == that {
                let old = [(hat(end), this), (hat(end.opposite()), that)];
                self.memory.compare_exchange(&old, &[(hat(end), DUMMY), (hat(end.opposite()), DUMMY)])
            } else {
                let inner = link(this, end.opposite());
                let next = self.memory.load(inner);
                let old = [(hat(end), this), (inner, next)];
                self.memory.compare_exchange(&old, &[(hat(end), next), (inner, this)])
            };
            if popped {
                return self.claim(this);
            }
        }
    }
}
