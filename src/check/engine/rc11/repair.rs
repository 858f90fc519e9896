//! Why a failure needs weak memory, and what would repair it.
//!
//! If one order explains the graph of a failed execution, it happens under sequential consistency, and is told as any
//! other. If none does, the reads of old values are told. Then single orderings are raised, line by line, or fences put in
//! behind lines, and the graph is checked again: the fewest and weakest changes that forbid it, or that order the two
//! accesses which race, are what repairs it. Another execution may fail all the same.

use std::collections::BTreeMap;
use std::panic::Location;

use super::Model;
use super::consistency;
use super::deed::Value;
use super::event::{Stamp, What};
use super::graph::Graph;
use super::race::Access;
use super::search::Search;
use crate::check::engine::story;
use crate::check::story::Ordering;
use crate::sync::engine::machine::{Passes, State};
use crate::sync::engine::op::{Name, TaskId};
use crate::sync::engine::world::World;
use crate::sync::place::Place;

/// How many lines may be changed together, and out of how many at most.
const CHANGES: usize = 4;
const LINES: usize = 10;
/// How many, where one of them is a fence: most programs have room for many.
const WITH_FENCES: usize = 2;

/// An event that the running execution has performed, and its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) event: Stamp,
    pub(super) location: &'static Location<'static>,
    /// How many operations came before that which it belongs to.
    pub(super) before: usize,
}

/// What is known of an execution when it fails.
#[derive(Debug, Default)]
pub(in crate::check::engine) struct Witness {
    pub(super) search: Search,
    /// In the order in which they were performed.
    pub(super) told: Vec<Told>,
    /// Two accesses that race.
    pub(super) race: Option<[Access; 2]>,
}

/// What is done to a line.
#[derive(Clone, Copy, Debug)]
struct Change {
    location: &'static Location<'static>,
    what: Remedy,
}

#[derive(Clone, Copy, Debug)]
enum Remedy {
    /// It gets another ordering.
    Raise { from: Ordering, to: Ordering },
    /// A SeqCst fence comes after it.
    Fence,
}

impl Remedy {
    fn strength(self) -> i32 {
        match self {
            Remedy::Fence => 4,
            Remedy::Raise { to: Ordering::SeqCst, .. } => 3,
            Remedy::Raise { to: Ordering::AcqRel, .. } => 2,
            Remedy::Raise { .. } => 1,
        }
    }
}

/// Changes that belong together.
type Changes = Vec<Change>;

impl Witness {
    /// Additional lines for a failure; none where weak orderings have nothing to do with it.
    pub(in crate::check::engine) fn details(&self, world: &World) -> Vec<String> {
        let told: BTreeMap<Stamp, &Told> = self.told.iter().map(|told| (told.event, told)).collect();
        let (graph, order) = {
            let mut graph = Graph::default();
            let kept = self.search.graph().restrict(|event| told.contains_key(&event), &mut graph);
            let of = |told: &Told| Told { event: kept.of(told.event), ..*told };
            (graph, self.told.iter().map(of).collect::<Vec<_>>())
        };
        let needs_weak_memory = !consistency::consistent(&graph, Model::Sc);
        if !needs_weak_memory && self.race.is_none() {
            return Vec::new();
        }
        let mut details = Vec::new();
        if needs_weak_memory {
            details
                .push("it takes weak memory: no order of these steps gives every load what was stored last".to_owned());
            details.extend(old_reads(&graph, &order, world));
        }
        details.extend(self.repair(&graph, &order).map(|changes| {
            let words = |&Change { location, what }: &Change| match what {
                Remedy::Raise { from, to } => format!("{to:?} instead of {from:?} at {}", Place::of(location)),
                Remedy::Fence => format!("a SeqCst fence after {}", Place::of(location)),
            };
            let changes: Vec<String> = changes.iter().map(words).collect();
            format!("with {} it could not happen like this", changes.join(" and "))
        }));
        details
    }

    /// The smallest change that forbids the graph.
    fn repair(&self, graph: &Graph, order: &[Told]) -> Option<Changes> {
        let mut lines: BTreeMap<(&str, u32, u32), Vec<Change>> = BTreeMap::new();
        for told in order {
            let key = (told.location.file(), told.location.line(), told.location.column());
            let raise = |to| Remedy::Raise { from: graph[told.event].ordering, to };
            // A race is between accesses that are no events, and a fence would have no place beside them.
            let fence = (graph.is_atomic(told.event) && self.race.is_none()).then_some(Remedy::Fence);
            let remedies = graph.stronger(told.event).into_iter().map(raise).chain(fence);
            let changes: Vec<Change> = remedies.map(|what| Change { location: told.location, what }).collect();
            if !changes.is_empty() {
                lines.entry(key).or_insert(changes);
            }
        }
        let lines: Vec<_> = lines.into_values().collect();
        if lines.len() > LINES {
            return None;
        }
        let mut all: Vec<Changes> = vec![Vec::new()];
        for stronger in &lines {
            let with = |changes: &Changes| {
                let changed = |&change: &Change| [&changes[..], &[change]].concat();
                stronger.iter().map(changed).collect::<Vec<_>>()
            };
            let few = |changes: &Changes| {
                let has_fence = changes.iter().any(|change| matches!(change.what, Remedy::Fence));
                changes.len() <= if has_fence { WITH_FENCES } else { CHANGES }
            };
            let more: Vec<Changes> = all.iter().flat_map(with).filter(few).collect();
            all.extend(more);
        }
        let cost =
            |changes: &Changes| (changes.len(), changes.iter().map(|change| change.what.strength()).sum::<i32>());
        all.sort_by_key(cost);
        all.into_iter().skip(1).find(|changes| self.is_forbidden(graph, order, changes))
    }

    /// Whether the graph is inconsistent with these changes, or the two accesses do not race.
    fn is_forbidden(&self, graph: &Graph, order: &[Told], changes: &Changes) -> bool {
        let mut graph = graph.clone();
        for &Told { event, location, .. } in order {
            let change = changes.iter().find(|change| change.location == location);
            if let Some(Remedy::Raise { to, .. }) = change.map(|change| change.what) {
                let event = &mut graph[event];
                event.ordering = to;
                if let Passes::Memory { ordering, .. } = &mut event.passes {
                    *ordering = to;
                }
            }
            graph.set_clocks(event, Model::Rc11);
            if let Some(Remedy::Fence) = change.map(|change| change.what)
                && let Some(fence) = graph.fence_after(event)
            {
                graph.set_clocks(fence, Model::Rc11);
            }
        }
        let ordered = |[one, other]: &[Access; 2]| one.precedes(other, &graph) || other.precedes(one, &graph);
        self.race.as_ref().is_some_and(ordered) || !graph.is_coherent() || !consistency::consistent(&graph, Model::Rc11)
    }
}

impl Graph {
    /// Whether it is an access to an atomic.
    fn is_atomic(&self, event: Stamp) -> bool {
        matches!(self[event].passes, Passes::Memory { .. })
    }

    /// The orderings that are stronger than that of an access to an atomic or of a fence.
    fn stronger(&self, event: Stamp) -> Vec<Ordering> {
        use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
        let event = &self[event];
        match (&event.what, event.passes, event.ordering) {
            (_, _, SeqCst) => Vec::new(),
            (What::Fence, _, AcqRel) => vec![SeqCst],
            (What::Fence, ..) => vec![AcqRel, SeqCst],
            (_, Passes::Memory { reads: true, writes: true, .. }, ordering) => match ordering {
                Relaxed => vec![Acquire, Release, AcqRel, SeqCst],
                AcqRel => vec![SeqCst],
                _ => vec![AcqRel, SeqCst],
            },
            (_, Passes::Memory { reads: true, .. }, Relaxed) => vec![Acquire, SeqCst],
            (_, Passes::Memory { writes: true, .. }, Relaxed) => vec![Release, SeqCst],
            (_, Passes::Memory { .. }, _) => vec![SeqCst],
            _ => Vec::new(),
        }
    }

    /// Whether at each location no event reads or writes behind a write that it knows of.
    fn is_coherent(&self) -> bool {
        let locations = self.locations().iter().filter(|location| !location.commutes && !location.order.is_empty());
        locations.into_iter().all(|location| {
            let name = self[location.order[0]].location().expect("it writes");
            let reads = location.reads.iter().all(|&read| {
                let from = self[read].from().and_then(|from| self.position(from)).expect("what is read has a place");
                from >= self.lower(name, self.known(read))
            });
            let writes = || location.order.iter().enumerate().skip(1);
            reads && writes().all(|(place, &write)| place > self.lower(name, self.known(write)))
        })
    }
}

/// The loads that read a value which had been overwritten by then.
fn old_reads(graph: &Graph, order: &[Told], world: &World) -> Vec<String> {
    let called = |thread: Name| world.task_name(world.task_of(thread).unwrap_or(TaskId::MAIN));
    let number = |stamp: Stamp| match &**graph.state(stamp) {
        Value::One(State::Atomic(atomic)) => Some(atomic.value),
        _ => None,
    };
    let mut old = Vec::new();
    for (at, &Told { event: read, location, .. }) in order.iter().enumerate() {
        let What::Read { location: object, from, .. } = graph[read].what else { continue };
        let (Some(place), Some(value)) = (graph.position(from), number(from)) else { continue };
        let later = &graph.at(object).order[place + 1..];
        let newer = order[..at].iter().rev().find(|told| later.contains(&told.event) && !graph[told.event].is_half());
        let newer = newer.or_else(|| order[..at].iter().rev().find(|told| later.contains(&told.event)));
        let Some(newer) = newer else { continue };
        let title = world.object_of(object).map(|object| story::title(world, object)).unwrap_or_default();
        old.push(format!(
            "{} reads {value} from the {title} at {}, although {} stored {} at {}: nothing orders that before it",
            called(graph[read].thread),
            Place::of(location),
            called(graph[newer.event].thread),
            number(newer.event).unwrap_or_default(),
            Place::of(newer.location),
        ));
    }
    old
}
