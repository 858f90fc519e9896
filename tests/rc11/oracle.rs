//! The oracle: which execution graphs of a small program are consistent, by the definition.
//!
//! It grows graphs by one operation at a time, in every order, with every write that a read could read from and every place
//! that a write could have, and judges each by the axioms, written as relations and their composition: RC11's (Lahav,
//! Vafeiadis, Kang, Hur and Dreyer, PLDI 2017), with the release sequences of C++20 and with `po;hb;po` in `scb` whatever
//! the locations are; or those of sequential consistency. What is inconsistent stays so, so it is not grown further. It
//! knows nothing of stamps, clocks, revisits or the order in which a search goes.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Release, SeqCst};

use super::program::{Cursor, Instruction, Program};

/// An access: a thread, and how many accesses to atomics it had made before.
pub type Access = (usize, usize);

/// An execution, without the order in which it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Execution {
    /// For each read the write that it reads from; none for the initial value.
    pub reads: BTreeMap<Access, Option<Access>>,
    /// For each location that is written its writes, in modification order, but for the initial one.
    pub orders: BTreeMap<usize, Vec<Access>>,
}

/// What each thread has read of the locations.
pub type Outcome = Vec<Vec<u64>>;

/// The complete executions that are consistent, under RC11 or under sequential consistency, and what their threads read;
/// `None` where more than `limit` graphs had to be judged.
pub fn executions(program: &Program, sc: bool, limit: usize) -> Option<BTreeMap<Execution, Outcome>> {
    let mut seen = HashSet::new();
    let mut complete = BTreeMap::new();
    let mut first = Graph { threads: vec![Thread::default(); program.threads.len()], ..Graph::default() };
    first.threads[0].events.push(Event::of(Kind::Begin));
    let mut open = vec![first];
    while let Some(mut graph) = open.pop() {
        graph.settle(program);
        if !seen.insert(graph.clone()) || !is_consistent(&graph, sc) {
            continue;
        }
        if seen.len() > limit {
            return None;
        }
        for thread in 0..program.threads.len() {
            graph.grow(program, thread, &mut open);
        }
        if graph.threads.iter().all(|thread| thread.events.last() == Some(&Event::of(Kind::End))) {
            complete.insert(graph.execution(), graph.outcome());
        }
    }
    Some(complete)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// Of a location, from a write of that number of that thread, or the initial value.
    Read(usize, Option<(usize, usize)>),
    Write(usize, u64),
    /// The second half of a read-modify-write.
    Update(usize, u64),
    Fence,
    Begin,
    End,
    Spawn(usize),
    Join(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Event {
    kind: Kind,
    strength: Strength,
}

/// What an event orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Strength {
    acquires: bool,
    releases: bool,
    sc: bool,
}

impl From<Ordering> for Strength {
    fn from(ordering: Ordering) -> Self {
        Strength {
            acquires: matches!(ordering, Acquire | AcqRel | SeqCst),
            releases: matches!(ordering, Release | AcqRel | SeqCst),
            sc: ordering == SeqCst,
        }
    }
}

/// A lock is a location that holds 1 while it is taken, with a number behind those of the others.
pub const LOCKS: usize = 100;
const TAKES: Strength = Strength { acquires: true, releases: false, sc: true };
const REFUSED: Strength = Strength { acquires: false, releases: false, sc: true };
const LETS_GO: Strength = Strength { acquires: false, releases: true, sc: true };

impl Event {
    fn of(kind: Kind) -> Self {
        Event { kind, strength: Strength::default() }
    }

    fn location(self) -> Option<usize> {
        match self.kind {
            Kind::Read(location, _) | Kind::Write(location, _) | Kind::Update(location, _) => Some(location),
            _ => None,
        }
    }

    fn writes(self) -> bool {
        matches!(self.kind, Kind::Write(..) | Kind::Update(..))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Thread {
    cursor: Cursor,
    events: Vec<Event>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Graph {
    threads: Vec<Thread>,
    orders: BTreeMap<usize, Vec<(usize, usize)>>,
}

impl Graph {
    /// Lets the threads do all that has no alternative and that others wait for at most.
    fn settle(&mut self, program: &Program) {
        let mut moved = true;
        while std::mem::take(&mut moved) {
            for number in 0..self.threads.len() {
                let Some(Event { kind: last, .. }) = self.threads[number].events.last().copied() else { continue };
                let next = self.threads[number].cursor.next(&program.threads[number]);
                let event = match next {
                    None if last != Kind::End => Event::of(Kind::End),
                    Some(Instruction::Fence(ordering)) => Event { kind: Kind::Fence, strength: ordering.into() },
                    Some(Instruction::Spawn(child)) => Event::of(Kind::Spawn(child)),
                    Some(Instruction::Join(child)) if self.threads[child].events.contains(&Event::of(Kind::End)) => {
                        Event::of(Kind::Join(child))
                    }
                    _ => continue,
                };
                moved = true;
                self.threads[number].events.push(event);
                if next.is_some() {
                    self.threads[number].cursor.went(None);
                }
                if let Kind::Spawn(child) = event.kind {
                    self.threads[child].events.push(Event::of(Kind::Begin));
                }
            }
        }
    }

    fn value(&self, write: Option<(usize, usize)>) -> u64 {
        match write.map(|(thread, number)| self.threads[thread].events[number].kind) {
            None => 0,
            Some(Kind::Write(_, value) | Kind::Update(_, value)) => value,
            Some(other) => panic!("{other:?} is no write"),
        }
    }

    /// Every way in which the next access of a thread can be made.
    fn grow(&self, program: &Program, thread: usize, grown: &mut Vec<Graph>) {
        if self.threads[thread].events.is_empty() {
            return;
        }
        let mut cursor = self.threads[thread].cursor;
        match cursor.next(&program.threads[thread]) {
            Some(Instruction::Load(location, ordering)) => {
                self.read(thread, location, true, |_| Some((ordering.into(), None)), grown);
            }
            Some(Instruction::Store(location, value, ordering)) => {
                let mut graph = self.clone();
                graph.threads[thread].cursor.went(None);
                graph.write(
                    thread,
                    location,
                    Event { kind: Kind::Write(location, value), strength: ordering.into() },
                    grown,
                );
            }
            Some(Instruction::Add(location, value, ordering)) => {
                self.read(thread, location, true, |read| Some((ordering.into(), Some(read + value))), grown);
            }
            Some(Instruction::Swap(location, value, ordering)) => {
                self.read(thread, location, true, |_| Some((ordering.into(), Some(value))), grown);
            }
            Some(Instruction::Exchange { location, expected, new, success, failure }) => {
                let update =
                    |read| Some(if read == expected { (success.into(), Some(new)) } else { (failure.into(), None) });
                self.read(thread, location, true, update, grown);
            }
            Some(Instruction::Lock(lock)) => {
                self.read(thread, LOCKS + lock, false, |held| (held == 0).then_some((TAKES, Some(1))), grown);
            }
            Some(Instruction::TryLock(lock)) => {
                let attempt = |held| Some(if held == 0 { (TAKES, Some(1)) } else { (REFUSED, None) });
                self.read(thread, LOCKS + lock, true, attempt, grown);
            }
            Some(Instruction::Unlock(lock)) => {
                self.read(thread, LOCKS + lock, false, |held| (held == 1).then_some((LETS_GO, Some(0))), grown);
            }
            _ => (),
        }
    }

    /// From every write of the location from which it can. What was read tells how strong it is, and what is written in
    /// its place; and it `tells` the thread, unless that only waits for it.
    fn read(
        &self,
        thread: usize,
        location: usize,
        tells: bool,
        update: impl Fn(u64) -> Option<(Strength, Option<u64>)>,
        grown: &mut Vec<Graph>,
    ) {
        let writes = self.orders.get(&location).into_iter().flatten().copied().map(Some);
        for from in [None].into_iter().chain(writes) {
            let mut graph = self.clone();
            let value = self.value(from);
            let Some((strength, written)) = update(value) else { continue };
            // What a lock's state is read for is whether it was taken.
            let told = if location < LOCKS { value } else { u64::from(written == Some(1)) };
            graph.threads[thread].cursor.went(tells.then_some(told));
            graph.threads[thread].events.push(Event { kind: Kind::Read(location, from), strength });
            match written {
                None => grown.push(graph),
                Some(written) => {
                    graph.write(thread, location, Event { kind: Kind::Update(location, written), strength }, grown);
                }
            }
        }
    }

    /// At every place.
    fn write(&mut self, thread: usize, location: usize, event: Event, grown: &mut Vec<Graph>) {
        let number = self.threads[thread].events.len();
        self.threads[thread].events.push(event);
        for place in 0..=self.orders.entry(location).or_default().len() {
            let mut graph = self.clone();
            graph.orders.entry(location).or_default().insert(place, (thread, number));
            grown.push(graph);
        }
    }

    fn outcome(&self) -> Outcome {
        let read = |event: &Event| match event.kind {
            Kind::Read(location, from) if location < LOCKS => Some(self.value(from)),
            _ => None,
        };
        self.threads.iter().map(|thread| thread.events.iter().filter_map(read).collect()).collect()
    }

    fn execution(&self) -> Execution {
        let name = |(thread, number): (usize, usize)| {
            let before = &self.threads[thread].events[..number];
            (thread, before.iter().filter(|event| event.location().is_some()).count())
        };
        let mut execution = Execution::default();
        for (thread, Thread { events, .. }) in self.threads.iter().enumerate() {
            for (number, event) in events.iter().enumerate() {
                if let Kind::Read(_, from) = event.kind {
                    execution.reads.insert(name((thread, number)), from.map(name));
                }
            }
        }
        let orders = self.orders.iter().filter(|(_, order)| !order.is_empty());
        execution.orders =
            orders.map(|(&location, order)| (location, order.iter().copied().map(name).collect())).collect();
        execution
    }
}

/// A relation: for each event the set of those that it is related to, as bits.
#[derive(Clone, PartialEq, Eq)]
struct Relation(Vec<u64>);

impl Relation {
    fn new(events: usize, related: impl Fn(usize, usize) -> bool) -> Self {
        assert!(events <= 64, "the oracle is for small programs");
        let row = |one| (0..events).filter(|&other| related(one, other)).fold(0, |bits, other| bits | 1 << other);
        Relation((0..events).map(row).collect())
    }

    /// Of each event of a set to itself.
    fn set(events: usize, is_in: impl Fn(usize) -> bool) -> Self {
        Relation::new(events, |one, other| one == other && is_in(one))
    }

    fn has(&self, one: usize, other: usize) -> bool {
        self.0[one] >> other & 1 == 1
    }

    fn or(&self, other: &Relation) -> Relation {
        Relation(self.0.iter().zip(&other.0).map(|(one, other)| one | other).collect())
    }

    fn then(&self, next: &Relation) -> Relation {
        let row = |&bits: &u64| {
            let (mut left, mut row) = (bits, 0);
            while left != 0 {
                row |= next.0[left.trailing_zeros() as usize];
                left &= left - 1;
            }
            row
        };
        Relation(self.0.iter().map(row).collect())
    }

    /// Or not at all.
    fn maybe(&self) -> Relation {
        Relation(self.0.iter().enumerate().map(|(at, bits)| bits | 1 << at).collect())
    }

    /// Once or more often.
    fn often(&self) -> Relation {
        let mut closure = self.clone();
        loop {
            let longer = closure.or(&closure.then(&closure));
            if longer == closure {
                return closure;
            }
            closure = longer;
        }
    }

    fn is_irreflexive(&self) -> bool {
        (0..self.0.len()).all(|event| !self.has(event, event))
    }

    fn is_acyclic(&self) -> bool {
        self.often().is_irreflexive()
    }
}

/// The axioms.
fn is_consistent(graph: &Graph, sc: bool) -> bool {
    let numbered = |(thread, of): (usize, &Thread)| {
        of.events.iter().enumerate().map(move |(number, &event)| ((thread, number), event)).collect::<Vec<_>>()
    };
    let all: Vec<((usize, usize), Event)> = graph.threads.iter().enumerate().flat_map(numbered).collect();
    let (n, event) = (all.len(), |at: usize| all[at].1);
    let place = |at: usize| graph.orders[&event(at).location()?].iter().position(|&write| write == all[at].0);
    let place: Vec<Option<usize>> = (0..n).map(|at| if event(at).writes() { place(at) } else { None }).collect();
    let source = |at: usize| if let Kind::Read(_, from) = event(at).kind { from } else { None };
    let source: Vec<Option<usize>> =
        (0..n).map(|at| source(at).and_then(|from| all.iter().position(|&(name, _)| name == from))).collect();
    let reads = |at: usize| matches!(event(at).kind, Kind::Read(..));
    let same =
        |one: usize, other: usize| event(one).location().is_some() && event(one).location() == event(other).location();

    let po = Relation::new(n, |one, other| all[one].0.0 == all[other].0.0 && all[one].0.1 < all[other].0.1);
    let rf = Relation::new(n, |one, other| source[other] == Some(one));
    let mo = Relation::new(n, |one, other| same(one, other) && place[one].is_some() && place[one] < place[other]);
    let fr = Relation::new(n, |one, other| {
        reads(one) && same(one, other) && event(other).writes() && source[one].is_none_or(|from| mo.has(from, other))
    });
    let rmw = Relation::new(n, |one, other| {
        let next = all[one].0.0 == all[other].0.0 && all[one].0.1 + 1 == all[other].0.1;
        next && matches!(event(other).kind, Kind::Update(..))
    });
    let threads = Relation::new(n, |one, other| match (event(one).kind, event(other).kind) {
        (Kind::Spawn(child), Kind::Begin) => all[other].0.0 == child,
        (Kind::End, Kind::Join(child)) => all[one].0.0 == child,
        _ => false,
    });

    // Atomicity: nothing comes between the halves of a read-modify-write.
    let between = fr.then(&mo);
    if (0..n).any(|one| (0..n).any(|other| rmw.has(one, other) && (between.has(one, other) || !fr.has(one, other)))) {
        return false;
    }
    let (po_rf, eco) = (po.or(&threads).or(&rf), rf.or(&mo).or(&fr).often());
    if sc {
        return po_rf.or(&mo).or(&fr).is_acyclic();
    }
    let set = |is_in: &dyn Fn(usize) -> bool| Relation::set(n, is_in);
    let is_fence = |at: usize| event(at).kind == Kind::Fence;
    let releases = set(&|at| event(at).strength.releases);
    let acquires = set(&|at| event(at).strength.acquires);
    let (fences, everything) = (set(&is_fence), set(&|_| true));
    let writes = set(&|at| event(at).writes());

    // sw = [rel];([F];po)?;rs;rf;(po;[F])?;[acq]
    let sequence = writes.then(&rf.then(&rmw).often().maybe());
    let before = releases.then(&everything.or(&fences.then(&po)));
    let after = everything.or(&po.then(&fences)).then(&acquires);
    let sw = before.then(&sequence).then(&rf).then(&after);
    let hb = po.or(&threads).or(&sw).often();
    if !hb.is_irreflexive() || !hb.then(&eco.maybe()).is_irreflexive() || !po_rf.is_acyclic() {
        return false;
    }
    let is_sc = |at: usize| event(at).strength.sc;
    if !(0..n).any(is_sc) {
        return true;
    }
    let hb_here = Relation::new(n, |one, other| hb.has(one, other) && same(one, other));
    let scb = po.or(&po.then(&hb).then(&po)).or(&hb_here).or(&mo).or(&fr);
    let (sc_events, sc_fences) = (set(&is_sc), set(&|at| is_sc(at) && is_fence(at)));
    // Between atomics this is in `scb` already: who reads a SeqCst write as SeqCst comes after it. An attempt at a lock that
    // is refused acquires nothing, and comes after who has taken it nevertheless.
    let scb = scb.or(&sc_events.then(&rf).then(&sc_events));
    let base = sc_events.or(&sc_fences.then(&hb.maybe())).then(&scb).then(&sc_events.or(&hb.maybe().then(&sc_fences)));
    let of_fences = sc_fences.then(&hb.or(&hb.then(&eco).then(&hb))).then(&sc_fences);
    base.or(&of_fences).is_acyclic()
}
