//! All executions as a graph of [moments](crate::check::Schedules), in which a thread goes on and says what it reads.
//!
//! An execution of weak memory has no schedule, but it can be performed: in any order in which each step comes after those
//! of its thread and after what it reads from. So a moment is what every thread has done and read until then. Who can go on
//! there, and what may be read, is what some execution has that begins like this; so each way through the graph is an
//! execution that was run, in one of the orders in which it can be performed, and none is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Origin, Stamp, What};
use super::graph::Graph;
use super::repair::Told;
use crate::check::engine::story;
use crate::check::engine::strategy::Seen;
use crate::check::moments::{Found, Moment, Move};
use crate::check::story::{Place, Role, Step, Thread};
use crate::sync::engine::world::World;

/// A step, by its thread, whose number is that of its name, and its number in that.
type At = (usize, usize);

/// The executions.
#[derive(Debug, Default)]
pub(in crate::check::engine) struct Weave {
    executions: Vec<Execution>,
    threads: Vec<Thread>,
}

/// What each thread does, and what comes of it.
#[derive(Debug)]
struct Execution {
    given: Option<usize>,
    threads: Vec<Vec<Does>>,
}

/// A step as it is told from the others that its thread could take there: by what it asks for, and by what it waits for or
/// reads from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Does {
    asks: String,
    after: BTreeSet<At>,
    text: String,
    place: (String, u32, u32),
    at_once: bool,
}

impl Weave {
    /// Takes in an execution that has ended.
    pub(super) fn add(&mut self, world: &World, graph: &Graph, told: &[Told]) {
        let story = story::tell(None, None, world);
        let steps: Vec<&Step> = story.steps.iter().filter(|step| step.action.is_scheduled()).collect();
        let thread_of = |number: usize| world.task(world.events[number].task).name.index();
        for (task, told) in world.tasks.iter().zip(&story.threads) {
            if self.threads.len() <= task.name.index() {
                self.threads.resize_with(task.name.index() + 1, || Thread { name: String::new(), path: String::new() });
            }
            self.threads[task.name.index()] = told.clone();
        }
        let (mut threads, mut places) = (vec![Vec::new(); self.threads.len()], Vec::<At>::new());
        for number in 0..world.events.len() {
            let thread = thread_of(number);
            places.push((thread, threads[thread].len()));
            threads[thread].push(number);
        }
        // What was made has no step of its own, and is known to whoever can use it.
        let is_step =
            |event: Stamp| !matches!(graph[event].what, What::Fence | What::Write { origin: Origin::Birth, .. });
        let of: BTreeMap<Stamp, usize> =
            told.iter().filter(|told| is_step(told.event)).map(|told| (told.event, told.before)).collect();
        let starts: BTreeMap<usize, At> = (0..world.events.len())
            .filter_map(|number| {
                let child = Seen { world, event: &world.events[number], number }.spawned()?;
                Some((child.index(), places[number]))
            })
            .collect();
        let does = |(at, &number): (usize, &usize)| {
            let (thread, step) = (thread_of(number), steps[number]);
            let mine = told.iter().filter(|told| told.before == number && graph[told.event].thread.index() == thread);
            let sources: Vec<Option<usize>> =
                mine.flat_map(|told| graph[told.event].awaits()).map(|source| of.get(&source).copied()).collect();
            let others = sources.iter().flatten().map(|&source| places[source]).filter(|&(other, _)| other != thread);
            let start = starts.get(&thread).copied().filter(|_| at == 0);
            let object = step.object.map(|object| format!(" {}", story.objects[object].name)).unwrap_or_default();
            let asks = format!("{}{object}", step.action.words);
            let text = match (step.value, sources[..].first(), step.wrote) {
                // A load: what it reads need not be the last.
                (Some(value), Some(source), None) if world.events[number].op.request.words().reads => {
                    let source = match source {
                        Some(source) => format!("from {}", self.threads[thread_of(*source)].name),
                        None => "as it was made".to_owned(),
                    };
                    format!("{asks} = {value}, {source}")
                }
                _ => step.text.clone(),
            };
            let Place { file, line, column } = step.place.clone();
            let at_once = matches!(step.action.role, Role::Starts | Role::Joins | Role::Ends);
            Does { asks, after: others.chain(start).collect(), text, place: (file, line, column), at_once }
        };
        let threads = threads.iter().map(|steps| steps.iter().enumerate().map(does).collect()).collect();
        self.executions.push(Execution { given: world.given, threads });
    }

    /// The graph.
    pub(in crate::check::engine) fn found(self) -> Found {
        let mut known: BTreeMap<(Vec<usize>, Vec<usize>), usize> = BTreeMap::new();
        let mut ahead = vec![(vec![0; self.threads.len()], (0..self.executions.len()).collect::<Vec<_>>())];
        let mut moments: Vec<Moment> = Vec::new();
        known.insert(ahead[0].clone(), 0);
        moments.push(Moment::default());
        while let Some((done, like)) = ahead.pop() {
            let at = known[&(done.clone(), like.clone())];
            let next = |execution: usize, thread: usize| {
                let step = self.executions[execution].threads.get(thread)?.get(done[thread])?;
                step.after.iter().all(|&(other, number)| done[other] > number).then_some(step)
            };
            let mut moves: BTreeMap<(usize, &Does), Vec<usize>> = BTreeMap::new();
            for thread in 0..done.len() {
                for &execution in &like {
                    if let Some(step) = next(execution, thread) {
                        moves.entry((thread, step)).or_default().push(execution);
                    }
                }
            }
            // It commutes with all others, and nobody else can make it another.
            if let Some(&(thread, step)) = moves.keys().find(|(_, step)| step.at_once) {
                moves.retain(|&(other, does), _| (other, does) == (thread, step));
            }
            if moves.is_empty() {
                moments[at].value = like.first().and_then(|&execution| self.executions[execution].given);
            }
            for ((thread, step), like) in moves {
                let mut done = done.clone();
                done[thread] += 1;
                let key = (done, like);
                let to = *known.entry(key.clone()).or_insert_with(|| {
                    moments.push(Moment::default());
                    ahead.push(key);
                    moments.len() - 1
                });
                let (file, line, column) = step.place.clone();
                let (asks, text) = (step.asks.clone(), step.text.clone());
                let place = Place { file, line, column };
                moments[at].moves.push(Move { thread, asks, text, place, at_once: step.at_once, to });
            }
        }
        Found { threads: self.threads, objects: Vec::new(), moments }
    }
}
