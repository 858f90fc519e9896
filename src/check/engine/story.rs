//! From the world that a failed execution left behind to the [`Story`] of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::source::Sources;
use crate::check::story::{
    Action, Broke, Call, Change, Fault, Object, Ordering, Place, Role, Step, Story, Thread, Wait,
};
use crate::sync::engine::machine::request::{self, Otherwise, Request};
use crate::sync::engine::machine::{Act, Part, State, Words, wait_group};
use crate::sync::engine::op::{Event, Name, ObjectId, TaskId};
use crate::sync::engine::world::{self, Compound, Local, Race, Stop, World};

/// The folder of this crate's sources, as the compiler was given it.
fn own_sources() -> &'static str {
    file!().strip_suffix("check/engine/story.rs").expect("this file is there")
}

/// Whether a line belongs to the code that judges executions, which is not where a program is to be mended.
fn is_of_the_judge(place: &Place) -> bool {
    place.file.strip_prefix(own_sources()).is_some_and(|file| file.starts_with("check/programs/"))
}

/// Tells what happened, and what stopped it, if anything did, with what races if anything does.
pub(super) fn tell(stop: Option<&Stop>, race: Option<Race>, world: &World) -> Story {
    tell_with(&mut Sources::default(), stop, race, world)
}

/// The same, with sources that are looked at again.
pub(super) fn tell_with(sources: &mut Sources, stop: Option<&Stop>, race: Option<Race>, world: &World) -> Story {
    let (threads, objects) = (threads(world), objects(world, sources));
    let broke = match (race, stop) {
        (Some(Race::Making { user, at, .. }), _) => Some((user, Fault::Race, Some(Place::of(at)), Vec::new())),
        (Some(Race::Accesses { earlier, later }), _) => {
            let (_, task, what) = world.locals[later];
            let (Local::Access { location, .. } | Local::Fence(_, location)) = what;
            // What a task does by itself stands behind as many operations as there were by then.
            let steps = [earlier, later].map(|number| number + world.locals[number].0);
            Some((task, Fault::Race, Some(Place::of(location)), steps.to_vec()))
        }
        (None, Some(Stop::Panicked { violation, location, .. })) => {
            let fault = if *violation { Fault::Requirement } else { Fault::Panic };
            Some((world.current, fault, location.clone().filter(|place| !is_of_the_judge(place)), Vec::new()))
        }
        _ => None,
    };
    let broke = broke.map(|(task, fault, place, steps)| {
        let (function, source) = place.as_ref().map(|place| sources.at(place)).unwrap_or_default();
        Broke { thread: task.index(), fault, place, function, source, steps }
    });
    let waits = match stop {
        Some(Stop::Stuck) => waits(world, sources),
        _ => Vec::new(),
    };
    let steps = steps(world, &objects, sources);
    let calls = calls(world, &steps, sources);
    Story { threads, objects, steps, calls, broke, waits, simpler: None, bound: None }
}

/// The threads of a world, by their numbers.
pub(super) fn threads(world: &World) -> Vec<Thread> {
    let tasks = (0..world.tasks.len() as u32).map(TaskId);
    tasks.map(|task| Thread { name: world.task_name(task), path: world.task_path(task) }).collect()
}

/// The objects of a world, by their numbers.
pub(super) fn objects(world: &World, sources: &mut Sources) -> Vec<Object> {
    let compounds = compounds(world, sources);
    let called = |object: &crate::sync::engine::world::Object| {
        let noun = object.state.noun();
        let name = match object.of {
            Some(whole) => Some(format!("{}'s {noun}", compounds[whole])),
            None => sources.name_of(&Place::of(object.born)),
        };
        // The ends of a channel.
        (noun, name.map(|name| if noun == "channel" { name.replace('/', "→") } else { name }))
    };
    let names = told_apart(&world.objects.iter().map(called).collect::<Vec<_>>());
    let thread_of = threads_by_object(world);
    let object = |((number, object), name): ((usize, &crate::sync::engine::world::Object), String)| {
        let name = thread_of.get(&number).map_or(name, |&task| world.task_name(task));
        let (maker, ordinal) = object.maker;
        let path = format!("{}/{ordinal}", world.task_path(maker));
        Object { noun: Cow::Borrowed(object.state.noun()), name, path, made: Place::of(object.born) }
    };
    world.objects.iter().enumerate().zip(names).map(object).collect()
}

/// What the objects of several primitives are called.
fn compounds(world: &World, sources: &mut Sources) -> Vec<String> {
    let called = |compound: &Compound| (compound.noun, sources.name_of(&Place::of(compound.made)));
    told_apart(&world.compounds.iter().map(called).collect::<Vec<_>>())
}

/// The names of things, each from what it is and what its source calls it, with a number where that is ambiguous.
fn told_apart(things: &[(&str, Option<String>)]) -> Vec<String> {
    let name = |(number, thing): (usize, &(&str, Option<String>))| {
        let before = things[..number].iter().filter(|&other| other == thing).count();
        match thing {
            (noun, None) => format!("{noun}#{}", before + 1),
            (_, Some(name)) if things.iter().filter(|&other| other == thing).count() == 1 => name.clone(),
            (_, Some(name)) => format!("{name}[{before}]"),
        }
    };
    things.iter().enumerate().map(name).collect()
}

/// The calls that have a step, if all their steps are this crate's.
fn calls(world: &World, steps: &[Step], sources: &mut Sources) -> Vec<Call> {
    let compounds = compounds(world, sources);
    let call = |call: &world::Call| {
        let (thread, end) = (call.task.index(), call.end.unwrap_or(steps.len()));
        let called_at = call.location.map(Place::of);
        let own = |step: &Step| {
            let part = step.object.is_some_and(|object| world.objects[object].of.is_some());
            part || Some(&step.place) == called_at.as_ref() || step.place.file.starts_with(own_sources())
        };
        let mut theirs = steps[call.begin..end].iter().filter(|step| step.thread == thread).peekable();
        theirs.peek()?;
        if !theirs.all(own) {
            return None;
        }
        let text = format!("{} {}", call.verb, compounds[call.compound]);
        let place = called_at.unwrap_or_else(|| Place::of(world.compounds[call.compound].made));
        let (function, source) = sources.at(&place);
        let function = if call.location.is_none() { Some("made".to_owned()) } else { function };
        Some(Call { thread, text, begin: call.begin, end: call.end, place, function, source })
    };
    world.calls.iter().filter_map(call).collect()
}

/// Which task each object that stands for one belongs to.
fn threads_by_object(world: &World) -> BTreeMap<usize, TaskId> {
    let task = |(number, object): (usize, &crate::sync::engine::world::Object)| {
        let State::Thread(thread) = &object.state else { return None };
        Some((number, world.task_of(thread.task?)?))
    };
    world.objects.iter().enumerate().filter_map(task).collect()
}

/// An object as a sentence names it: `mutex total`.
pub(super) fn title(world: &World, object: ObjectId) -> String {
    objects(world, &mut Sources::default())[object.index()].title()
}

fn steps(world: &World, objects: &[Object], sources: &mut Sources) -> Vec<Step> {
    let mut known = BTreeMap::new();
    let mut place = |location: &'static std::panic::Location<'static>| {
        let place = Place::of(location);
        let key = (location.file(), location.line());
        let (function, source) = known.entry(key).or_insert_with(|| sources.at(&place)).clone();
        (place, function, source)
    };
    let mut steps = Vec::new();
    let mut locals = world.locals.iter().peekable();
    let mut told = Told { world, objects, states: world.objects.iter().map(|object| object.initial.clone()).collect() };
    for number in 0..=world.events.len() {
        while let Some(&(_, task, what)) = locals.next_if(|&&(after, ..)| after <= number) {
            let local = |words| Action { words: Cow::Borrowed(words), role: Role::Local };
            let (action, object, ordering, location) = match what {
                Local::Access { cell, write, location } => {
                    let object = world.object_of(cell).map(ObjectId::index);
                    (local(if write { "write" } else { "read" }), object, None, location)
                }
                Local::Fence(order, location) => (local("fence"), None, Some(order), location),
            };
            let text = match object {
                Some(object) => format!("{} {} (a cell)", action.words, objects[object].name),
                None => format!("fence{}", weaker(ordering)),
            };
            steps.push(Step { object, ordering, text, ..step(task.index(), action, place(location)) });
        }
        let Some(event) = world.events.get(number) else { break };
        let (text, changes) = told.next(number, event);
        let main = world.log.of(number).first();
        let object = match &event.op.request {
            _ if matches!(event.op.request.words().role, Role::Told | Role::Quiet) => None,
            // The value is the number of the channel that it took from.
            Request::Any(..) if event.value.is_some() => event.value.map(|taken| taken as usize),
            request => request.object().map(ObjectId::index),
        };
        let mutex = match &event.op.request {
            Request::Both(_, (mutex, _)) => Some(mutex.index()),
            _ => None,
        };
        let value = event.value.filter(|_| !matches!(event.op.request, Request::Any(..)));
        steps.push(Step {
            object,
            mutex,
            text,
            changes,
            value,
            wrote: event.wrote,
            ordering: main.and_then(|part| part.act.ordering(part.effect)),
            choice: event.choice,
            preempts: event.preempts,
            ..step(event.task.index(), action(event.op.request.words()), place(event.op.location))
        });
    }
    steps
}

/// The states of all objects, as far as the story has been told.
struct Told<'a> {
    world: &'a World,
    objects: &'a [Object],
    states: Vec<State>,
}

impl Told<'_> {
    /// What the next event does, in words, and what it makes of its objects.
    fn next(&mut self, number: usize, event: &Event) -> (String, Vec<Change>) {
        let (world, me) = (self.world, self.world.task(event.task).name);
        let of = |name: Name| world.task_of(name).map(|task| world.task_name(task)).unwrap_or_default();
        let (mut texts, mut changes) = (Vec::new(), Vec::<Change>::new());
        for (at, part) in world.log.of(number).iter().enumerate() {
            let Some(object) = world.object_of(part.object).map(ObjectId::index) else { continue };
            let state = &mut self.states[object];
            let answer = if at == 0 { event.value } else { None };
            texts.push(self.objects[object].text(part, state.told(part.at(|_| ()), answer, &of)));
            state.take(part.act, part.effect, me);
            changes.retain(|change| change.object != object);
            changes.push(Change { object, state: state.words(&of) });
        }
        let words = event.op.request.words();
        let said = world.words.binary_search_by_key(&number, |&(event, _)| event);
        let text = match &event.op.request {
            _ if said.is_ok() => said.map(|at| world.words[at].1.clone()).unwrap_or_default(),
            Request::Yield => words.verb.to_owned(),
            Request::Choose(_, why) => why.told(event.value.unwrap_or_default()),
            Request::One(..) => texts.swap_remove(0),
            Request::Both(..) => texts[..2].join(", "),
            Request::Any(arms, otherwise) => {
                let name = |object: usize| format!("{} {}", words.verb, self.objects[object].name);
                match event.value {
                    Some(taken) => name(taken as usize),
                    None if *otherwise == Otherwise::GoesOn => format!("{}: nothing", name(arms[0].0.index())),
                    None => format!("{}: waits", name(arms[0].0.index())),
                }
            }
        };
        let ordering = world.log.of(number).first().and_then(|part| part.act.ordering(part.effect));
        (text + &weaker(ordering), changes)
    }
}

/// An ordering weaker than SeqCst, as a row shows it.
fn weaker(ordering: Option<Ordering>) -> String {
    ordering
        .filter(|&ordering| ordering != Ordering::SeqCst)
        .map(|ordering| format!(" ({ordering:?})"))
        .unwrap_or_default()
}

impl Object {
    /// What was done to the object, and with what result.
    fn text(&self, part: &Part, told: String) -> String {
        let Words { done, role, .. } = part.act.words();
        match role {
            Role::Told | Role::Quiet => told,
            _ if told.is_empty() => format!("{done} {}", self.name),
            _ if told.starts_with('=') => format!("{done} {} {told}", self.name),
            _ => format!("{done} {}: {told}", self.name),
        }
    }
}

pub(super) fn action(words: Words) -> Action {
    Action { words: Cow::Borrowed(words.verb), role: words.role }
}

/// A step with nothing but its thread, its action, its line, and the source text of that line.
fn step(thread: usize, action: Action, (place, function, source): (Place, Option<String>, Option<String>)) -> Step {
    Step {
        thread,
        action,
        object: None,
        mutex: None,
        text: String::new(),
        changes: Vec::new(),
        value: None,
        wrote: None,
        ordering: None,
        choice: None,
        preempts: false,
        place,
        function,
        source,
    }
}

/// Who has not ended and cannot go on, and why.
pub(super) fn waits(world: &World, sources: &mut Sources) -> Vec<Wait> {
    world.unfinished().filter_map(|task| wait(world, task, sources)).collect()
}

fn wait(world: &World, task: TaskId, sources: &mut Sources) -> Option<Wait> {
    let op = world.task(task).pending.as_ref()?;
    let object = op.request.object()?;
    let obstacle = op.request.act().map(|act| world.object(object).state.obstacle(act)).unwrap_or_default();
    let in_the_way = waits_for(world, task);
    let holder = in_the_way.filter(|&other| !is_before(world, other, object));
    let before =
        in_the_way.filter(|_| holder.is_none()).map(|other| format!("{} is before it", world.task_name(other)));
    let obstacle = [obstacle].into_iter().filter(|obstacle| !obstacle.is_empty()).chain(whose(world, object, task));
    let obstacle = obstacle.chain(before).collect::<Vec<_>>().join(", ");
    let holder = holder.map(TaskId::index);
    let (thread, place) = (task.index(), Place::of(op.location));
    let (function, source) = sources.at(&place);
    let action = action(op.request.words());
    Some(Wait { thread, action, object: object.index(), obstacle, holder, place, function, source })
}

/// Whether a task that is in the way at a lock does not hold it, and waits there itself: a writer that has shut the door.
fn is_before(world: &World, task: TaskId, lock: ObjectId) -> bool {
    let holds = world.task(task).holds.iter().any(|held| held.object == lock);
    !holds && world.task(task).pending.as_ref().is_some_and(|op| op.request.object() == Some(lock))
}

/// Who could end a wait at an object: the line at which a wait group's open ticket was taken, or the unfinished thread
/// that was the last to use the channel.
fn whose(world: &World, object: ObjectId, waits: TaskId) -> Option<String> {
    let on_it = world.events.iter().filter(|event| event.op.request.objects().any(|other| other == object));
    match &world.object(object).state {
        State::WaitGroup(_) => {
            let mut taken: BTreeMap<(&str, u32), i32> = BTreeMap::new();
            for event in on_it {
                let line = taken.entry((event.op.location.file(), event.op.location.line())).or_default();
                match event.op.request.act() {
                    Some(Act::WaitGroup(wait_group::Act::Add)) => *line += 1,
                    Some(Act::WaitGroup(wait_group::Act::Done)) => *line -= 1,
                    _ => (),
                }
            }
            let ((file, line), _) = taken.into_iter().find(|(_, left)| *left > 0)?;
            Some(format!("taken at {file}:{line}"))
        }
        State::Queue(_) | State::Rendezvous(_) => {
            let ends = |event: &&Event| {
                let leaves = event.op.request.words().role == Role::Leaves;
                event.task != waits && !world.task(event.task).finished && !leaves
            };
            let last = on_it.rev().find(ends)?;
            Some(format!("{} was there last", world.task_name(last.task)))
        }
        _ => None,
    }
}

/// The task that holds what a task waits for.
pub(super) fn waits_for(world: &World, task: TaskId) -> Option<TaskId> {
    let (object, act) = obstacle(world, task)?;
    let holder = world.object(object).state.holder(act, world.task(task).name)?;
    world.task_of(holder)
}

/// The act that keeps a task waiting, and its object.
pub(super) fn obstacle(world: &World, task: TaskId) -> Option<(ObjectId, Act)> {
    let me = world.task(task).name;
    let waits = |&(object, act): &(ObjectId, Act)| world.object(object).state.meets(act, me).is_none();
    match &world.task(task).pending.as_ref()?.request {
        Request::One(object, act) => Some((*object, *act)),
        Request::Both(condvar, mutex) => request::both(condvar, mutex).into_iter().find(waits),
        Request::Any(..) | Request::Yield | Request::Choose(..) => None,
    }
}
