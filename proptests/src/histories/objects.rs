//! The systems' specifications: for each model the state, and the effect of operations on it.
//!
//! The answer of an operation that has none is unknown: the operation may do whatever it may do with any answer.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::marker::PhantomData;

use clojure_reader::edn::Edn;
use selvedge::check::linearizability::{Next, Specification};

use super::op::{Function, Op};

/// A value that is read, written, swapped and appended to; `nil` at first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Register<'a>(PhantomData<&'a str>);

impl<'a> Specification for Register<'a> {
    type State = Edn<'a>;
    type Op = Op<'a>;
    type Ret = Edn<'a>;

    fn initial(&self) -> Edn<'a> {
        Edn::Nil
    }

    fn step(&self, state: &Edn<'a>, op: &Op<'a>, ret: Option<&Edn<'a>>, next: &mut Next<Edn<'a>>) {
        match op.function {
            Function::Write => next.becomes(op.value.clone()),
            Function::Append if is_text(state) => {
                next.becomes(Edn::Str(Cow::Owned([text(state), text(&op.value)].concat())));
            }
            Function::Append => (),
            Function::Cas => match pair(&op.value) {
                Some((old, new)) if old == state => next.becomes(new.clone()),
                _ => (),
            },
            _ if ret.is_none_or(|ret| ret == state) => next.stays(),
            _ => (),
        }
    }

    fn is_read(&self, op: &Op<'a>, _: Option<&Edn<'a>>) -> bool {
        op.function == Function::Read
    }

    /// A value can be read if it is the state, or after it was written. A string can also be read after a write of a
    /// prefix of it, or if the state is a prefix of it and something that continues it is appended.
    fn is_out_of_reach(&self, state: &Edn<'a>, op: &Op<'a>, value: &Edn<'a>, before: &[&Op<'a>]) -> bool {
        let begins = |with: &Edn<'a>| is_text(with) && is_text(value) && text(value).starts_with(text(with));
        let rest = if begins(state) { &text(value)[text(state).len()..] } else { "" };
        let leads_there = |op: &&Op<'a>| match op.function {
            Function::Write => op.value == *value || begins(&op.value),
            Function::Cas => pair(&op.value).is_some_and(|(_, new)| new == value || begins(new)),
            Function::Append => begins(state) && rest.starts_with(text(&op.value)),
            _ => false,
        };
        op.function == Function::Read && value != state && !before.iter().any(leads_there)
    }
}

/// The old value and the new one.
pub(super) fn pair<'v, 'a>(value: &'v Edn<'a>) -> Option<(&'v Edn<'a>, &'v Edn<'a>)> {
    match value {
        Edn::Vector(values) | Edn::List(values) => match values.as_slice() {
            [one, other] => Some((one, other)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether something can be appended to it.
fn is_text(value: &Edn<'_>) -> bool {
    matches!(value, Edn::Str(_) | Edn::Nil)
}

fn text<'v>(value: &'v Edn<'_>) -> &'v str {
    match value {
        Edn::Str(text) => text,
        _ => "",
    }
}

/// A set that grows; empty at first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Set<'a>(PhantomData<&'a str>);

impl<'a> Specification for Set<'a> {
    type State = BTreeSet<Edn<'a>>;
    type Op = Op<'a>;
    type Ret = Edn<'a>;

    fn initial(&self) -> Self::State {
        BTreeSet::new()
    }

    fn step(&self, state: &Self::State, op: &Op<'a>, ret: Option<&Edn<'a>>, next: &mut Next<Self::State>) {
        match (op.function, ret) {
            (Function::Add, _) if state.contains(&op.value) => next.stays(),
            (Function::Add, _) => {
                let mut more = state.clone();
                more.insert(op.value.clone());
                next.becomes(more);
            }
            (_, Some(Edn::Set(read))) if read != state => (),
            _ => next.stays(),
        }
    }

    fn is_read(&self, op: &Op<'a>, _: Option<&Edn<'a>>) -> bool {
        op.function == Function::Read
    }

    /// A read has everything that was added before, and everything else in it is still to be added.
    fn is_out_of_reach(&self, state: &Self::State, op: &Op<'a>, ret: &Edn<'a>, before: &[&Op<'a>]) -> bool {
        let Edn::Set(read) = ret else { return false };
        let added = |value: &Edn<'a>| before.iter().any(|op| op.function == Function::Add && op.value == *value);
        op.function == Function::Read && !(state.is_subset(read) && read.difference(state).all(added))
    }
}

/// A queue, first in, first out; empty at first. A dequeue of `nil` has found it empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Queue<'a>(PhantomData<&'a str>);

impl<'a> Specification for Queue<'a> {
    type State = VecDeque<Edn<'a>>;
    type Op = Op<'a>;
    type Ret = Edn<'a>;

    fn initial(&self) -> Self::State {
        VecDeque::new()
    }

    fn step(&self, state: &Self::State, op: &Op<'a>, ret: Option<&Edn<'a>>, next: &mut Next<Self::State>) {
        if op.function == Function::Enqueue {
            let mut longer = state.clone();
            longer.push_back(op.value.clone());
            return next.becomes(longer);
        }
        match state.front() {
            None if ret.is_none_or(|ret| *ret == Edn::Nil) => next.stays(),
            Some(first) if ret.is_none_or(|ret| ret == first) => next.becomes(state.iter().skip(1).cloned().collect()),
            _ => (),
        }
    }
}

/// A number that is added to; 0 at first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counter<'a>(PhantomData<&'a str>);

impl<'a> Specification for Counter<'a> {
    type State = i64;
    type Op = Op<'a>;
    type Ret = Edn<'a>;

    fn initial(&self) -> i64 {
        0
    }

    fn step(&self, state: &i64, op: &Op<'a>, ret: Option<&Edn<'a>>, next: &mut Next<i64>) {
        match (op.function, &op.value, ret) {
            (Function::Add, Edn::Int(more), _) => next.becomes(state.wrapping_add(*more)),
            (_, _, Some(read)) if *read != Edn::Int(*state) => (),
            _ => next.stays(),
        }
    }

    fn is_read(&self, op: &Op<'a>, _: Option<&Edn<'a>>) -> bool {
        op.function == Function::Read
    }
}

/// A lock; free at first. An acquire waits until it is free; any process may release it, but only while it is held.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mutex<'a>(PhantomData<&'a str>);

impl<'a> Specification for Mutex<'a> {
    type State = bool;
    type Op = Op<'a>;
    type Ret = Edn<'a>;

    fn initial(&self) -> bool {
        false
    }

    fn step(&self, held: &bool, op: &Op<'a>, _: Option<&Edn<'a>>, next: &mut Next<bool>) {
        if *held == (op.function == Function::Release) {
            next.becomes(!held);
        }
    }
}
