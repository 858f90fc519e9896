//! One run of loom or Shuttle: on a thread of its own, execution by execution, each begun and measured.
//!
//! The exploring thread is given up, asleep, where an execution fails; see
//! [`world`](crate::sync::engine::world).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

#[cfg(shuttle)]
use super::failure;
use super::meter::Meter;
use super::uncaught::Uncaught;
use super::{stray, watch};
use crate::check::config::{Check, Config};
#[cfg(shuttle)]
use crate::check::verdict::Failure;
#[cfg(shuttle)]
use crate::sync::engine::orderings::Orderings;
use crate::sync::engine::world::{self, Spurious, Stop, World};
use crate::sync::engine::{backend, thread};
use crate::sync::memory::leak;
use crate::sync::place::Place;

/// How long past the limit an execution may run on that never comes back to the facade.
const GRACE: Duration = Duration::from_secs(5);

/// One exploration, as the executions in it see it.
#[derive(Clone)]
pub(super) struct Run {
    check: Check,
    meter: Arc<Mutex<Meter>>,
    deadline: Instant,
    /// Ends the exploration before the execution with this number, counted from 0.
    stop_before: u64,
    /// Another part has failed, which is enough.
    failing: Arc<AtomicBool>,
    /// Bytes of stack for each task.
    #[cfg(shuttle)]
    pub(super) stack: usize,
}

impl Run {
    /// Records what only the engine knows.
    #[cfg(shuttle)]
    pub(super) fn note(&self, note: impl FnOnce(&mut Meter)) {
        note(&mut self.meter.lock());
    }

    /// The meter as it is.
    #[cfg(shuttle)]
    pub(super) fn meter(&self) -> Meter {
        self.meter.lock().clone()
    }

    /// Whether the exploration is to end before the next execution. An engine that asks this, and then ends by itself,
    /// leaves no thread asleep.
    pub(super) fn is_over(&self) -> bool {
        let failing = self.failing.load(Ordering::Relaxed);
        failing || self.has_run_enough(&self.meter.lock()) || Instant::now() >= self.deadline
    }

    fn has_run_enough(&self, meter: &Meter) -> bool {
        meter.executions - meter.before >= self.stop_before
    }

    /// Takes in the execution that has just ended, if there was one.
    ///
    /// # Errors
    ///
    /// If it has not freed what it had allocated.
    fn end(&self, world: &mut World) -> Result<(), Stop> {
        self.meter.lock().observe(world);
        let Some(made) = world.memory.leaked() else { return Ok(()) };
        let (message, location) = (leak(made), Some(Place::of(made)));
        Err(Stop::Panicked { message, violation: true, location })
    }

    /// The body of one execution, for an engine that does not ask whether it is to begin.
    #[cfg(loom)]
    pub(super) fn execute_in_time(&self) {
        if self.is_over() {
            world::with(|world| self.end(world)).unwrap_or_else(|why| world::stop(why));
            world::stop(Stop::Enough);
        }
        self.execute();
    }

    /// The body of one execution.
    pub(super) fn execute(&self) {
        world::with(|world| self.end(world)).unwrap_or_else(|why| world::stop(why));
        self.meter.lock().executions += 1;
        backend::begin();
        world::with(World::begin);
        let given = thread::run_to_end(|| (self.check)());
        world::with(|world| {
            world.body_returned = true;
            world.given = given;
            world.finish();
        });
    }
}

/// How an exploration went.
pub(super) struct Outcome {
    pub(super) stop: Option<(Stop, Box<World>)>,
    pub(super) meter: Meter,
    /// It has run as many executions as it was to.
    pub(super) enough: bool,
    /// An execution never came back.
    pub(super) hung: bool,
    /// A thread that no engine knows of has panicked.
    pub(super) stray: Option<String>,
}

impl Outcome {
    /// Whether a part has found out what the others do not know.
    pub(super) fn is_apart(&self) -> bool {
        matches!(self.stop, Some((Stop::Apart(_), _)))
    }
}

/// Runs `engine` on a thread of its own.
pub(super) fn on_own_thread(
    config: &Config,
    check: &Check,
    meter: Arc<Mutex<Meter>>,
    failing: &Arc<AtomicBool>,
    engine: impl FnOnce(Run) + Send + 'static,
) -> Outcome {
    let repeated = meter.lock().logs.as_ref().map(|(_, repeated)| *repeated);
    let run = Run {
        check: Arc::clone(check),
        meter: Arc::clone(&meter),
        deadline: Instant::now() + config.time_limit,
        stop_before: repeated.or(config.limit).unwrap_or(u64::MAX),
        failing: Arc::clone(failing),
        #[cfg(shuttle)]
        stack: config.stack,
    };
    let (stopped, stops) = mpsc::channel();
    let operations = config.operations;
    let exchanges = config.spurious || config.engine.cfg() == Some("shuttle");
    let spurious = Spurious { exchanges, waits: config.spurious };
    #[cfg(shuttle)]
    let asked = config.orderings.clone();
    let own = run.clone();
    let thread = std::thread::Builder::new()
        .name("explorer".to_owned())
        .spawn(move || {
            let _room = watch::Room::new();
            world::enter(operations, stopped);
            world::with(|world| world.spurious = spurious);
            #[cfg(shuttle)]
            world::with(|world| world.orderings = asked.map(Orderings::new));
            engine(own.clone());
            if world::stopped() {
                return;
            }
            if let Err(why) = world::with(|world| own.end(world)) {
                world::report(why);
                return;
            }
            world::leave().forget();
            let mut meter = own.meter.lock();
            if !meter.cut {
                meter.progress = 1.0;
            }
        })
        .expect("a machine that explores has a thread to spare");
    let executions = || meter.lock().executions;
    let (stop, hung) = match watch::wait(&thread, &stops, config.time_limit + GRACE, executions) {
        Ok((stop, world)) => (Some((stop, Box::new(world))), false),
        Err(RecvTimeoutError::Disconnected) => (None, false),
        Err(RecvTimeoutError::Timeout) => (None, true),
    };
    if stop.as_ref().is_some_and(|(stop, _)| !matches!(stop, Stop::Enough)) {
        // Relaxed: the parts end at their next execution, whichever that is.
        failing.store(true, Ordering::Relaxed);
    }
    let meter = meter.lock().clone();
    let stray = stray::since(thread.thread(), config.check);
    Outcome { stop, enough: run.has_run_enough(&meter), meter, hung, stray }
}

/// Runs `engine` as it is; how an execution failed, if one did.
#[cfg(shuttle)]
pub(super) fn once(config: &Config, check: &Check, engine: impl FnOnce(Run) + Send + 'static) -> Option<Failure> {
    let outcome = on_own_thread(config, check, Arc::default(), &Arc::default(), engine);
    let (stop, world) = outcome.stop.as_ref()?;
    failure::failure(stop, world, config)
}

/// Reports a panic, if this is an exploring thread; returns whether it is. `of_the_engine` says how the execution ended
/// if the engine itself panicked.
pub(super) fn observe(
    uncaught: impl FnOnce() -> Uncaught,
    of_the_engine: impl FnOnce(&Uncaught, &World) -> Option<Stop>,
) -> bool {
    if world::stopped() {
        return true;
    }
    if !world::active() {
        return false;
    }
    // None where nothing would catch it; and otherwise whether it comes to that.
    let aborts = world::with(|world| {
        let me = world.tasks.get_mut(world.current.index()).filter(|task| task.catching > 0)?;
        me.panicking = true;
        Some(std::mem::replace(&mut me.defenceless, true))
    });
    if aborts == Some(false) {
        return true;
    }
    let aborts = aborts.is_some();
    let uncaught = uncaught();
    let stop = world::with(|world| of_the_engine(&uncaught, world));
    let Uncaught { mut message, violation, location } = uncaught;
    if aborts && !violation {
        message += ", in a destructor while the thread unwinds from another panic: that aborts the process";
    }
    let stop = stop.unwrap_or(Stop::Panicked { message, violation, location });
    if aborts {
        world::stop(stop);
    }
    world::report(stop);
    true
}
