//! All programs up to a size, each once.
//!
//! What is permuted is left out where it is made: the threads of a program are taken in an order of their
//! sequences, and of those that are permutations of each other only one is in that order.

/// Every choice of 2 to `threads` sequences of 1 to `length` operations, whatever their order; those with
/// fewer operations come first.
pub(super) fn parallel<Op: Clone>(operations: &[Op], threads: usize, length: usize) -> Vec<Vec<Vec<Op>>> {
    let sequences = sequences(operations.len(), length);
    let mut chosen: Vec<Vec<usize>> = (2..=threads).flat_map(|threads| multisets(sequences.len(), threads)).collect();
    chosen.sort_by_key(|chosen| chosen.iter().map(|&sequence| sequences[sequence].len()).sum::<usize>());
    let sequence = |&number: &usize| sequences[number].iter().map(|&op: &usize| operations[op].clone()).collect();
    chosen.iter().map(|chosen| chosen.iter().map(sequence).collect()).collect()
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

/// Every multiset of `size` numbers below `n`, as what is in it in ascending order.
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
    fn ordered(operations: &[u8], threads: usize, length: usize) -> Vec<Vec<Vec<u8>>> {
        let sequences = sequences(operations.len(), length);
        let mut all: Vec<Vec<Vec<u8>>> = vec![Vec::new()];
        for _ in 0..threads {
            let more = |program: &Vec<Vec<u8>>| {
                let program = program.clone();
                let sequence = |numbers: &Vec<usize>| numbers.iter().map(|&op| operations[op]).collect::<Vec<u8>>();
                sequences.iter().map(move |next| [program.as_slice(), &[sequence(next)]].concat()).collect::<Vec<_>>()
            };
            all = all.iter().flat_map(more).collect();
        }
        all
    }

    #[test]
    fn each_program_is_there_once_up_to_the_order_of_its_threads() {
        for (threads, length) in [(2, 1), (2, 2), (3, 1), (3, 2)] {
            let found = parallel(&[1, 2, 3], threads, length);
            let sorted = |mut program: Vec<Vec<u8>>| {
                program.sort();
                program
            };
            let all: BTreeSet<_> =
                (2..=threads).flat_map(|threads| ordered(&[1, 2, 3], threads, length)).map(sorted).collect();
            assert_eq!(found.len(), all.len(), "{threads} threads of {length}");
            assert_eq!(found.into_iter().map(sorted).collect::<BTreeSet<_>>(), all);
        }
    }

    #[test]
    fn small_programs_come_first() {
        let sizes: Vec<usize> = parallel(&[1, 2], 3, 2).iter().map(|program| program.concat().len()).collect();
        assert!(sizes.is_sorted());
        assert_eq!((sizes[0], sizes[sizes.len() - 1]), (2, 6));
    }
}
