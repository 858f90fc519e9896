//! How programs are drawn.

use std::ops::RangeInclusive;

use models::structure::drawn::{ALONE, OPERATIONS, THREADS};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::{NewTree, Union};
use proptest::test_runner::TestRunner;
use selvedge::check::programs::{Kind, Parts, Program};

use super::shrink::Tree;

/// Programs made of some parts: operations by their weights, after one of the beginnings, and before the final
/// operations. Those that fail [shrink](Tree).
#[derive(Debug)]
pub struct Programs {
    kinds: Vec<Vec<String>>,
    drawn: BoxedStrategy<Program<String>>,
}

impl Programs {
    /// Programs made of `parts`, of the size that is drawn.
    pub fn of(parts: &Parts<String>) -> Self {
        Programs::sized(parts, 2..=THREADS, OPERATIONS)
    }

    /// Programs of so many threads, with up to so many operations each.
    pub fn sized(parts: &Parts<String>, threads: RangeInclusive<usize>, operations: usize) -> Self {
        let kind = |kind: &Kind<String>| (kind.weight, select(kind.operations.clone()));
        let operation = Union::new_weighted(parts.kinds.iter().map(kind).collect());
        let alone = vec(operation.clone(), 0..=ALONE);
        let parallel = vec(vec(operation, 1..=operations), threads);
        let looks = parts.after.clone();
        let all = (select(parts.before.clone()), alone.clone(), parallel, alone);
        let drawn = all.prop_map(move |(beginning, before, parallel, after)| {
            let (before, after) = ([beginning, before].concat(), [after.as_slice(), &looks].concat());
            Program { before, parallel, after }
        });
        let kinds = parts.kinds.iter().map(|kind| kind.operations.clone()).collect();
        Programs { kinds, drawn: drawn.boxed() }
    }
}

impl Strategy for Programs {
    type Tree = Tree;
    type Value = Program<String>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(Tree::new(self.drawn.new_tree(runner)?.current(), self.kinds.clone()))
    }
}
