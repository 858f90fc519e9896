//! Whether an attempt may fail again that has failed without a reason, by the rule of
//! [`loops`](crate::check::engine::loops).

use std::collections::HashMap;
use std::panic::Location;

use super::event::Stamp;
use super::graph::Graph;
use super::look::{is_idle, same};
use crate::check::engine::loops::{self, FEW, OPERATIONS, STEPS, TOGETHER, TRIES, TURNS};
use crate::sync::engine::op::Name;

type Line = &'static Location<'static>;

/// The tries of each thread in the running execution, and what was found out about them.
#[derive(Debug, Default)]
pub(super) struct Retries {
    of: Vec<Tries>,
    /// Whether a thread that knows this goes on for ever where its attempts fail.
    known: HashMap<u64, bool>,
}

/// What a thread does from one failure to the next: looks, unless it does something else too.
#[derive(Debug, Default)]
struct Tries {
    begun: Vec<Stamp>,
    works: bool,
    /// Those that have failed, the last at the end.
    failed: Vec<Failed>,
    /// How many have failed at a line, one after the other.
    in_a_row: HashMap<Line, u32>,
}

/// A try that has failed.
#[derive(Debug)]
struct Failed {
    line: Line,
    /// The event by which it was chosen to fail.
    choice: Stamp,
    /// Its looks, unless it has done something else too.
    looks: Option<Vec<Stamp>>,
}

impl Tries {
    /// There are none any more.
    fn clear(&mut self) {
        self.begun.clear();
        self.works = false;
        self.failed.clear();
        self.in_a_row.clear();
    }
}

/// Whether an attempt may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    Fail,
    /// It would be where it was.
    NotFail,
    /// It has failed as often as is explored.
    FailNoMore,
    /// That is to be found out first.
    Unknown,
}

impl Retries {
    /// Another execution begins.
    pub(super) fn clear(&mut self) {
        self.of.iter_mut().for_each(Tries::clear);
    }

    fn of(&mut self, thread: Name) -> &mut Tries {
        if self.of.len() <= thread.index() {
            self.of.resize_with(thread.index() + 1, Tries::default);
        }
        &mut self.of[thread.index()]
    }

    /// The thread has looked at a location.
    pub(super) fn looks(&mut self, thread: Name, last: Stamp) {
        self.of(thread).begun.push(last);
    }

    /// The thread does something that is no look.
    pub(super) fn works(&mut self, thread: Name) {
        self.of(thread).works = true;
    }

    /// It was chosen whether an attempt fails, by that event.
    pub(super) fn chooses(&mut self, thread: Name, line: Line, choice: Stamp, fails: bool) {
        let tries = self.of(thread);
        if !fails {
            tries.in_a_row.remove(line);
            return;
        }
        *tries.in_a_row.entry(line).or_default() += 1;
        let (begun, works) = (std::mem::take(&mut tries.begun), std::mem::take(&mut tries.works));
        tries.failed.push(Failed { line, choice, looks: (!works).then_some(begun) });
    }

    /// The event by which an attempt of a thread has failed last.
    pub(super) fn last_failure(&self, thread: Name) -> Option<Stamp> {
        Some(self.of.get(thread.index())?.failed.last()?.choice)
    }

    /// Whether the attempt that a thread is about to make at that line may fail.
    pub(super) fn may_fail(&self, thread: Name, line: Line, graph: &Graph) -> May {
        let Some(last) = self.last_failure(thread) else { return May::Fail };
        let tries = &self.of[thread.index()];
        let idle = |looks: &&Vec<Stamp>| is_idle(looks, graph);
        let failed = tries.failed.iter().rev().take(TOGETHER);
        let earlier = failed.map_while(|failed| Some((failed.line, failed.looks.as_ref().filter(idle)?)));
        let is_again = |(at, looks): (Line, &Vec<Stamp>)| {
            at == line
                && looks.len() == tries.begun.len()
                && looks.iter().zip(&tries.begun).all(|look| same(look, graph))
        };
        if !tries.works && is_idle(&tries.begun, graph) && earlier.into_iter().any(is_again) {
            match self.known.get(&graph.knowledge(last)) {
                None => return May::Unknown,
                Some(true) => return May::NotFail,
                Some(false) => (),
            }
        }
        if tries.in_a_row.get(line).is_some_and(|&times| times >= TURNS) { May::FailNoMore } else { May::Fail }
    }

    /// Takes in what has been found out.
    pub(super) fn learn(&mut self, retry: &Retry) {
        self.known.insert(retry.knowledge, retry.for_ever == Some(true));
    }
}

/// A probe in which every attempt of a thread fails: whether it goes on like this for ever.
#[derive(Debug)]
pub(super) struct Retry {
    pub(super) thread: Name,
    knowledge: u64,
    /// How many events of the thread come before it goes on alone.
    begun: u32,
    /// Its tries from then on, each by a number: those that find the same have the same.
    tries: Vec<usize>,
    kinds: HashMap<(Line, Vec<u64>), usize>,
    for_ever: Option<bool>,
}

impl Retry {
    /// Asks what comes of attempts that fail behind the event `last`, by which one has failed.
    pub(super) fn new(last: Stamp, graph: &Graph) -> Self {
        let (thread, knowledge) = (graph[last].thread, graph.knowledge(last));
        let begun = graph[last].index + 1;
        Retry { thread, knowledge, begun, tries: Vec::new(), kinds: HashMap::new(), for_ever: None }
    }

    /// Whether the answer is there.
    pub(super) fn is_over(&mut self, retries: &Retries, graph: &Graph) -> bool {
        let tries = retries.of.get(self.thread.index());
        let long = graph.of(self.thread).len() as u32 >= self.begun + OPERATIONS as u32;
        if long || tries.is_some_and(|tries| tries.begun.len() > STEPS || tries.works) && !self.tries.is_empty() {
            self.for_ever.get_or_insert(self.repeats(FEW));
        }
        self.for_ever.is_some()
    }

    /// An attempt has failed; the first is that from which it begins.
    pub(super) fn takes(&mut self, retries: &Retries, graph: &Graph) {
        if graph.of(self.thread).len() as u32 == self.begun {
            return;
        }
        let failed = retries.of.get(self.thread.index()).and_then(|tries| tries.failed.last());
        match failed {
            Some(Failed { line, looks: Some(looks), .. }) if is_idle(looks, graph) => {
                let looks = looks.iter().map(|&last| graph.look(last).number(graph)).collect();
                let next = self.kinds.len();
                self.tries.push(*self.kinds.entry((line, looks)).or_insert(next));
            }
            _ => self.for_ever = Some(false),
        }
        if self.tries.len() >= TRIES {
            self.for_ever.get_or_insert(self.repeats(TRIES));
        }
    }

    fn repeats(&self, enough: usize) -> bool {
        let repetition = || loops::repetition(&self.tries, self.tries.len() / 2);
        self.tries.len() >= enough && matches!(repetition(), Some((0, _)))
    }
}
