//! Small programs over atomics: what random tests run, and the oracle judges.

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use fastrand::Rng;

/// What a thread does. It remembers the last value that it has read, 0 at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruction {
    Load(usize, Ordering),
    Store(usize, u64, Ordering),
    /// Stores one more than the last value read.
    StoreNext(usize, Ordering),
    Add(usize, u64, Ordering),
    Swap(usize, u64, Ordering),
    Exchange {
        location: usize,
        expected: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    },
    Fence(Ordering),
    /// Leaves out so many instructions, unless the last value read is this one.
    Unless(u64, usize),
    Spawn(usize),
    Join(usize),
    /// Of a lock; an attempt reads 1 if it has taken it, and 0 if not.
    Lock(usize),
    TryLock(usize),
    Unlock(usize),
}

/// Threads, of which the first starts the others, directly or not. All locations hold 0 before it begins, and all
/// locks are free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    pub threads: Vec<Vec<Instruction>>,
    pub locations: usize,
    pub locks: usize,
}

/// Where a thread is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cursor {
    at: usize,
    last: u64,
}

impl Cursor {
    /// The instruction that is to be performed next; never `StoreNext` or `Unless`.
    pub fn next(&mut self, thread: &[Instruction]) -> Option<Instruction> {
        while let Some(&instruction) = thread.get(self.at) {
            match instruction {
                Instruction::Unless(value, count) => self.at += 1 + if self.last == value { 0 } else { count },
                Instruction::StoreNext(location, ordering) => {
                    return Some(Instruction::Store(location, self.last + 1, ordering));
                }
                other => return Some(other),
            }
        }
        None
    }

    /// It was performed, and has read this.
    pub fn went(&mut self, read: Option<u64>) {
        self.at += 1;
        self.last = read.unwrap_or(self.last);
    }
}

impl Program {
    /// A first thread that starts all of these, and does nothing else.
    pub fn of(threads: Vec<Vec<Instruction>>, locations: usize) -> Self {
        let main = (1..=threads.len()).map(Instruction::Spawn).collect();
        Program { threads: [main].into_iter().chain(threads).collect(), locations, locks: 0 }
    }

    /// One of two to four threads besides the first, and up to three locations. Each program leans to some orderings and
    /// operations, so that all of them meet often enough.
    pub fn random(rng: &mut Rng) -> Self {
        let (count, locations) = (rng.usize(2..=4), rng.usize(1..=3));
        let longest = [5, 3, 2][count - 2];
        let taste = Taste { strength: rng.usize(0..3), updates: rng.bool(), locations };
        let threads: Vec<Vec<Instruction>> =
            (0..count).map(|_| (0..rng.usize(1..=longest)).map(|_| taste.instruction(rng)).collect()).collect();
        if rng.usize(0..4) > 0 {
            return Program::of(threads, locations);
        }
        // The first thread takes part, before, while and after the others run. It leaves out nothing, so that all start.
        let mut main = Vec::new();
        for thread in 1..=count {
            main.push(Instruction::Spawn(thread));
            main.extend(rng.bool().then(|| taste.access(rng)));
        }
        main.insert(rng.usize(0..2), taste.access(rng));
        main.push(Instruction::Join(rng.usize(1..=count)));
        main.push(taste.access(rng));
        Program { threads: [main].into_iter().chain(threads).collect(), locations, locks: 0 }
    }

    /// One of two or three threads with critical sections, of two locks that are taken in their order.
    pub fn random_with_locks(rng: &mut Rng) -> Self {
        let count = rng.usize(2..=3);
        let taste = Taste { strength: rng.usize(0..3), updates: rng.bool(), locations: 2 };
        let thread = |rng: &mut Rng| {
            let mut thread = Vec::new();
            for _ in 0..rng.usize(1..=4 - count) {
                let locks = [vec![0], vec![1], vec![0, 1]][rng.usize(0..3)].clone();
                match rng.usize(0..4) {
                    // A lock that was left out would be released all the same.
                    0 => thread.push(taste.access(rng)),
                    1 => {
                        // What follows is left out where the lock is not taken.
                        let inside = taste.access(rng);
                        let (lock, section) = (locks[0], [inside, Instruction::Unlock(locks[0])]);
                        thread.extend([Instruction::TryLock(lock), Instruction::Unless(1, section.len())]);
                        thread.extend(section);
                    }
                    _ => {
                        thread.extend(locks.iter().map(|&lock| Instruction::Lock(lock)));
                        thread.extend(rng.bool().then(|| taste.access(rng)));
                        thread.extend(locks.iter().rev().map(|&lock| Instruction::Unlock(lock)));
                    }
                }
            }
            thread
        };
        let threads = (0..count).map(|_| thread(rng)).collect();
        Program { locks: 2, ..Program::of(threads, taste.locations) }
    }
}

impl Program {
    /// The same with this ordering for every access, and without fences.
    pub fn in_ordering(mut self, all: Ordering) -> Self {
        for thread in &mut self.threads {
            thread.retain(|instruction| !matches!(instruction, Instruction::Fence(_)));
            for instruction in thread {
                match instruction {
                    Instruction::Load(_, ordering)
                    | Instruction::Store(_, _, ordering)
                    | Instruction::StoreNext(_, ordering)
                    | Instruction::Add(_, _, ordering)
                    | Instruction::Swap(_, _, ordering) => *ordering = all,
                    Instruction::Exchange { success, failure, .. } => (*success, *failure) = (all, all),
                    _ => (),
                }
            }
        }
        self
    }
}

/// What a random program leans to.
struct Taste {
    /// 0: nothing is SeqCst; 1: some is; 2: most is.
    strength: usize,
    updates: bool,
    locations: usize,
}

impl Taste {
    fn ordering(&self, rng: &mut Rng, weak: &[Ordering]) -> Ordering {
        match self.strength {
            2 if rng.usize(0..3) > 0 => SeqCst,
            1 | 2 if rng.usize(0..=weak.len()) == 0 => SeqCst,
            _ => weak[rng.usize(0..weak.len())],
        }
    }

    /// An instruction that leaves nothing out.
    fn access(&self, rng: &mut Rng) -> Instruction {
        loop {
            match self.instruction(rng) {
                Instruction::Unless(..) => (),
                other => return other,
            }
        }
    }

    fn instruction(&self, rng: &mut Rng) -> Instruction {
        let location = rng.usize(0..self.locations);
        let load = |rng: &mut Rng| self.ordering(rng, &[Relaxed, Acquire, Relaxed]);
        let store = |rng: &mut Rng| self.ordering(rng, &[Relaxed, Release, Relaxed]);
        let update = |rng: &mut Rng| self.ordering(rng, &[Relaxed, Acquire, Release, AcqRel]);
        match rng.usize(0..if self.updates { 14 } else { 10 }) {
            0..=3 => Instruction::Load(location, load(rng)),
            4..=6 => Instruction::Store(location, rng.u64(1..=2), store(rng)),
            7 => Instruction::StoreNext(location, store(rng)),
            8 => Instruction::Fence(self.ordering(rng, &[Acquire, Release, AcqRel])),
            9 => Instruction::Unless(rng.u64(0..2), rng.usize(1..=2)),
            10 | 11 => Instruction::Add(location, 1, update(rng)),
            12 => Instruction::Swap(location, rng.u64(1..=3), update(rng)),
            _ => {
                let (expected, new) = (rng.u64(0..2), rng.u64(1..=3));
                Instruction::Exchange { location, expected, new, success: update(rng), failure: load(rng) }
            }
        }
    }
}
