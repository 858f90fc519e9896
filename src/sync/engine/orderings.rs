//! The orderings that a program names: which of them executions meet, and one that is weaker than it is written.
//!
//! 1. An ordering is a [`Site`]: its line, the access that has it, and what is written there. The two of a compare-exchange
//!    are two sites, and so are those of a line that is run with several orderings.
//! 2. A site is met where the access takes effect: that of a failure only where a compare-exchange fails.
//! 3. An ordering is lowered where its operation is announced: to the search it looks as if it were written so.

use std::panic::Location;
use std::sync::Arc;

use parking_lot::Mutex;

use super::machine::request::Request;
use super::machine::{Act, Effect, atomic};
use super::op::{Op, TaskId};
use crate::check::Access;
use crate::check::story::Ordering;

/// An ordering in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) location: &'static Location<'static>,
    pub(crate) access: Access,
    pub(crate) ordering: Ordering,
}

/// What is asked of executions.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// Which sites they meet.
    Met(Arc<Mutex<Vec<Site>>>),
    /// To be as if something weaker was written at a site; of a fence nothing at all.
    Lowered(Site, Option<Ordering>),
}

/// The orderings of the running execution.
#[derive(Debug)]
pub(crate) struct Orderings {
    asked: Asked,
    /// The [own line](Self::at) of what the running task does next.
    line: Option<&'static Location<'static>>,
    /// That of what each task has announced last.
    lines: Vec<Option<&'static Location<'static>>>,
}

impl Orderings {
    pub(crate) fn new(asked: Asked) -> Self {
        Orderings { asked, line: None, lines: Vec::new() }
    }

    /// The next operation of the running task has its ordering at this line, and is told at another.
    pub(super) fn at(&mut self, line: &'static Location<'static>) {
        self.line = Some(line);
    }

    /// A task announces an operation.
    pub(super) fn announced(&mut self, task: TaskId, op: &mut Op) {
        if self.lines.len() <= task.index() {
            self.lines.resize(task.index() + 1, None);
        }
        self.lines[task.index()] = self.line.take();
        let location = self.lines[task.index()].unwrap_or(op.location);
        let Asked::Lowered(site, Some(lower)) = self.asked else { return };
        let Request::One(_, Act::Atomic(act)) = &mut op.request else { return };
        for (access, ordering) in orderings(act) {
            if site == (Site { location, access, ordering: *ordering }) {
                *ordering = lower;
            }
        }
    }

    /// An act of a task has taken effect.
    pub(super) fn took(&mut self, task: TaskId, act: Act, effect: Effect, location: &'static Location<'static>) {
        let (Asked::Met(met), Act::Atomic(mut act)) = (&self.asked, act) else { return };
        let location = self.lines[task.index()].unwrap_or(location);
        let failed = matches!(act, atomic::Act::Exchange { .. }) && effect == atomic::Effect::Load.into();
        // The last of its orderings is that of a failure.
        let used = if failed { orderings(&mut act).last() } else { orderings(&mut act).next() };
        if let Some((access, &mut ordering)) = used {
            note(met, Site { location, access, ordering });
        }
    }

    /// The ordering of a fence; none where there is to be no fence.
    pub(super) fn fence(&self, ordering: Ordering, location: &'static Location<'static>) -> Option<Ordering> {
        let here = Site { location, access: Access::Fence, ordering };
        match &self.asked {
            Asked::Met(met) => note(met, here),
            Asked::Lowered(site, lower) if *site == here => return *lower,
            Asked::Lowered(..) => (),
        }
        Some(ordering)
    }
}

fn note(met: &Mutex<Vec<Site>>, site: Site) {
    let mut met = met.lock();
    if !met.contains(&site) {
        met.push(site);
    }
}

/// The orderings that an act names, each with the access that has it.
fn orderings(act: &mut atomic::Act) -> impl Iterator<Item = (Access, &mut Ordering)> {
    let [one, other] = match act {
        atomic::Act::Load(ordering) => [Some((Access::Load, ordering)), None],
        atomic::Act::Store(_, ordering) => [Some((Access::Store, ordering)), None],
        atomic::Act::Update(_, _, ordering) => [Some((Access::Update, ordering)), None],
        // One that fails is a load.
        atomic::Act::Exchange { success, failure, .. } => {
            [Some((Access::Update, success)), Some((Access::Load, failure))]
        }
    };
    [one, other].into_iter().flatten()
}
