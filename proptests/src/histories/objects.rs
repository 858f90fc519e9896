//! The systems' specification: for each model the state, and the effect of operations on it.
//!
//! The answer of an operation that has none is unknown: the operation may do whatever it may do with any answer.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::slice;

use clojure_reader::edn::Edn;
use selvedge::check::linearizability::{Next, Specification};

use super::Model;
use super::op::{Function, Op};

/// An object of a model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'a>(Model, PhantomData<&'a str>);

impl Object<'_> {
    pub(super) fn new(model: Model) -> Self {
        Object(model, PhantomData)
    }
}

impl<'a> Specification for Object<'a> {
    type State = Edn<'a>;
    type Op = Op<'a>;
    type Ret = Edn<'a>;

    fn initial(&self) -> Edn<'a> {
        match self.0 {
            Model::Register | Model::Kv => Edn::Nil,
            Model::Set => Edn::Set(BTreeSet::new()),
            Model::Queue => Edn::Vector(Vec::new()),
            Model::Counter => Edn::Int(0),
            // Whether it is held.
            Model::Mutex => Edn::Bool(false),
        }
    }

    fn step(&self, state: &Edn<'a>, op: &Op<'a>, ret: Option<&Edn<'a>>, next: &mut Next<Edn<'a>>) {
        let answers = |value: &Edn<'a>| ret.is_none_or(|ret| ret == value);
        match (op.function, state, &op.value) {
            (Function::Write, _, value) => next.becomes(value.clone()),
            (Function::Append, ..) if is_text(state) => {
                next.becomes(Edn::Str(Cow::Owned([text(state), text(&op.value)].concat())));
            }
            (Function::Cas, _, value) => match pair(value) {
                Some((old, new)) if old == state => next.becomes(new.clone()),
                _ => (),
            },
            // A set only grows.
            (Function::Add, Edn::Set(all), value) if all.contains(value) => next.stays(),
            (Function::Add, Edn::Set(all), value) => next.becomes(Edn::Set(all | &BTreeSet::from([value.clone()]))),
            (Function::Add, Edn::Int(sum), Edn::Int(more)) => next.becomes(Edn::Int(sum.wrapping_add(*more))),
            // First in, first out.
            (Function::Enqueue, Edn::Vector(queue), value) => {
                next.becomes(Edn::Vector([queue.as_slice(), slice::from_ref(value)].concat()));
            }
            (Function::Dequeue, Edn::Vector(queue), _) => match queue.split_first() {
                // A dequeue of `nil` has found it empty.
                None if answers(&Edn::Nil) => next.stays(),
                Some((first, others)) if answers(first) => next.becomes(Edn::Vector(others.to_vec())),
                _ => (),
            },
            // An acquire waits until the lock is free; any process may release it, but only while it is held.
            (Function::Acquire, Edn::Bool(false), _) => next.becomes(Edn::Bool(true)),
            (Function::Release, Edn::Bool(true), _) => next.becomes(Edn::Bool(false)),
            (Function::Read, ..) if answers(state) => next.stays(),
            _ => (),
        }
    }

    fn is_read(&self, op: &Op<'a>, _: Option<&Edn<'a>>) -> bool {
        op.function == Function::Read
    }

    fn is_out_of_reach(&self, state: &Edn<'a>, op: &Op<'a>, value: &Edn<'a>, before: &[&Op<'a>]) -> bool {
        op.function == Function::Read
            && match (self.0, state, value) {
                (Model::Register | Model::Kv, ..) => is_never_written(state, value, before),
                // A read has all that was added before, and all else in it is still to be added.
                (Model::Set, Edn::Set(state), Edn::Set(read)) => {
                    let added =
                        |value: &Edn<'a>| before.iter().any(|op| op.function == Function::Add && op.value == *value);
                    !(state.is_subset(read) && read.difference(state).all(added))
                }
                _ => false,
            }
    }
}

/// A value can be read if it is the state, or after it was written. A string can also be read after a write of a prefix of
/// it, or if the state is a prefix of it and something that continues it is appended.
fn is_never_written<'a>(state: &Edn<'a>, value: &Edn<'a>, before: &[&Op<'a>]) -> bool {
    let begins = |with: &Edn<'a>| is_text(with) && is_text(value) && text(value).starts_with(text(with));
    let rest = if begins(state) { &text(value)[text(state).len()..] } else { "" };
    let leads_there = |op: &&Op<'a>| match op.function {
        Function::Write => op.value == *value || begins(&op.value),
        Function::Cas => pair(&op.value).is_some_and(|(_, new)| new == value || begins(new)),
        Function::Append => begins(state) && rest.starts_with(text(&op.value)),
        _ => false,
    };
    value != state && !before.iter().any(leads_there)
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
