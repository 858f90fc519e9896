//! The free list: a taken slot belongs to one thread until it is given back.

use selvedge::check::linearizability::{Next, Specification};
use selvedge::check::programs::Programs;
use selvedge::sync::atomic::{AtomicBool, Ordering};

use super::twins::CompareExchangeWithAba;
use super::{FreeList, TaggedHead};
use crate::reference::answers;
use crate::structure::Structure;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Take,
    /// Gives the slot back, if a thread has it.
    Give(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answer {
    Took(Option<u64>),
    Gave(bool),
}

/// The free slots, the first one last.
///
/// A thread records only afterwards that it took a slot, so a `Give` may be refused for a slot that is taken already.
struct LastInFirstOut;

impl Specification for LastInFirstOut {
    type State = Vec<u64>;
    type Op = Op;
    type Ret = Answer;

    fn initial(&self) -> Vec<u64> {
        vec![1, 0]
    }

    fn step(&self, free: &Vec<u64>, op: &Op, ret: Option<&Answer>, next: &mut Next<Vec<u64>>) {
        let mut may = |answer, after| answers(next, ret, answer, after);
        match *op {
            Op::Take => {
                let mut after = free.clone();
                may(Answer::Took(after.pop()), after);
            }
            Op::Give(slot) => {
                may(Answer::Gave(false), free.clone());
                if !free.contains(&slot) {
                    may(Answer::Gave(true), [free.as_slice(), &[slot]].concat());
                }
            }
        }
    }
}

/// A list, and which slots are taken.
type Shared<L> = (L, [AtomicBool; 2]);

fn programs<L: FreeList + 'static>() -> Programs<LastInFirstOut, Shared<L>> {
    let perform = |(list, taken): &Shared<L>, op: &Op| match *op {
        Op::Take => {
            let slot = list.take();
            slot.into_iter().for_each(|slot| taken[slot as usize].store(true, Ordering::SeqCst));
            Answer::Took(slot)
        }
        Op::Give(slot) => {
            let mine = taken[slot as usize].swap(false, Ordering::SeqCst);
            if mine {
                list.give(slot);
            }
            Answer::Gave(mine)
        }
    };
    let programs =
        Programs::new(LastInFirstOut, || (L::new(), [AtomicBool::new(false), AtomicBool::new(false)]), perform);
    programs.operations([Op::Take, Op::Give(0)]).after([Op::Take, Op::Take, Op::Take])
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("free_list_2x3", "TaggedHead", programs::<TaggedHead>()).in_operations(3),
        Structure::lock_free("free_list_lock_free", "TaggedHead", {
            programs::<TaggedHead>().lock_free([Op::Take, Op::Give(0)])
        }),
        Structure::twin("free_list_2x3", "CompareExchangeWithAba", programs::<CompareExchangeWithAba>())
            .in_operations(3),
    ]
}
