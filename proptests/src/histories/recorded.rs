//! Operations made from events: the process, the function and its argument, and the outcome.

use std::collections::BTreeMap;

use clojure_reader::edn::Edn;
use selvedge::check::linearizability::{Answer, Checker, History, Outcome};

use super::Model;
use super::event::{Event, Kind, ReadError, brief};
use super::objects::{Object, pair};
use super::op::{Function, Op, outcome};

/// The difference between the numbers of one incarnation of a process and the next.
const INCARNATION: usize = 1 << 32;

/// The history that was read, ready to be judged.
#[derive(Debug)]
pub struct Recorded<'a> {
    model: Model,
    history: History<Op<'a>, Edn<'a>>,
}

/// An operation while the log is read.
struct Call<'a> {
    process: usize,
    op: Op<'a>,
    /// It did not happen.
    failed: bool,
}

/// A moment of the log.
enum Moment<'a> {
    /// The next call began.
    Began,
    /// The call of this number was answered.
    Answered(usize, Edn<'a>),
}

/// The number in the history of a process in the log, and the call that it has under way.
#[derive(Default)]
struct Process {
    incarnation: usize,
    under_way: Option<usize>,
}

impl<'a> Recorded<'a> {
    pub(super) fn new(model: Model, keyed: bool, events: Vec<Event<'a>>) -> Result<Self, ReadError> {
        let (mut calls, mut moments) = (Vec::new(), Vec::new());
        let mut processes: BTreeMap<u32, Process> = BTreeMap::new();
        for event in events {
            let line = event.line;
            let process = processes.entry(event.process).or_default();
            happened(model, keyed, event, process, &mut calls, &mut moments)
                .map_err(|reason| ReadError { line, reason })?;
        }
        let mut history = History::new();
        let ops: Vec<(usize, bool)> = calls.iter().map(|call| (call.process, call.failed)).collect();
        let mut calls = calls.into_iter();
        for moment in moments {
            // An operation that did not happen is not part of the history.
            let told = match moment {
                Moment::Began => {
                    let Call { process, op, failed } =
                        calls.next().expect("calls are in the order of their beginnings");
                    if failed { Ok(0) } else { history.invoke(process, op) }
                }
                Moment::Answered(call, value) => history.respond(ops[call].0, value),
            };
            told.expect("a process has one call under way");
        }
        Ok(Recorded { model, history })
    }

    /// How many operations happened, or may have.
    pub fn operations(&self) -> usize {
        self.history.operations().len()
    }

    /// Whether no operation was answered: then nothing can be wrong.
    pub fn is_vacuous(&self) -> bool {
        !self.history.operations().iter().any(|operation| matches!(operation.outcome, Outcome::Returned(_)))
    }

    /// Whether it has an explanation.
    pub fn judge(&self, checker: &Checker) -> Answer {
        checker.check_by_key(&Object::new(self.model), &self.history, |op: &Op<'a>| op.key.clone())
    }

    /// Describes operation `number`: its process, what it asked, and the answer.
    ///
    /// # Panics
    ///
    /// If there is no such operation.
    pub fn describe(&self, number: usize) -> String {
        let operation = &self.history.operations()[number];
        let came = outcome(operation.op.function, &operation.outcome);
        format!("process {}: {}: {came}", operation.process % INCARNATION, operation.op)
    }
}

/// Takes in an event.
fn happened<'a>(
    model: Model,
    keyed: bool,
    event: Event<'a>,
    process: &mut Process,
    calls: &mut Vec<Call<'a>>,
    moments: &mut Vec<Moment<'a>>,
) -> Result<(), String> {
    let Event { process: number, kind, .. } = event;
    let (name, function) = function(model, &event.function)?;
    if kind == Kind::Invoke {
        if process.under_way.is_some() {
            return Err(format!("process {number} already has an operation under way"));
        }
        let op = op(model, keyed, (name, function), event.key, event.value)?;
        process.under_way = Some(calls.len());
        moments.push(Moment::Began);
        calls.push(Call { process: number as usize + process.incarnation * INCARNATION, op, failed: false });
        return Ok(());
    }
    let none = || format!("process {number} has no operation under way");
    let at = process.under_way.take().ok_or_else(none)?;
    let call = &mut calls[at];
    if function != call.op.function {
        return Err(format!("process {number} has a :{} under way, and not a :{name}", call.op.name));
    }
    match kind {
        Kind::Fail => call.failed = true,
        Kind::Info => process.incarnation += 1,
        // The answer need not repeat the argument.
        _ if !function.answers() && event.key.is_none() && event.value == Edn::Nil => {
            moments.push(Moment::Answered(at, Edn::Nil));
        }
        _ => {
            let (key, value) = split(keyed, event.key, event.value)?;
            let value = answer(model, function, value)?;
            let same = function.answers() || value == call.op.value;
            if key != call.op.key || !same {
                return Err(format!("process {number} has {} under way, and not this one", brief(&call.op)));
            }
            moments.push(Moment::Answered(at, if function.answers() { value } else { Edn::Nil }));
        }
    }
    Ok(())
}

/// The function of that name.
fn function(model: Model, name: &str) -> Result<(&'static str, Function), String> {
    let functions = model.functions();
    functions.iter().find(|(known, _)| *known == name).copied().ok_or_else(|| {
        let known: Vec<String> = functions.iter().map(|(known, _)| format!(":{known}")).collect();
        let (last, others) = known.split_last().expect("every model has some");
        format!("`:{}` is none of {} and {last}", brief(name), others.join(", "))
    })
}

/// The key, and the value of the operation on it.
fn split<'a>(keyed: bool, key: Option<Edn<'a>>, value: Edn<'a>) -> Result<(Option<Edn<'a>>, Edn<'a>), String> {
    match (keyed, key) {
        (false, _) => Ok((None, value)),
        (true, Some(key)) => Ok((Some(key), value)),
        (true, None) => match pair(&value) {
            Some((key, value)) => Ok((Some(key.clone()), value.clone())),
            None => Err(format!("`{}` is no [key value], and there is no :key", brief(value))),
        },
    }
}

/// The operation of an invocation.
fn op<'a>(
    model: Model,
    keyed: bool,
    (name, function): (&'static str, Function),
    key: Option<Edn<'a>>,
    value: Edn<'a>,
) -> Result<Op<'a>, String> {
    let (key, value) = split(keyed, key, value)?;
    // The value of a read is only known from its answer.
    let value = if function.answers() { Edn::Nil } else { answer(model, function, value)? };
    Ok(Op { key, function, name, value })
}

/// A value of a function, as the model has it.
fn answer<'a>(model: Model, function: Function, value: Edn<'a>) -> Result<Edn<'a>, String> {
    let value = match (model, &value) {
        (Model::Kv, Edn::Str(text)) if text.is_empty() => Edn::Nil,
        (Model::Set, Edn::Vector(read) | Edn::List(read)) if function == Function::Read => {
            Edn::Set(read.iter().cloned().collect())
        }
        _ if function.is_plain() => Edn::Nil,
        _ => value,
    };
    let wrong = match (model, function, &value) {
        (_, Function::Append, value) if !matches!(value, Edn::Str(_) | Edn::Nil) => "string",
        (_, Function::Cas, value) if pair(value).is_none() => "[old new]",
        (Model::Counter, _, value) if !matches!(value, Edn::Int(_)) => "number",
        (Model::Set, Function::Read, value) if !matches!(value, Edn::Set(_)) => "set",
        _ => return Ok(value),
    };
    Err(format!("`{}` is no {wrong}", brief(value)))
}
