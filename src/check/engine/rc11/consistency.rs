//! Which graphs are consistent.
//!
//! Coherence and atomicity hold for every graph that the search makes. The rest is checked here: for RC11 the condition
//! on SC events, for sequential consistency that one total order explains all events.
//!
//! The relations are those of *Repairing sequential consistency in C/C++11* (Lahav, Vafeiadis, Kang, Hur and Dreyer, PLDI
//! 2017), but `scb` has `po;hb;po` whatever the locations are, as later versions of RC11 have it. That a thread starts
//! counts as program order there, as if the start were an event of both threads. The two halves of a read-modify-write are
//! in program order too, as in GenMC: so the paper's Z6.U has 22 graphs, of the 24 that C++20 allows, to which a
//! read-modify-write is one event. An event that is *joined* to another has the other's place in the order of SC events.

use smallvec::SmallVec;

use super::Model;
use super::event::{Origin, Stamp, What};
use super::graph::{Graph, Location};
use crate::check::story::Ordering;

/// A relation between the events of a graph, as a matrix of bits.
struct Relation {
    /// Words a row.
    width: usize,
    bits: Vec<u64>,
}

impl Relation {
    fn new(events: usize) -> Self {
        let width = events.div_ceil(u64::BITS as usize);
        Relation { width, bits: vec![0; events * width] }
    }

    fn add(&mut self, one: Stamp, other: Stamp) {
        self.bits[one.0 as usize * self.width + other.0 as usize / 64] |= 1 << (other.0 % 64);
    }

    /// What `one` is related to.
    fn row(&self, one: Stamp) -> &[u64] {
        &self.bits[one.0 as usize * self.width..][..self.width]
    }

    /// `one` is related to all that are in `set`, from now on.
    fn extend(&mut self, one: Stamp, set: &[u64]) {
        unite(&mut self.bits[one.0 as usize * self.width..][..self.width], set);
    }

    /// What those in `set` are related to.
    fn image(&self, set: &[u64]) -> Vec<u64> {
        let mut image = vec![0; self.width];
        members(set).for_each(|member| unite(&mut image, self.row(member)));
        image
    }
}

fn unite(set: &mut [u64], other: &[u64]) {
    set.iter_mut().zip(other).for_each(|(mine, theirs)| *mine |= theirs);
}

fn meet(one: &[u64], other: &[u64]) -> bool {
    one.iter().zip(other).any(|(one, other)| one & other != 0)
}

fn has(set: &[u64], event: Stamp) -> bool {
    set[event.0 as usize / 64] >> (event.0 % 64) & 1 == 1
}

fn members(set: &[u64]) -> impl Iterator<Item = Stamp> + '_ {
    let bits = |word: u64| (0..u64::BITS).filter(move |bit| word >> bit & 1 == 1);
    set.iter().enumerate().flat_map(move |(at, &word)| bits(word).map(move |bit| Stamp(at as u32 * u64::BITS + bit)))
}

/// What a node leads to.
type Successors = SmallVec<[u32; 6]>;

/// Whether a relation, given by the successors of each node, has no cycle: nodes without a predecessor are taken away
/// until none is left.
fn acyclic(successors: &[Successors]) -> bool {
    let mut leading = vec![0; successors.len()];
    successors.iter().flatten().for_each(|&to| leading[to as usize] += 1);
    let mut free: Vec<u32> = (0..successors.len() as u32).filter(|&node| leading[node as usize] == 0).collect();
    let mut taken = 0;
    while let Some(node) = free.pop() {
        taken += 1;
        for &to in &successors[node as usize] {
            leading[to as usize] -= 1;
            if leading[to as usize] == 0 {
                free.push(to);
            }
        }
    }
    taken == successors.len()
}

impl Graph {
    /// The event whose place in the total order an event has: a joined event is no step of its own.
    fn step_of(&self, stamp: Stamp) -> Stamp {
        let before = |back: u32| self.of(self[stamp].thread)[(self[stamp].index - back) as usize];
        match self[stamp].joined {
            true => before(1),
            false if self[stamp].is_half() && self[before(1)].joined => before(2),
            false => stamp,
        }
    }
}

/// Whether a graph in which coherence and atomicity hold is consistent.
pub(super) fn consistent(graph: &Graph, model: Model) -> bool {
    match model {
        // `psc` has no pair that is not a path of `po ∪ rf ∪ mo ∪ fr`, which is tested faster.
        Model::Rc11 => sc_events(graph).nth(1).is_none() || sc(graph) || psc(graph),
        Model::Sc => sc(graph),
    }
}

/// Whether `po ∪ rf ∪ mo ∪ fr` has no cycle.
fn sc(graph: &Graph) -> bool {
    let mut successors = vec![Successors::new(); graph.len()];
    let mut edge = |one: Stamp, other: Stamp| {
        let (one, other) = (graph.step_of(one), graph.step_of(other));
        if one != other {
            successors[one.0 as usize].push(other.0);
        }
    };
    for thread in graph.threads() {
        let chain = thread.start.iter().chain(&thread.events);
        chain.clone().zip(chain.skip(1)).for_each(|(&one, &other)| edge(one, other));
    }
    for location in graph.locations() {
        if location.commutes {
            dependent(graph, location).for_each(|(one, other)| edge(one, other));
            continue;
        }
        location.order.windows(2).for_each(|pair| edge(pair[0], pair[1]));
        for &read in &location.reads {
            let from = graph[read].from().expect("a read reads");
            graph[read].awaits().for_each(|awaited| edge(awaited, read));
            let next = graph.position(from).and_then(|position| location.order.get(position + 1));
            // The half of a read-modify-write comes after its read by program order already.
            next.into_iter().for_each(|&next| edge(read, next));
        }
    }
    acyclic(&successors)
}

/// The accesses and fences that are SeqCst.
fn sc_events(graph: &Graph) -> impl Iterator<Item = Stamp> + '_ {
    graph.stamps().filter(|&stamp| graph[stamp].ordering == Ordering::SeqCst)
}

/// Whether `psc` has no cycle.
fn psc(graph: &Graph) -> bool {
    let events: Vec<Stamp> = sc_events(graph).collect();
    let is_fence = |stamp: Stamp| matches!(graph[stamp].what, What::Fence);
    let [mut hb, mut known, mut po, mut scb, mut eco] = [(); 5].map(|()| Relation::new(graph.len()));
    for after in graph.stamps() {
        let event = &graph[after];
        for thread in graph.threads() {
            let Some(&first) = thread.events.first() else { continue };
            let count = event.clocks.hb.count(graph[first].thread) as usize;
            for &before in thread.events[..count].iter().filter(|&&before| before != after) {
                hb.add(before, after);
                known.add(after, before);
                if graph[before].thread == event.thread {
                    po.add(before, after);
                    scb.add(before, after);
                }
                if graph.meet(before, after) {
                    scb.add(before, after);
                }
            }
        }
        if let What::Write { origin: Origin::Start(child), .. } = event.what {
            graph.of(child).iter().for_each(|&first| po.add(after, first));
        }
    }
    for location in graph.locations() {
        if location.commutes {
            for (one, other) in dependent(graph, location) {
                scb.add(one, other);
                eco.add(one, other);
            }
            continue;
        }
        let reads: Vec<(Stamp, usize)> = location.reads.iter().map(|&read| (read, source(graph, read))).collect();
        for (position, &write) in location.order.iter().enumerate() {
            for &later in &location.order[position + 1..] {
                scb.add(write, later);
                eco.add(write, later);
            }
            reads.iter().filter(|&&(_, from)| from >= position).for_each(|&(read, _)| eco.add(write, read));
        }
        for &(read, from) in &reads {
            for &later in &location.order[from + 1..] {
                scb.add(read, later);
                eco.add(read, later);
            }
            reads.iter().filter(|&&(_, other)| other > from).for_each(|&(other, _)| eco.add(read, other));
        }
    }
    for event in graph.stamps() {
        // po;hb?;po: the hb in the middle may be empty, as where a thread starts.
        let mut middle = hb.image(po.row(event));
        unite(&mut middle, po.row(event));
        let after = po.image(&middle);
        scb.extend(event, &after);
    }
    let mut successors = vec![Successors::new(); graph.len()];
    for &one in &events {
        let (mut base, mut between) = (scb.row(one).to_vec(), vec![0; hb.width]);
        if is_fence(one) {
            unite(&mut base, &scb.image(hb.row(one)));
            between = eco.image(hb.row(one));
        }
        let follows = |&other: &Stamp| {
            let fences = is_fence(one) && is_fence(other);
            has(&base, other)
                || is_fence(other) && meet(&base, known.row(other))
                || fences && (has(hb.row(one), other) || meet(&between, known.row(other)))
        };
        // A refused attempt acquires nothing, and a wait that ends acquires nothing from the thread that notified it;
        // but both come after what they read. Between atomics this order is in `scb` already.
        let awaits = |other: Stamp| {
            let commutes = graph[other].location().is_some_and(|location| graph.at(location).commutes);
            !commutes && graph[other].awaits().any(|awaited| awaited == one)
        };
        for &other in events.iter().filter(|&other| follows(other) || awaits(*other)) {
            let (from, to) = (graph.step_of(one), graph.step_of(other));
            if from != to || one == other {
                successors[from.0 as usize].push(to.0);
            }
        }
    }
    acyclic(&successors)
}

/// The operations on an object that depend on each other, the earlier first.
fn dependent<'a>(graph: &'a Graph, location: &'a Location) -> impl Iterator<Item = (Stamp, Stamp)> + 'a {
    let later = move |at: usize| location.order[at + 1..].iter().map(move |&other| (location.order[at], other));
    (0..location.order.len()).flat_map(later).filter(|&(one, other)| graph.depend(one, other))
}

/// The place in the modification order of what is read.
fn source(graph: &Graph, read: Stamp) -> usize {
    let from = graph[read].from().expect("a read reads");
    graph.position(from).expect("what is read has a place")
}
