//! Executions that count for nothing, and find out what comes of a loop.

use std::panic::Location;

use super::Comes;
use crate::check::engine::strategy::{Lost, Ready, Seen};
use crate::check::engine::trace::Trace;
use crate::check::engine::trace::step::Label;
use crate::sync::engine::machine::Part;
use crate::sync::engine::op::Name;

/// How many operations a probe has beyond its schedule; what is repeated until then is taken to be repeated for ever.
pub(in crate::check::engine) const OPERATIONS: usize = 20_000;
/// How often threads go round in a circle before they are taken to do so for ever.
const ROUNDS: usize = 1_000;
/// How many turns say something, if there are no more because each is long.
const FEW: usize = 16;

/// An execution that finds something out.
#[derive(Debug)]
pub(in crate::check::engine) struct Probe {
    /// The number of all that it begins with, and a schedule for it.
    pub(super) past: u64,
    schedule: Vec<Label>,
    begun: usize,
    trace: Trace,
    pub(super) question: Question,
}

/// What is to be found out.
#[derive(Debug)]
pub(super) enum Question {
    /// What comes of an idle turn, when its task goes on alone.
    Alone(Alone),
    /// Whether the last steps of the schedule, so many, can be run again and again, and come to the same.
    Around { steps: usize, goes: Option<bool> },
}

#[derive(Debug)]
pub(super) struct Alone {
    task: Name,
    patience: usize,
    /// The turns, the first of which is the one in question.
    turns: Vec<Vec<usize>>,
    pub(super) comes: Comes,
}

impl Probe {
    /// Asks what comes of an idle turn of `task`; of more turns than `patience` nothing is expected.
    pub(super) fn alone(past: u64, schedule: Vec<Label>, task: Name, patience: usize) -> Self {
        let alone = Alone { task, patience, turns: Vec::new(), comes: Comes::Other(1) };
        Probe { past, schedule, begun: 0, trace: Trace::default(), question: Question::Alone(alone) }
    }

    /// Asks whether the last steps of a schedule, so many, are repeated for ever.
    pub(super) fn around(past: u64, schedule: Vec<Label>, steps: usize) -> Self {
        let question = Question::Around { steps, goes: None };
        Probe { past, schedule, begun: 0, trace: Trace::default(), question }
    }

    /// The task to go on, of those that can; `None` where the answer is there.
    pub(in crate::check::engine) fn next(&mut self, ready: &[Ready<'_>]) -> Result<Option<Name>, Lost> {
        let can = |label: Label| {
            ready
                .iter()
                .any(|ready| ready.task == label.task && (label.choice.is_none() || ready.choices.has(label.choice)))
        };
        let planned = self.schedule.get(self.begun).copied();
        let next = match (planned, &mut self.question) {
            (Some(label), _) if !can(label) => return Err(Lost),
            (Some(label), _) => Some(label),
            (None, Question::Alone(alone)) => {
                let label = Label { task: alone.task, choice: None };
                let ready = ready.iter().any(|ready| ready.task == alone.task);
                (ready && !alone.is_over(&self.trace, self.schedule.len())).then_some(label)
            }
            (None, Question::Around { steps, goes }) => {
                let label = self.schedule[self.schedule.len() - *steps + (self.begun - self.schedule.len()) % *steps];
                let last = self.trace.len() - 1;
                let repeats = self.trace.does_the_same(last - *steps, last);
                let enough = (ROUNDS * *steps).min(OPERATIONS);
                if self.begun >= self.schedule.len() + enough || !repeats || !can(label) {
                    *goes = Some(repeats && can(label));
                    None
                } else {
                    Some(label)
                }
            }
        };
        self.begun += 1;
        Ok(next.map(|label| label.task))
    }

    /// The arm that the operation takes.
    pub(in crate::check::engine) fn choose(&self, arms: u64) -> u32 {
        let planned = self.schedule.get(self.begun - 1).and_then(|label| label.choice);
        planned.unwrap_or(arms.trailing_zeros())
    }

    /// Takes in the operation that went ahead last.
    pub(in crate::check::engine) fn observe(&mut self, seen: Seen<'_>) {
        let (yields, task) = (seen.yields(), seen.task());
        self.trace.observe(seen);
        if let Question::Alone(alone) = &mut self.question
            && yields
            && task == alone.task
            && self.trace.len() >= self.schedule.len()
        {
            let end = self.trace.turn_end(task).expect("it has just ended");
            alone.turns.push(self.trace.turn(end));
        }
    }

    /// Who asked about a turn of its own, and where that ends.
    pub(super) fn asker(&self) -> Option<(Name, &'static Location<'static>)> {
        let Question::Alone(alone) = &self.question else { return None };
        let end = alone.turns.first()?.last()?;
        Some((alone.task, self.trace.steps()[*end].location))
    }
}

impl Alone {
    /// Whether the answer is there: the last turn was not idle, or there have been enough. `begun` steps come before.
    fn is_over(&mut self, trace: &Trace, begun: usize) -> bool {
        let more = self.turns.len() as u32;
        let last = self.turns.last().expect("the turn in question is there");
        if trace.idle(last).is_none() {
            self.comes = Comes::Other(more.saturating_sub(1).max(1));
            return true;
        }
        self.comes = Comes::Other(more);
        let long = trace.len() >= begun + OPERATIONS;
        if self.turns.len() < if long { FEW } else { self.patience } {
            return long;
        }
        let from = (0..self.turns.len() / 2).find_map(|from| Some((from, self.period(trace, from)?)));
        self.comes = match from {
            Some((0, period)) => match trace.idle(&self.turns[..period].concat()) {
                Some(watched) => Comes::Same(watched.into()),
                None => Comes::Other(more),
            },
            // What comes before the turns repeat themselves is counted.
            Some((from, _)) => Comes::Other(from as u32),
            None => Comes::Other(more),
        };
        true
    }

    /// After how many turns they repeat themselves, from some turn on.
    fn period(&self, trace: &Trace, from: usize) -> Option<usize> {
        let did = |turn: &[usize]| -> Vec<(&'static Location<'static>, Vec<Part>)> {
            let steps = turn.iter().map(|&step| &trace.steps()[step]);
            steps.map(|step| (step.location, step.parts().to_vec())).collect()
        };
        let turns = &self.turns[from..];
        let repeats = |&period: &usize| turns.iter().zip(&turns[period..]).all(|(one, other)| did(one) == did(other));
        (1..=turns.len() / 2).find(repeats)
    }
}
