//! A driver as a scheduler of Shuttle's, and what is between two executions.

use std::cell::RefCell;
use std::rc::Rc;

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

use super::super::repair::Witness;
use super::super::share::Saved;
use super::{Asks, Driver};
use crate::check::engine::driver::asked::next_task;
use crate::check::engine::loops;
use crate::check::engine::strategy::Lost;
use crate::sync::engine::backend;
use crate::sync::engine::op::{self, Op};
use crate::sync::engine::world::{self, Stop, World};

/// A driver that Shuttle asks, after an operation has.
pub(in crate::check::engine) struct Asked(Rc<RefCell<Driver>>);

impl Asked {
    /// The driver decides from here on what is done on this thread. Where an execution is stopped, it says what it knows
    /// of it.
    pub(in crate::check::engine) fn first(driver: Driver) -> Self {
        let driver = Rc::new(RefCell::new(driver));
        let (decides, knows) = (Rc::clone(&driver), Rc::downgrade(&driver));
        backend::ask_first(move |world, me| decides.borrow_mut().goes_on(world, me.index()));
        // If the driver itself has stopped it, it has told already.
        world::ask_witness(move || Some(knows.upgrade()?.try_borrow_mut().ok()?.witness()));
        Asked(driver)
    }
}

impl Scheduler for Asked {
    fn new_execution(&mut self) -> Option<Schedule> {
        self.0.borrow_mut().new_execution()
    }

    fn next_task(&mut self, runnable: &[&Task], current: Option<TaskId>, _: bool) -> Option<TaskId> {
        next_task(runnable, current, |current| self.0.borrow_mut().decided(current))
    }

    fn next_u64(&mut self) -> u64 {
        self.0.borrow_mut().next_u64()
    }
}

impl Driver {
    /// What is known of an execution that has failed.
    fn witness(&mut self) -> world::Witness {
        let (search, told) = (std::mem::take(&mut self.search), std::mem::take(&mut self.told));
        world::Witness(Some(Box::new(Witness { search, told, race: self.race.take() })))
    }

    fn stop(&mut self, why: Stop) -> ! {
        let why = match (why, &self.bookmark) {
            (Stop::Nondeterministic(reason), Some(bookmark)) if self.resumes => {
                Stop::Unusable(bookmark.refuse(format!("is of another program: {reason}")))
            }
            (why, _) => why,
        };
        let witness = self.witness();
        world::with(|world| world.witness = witness);
        world::stop(why)
    }

    /// Goes on from the file, if there is one; if not, makes sure that there can be.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the file.
    fn resume(&mut self) -> Result<(), String> {
        let Some(bookmark) = &self.bookmark else { return Ok(()) };
        let Some(saved) = bookmark.read()? else { return self.save() };
        let search: Option<Saved>;
        (search, self.together, self.statics) =
            serde_json::from_value(saved.strategy).map_err(|error| bookmark.refuse(format!("is damaged: {error}")))?;
        self.run.note(|meter| meter.resume(saved.meter));
        world::with(|world| world.names = saved.names);
        if let Some(search) = search {
            self.search.restore(search);
            self.resumes = true;
        }
        Ok(())
    }

    /// Saves where the search is, between two executions.
    ///
    /// # Errors
    ///
    /// Says why that failed.
    fn save(&mut self) -> Result<(), String> {
        let Some(bookmark) = &mut self.bookmark else { return Ok(()) };
        if self.search.is_on_the_way() {
            // What was saved before still holds.
            return Ok(());
        }
        let search = self.began.then(|| self.search.save());
        let strategy = serde_json::to_value((search, &self.together, &self.statics));
        let strategy = strategy.map_err(|error| format!("failed to save the search: {error}"))?;
        let names = world::with(|world| {
            self.run.note(|meter| meter.observe(world));
            world.names.clone()
        });
        bookmark.write(self.run.meter(), names, strategy)
    }

    /// An execution has ended, which counts for nothing if it only leads to where the search was.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn ended(&mut self, world: &mut World) -> Result<(), Stop> {
        if !self.search.is_on_the_way() {
            return self.end(world);
        }
        self.run.note(|meter| meter.executions -= 1);
        if !std::mem::take(&mut self.left) {
            self.take_in(world)?;
        }
        let went = if world.incomplete { Err(Lost) } else { self.search.went() };
        world.forget();
        went.map_err(|Lost| Stop::Nondeterministic("it has other executions".to_owned()))
    }

    /// Whether `current` goes on, which has just announced an operation. If not, what is decided is kept for Shuttle, which
    /// asks next.
    fn goes_on(&mut self, world: &mut World, current: usize) -> bool {
        if world.given_up {
            // Shuttle runs what is to be dropped.
            return false;
        }
        let decided = self.decide(world, current);
        let goes_on = matches!(decided, Ok(Some(task)) if task.index() == current);
        if !goes_on {
            self.decided = Some(decided);
        }
        goes_on
    }

    /// The task to go on after a scheduling point of `current`; none where the execution is given up.
    ///
    /// # Errors
    ///
    /// Says why no task can, or why the exploration cannot go on.
    fn decide(&mut self, world: &mut World, current: usize) -> Result<Option<op::TaskId>, Stop> {
        let task = if self.left || world.incomplete { None } else { self.pick(world, current)? };
        self.left |= world.incomplete;
        if task.is_none() && !self.left && !self.given_up {
            self.left = self.could_choose(world);
            if !self.left {
                self.settle(world);
                let yields = |task: &op::TaskId| world.task(*task).pending.as_ref().is_some_and(Op::yields);
                return Err(world.unfinished().find(yields).map_or(Stop::Stuck, Stop::Spinning));
            }
        }
        Ok(task.filter(|_| !self.left && !self.given_up))
    }

    /// The task to go on; none where the execution is given up.
    fn decided(&mut self, current: usize) -> Option<usize> {
        let next = world::with(|world| {
            let decided = match world.given_up {
                true => None,
                false => self.decided.take().unwrap_or_else(|| self.decide(world, current))?,
            };
            decided.map_or_else(|| self.leave(world), |task| Ok(Some(task)))
        });
        next.unwrap_or_else(|why| self.stop(why)).map(|task| task.index())
    }

    /// The execution is given up. Returns the task that has to go on nevertheless; it finds the last states.
    ///
    /// # Errors
    ///
    /// If a thread unwinds from a panic, and cannot go on: it may wait for what is in the graph and was not performed.
    fn leave(&mut self, world: &mut World) -> Result<Option<op::TaskId>, Stop> {
        if std::thread::panicking() && !world.given_up && self.search.is_performed() {
            self.settle(world);
        }
        world.leave().map_err(|_| {
            let why = "a destructor that waits while a panic unwinds, in an execution that is given up; ask dpor";
            Stop::Unsupported(why.to_owned())
        })
    }

    fn new_execution(&mut self) -> Option<Schedule> {
        // A probe counts for nothing either, though the program may have ended in it.
        let given_up = std::mem::take(&mut self.given_up) || self.probing;
        let incomplete = self.began && world::with(|world| world.incomplete);
        if given_up && !incomplete {
            self.run.note(|meter| meter.executions -= 1);
            world::with(World::forget);
        } else if self.began {
            world::with(|world| self.ended(world)).unwrap_or_else(|why| self.stop(why));
        }
        let over = self.run.is_over();
        let saved = match (self.began, &self.bookmark) {
            (false, _) => self.resume(),
            (true, Some(bookmark)) if !given_up && (over || bookmark.is_due()) => self.save(),
            _ => Ok(()),
        };
        saved.unwrap_or_else(|why| world::stop(Stop::Unusable(why)));
        self.began = true;
        (self.objects, self.locals, self.made) = (0, 0, false);
        (self.besides, self.freed, self.handed) = (0, 0, 0);
        self.decided = None;
        self.chosen.clear();
        self.told.clear();
        self.races.clear();
        if given_up && !incomplete && self.probing {
            let probe = self.probe.take().expect("it has ended");
            match probe {
                Asks::Spin(probe) => self.turns.learn(&probe),
                Asks::Retry(retry) => self.turns.retries.learn(&retry),
            }
            self.search.end_probe();
        }
        self.probing = self.probe.is_some();
        self.turns.clear();
        let spare = if self.probing { 2 * loops::OPERATIONS } else { 0 };
        world::with(|world| (world.spare, world.arms_are_chosen) = (spare, true));
        let more = self.search.begin(given_up && !incomplete);
        if self.search.lost {
            self.stop(Stop::Nondeterministic("it has other executions".to_owned()));
        }
        if !more {
            self.save().unwrap_or_else(|why| world::stop(Stop::Unusable(why)));
        }
        let cut = more && over;
        self.noted.note(&self.run, cut, || self.search.progress());
        (more && !cut).then(|| Schedule::new(0))
    }

    fn next_u64(&mut self) -> u64 {
        let chosen = world::with(|world| {
            let (task, arms) = (world.current, world.choice.take()?);
            let at = self.chosen.iter().position(|&(who, _)| who == task)?;
            let (_, chosen) = self.chosen[at];
            Some((arms & ((1 << chosen) - 1)).count_ones())
        });
        let unknown = || world::stop(Stop::Unsupported("a choice, of which rc11 knows none; ask dpor".to_owned()));
        chosen.map_or_else(unknown, u64::from)
    }
}
