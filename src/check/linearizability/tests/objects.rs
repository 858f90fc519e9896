//! The objects that the tests are about.

use crate::check::linearizability::{Next, Sequential, Specification};

/// A register that is read, written and swapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Read,
    Write(u8),
    /// Writes the second if the first is there; answers what was there.
    Swap(u8, u8),
}

/// A register whose specification declares its reads.
pub(super) struct Register;

impl Sequential for Register {
    type State = u8;
    type Op = Op;
    type Ret = u8;

    fn initial(&self) -> u8 {
        0
    }

    fn apply(&self, value: &mut u8, op: &Op) -> u8 {
        let before = *value;
        match *op {
            Op::Read => (),
            Op::Write(new) => {
                *value = new;
                return 0;
            }
            Op::Swap(old, new) if old == before => *value = new,
            Op::Swap(..) => (),
        }
        before
    }

    fn is_read(&self, op: &Op, ret: Option<&u8>) -> bool {
        match *op {
            Op::Read => true,
            Op::Write(_) => false,
            Op::Swap(old, _) => ret.is_some_and(|&ret| ret != old),
        }
    }
}

/// A queue of one place: putting waits while it is full, taking while it is empty.
pub(super) struct Cell;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum CellOp {
    Put(u8),
    Take,
}

impl Specification for Cell {
    type State = Option<u8>;
    type Op = CellOp;
    type Ret = u8;

    fn initial(&self) -> Option<u8> {
        None
    }

    fn step(&self, place: &Option<u8>, op: &CellOp, ret: Option<&u8>, next: &mut Next<Option<u8>>) {
        match (*op, *place) {
            (CellOp::Put(value), None) if ret.is_none_or(|&ret| ret == 0) => next.becomes(Some(value)),
            (CellOp::Take, Some(value)) if ret.is_none_or(|&ret| ret == value) => next.becomes(None),
            _ => (),
        }
    }
}

/// A bag: taking answers any of what is in it, and 0 if there is nothing.
pub(super) struct Bag;

impl Specification for Bag {
    type State = Vec<u8>;
    type Op = CellOp;
    type Ret = u8;

    fn initial(&self) -> Vec<u8> {
        Vec::new()
    }

    fn step(&self, bag: &Vec<u8>, op: &CellOp, ret: Option<&u8>, next: &mut Next<Vec<u8>>) {
        match *op {
            CellOp::Put(value) if ret.is_none_or(|&ret| ret == 0) => {
                let mut more = bag.clone();
                more.push(value);
                more.sort_unstable();
                next.becomes(more);
            }
            CellOp::Put(_) => (),
            CellOp::Take if bag.is_empty() && ret.is_none_or(|&ret| ret == 0) => next.stays(),
            CellOp::Take => {
                for (index, &value) in bag.iter().enumerate() {
                    if ret.is_none_or(|&ret| ret == value) {
                        let mut less = bag.clone();
                        less.remove(index);
                        next.becomes(less);
                    }
                }
            }
        }
    }
}
