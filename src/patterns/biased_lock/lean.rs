//! What a thread does with a lock, reads or writes, and so which bias pays.

use super::{FENCED, FREE, NONE};

/// How many reads pay for a write that has to look at every mark. Measured: with 4 or 5 reads a write, as in a cache
/// that misses, a bias costs more than it saves; with 9 it saves more.
const READS_A_WRITE: u32 = 6;

#[derive(Default)]
pub(super) struct Lean {
    /// By how much the thread's reads outweigh its writes.
    reads: u32,
    /// Its reads past the gate, with a fence, since it last went through the gate.
    fenced: u32,
}

impl Lean {
    /// Counts a read that has a fence; whether one without is overdue.
    #[inline]
    pub(super) fn reads_fenced(&mut self, gives: u32, frees: u32) -> bool {
        // No further: a thread that turns to writing is to be seen soon.
        if self.reads < 2 * gives {
            self.reads += 1;
        }
        self.fenced = self.fenced.saturating_add(1);
        self.fenced > frees
    }

    /// Counts a read that goes through the gate, and returns the bias that pays.
    #[inline]
    pub(super) fn reads_through(&mut self, gives: u32, frees: u32) -> u8 {
        let bias = if self.reads_fenced(gives, frees) { FREE } else { FENCED };
        self.fenced = 0;
        if self.reads >= gives { bias } else { NONE }
    }

    /// Counts a write; whether a bias pays all the same.
    #[inline]
    pub(super) fn writes(&mut self, gives: u32) -> bool {
        self.reads = self.reads.saturating_sub(READS_A_WRITE);
        self.reads >= gives
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVES: u32 = 32;
    const FREES: u32 = 1024;

    /// Counts a read; whether a bias pays.
    fn reads(lean: &mut Lean) -> bool {
        lean.reads_through(GIVES, FREES) != NONE
    }

    #[test]
    fn a_bias_pays_where_reads_outweigh_writes() {
        let mut lean = Lean::default();
        assert_eq!((1..=32).filter(|_| reads(&mut lean)).count(), 1, "the 32nd");
        (0..100).for_each(|_| _ = reads(&mut lean));
        assert_eq!((0..10).filter(|_| lean.writes(GIVES)).count(), 5, "from 64 down to 34");
        let mut lean = Lean::default();
        assert!((0..500).all(|_| !lean.writes(GIVES) && (0..6).all(|_| !reads(&mut lean))), "six reads a write");
        (0..32).for_each(|_| _ = reads(&mut lean));
        (0..100).for_each(|_| _ = (0..9).all(|_| reads(&mut lean)) && lean.writes(GIVES));
        assert!(lean.writes(GIVES), "nine reads a write");
    }

    #[test]
    fn a_fence_pays_until_nobody_was_kept_out_for_long() {
        let mut lean = Lean::default();
        let overdue = |lean: &mut Lean| (1..=2000).find(|_| lean.reads_fenced(GIVES, FREES));
        assert_eq!((overdue(&mut lean), lean.reads_through(GIVES, FREES)), (Some(1025), FREE));
        assert_eq!(lean.reads_through(GIVES, FREES), FENCED, "it begins anew");
        assert_eq!(overdue(&mut lean), Some(1025));
        assert!((0..5000).all(|_| !lean.reads_fenced(GIVES, u32::MAX)), "never, where the system has no such fence");
    }
}
