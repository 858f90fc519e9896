//! What a step does, in the few words that a row has room for.

use std::collections::{BTreeMap, VecDeque};

use crate::check::story::{Action, Fault, Noun, Ordering, Step, Story, Wait, state};

/// What is known when a step happens from those before it: values and sleepers.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// The last value that each atomic was given.
    values: BTreeMap<usize, u64>,
    /// Who sleeps on each condition variable, the first come first.
    sleepers: BTreeMap<usize, VecDeque<usize>>,
}

/// What each step does, in a few words.
pub fn texts(story: &Story) -> Vec<String> {
    let mut words = Words::default();
    story.steps.iter().map(|step| words.next(story, step)).collect()
}

impl Words {
    /// The words for a step, which has to be the one after that of the call before.
    pub(super) fn next(&mut self, story: &Story, step: &Step) -> String {
        let words = self.step(story, step);
        match step.ordering.filter(|&ordering| ordering != Ordering::SeqCst) {
            Some(ordering) => format!("{words} ({ordering:?})"),
            None => words,
        }
    }

    fn step(&mut self, story: &Story, step: &Step) -> String {
        let name = |object: Option<usize>| object.map_or("", |object| story.objects[object].name.as_str());
        let (name, mutex) = (name(step.object), name(step.mutex));
        let does = format!("{} {name}", step.action.words());
        let number = |value: Option<u64>| value.map(state::number).unwrap_or_default();
        let failed = step.value == Some(0);
        let noun = step.object.map(|object| story.objects[object].noun);
        match step.action {
            Action::Load if noun == Some(Noun::Atomic) => {
                let old = self.value(step).filter(|&last| Some(last) != step.value);
                // Only a weak memory shows what has been overwritten.
                let old = old.map(|last| format!(", not {}", state::number(last))).unwrap_or_default();
                format!("{does} = {}{old}", number(step.value))
            }
            Action::Load => format!("{does} = {}", number(step.value)),
            Action::Store | Action::Rmw | Action::CompareExchange => {
                let before = step.value.or_else(|| self.value(step));
                self.values.extend(step.object.zip(step.wrote));
                match (before, step.wrote) {
                    (Some(before), Some(wrote)) => {
                        format!("{does}: {} to {}", state::number(before), state::number(wrote))
                    }
                    (_, Some(wrote)) => format!("{does} = {}", state::number(wrote)),
                    _ => format!("{does}: is {}, kept", number(step.value)),
                }
            }
            Action::TryLock | Action::TryRead | Action::TryWrite if failed => format!("{does}: taken"),
            Action::Write if failed => format!("{does}: shuts the door"),
            Action::WriteDrain => format!("{does}: alone inside"),
            Action::Wait => {
                self.sleepers.entry(step.object.unwrap_or_default()).or_default().push_back(step.thread);
                format!("{does}, unlock {mutex}")
            }
            Action::Reacquire => format!("woken on {name}, lock {mutex}"),
            Action::NotifyOne | Action::NotifyAll if failed => format!("{does}: nobody sleeps"),
            Action::NotifyOne | Action::NotifyAll => {
                let sleepers = self.sleepers.entry(step.object.unwrap_or_default()).or_default();
                let woken = sleepers.drain(..sleepers.len().min(step.value.unwrap_or(0) as usize));
                let names: Vec<&str> = woken.map(|thread| story.threads[thread].name.as_str()).collect();
                format!("{does}: wakes {}", names.join(", "))
            }
            Action::Send | Action::AwaitTaker if failed => format!("{does}: no receiver"),
            Action::TrySend if failed => format!("{does}: no"),
            Action::Recv | Action::AwaitGiver if failed => format!("{does}: closed"),
            Action::TryRecv if failed => format!("{does}: nothing"),
            Action::DropSender | Action::DropReceiver if failed => format!("{does}: the last"),
            Action::DropSender | Action::DropReceiver => format!("{does}: {} left", number(step.value)),
            Action::Invoke | Action::Respond => step.words.clone().unwrap_or_default(),
            Action::Seclude => "everybody else is stopped".to_owned(),
            Action::Rejoin => "everybody goes on".to_owned(),
            Action::Settle => "nobody else can go on".to_owned(),
            Action::Add if step.value.is_none() => format!("clone {name}"),
            Action::Done if step.value.is_none() => format!("drop a clone of {name}"),
            Action::Add | Action::Done => format!("{does}: {}", number(step.value)),
            Action::WaitGroup => format!("{does}: nothing to wait for"),
            Action::CellRead | Action::CellWrite => format!("{does} (a cell)"),
            _ => does,
        }
    }

    fn value(&self, step: &Step) -> Option<u64> {
        self.values.get(&step.object?).copied()
    }
}

/// What a thread that is left waits for.
pub fn wait(story: &Story, wait: &Wait) -> String {
    let object = &story.objects[wait.object];
    let holder = wait.holder.map(|holder| story.threads[holder].name.as_str());
    match (wait.action, holder) {
        (Action::Join, _) => format!("waits for {} to end", object.name),
        (Action::Send, _) => {
            let full = object.capacity.map(|capacity| format!(" (full: {capacity})")).unwrap_or_default();
            format!("waits to send on {}{full}", object.name)
        }
        (action, Some(holder)) => format!("waits to {} {}, {holder} has it", action.words(), object.name),
        (action, None) => format!("waits to {} {}", action.words(), object.name),
    }
}

/// How a thread ends a story.
pub fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Requirement => "the check fails",
        Fault::Panic => "panics",
        Fault::Race => "races with an access before",
    }
}
