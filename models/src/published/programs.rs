//! The published bugs and their repairs, against the specifications of a queue, a deque, a map and a string.

use std::collections::VecDeque;

use selvedge::check::programs::{Program, Programs};
use selvedge::check::{Explorer, Report};

use super::attributes::Attributes;
use super::linked_deque::LinkedDeque;
use super::many_to_one_queue::ManyToOneQueue;
use super::non_blocking_map::NonBlockingMap;
use super::overflowing_queue::OverflowingQueue;
use super::snark_deque::SnarkDeque;
use super::string_buffer::{OutOfBounds, StringBuffer};
use super::{Deque, End, Map, PUBLISHED, Queue, REPAIRED, REPAIRED_TWICE};
use crate::map::operations::Op::{Get, Remove, Set};
use crate::map::operations::{Op, Specification, specification};
use crate::reference::Reference;
use crate::structure::{Orderings, Structure};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum QueueOp {
    Push(u64),
    Pop,
}

/// First in, first out, with room for so many.
fn queue<Q: Queue, const ROOM: usize>() -> Programs<Reference<VecDeque<u64>, QueueOp, Option<u64>>, Q> {
    let apply = |queue: &mut VecDeque<u64>, op: &QueueOp| match *op {
        QueueOp::Push(value) => {
            let oldest = if queue.len() == ROOM { queue.pop_front() } else { None };
            queue.push_back(value);
            Some(oldest)
        }
        QueueOp::Pop => Some(queue.pop_front()),
    };
    let perform = |queue: &Q, op: &QueueOp| match *op {
        QueueOp::Push(value) => queue.push(value),
        QueueOp::Pop => queue.pop(),
    };
    let programs = Programs::new(Reference { initial: VecDeque::new(), apply }, Q::new, perform);
    let programs = programs.operations([QueueOp::Push(1), QueueOp::Push(2), QueueOp::Pop]);
    programs.before([vec![], vec![QueueOp::Push(3)]]).after([QueueOp::Pop, QueueOp::Pop])
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum DequeOp {
    Push(End, u64),
    Pop(End),
}

fn deque<D: Deque>() -> Programs<Reference<VecDeque<u64>, DequeOp, Option<u64>>, D> {
    let apply = |deque: &mut VecDeque<u64>, op: &DequeOp| {
        match *op {
            DequeOp::Push(End::Left, value) => deque.push_front(value),
            DequeOp::Push(End::Right, value) => deque.push_back(value),
            DequeOp::Pop(End::Left) => return Some(deque.pop_front()),
            DequeOp::Pop(End::Right) => return Some(deque.pop_back()),
        }
        Some(None)
    };
    let perform = |deque: &D, op: &DequeOp| match *op {
        DequeOp::Push(end, value) => {
            deque.push(end, value);
            None
        }
        DequeOp::Pop(end) => deque.pop(end),
    };
    let [left, right] = [End::Left, End::Right].map(|end| [DequeOp::Push(end, 5), DequeOp::Pop(end)]);
    let programs = Programs::new(Reference { initial: VecDeque::new(), apply }, D::new, perform)
        .operations([left, right].concat());
    // Starting with one value, programs reach none and several.
    programs.before([vec![DequeOp::Push(End::Right, 1)]]).after([DequeOp::Pop(End::Left); 2])
}

fn map<M: Map>() -> Programs<Specification, M> {
    let perform = |map: &M, op: &Op| match *op {
        Get(key) => map.get(key.into()).into(),
        Set(key, value) => map.put(key.into(), value).into(),
        Remove(key) => map.remove(key.into()).into(),
        _ => unreachable!("these maps do no more"),
    };
    let operations = [Get(1), Set(1, 5), Set(1, 6), Remove(1), Set(2, 5)];
    let programs = Programs::new(specification(), M::new, perform).operations(operations);
    programs.before([vec![], vec![Set(1, 4)]]).after([Get(1), Get(2)])
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum StringOp {
    Append,
    ClearOther,
    ExtendOther,
    Contents,
}

/// The other string, in the beginning.
const OTHER: &str = "x";

/// What was appended, and the other string.
type Strings = Reference<[String; 2], StringOp, Result<String, OutOfBounds>>;

fn string_buffer<const FORM: usize>() -> Programs<Strings, StringBuffer<FORM>> {
    let apply = |[string, other]: &mut [String; 2], op: &StringOp| {
        match *op {
            StringOp::Append => string.push_str(other),
            StringOp::ClearOther => other.clear(),
            StringOp::ExtendOther => other.push('y'),
            StringOp::Contents => return Some(Ok(string.clone())),
        }
        Some(Ok(String::new()))
    };
    let perform = |buffer: &StringBuffer<FORM>, op: &StringOp| {
        match *op {
            StringOp::Append => buffer.append()?,
            StringOp::ClearOther => buffer.clear_other(),
            StringOp::ExtendOther => buffer.extend_other(),
            StringOp::Contents => return Ok(buffer.contents()),
        }
        Ok(String::new())
    };
    let operations = [StringOp::Append, StringOp::ClearOther, StringOp::ExtendOther, StringOp::Contents];
    let make = || StringBuffer::new(OTHER);
    Programs::new(Reference { initial: [String::new(), OTHER.to_owned()], apply }, make, perform)
        .operations(operations)
        .after([StringOp::Contents])
}

pub(super) fn structures() -> Vec<Structure> {
    const UNBOUNDED: usize = usize::MAX;
    vec![
        Structure::new("many_to_one_queue", "ManyToOneQueue", queue::<ManyToOneQueue<REPAIRED>, UNBOUNDED>())
            .for_small_programs(),
        Structure::new("overflowing_queue", "OverflowingQueue", queue::<OverflowingQueue<REPAIRED>, 1>()),
        Structure::new("linked_deque", "LinkedDeque", deque::<LinkedDeque<REPAIRED>>()).for_small_programs(),
        Structure::new("snark_deque", "SnarkDeque", deque::<SnarkDeque<REPAIRED_TWICE>>()).for_small_programs(),
        Structure::new("non_blocking_map", "NonBlockingMap", map::<NonBlockingMap<REPAIRED>>()),
        Structure::new("attributes", "Attributes", map::<Attributes<REPAIRED>>()).with_orderings(Orderings::Hidden),
        Structure::new("string_buffer", "StringBuffer", string_buffer::<REPAIRED>()),
        Structure::twin("many_to_one_queue", "LinkAfterTheTail", queue::<ManyToOneQueue<PUBLISHED>, UNBOUNDED>())
            .for_small_programs(),
        Structure::twin("overflowing_queue", "PositionsOfTwoMoments", queue::<OverflowingQueue<PUBLISHED>, 1>()),
        Structure::twin("linked_deque", "EndNotLookedAtAgain", deque::<LinkedDeque<PUBLISHED>>()).for_small_programs(),
        Structure::twin("snark_deque", "EmptyByAnOldHat", deque::<SnarkDeque<PUBLISHED>>()).for_small_programs(),
        Structure::twin("non_blocking_map", "AnswersTheWinner", map::<NonBlockingMap<PUBLISHED>>()),
        Structure::twin("attributes", "RemovedInThreeSteps", map::<Attributes<PUBLISHED>>()),
        Structure::twin("string_buffer", "LengthOfAnotherMoment", string_buffer::<PUBLISHED>()),
    ]
}

/// Explores a program of three threads over a form of Snark: A pops 1, and then 2; B and C begin to pop while 2 has a
/// left neighbour, and a right one. No program of two threads with two operations each shows its second bug.
pub fn popped_at_both_ends<const FORM: usize>(explorer: &Explorer) -> Report
where
    SnarkDeque<FORM>: Deque,
{
    let push = |value| DequeOp::Push(End::Right, value);
    let [left, right] = [End::Left, End::Right].map(DequeOp::Pop);
    let program = Program {
        before: vec![push(1), push(2)],
        parallel: vec![vec![left, push(5), left], vec![right], vec![right]],
        after: vec![],
    };
    deque::<SnarkDeque<FORM>>().run(&program, explorer)
}
