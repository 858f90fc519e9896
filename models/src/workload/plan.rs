//! What a round does, drawn from a seed: how many operations, on which keys, with which pauses.
//!
//! A round is a function of its seed, its number and its threads: the same three give the same operations of
//! each thread, in the same order. Only how they interleave is the machine's.

use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// About so many operations have all threads together in a round whose history is recorded.
const RECORDED: usize = 120;

/// What threads do between operations, now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pause {
    /// Nothing.
    None,
    /// So many turns of an empty loop.
    Spin(u32),
    /// A yield.
    Yield,
    /// So many microseconds.
    Sleep(u32),
}

/// What one round does.
///
/// ```
/// use models::workload::Plan;
///
/// let plan = Plan::new(7, 0, 4, 4_000);
/// assert_eq!(plan, Plan::new(7, 0, 4, 4_000));
/// assert_eq!(plan.random(2).u64(..), plan.random(2).u64(..));
/// assert!(plan.key(&mut plan.random(2)) < plan.keys);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Seed of the whole run.
    pub seed: u64,
    /// Number of the round, from 0.
    pub round: u64,
    /// Threads that operate at once.
    pub threads: usize,
    /// Operations of each thread.
    pub operations: u32,
    /// How many keys, accounts or the like there are.
    pub keys: u32,
    /// How much more often low keys are drawn: a uniform draw from 0 to 1, to this power.
    pub skew: u32,
    /// Places in a queue, or the like.
    pub size: usize,
    /// What happens after one of so many operations.
    pub pause: (Pause, u32),
    /// Whether the history is recorded, and judged.
    pub recorded: bool,
}

impl Plan {
    /// Draws the plan of a round, with at most so many operations of each thread. Three rounds in four are recorded, and
    /// shorter.
    pub fn new(seed: u64, round: u64, threads: usize, most: u32) -> Plan {
        let mut random = Rng::with_seed(mix(mix(seed) ^ round));
        let recorded = !round.is_multiple_of(4);
        let operations = match recorded {
            true => (RECORDED / threads).clamp(2, 30) as u32,
            false => random.u32(most / 4..most) + 1,
        };
        // A sleep takes as long as a thousand operations, and so does a yield on a busy machine.
        let pause = match random.u8(0..6) {
            0 => (Pause::Yield, 1 << random.u32(7..11)),
            1 => (Pause::Spin(1 << random.u32(0..12)), 1 << random.u32(2..8)),
            2 => (Pause::Sleep(1 << random.u32(0..6)), 1 << random.u32(8..11)),
            _ => (Pause::None, 1),
        };
        Plan {
            seed,
            round,
            threads,
            operations,
            keys: 1 << random.u32(0..if recorded { 3 } else { 7 }),
            skew: random.u32(1..5),
            size: 1 << random.u32(0..7),
            pause,
            recorded,
        }
    }

    /// The generator of a thread's operations.
    pub fn random(&self, thread: usize) -> Rng {
        Rng::with_seed(mix(mix(mix(self.seed) ^ self.round) ^ (thread as u64 + 1)))
    }

    /// A key below [`keys`](Self::keys).
    pub fn key(&self, random: &mut Rng) -> u32 {
        let draw = random.f64().powi(self.skew as i32);
        ((draw * f64::from(self.keys)) as u32).min(self.keys - 1)
    }
}

/// Spreads a number over all bits (the finalizer of Steele and others' SplitMix, OOPSLA 2014): seeds that are
/// close to each other give streams that are not.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
