//! A driver as a scheduler of Shuttle's.

use std::cell::RefCell;
use std::rc::Rc;

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

use super::Driver;
use crate::check::engine::loops;
use crate::check::engine::outside;
use crate::check::engine::strategy::{Lost, Strategy};
use crate::sync::engine::backend;
use crate::sync::engine::world::{self, Stop, World};

/// A driver that Shuttle asks, after an operation has.
pub(in crate::check::engine) struct Asked<S>(Rc<RefCell<Driver<S>>>);

impl<S: Strategy + 'static> Asked<S> {
    /// The driver decides from here on what is done on this thread.
    pub(in crate::check::engine) fn first(driver: Driver<S>) -> Self {
        let driver = Rc::new(RefCell::new(driver));
        let decides = Rc::clone(&driver);
        backend::ask_first(move |world, me| decides.borrow_mut().goes_on(world, me.index()));
        Asked(driver)
    }
}

impl<S: Strategy> Scheduler for Asked<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        self.0.borrow_mut().new_execution()
    }

    fn next_task(&mut self, runnable: &[&Task], current: Option<TaskId>, _: bool) -> Option<TaskId> {
        next_task(runnable, current, |current| self.0.borrow_mut().decide(current))
    }

    fn next_u64(&mut self) -> u64 {
        self.0.borrow_mut().next_u64()
    }
}

/// The task that Shuttle is to run, where it is a driver that decides who goes on after a scheduling point of a task.
pub(in crate::check::engine) fn next_task(
    runnable: &[&Task],
    current: Option<TaskId>,
    decides: impl FnOnce(usize) -> Option<usize>,
) -> Option<TaskId> {
    let Some(current) = current else {
        // The body of the check, which has not begun its world yet.
        return Some(runnable[0].id());
    };
    let can_go_on = |id: TaskId| runnable.iter().any(|task| task.id() == id);
    // Past its last operation a task runs to the end of its thread, and nobody comes between.
    if world::with(|world| world.tasks[usize::from(current)].finished) && can_go_on(current) {
        return Some(current);
    }
    let decided = decides(usize::from(current)).map(TaskId::from);
    debug_assert!(decided.is_none_or(can_go_on), "nothing but the facade makes a task wait");
    decided
}

impl<S: Strategy> Driver<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        if world::with(|world| world.given_up) {
            let incomplete = world::with(|world| world.incomplete);
            if incomplete && self.start_again().unwrap_or_else(|why| world::stop(why)) {
                // What is found out beside the search holds for the search.
                self.probe = None;
            } else {
                self.run.note(|meter| meter.executions -= 1);
            }
            world::with(World::forget);
        } else if self.began {
            world::with(|world| self.end(world)).unwrap_or_else(|why| world::stop(why));
        }
        let over = self.run.is_over();
        let saved = match (self.began, &self.bookmark) {
            (false, _) => self.resume(),
            (true, Some(bookmark)) if over || bookmark.is_due() => self.save(),
            _ => Ok(()),
        };
        saved.unwrap_or_else(|why| world::stop(Stop::Unusable(why)));
        let single = S::SAMPLES && self.began && !self.chose && !world::with(|world| world.incomplete);
        self.began = true;
        (self.seen, self.decided) = (0, None);
        let more = self.probe.is_some() || !single && self.strategy.begin();
        let spare = if self.probe.is_some() || self.strategy.is_beside() { 2 * loops::OPERATIONS } else { 0 };
        world::with(|world| world.spare = spare);
        if single {
            self.run.note(|meter| meter.single = true);
        }
        if !more {
            self.save().unwrap_or_else(|why| world::stop(Stop::Unusable(why)));
        }
        let cut = more && over;
        self.noted.note(&self.run, cut, || self.strategy.progress());
        (more && !cut).then(|| Schedule::new(0))
    }

    fn next_u64(&mut self) -> u64 {
        let asked = world::with(|world| world.choice.take().map(|arms| (world.task(world.current).name, arms)));
        let chosen = match asked {
            Some((task, arms)) => match self.choose(task, arms) {
                // Shuttle expects the number of the arm among the ready ones.
                Ok(arm) => Ok((arms & ((1 << arm) - 1)).count_ones()),
                Err(Lost) => Err(self.lost("a thread had something else to choose from".to_owned())),
            },
            None => {
                let place = outside::line();
                Err(Stop::Unsupported(format!("random data at {place}: it is no choice that an engine could explore")))
            }
        };
        chosen.map_or_else(|why| world::stop(why), u64::from)
    }
}
