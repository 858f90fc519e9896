//! Loops that look and yield, by the rule of [`loops`](crate::check::engine::loops).
//!
//! A turn of a loop is what a thread does between two yields. It is *idle* if its [looks](super::look) leave each
//! location in the state in which they find it, and what a lock guards as it was. Whether it goes on like this is found
//! out by a [probe](Probe): an execution of the turn's past and then of this thread alone, which reads again what it has
//! read. If the loop counts its turns, they are explored, up to [`TURNS`]. If it makes the same turns again and again, it
//! *spins*, once it has made them twice, or once where that is a single look: it waits until its looks would come to
//! something else in the last states of their locations, or there is other content. If it then finds again what it has
//! found before, the execution is given up: it reads an old value again, and on a fair machine that happens only finitely
//! often.

use std::collections::{HashMap, HashSet};
use std::panic::Location;
use std::sync::Arc;

use super::deed::{Deed, Value};
use super::event::Stamp;
use super::graph::Graph;
use super::look::{Look, by_location, come_again, is_idle, same};
use super::retry::Retries;
use crate::check::engine::loops::{self, FEW, IMPATIENCE, OPERATIONS, PATIENCE, TURNS};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// The turns of each thread in the running execution, and what was found out about turns.
#[derive(Debug, Default)]
pub(super) struct Turns {
    of: Vec<Turn>,
    pub(super) retries: Retries,
    /// What comes of a turn, by the number of all that it comes after.
    known: HashMap<u64, Comes>,
    /// What threads [knew](Graph::knowledge) that were found to spin.
    spinning: HashSet<u64>,
    /// A loop counts further than its turns are explored.
    pub(super) bounded: bool,
}

/// What a thread does after an idle turn.
#[derive(Clone, Copy, Debug)]
enum Comes {
    /// After so many more turns the thread does something else.
    Other(u32),
    /// The same, for ever, after so many turns again.
    Same(usize),
}

/// Whether a thread goes on that is about to yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    On,
    Waits,
    /// Only if no other thread does.
    Last,
    /// Unknown: to be found out by a probe.
    Unknown,
}

#[derive(Debug, Default)]
struct Turn {
    looks: Vec<Stamp>,
    /// It did something that is no look at a location.
    works: bool,
    /// It has chosen that an attempt does not fail, which is to be made.
    attempts: bool,
    /// The looks of the turns before that were idle, one after the other.
    before: Vec<Vec<Stamp>>,
    /// How many of them belong to a loop that counts.
    counted: u32,
}

impl Turns {
    /// Another execution begins.
    pub(super) fn clear(&mut self) {
        self.of.iter_mut().for_each(Turn::clear);
        self.retries.clear();
    }

    fn of(&mut self, thread: Name) -> &mut Turn {
        if self.of.len() <= thread.index() {
            self.of.resize_with(thread.index() + 1, Turn::default);
        }
        &mut self.of[thread.index()]
    }

    /// The thread does something that is no look.
    pub(super) fn works(&mut self, thread: Name) {
        let turn = self.of(thread);
        turn.works = true;
        turn.looks.clear();
        self.retries.works(thread);
    }

    /// The thread has chosen at a line whether an attempt fails. What fails by itself fails whatever is chosen; otherwise
    /// another turn may be another.
    pub(super) fn chooses(&mut self, thread: Name, line: &'static Location<'static>, choice: Stamp, fails: bool) {
        self.retries.chooses(thread, line, choice, fails);
        let turn = self.of(thread);
        (turn.attempts, turn.works) = (!fails, turn.works || fails);
        if fails {
            turn.looks.clear();
        }
    }

    /// The thread has done something to a location; `last` is its last event.
    pub(super) fn does(&mut self, thread: Name, last: Stamp, graph: &Graph) {
        if !graph.is_look(last) {
            return self.works(thread);
        }
        self.retries.looks(thread, last);
        let turn = self.of(thread);
        turn.works |= std::mem::take(&mut turn.attempts) && graph[last].is_half();
        if turn.works {
            turn.looks.clear();
        } else {
            turn.looks.push(last);
        }
    }

    /// Whether a thread that is about to yield goes on; `last` is its last event.
    pub(super) fn goes_on(&mut self, thread: Name, last: Stamp, graph: &Graph) -> Goes {
        let Some(turn) = self.of.get(thread.index()).filter(|turn| turn.is_idle(graph)) else { return Goes::On };
        match self.known.get(&graph.past_number(last)) {
            None => Goes::Unknown,
            Some(&Comes::Same(period)) => {
                let enough = turn.repeated(period, graph) >= period * turn.enough(period) - period;
                if enough && !turn.has_changed(period, graph) { Goes::Waits } else { Goes::On }
            }
            Some(&Comes::Other(more)) if turn.counts(more) => Goes::On,
            Some(Comes::Other(_)) => {
                self.bounded = true;
                Goes::Last
            }
        }
    }

    /// A thread yields; `last` is its last event, or none in a probe. Returns whether it repeats turns after which it
    /// should have waited.
    pub(super) fn ends(&mut self, thread: Name, last: Option<Stamp>, graph: &Graph) -> bool {
        if self.of(thread).is_empty() {
            return false;
        }
        let idle = self.of(thread).is_idle(graph);
        let comes = last.filter(|_| idle).and_then(|last| self.known.get(&graph.past_number(last)).copied());
        let turn = self.of(thread);
        let repeats = match comes {
            Some(Comes::Same(period)) => turn.repeated(period, graph) >= period * turn.enough(period),
            _ => false,
        };
        turn.counted = if matches!(comes, Some(Comes::Other(_))) { turn.counted + 1 } else { 0 };
        let looks = std::mem::take(&mut turn.looks);
        turn.works = false;
        if idle {
            turn.before.push(looks);
        } else {
            turn.before.clear();
        }
        repeats
    }

    /// Takes in what has been found out.
    pub(super) fn learn(&mut self, probe: &Probe) {
        if let Comes::Same(_) = probe.comes {
            self.spinning.insert(probe.knowledge);
        }
        self.known.insert(probe.past, probe.comes);
    }
}

impl Turn {
    /// Neither this one nor those before it are there any more.
    fn clear(&mut self) {
        self.looks.clear();
        (self.works, self.attempts, self.counted) = (false, false, 0);
        self.before.clear();
    }

    /// Whether nothing was done from one yield to the next: then they are one.
    fn is_empty(&self) -> bool {
        !self.works && self.looks.is_empty()
    }

    /// Whether it has left each location as it has found it. A turn that has looked at nothing waits for nothing.
    fn is_idle(&self, graph: &Graph) -> bool {
        !self.works && !self.looks.is_empty() && is_idle(&self.looks, graph)
    }

    /// The turns that were idle, this one first.
    fn latest(&self) -> impl Iterator<Item = &Vec<Stamp>> {
        std::iter::once(&self.looks).chain(self.before.iter().rev())
    }

    /// How many of the latest turns have found the same as the turn a period earlier.
    fn repeated(&self, period: usize, graph: &Graph) -> usize {
        let alike = |(now, before): &(&Vec<Stamp>, &Vec<Stamp>)| {
            before.len() == now.len() && before.iter().zip(*now).all(|looks| same(looks, graph))
        };
        self.latest().zip(self.latest().skip(period)).take_while(alike).count()
    }

    /// Whether the turns of the last period would find something else by now.
    fn has_changed(&self, period: usize, graph: &Graph) -> bool {
        let turns = self.latest().take(period);
        let mut looks: Vec<Look<'_>> = turns.flat_map(|turn| turn.iter().rev()).map(|&last| graph.look(last)).collect();
        looks.reverse();
        by_location(&mut looks).any(|at_one| {
            let Look { location, left, .. } = at_one[at_one.len() - 1];
            let last = *graph.at(location).order.last().expect("it was made");
            come_again(at_one, graph.state(last), graph).is_none() || graph.has_new_content(left, last)
        })
    }

    /// How often a period is made before the thread waits: a single look is before a change or after it; in the middle
    /// of more looks a change may come.
    fn enough(&self, period: usize) -> usize {
        if period == 1 && self.looks.len() == 1 { 1 } else { 2 }
    }

    /// Whether this turn is one of those that are explored; the loop makes so many more.
    fn counts(&self, more: u32) -> bool {
        let counted = self.counted + 1;
        counted < TURNS || counted + more <= TURNS + 1
    }
}

/// An execution that counts for nothing, and finds out what a thread does after an idle turn.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) thread: Name,
    past: u64,
    knowledge: u64,
    /// How many events of the thread come before it goes on alone.
    begun: u32,
    /// Its turns from then on, each by a number: turns that find the same have the same number.
    turns: Vec<usize>,
    kinds: HashMap<Vec<(ObjectName, Deed, Arc<Value>)>, usize>,
    patience: usize,
    comes: Comes,
}

impl Probe {
    /// Asks what the thread does after the turn that ends with `last`.
    pub(super) fn new(last: Stamp, turns: &Turns, graph: &Graph) -> Self {
        let (thread, knowledge) = (graph[last].thread, graph.knowledge(last));
        Probe {
            thread,
            past: graph.past_number(last),
            knowledge,
            begun: graph[last].index + 1,
            turns: Vec::new(),
            kinds: HashMap::new(),
            patience: if turns.spinning.contains(&knowledge) { IMPATIENCE } else { PATIENCE },
            comes: Comes::Other(1),
        }
    }

    /// The thread is about to yield. Returns whether the probe has its answer.
    pub(super) fn takes(&mut self, turns: &Turns, graph: &Graph) -> bool {
        let turn = &turns.of[self.thread.index()];
        let long = graph.of(self.thread).len() as u32 >= self.begun + OPERATIONS as u32;
        if turn.is_empty() {
            return long;
        }
        let more = self.turns.len() as u32;
        self.comes = Comes::Other(more.max(1));
        if !turn.is_idle(graph) {
            return true;
        }
        let found = |look: Look<'_>| (look.location, look.act.clone(), Arc::clone(graph.state(look.found)));
        let looks = turn.looks.iter().map(|&last| found(graph.look(last)));
        let next = self.kinds.len();
        self.turns.push(*self.kinds.entry(looks.collect()).or_insert(next));
        if self.turns.len() < if long { FEW } else { self.patience } {
            return long;
        }
        self.comes = match loops::repetition(&self.turns, self.turns.len() / 2) {
            Some((0, period)) => Comes::Same(period),
            // The turns before the repetition are counted.
            Some((from, _)) => Comes::Other(from as u32),
            None => self.comes,
        };
        true
    }
}
