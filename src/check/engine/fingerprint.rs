//! Numbers for what an execution did: its partial order, its lock orders, and what its threads have read.
//!
//! Equivalent executions have the same numbers, others have others, unless two of them collide in 64 bits. The order is
//! the one that `dpor` explores, of names that are the same in every process. There a thread that has only looked, and
//! yields, goes on when something has changed; an engine that samples lets it look any number of times. Such turns of a
//! spin loop are left out, and the yield takes place where the thread sees that something has changed.

use std::collections::BTreeSet;

use super::seen::Seen;
use super::trace::clock::{Clock, Clocks};
use super::trace::step::dependent;
use crate::check::behaviours::Behaviours;
use crate::sync::engine::machine::{Act, Effect, Part, moments};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Event, ObjectId, TaskId};
use crate::sync::engine::world::World;

/// Takes in the execution that has ended in `world`, which has kept its effects. `salt` tells the traces and outcomes
/// of one program from those of another.
pub(super) fn observe(behaviours: &mut Behaviours, world: &World, salt: u64) {
    let paths = paths(world);
    let order = Order::of(world);
    behaviours.traces.insert(mix(salt, order.fingerprint(world, &paths)));
    behaviours.outcomes.insert(mix(salt, order.outcome(world, &paths)));
    let path = |object: ObjectId| {
        let (maker, number) = world.objects[object.index()].maker;
        mix(paths[maker.index()], number.into())
    };
    for edge in &world.lock_order {
        behaviours.lock_orders.insert(mix(path(edge.first.object), path(edge.then.object)));
    }
}

/// A number for a pair, whose bits are as good as random. It is the same on every machine.
fn mix(one: u64, other: u64) -> u64 {
    // The finalizer of MurmurHash3, between and after the two.
    let scramble = |number: u64| {
        let number = (number ^ number >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        let number = (number ^ number >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        number ^ number >> 33
    };
    scramble(scramble(one.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ other)
}

/// A number for each task's place in the tree of tasks.
fn paths(world: &World) -> Vec<u64> {
    let mut paths = vec![mix(0, 0)];
    // A task is younger than its parent.
    for task in &world.tasks[1..] {
        paths.push(mix(paths[task.parent.index()], u64::from(task.ordinal) + 1));
    }
    paths
}

/// A step of the execution.
struct Step {
    /// The event that it is.
    event: usize,
    task: TaskId,
    /// How many steps its task has taken, with this one.
    count: u32,
    parts: Vec<Part>,
}

/// A task has yielded after looks only, and nothing had changed.
struct Spin {
    /// The event by which it did.
    number: usize,
    /// The steps in which it looked.
    turn: Vec<usize>,
    /// The events since its last yield, which saw nothing else.
    again: Vec<usize>,
}

/// The steps of an execution, and the partial order between them.
#[derive(Default)]
struct Order {
    steps: Vec<Step>,
    clocks: Clocks,
    /// For each object its steps, in order.
    histories: Vec<Vec<usize>>,
    /// For each task its steps, in order; for one that was started, the step that did it before them.
    of_task: Vec<Vec<usize>>,
}

impl Order {
    fn of(world: &World) -> Self {
        let mut order = Order { of_task: vec![Vec::new(); world.tasks.len()], ..Order::default() };
        let log = &world.log;
        let mut spins: Vec<Option<Spin>> = world.tasks.iter().map(|_| None).collect();
        for (number, event) in world.events.iter().enumerate() {
            let (task, parts) = (event.task, log.of(number));
            if let Some(mut spin) = spins[task.index()].take() {
                let yields = event.op.yields();
                if yields || order.repeats(&spin, parts) {
                    match yields {
                        // Another turn begins.
                        true => spin.again.clear(),
                        false => spin.again.push(number),
                    }
                    spins[task.index()] = Some(spin);
                    continue;
                }
                order.push(world, spin.number, order.changed(&spin.turn));
                spin.again.iter().for_each(|&again| _ = order.push(world, again, log.of(again).to_vec()));
            }
            let mut parts = parts.to_vec();
            if event.op.yields() {
                let turn = order.turn(world, task);
                if !turn.is_empty() && !order.changed_since(&turn) {
                    spins[task.index()] = Some(Spin { number, turn, again: Vec::new() });
                    continue;
                }
                parts.extend(order.changed(&turn));
            }
            let step = order.push(world, number, parts);
            if let Some(child) = (Seen { world, event, number }).spawned().and_then(|child| world.task_of(child)) {
                order.of_task[child.index()].push(step);
            }
        }
        order
    }

    /// The steps of a task since it last yielded, if it has done something in them, and only looked.
    fn turn(&self, world: &World, task: TaskId) -> Vec<usize> {
        let mine = self.of_task[task.index()].iter().rev().copied();
        let yields = |step: usize| world.events[self.steps[step].event].op.yields();
        let turn: Vec<usize> = mine.take_while(|&step| self.steps[step].task == task && !yields(step)).collect();
        let parts = || turn.iter().flat_map(|&step| &self.steps[step].parts);
        let looks = parts().all(|part| part.effect.is_look()) && parts().next().is_some();
        if looks { turn } else { Vec::new() }
    }

    /// The parts of a yield that goes on after a turn: it depends on every step that changes what was looked at.
    fn changed(&self, turn: &[usize]) -> Vec<Part> {
        let looks = turn.iter().flat_map(|&step| &self.steps[step].parts);
        let objects: BTreeSet<ObjectName> = looks.map(|part| part.object).collect();
        objects.into_iter().map(|object| Part { object, act: Act::Awaits, effect: Effect::Changed }).collect()
    }

    /// Whether one of the looks of a turn may turn out otherwise now.
    fn changed_since(&self, turn: &[usize]) -> bool {
        turn.iter().any(|&look| {
            self.steps[look].parts.iter().any(|part| {
                let later = self.histories[part.object.index()].iter().rev().take_while(|&&step| step > look);
                let did = later.flat_map(|&step| &self.steps[step].parts);
                did.filter(|did| did.object == part.object).any(|did| !did.effect.is_look())
            })
        })
    }

    /// Whether an operation only looks at what its task has looked at before, and sees the same.
    fn repeats(&self, spin: &Spin, parts: &[Part]) -> bool {
        let looked = |&&step: &&usize| self.steps[step].parts.iter().any(|did| parts.contains(did));
        let looks: Vec<usize> = spin.turn.iter().filter(looked).copied().collect();
        parts.iter().all(|part| part.effect.is_look()) && !looks.is_empty() && !self.changed_since(&looks)
    }

    /// Adds a step, and returns its number.
    fn push(&mut self, world: &World, event: usize, parts: Vec<Part>) -> usize {
        let what = &world.events[event];
        let (index, task) = (self.steps.len(), what.task);
        let me = world.task(task).name;
        let mut past = Clock::default();
        let previous = self.of_task[task.index()].last().copied();
        previous.iter().for_each(|&step| past.join(self.clocks.row(step)));
        let count =
            previous.map(|step| &self.steps[step]).filter(|step| step.task == task).map_or(0, |step| step.count);
        if what.op.is(moments::Act::Settle) || what.op.is(moments::Act::Seclude) {
            // It comes after all that was run before it.
            self.of_task.iter().filter_map(|steps| steps.last()).for_each(|&step| past.join(self.clocks.row(step)));
        }
        for part in &parts {
            let object = part.object.index();
            if self.histories.len() <= object {
                self.histories.resize_with(object + 1, Vec::new);
            }
            for &earlier in self.histories[object].iter().rev() {
                let other = &self.steps[earlier];
                let known = past.includes(world.task(other.task).name, other.count);
                if !known && dependent(&parts, &other.parts) {
                    past.join(self.clocks.row(earlier));
                }
            }
        }
        self.clocks.push(&past, me, count + 1);
        for part in &parts {
            let history = &mut self.histories[part.object.index()];
            if history.last() != Some(&index) {
                history.push(index);
            }
        }
        self.of_task[task.index()].push(index);
        self.steps.push(Step { event, task, count: count + 1, parts });
        index
    }

    /// The steps, each with what it did.
    fn events<'a>(&'a self, world: &'a World) -> impl Iterator<Item = (usize, &'a Step, &'a Event)> {
        self.steps.iter().enumerate().map(|(index, step)| (index, step, &world.events[step.event]))
    }

    /// The sum does not depend on the order in which the steps were run, nor does the number of a step on that of the
    /// tasks.
    fn fingerprint(&self, world: &World, paths: &[u64]) -> u64 {
        let number = |(index, step, event): (usize, &Step, &Event)| {
            let row = self.clocks.row(index);
            let seen = |(task, path): (usize, &u64)| match row.get(world.tasks[task].name.index()) {
                None | Some(0) => 0,
                Some(&count) => mix(*path, count.into()),
            };
            let past = paths.iter().enumerate().map(seen).fold(0, u64::wrapping_add);
            let choice = event.choice.map_or(0, |choice| u64::from(choice) + 1);
            mix(mix(mix(paths[step.task.index()], step.count.into()), choice), past)
        };
        self.events(world).map(number).fold(0, u64::wrapping_add)
    }

    fn outcome(&self, world: &World, paths: &[u64]) -> u64 {
        let mut read = paths.to_vec();
        for (_, step, event) in self.events(world) {
            let mine = &mut read[step.task.index()];
            if let Some(value) = event.value.filter(|_| event.op.request.words().reads) {
                *mine = mix(*mine, value);
            }
            let words = world.words.binary_search_by_key(&step.event, |&(event, _)| event);
            if let Ok(words) = words {
                *mine = world.words[words].1.bytes().fold(*mine, |mine, byte| mix(mine, byte.into()));
            }
        }
        read.into_iter().map(|mine| mix(mine, 0)).fold(0, u64::wrapping_add)
    }
}
