//! Shuttle as the engine: sequential consistency, schedules by whichever scheduler is asked.
//!
//! Of Shuttle this uses the tasks, the switch between them and the schedulers, and none of its
//! primitives. An operation announces itself, passes one scheduling point, and takes effect; where whoever decides
//! [says at once](ask_first) that the same task goes on, the point is none of Shuttle's. A
//! scheduler of [`check`](crate::check) never picks a task whose announced operation cannot go
//! ahead, so nothing here ever blocks: being enabled is part of the operation.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::machine::atomic::{Act, Effect};
use super::machine::moments;
use super::machine::request::{Choices, Request, arms_of};
use super::op::{ObjectId, Op, TaskId};
use super::world::{self, Done, Local};

pub(crate) use super::Arc;

/// A writer that finds nobody inside takes the same two steps as one that has to wait. Then a reader
/// that leaves commutes with a writer that comes, which saves an exhaustive search half of the orders.
pub(crate) const DRAIN_IS_A_STEP: bool = true;

/// The scheduling point of an object needs no state of its own.
#[derive(Debug)]
pub(crate) struct Point;

impl Point {
    pub(crate) fn new() -> Self {
        Point
    }
}

pub(crate) fn perform<R>(_: &[&Point], op: Op, then: impl FnOnce(Done) -> R) -> R {
    let me = announce(op);
    if !goes_on() {
        // To Shuttle a sleep is a switch and nothing else.
        shuttle::thread::sleep(Duration::ZERO);
    }
    then(take_effect(me))
}

/// Says whether the task goes on that has just announced an operation.
type Decides = Box<dyn FnMut() -> bool>;

thread_local! {
    static DECIDES: RefCell<Option<Decides>> = const { RefCell::new(None) };
}

/// Asks `decides` on this thread before Shuttle is: most often the same task goes on, and Shuttle need not know.
pub(crate) fn ask_first(decides: impl FnMut() -> bool + 'static) {
    DECIDES.set(Some(Box::new(decides)));
}

/// Whether the task that has announced an operation goes on, and Shuttle need not be asked.
fn goes_on() -> bool {
    DECIDES.with_borrow_mut(|decides| decides.as_mut().is_some_and(|decides| decides()))
}

fn announce(mut op: Op) -> TaskId {
    let announced = world::with(|world| {
        if let Some(orderings) = &mut world.orderings {
            orderings.announced(world.current, &mut op);
        }
        world.announce(op)
    });
    announced.unwrap_or_else(|why| world::stop(why))
}

fn take_effect(me: TaskId) -> Done {
    let done = world::with(|world| {
        let settles = |op: &Op| op.is(moments::Act::Settle);
        debug_assert!(
            world.enabled(me) || world.task(me).pending.as_ref().is_some_and(settles),
            "a task was scheduled whose operation cannot go ahead"
        );
        world.resume(me);
        let has_ways = |op: &Op| op.request.has_ways();
        match world.task(me).pending.as_ref().is_some_and(has_ways).then(|| world.choices(me)) {
            Some(Choices::Arms(arms)) if arms.is_power_of_two() => Ok(world.carry_out(Some(arms.trailing_zeros()))),
            Some(Choices::Arms(arms)) => Err(arms),
            _ => Ok(world.carry_out(None)),
        }
    });
    done.unwrap_or_else(|arms| {
        let arm = choose(arms);
        world::with(|world| world.carry_out(Some(arm)))
    })
}

/// What is there from the beginning needs no order.
pub(crate) fn in_order<R>(_: &Point, f: impl FnOnce() -> R) -> R {
    f()
}

/// A mutex needs no more than its state in the world.
pub(crate) type Lock = Point;

pub(crate) struct LockGuard<'a>(&'a Lock);

/// Takes the mutex, unless this is an attempt, and another has it.
pub(crate) fn acquire(lock: &Lock, op: Op) -> Option<LockGuard<'_>> {
    let done = super::step(&[lock], op);
    (done.value != Some(0)).then_some(LockGuard(lock))
}

/// That of a mutex whose guard was forgotten.
pub(crate) fn taken(lock: &Lock) -> LockGuard<'_> {
    LockGuard(lock)
}

pub(crate) fn release(lock: LockGuard<'_>, op: Op) {
    super::step(&[lock.0], op);
}

/// Under Shuttle an atomic's value is the machine's: this is none.
pub(crate) struct Raw<A>(PhantomData<A>);

impl<A> Raw<A> {
    pub(crate) fn new(_: A) -> Self {
        Raw(PhantomData)
    }
}

/// One operation on an atomic; the value before, in an error where a compare-exchange has written nothing.
pub(crate) fn access<A>(
    _: &Raw<A>,
    _: ObjectId,
    op: Op,
    act: Act,
    _: impl FnOnce(&A) -> Result<u64, u64>,
) -> Result<u64, u64> {
    let done = super::step(&[], op);
    let old = done.value.unwrap_or_default();
    match (act, done.effect) {
        (Act::Exchange { .. }, Some(effect)) if effect == Effect::Load.into() => Err(old),
        _ => Ok(old),
    }
}

/// A value with two owners.
#[track_caller]
pub(crate) fn shared<T>(value: T) -> [Arc<T>; 2] {
    Arc::shared(value)
}

pub(crate) fn spawn(name: Option<String>, op: Op, body: Box<dyn FnOnce() + Send>) {
    let me = announce(op);
    // Shuttle passes a scheduling point first, in which other tasks may spawn too. From there on
    // nobody comes between, so a task has the same number in Shuttle and in the world.
    let handle = shuttle::thread::spawn(move || {
        world::with(|world| world.current = TaskId(usize::from(shuttle::current::me()) as u32));
        body();
    });
    take_effect(me);
    let child = world::with(|world| world.add_task(name));
    debug_assert_eq!(usize::from(handle.thread().id()), child.index());
}

pub(crate) fn yield_now(location: &'static Location<'static>) {
    let me = announce(Op { request: Request::Yield, location });
    if !goes_on() {
        shuttle::thread::yield_now();
    }
    take_effect(me);
}

/// Called at the start of each execution: nothing wakes a task, the scheduler sees when it can go on.
pub(crate) fn begin() {}

/// One of the arms, chosen by the scheduler.
fn choose(arms: u64) -> u32 {
    use shuttle::rand::RngCore;

    world::with(|world| world.choice = Some(arms));
    let drawn = shuttle::rand::thread_rng().next_u64() % u64::from(arms.count_ones());
    arms_of(arms).nth(drawn as usize).expect("as many arms as bits")
}

pub(crate) mod raw {
    //! The types alone: one task runs at a time, so any ordering is sequentially consistent.
    pub use std::sync::atomic::*;
}

/// Orders what the task does before it against what it does after it, by way of the atomics that it
/// reads and writes. Every execution is sequentially consistent as it is; it is told to whoever looks
/// for data races.
#[track_caller]
pub fn fence(ordering: Ordering) {
    let (ordering, location) = (ordering.into(), Location::caller());
    let fenced = world::with(|world| {
        let ordering = world.orderings.as_ref().map_or(Some(ordering), |asked| asked.fence(ordering, location));
        ordering.map_or(Ok(()), |ordering| world.local(Local::Fence(ordering, location)))
    });
    fenced.unwrap_or_else(|why| world::stop(why));
}

/// A cell that nobody looks at but the world.
#[derive(Debug)]
pub(crate) struct RawUnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

impl<T> RawUnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        RawUnsafeCell(std::cell::UnsafeCell::new(value))
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> RawUnsafeCell<T> {
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }

    pub(crate) fn get(&self) -> *mut T {
        self.0.get()
    }
}
