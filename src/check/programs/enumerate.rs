//! All programs up to a size, each once.
//!
//! Permuted programs are not generated: the threads of a program are generated in an order of their sequences, and of
//! all permutations of a program only one is in that order.

use std::ops::RangeInclusive;

/// Operations of threads in parallel, by number.
type Parallel = Vec<Vec<usize>>;

/// Every multiset of 2 to `threads` sequences of 1 to `length` numbers below `operations`; smaller ones come first.
pub(super) fn parallel(operations: usize, threads: usize, length: usize) -> Vec<Parallel> {
    choices(operations, 2..=threads, length)
}

/// Every multiset of so many sequences of 1 to `length` numbers below `operations`; smaller ones come first.
fn choices(operations: usize, counts: RangeInclusive<usize>, length: usize) -> Vec<Parallel> {
    let sequences = sequences(operations, length);
    let mut chosen: Vec<Vec<usize>> = counts.flat_map(|count| multisets(sequences.len(), count)).collect();
    chosen.sort_by_key(|chosen| chosen.iter().map(|&sequence| sequences[sequence].len()).sum::<usize>());
    chosen.iter().map(|chosen| chosen.iter().map(|&number| sequences[number].clone()).collect()).collect()
}

/// Each of the `claimed` numbers that follow `operations`, alone in the last of 2 to `threads` threads, beside every
/// multiset of sequences for the other threads; smaller ones come first.
pub(super) fn beside(operations: usize, threads: usize, length: usize, claimed: usize) -> Vec<Parallel> {
    let others = choices(operations, 1..=threads.saturating_sub(1), length);
    let with = |others: &Parallel| {
        let others = others.clone();
        (operations..operations + claimed).map(move |claimed| [others.as_slice(), &[vec![claimed]]].concat())
    };
    others.iter().flat_map(with).collect()
}

/// Every sequence of 1 to `length` numbers below `n`, short ones first.
fn sequences(n: usize, length: usize) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    let mut longest = vec![Vec::new()];
    for _ in 0..length {
        let longer = |sequence: &Vec<usize>| {
            let sequence = sequence.clone();
            (0..n).map(move |next| [sequence.as_slice(), &[next]].concat())
        };
        longest = longest.iter().flat_map(longer).collect();
        all.extend(longest.iter().cloned());
    }
    all
}

/// Every multiset of `size` numbers below `n`, as a list in ascending order.
fn multisets(n: usize, size: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..size {
        let more = |multiset: &Vec<usize>| {
            let multiset = multiset.clone();
            let least = multiset.last().copied().unwrap_or(0);
            (least..n).map(move |next| [multiset.as_slice(), &[next]].concat())
        };
        all = all.iter().flat_map(more).collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Without symmetry: each thread by itself, of exactly so many.
    fn ordered(operations: usize, threads: usize, length: usize) -> Vec<Parallel> {
        let sequences = sequences(operations, length);
        let mut all: Vec<Parallel> = vec![Vec::new()];
        for _ in 0..threads {
            let more = |program: &Parallel| {
                let program = program.clone();
                sequences
                    .iter()
                    .map(move |next| [program.as_slice(), std::slice::from_ref(next)].concat())
                    .collect::<Vec<_>>()
            };
            all = all.iter().flat_map(more).collect();
        }
        all
    }

    #[test]
    fn each_program_is_there_once_up_to_the_order_of_its_threads() {
        for (threads, length) in [(2, 1), (2, 2), (3, 1), (3, 2)] {
            let found = parallel(3, threads, length);
            let sorted = |mut program: Parallel| {
                program.sort();
                program
            };
            let all: BTreeSet<_> = (2..=threads).flat_map(|threads| ordered(3, threads, length)).map(sorted).collect();
            assert_eq!(found.len(), all.len(), "{threads} threads of {length}");
            assert_eq!(found.into_iter().map(sorted).collect::<BTreeSet<_>>(), all);
        }
    }

    #[test]
    fn what_is_claimed_is_alone_in_the_last_thread() {
        let found = beside(2, 3, 2, 1);
        let others: Vec<_> = [2, 1].into_iter().flat_map(|threads| parallel(2, threads, 2)).collect();
        // 6 sequences for one other thread, and 21 choices of two.
        assert_eq!((found.len(), others.len()), (6 + 21, 21));
        assert!(found.iter().all(|program| program.last() == Some(&vec![2])));
        assert!(others.iter().all(|others| found.contains(&[others.as_slice(), &[vec![2]]].concat())));
    }

    #[test]
    fn small_programs_come_first() {
        let sizes: Vec<usize> = parallel(2, 3, 2).iter().map(|program| program.concat().len()).collect();
        assert!(sizes.is_sorted());
        assert_eq!((sizes[0], sizes[sizes.len() - 1]), (2, 6));
    }
}
