//! Cancellation: every worker stops, reports its step and the cause, and leaves nothing behind.

pub mod operations;
pub mod twins;
mod workload;

use std::time::Duration;

use selvedge::check::require;
use selvedge::patterns::step_runner::{Stopped, run_steps};
use selvedge::sync::atomic::{AtomicBool, Ordering};
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::thread;
use selvedge::sync::time::Clock;

use self::twins::{ChildOutlivesItsParent, DoneLookedAtOnlyBetweenSteps, TimerOutlivesItsContext};
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room { checks, structures: operations::structures, workloads: workload::entries };

pub(crate) const STEP: Duration = Duration::from_millis(100);

/// A worker that takes steps until it is done or cancelled.
pub trait Worker {
    /// Takes `steps` steps of 100 ms. The error has the step at which it stopped, and why.
    fn work(context: &Context, steps: usize) -> Result<(), (usize, Cause)>;
}

/// The document's worker.
#[derive(Debug)]
pub enum StepRunner {}

impl Worker for StepRunner {
    fn work(context: &Context, steps: usize) -> Result<(), (usize, Cause)> {
        run_steps(context, steps, STEP, |_| ()).map_err(|Stopped { step, cause }| (step, cause))
    }
}

/// Makes children.
pub trait Family {
    /// A context that ends with its parent at the latest.
    fn child(parent: &Context) -> Context;
}

/// The context's own.
#[derive(Debug)]
pub enum OwnChildren {}

impl Family for OwnChildren {
    fn child(parent: &Context) -> Context {
        parent.child()
    }
}

fn every_worker_stops<W: Worker>() {
    let clock = Clock::manual();
    let context = Context::background(&clock).child();
    thread::scope(|scope| {
        let workers = [0, 1].map(|_| scope.spawn(|| W::work(&context, 2)));
        context.cancel();
        for worker in workers {
            let outcome = worker.join().expect("no panic leaves a thread of a check");
            require(outcome == Err((0, Cause::Cancelled)), || {
                format!("a worker that never got a tick says {outcome:?}")
            });
        }
    });
}

/// Time moves on while the worker is called off: it stops at the step that it had reached.
fn a_worker_stops_where_it_is<W: Worker>() {
    let clock = Clock::manual();
    let context = Context::background(&clock).child();
    let (outcome, ()) = together(
        || W::work(&context, 1),
        || {
            clock.advance(STEP);
            context.cancel();
        },
    );
    let explained = matches!(outcome, Ok(()) | Err((0, Cause::Cancelled)));
    require(explained, || format!("one step of work ended as {outcome:?}"));
    require(clock.timers() == 0, || format!("timers that are left: {}", clock.timers()));
}

/// The cancel comes before the end of the step: whichever of the two the worker sees, it does not count.
fn a_step_that_ends_after_a_cancel_does_not_count<W: Worker>() {
    let clock = Clock::manual();
    let context = Context::background(&clock).child();
    let (outcome, ()) = together(
        || W::work(&context, 1),
        || {
            context.cancel();
            clock.advance(STEP);
        },
    );
    require(outcome == Err((0, Cause::Cancelled)), || {
        format!("called off before the step was over, it ended as {outcome:?}")
    });
}

/// The document's deadline: it ends the work of every thread that uses the context.
fn a_deadline_stops_the_work<W: Worker>() {
    let clock = Clock::manual();
    let context = Context::background(&clock).with_timeout(STEP / 2);
    let (outcome, ()) = together(|| W::work(&context, 1), || clock.advance(STEP / 2));
    require(outcome == Err((0, Cause::DeadlineExceeded)), || format!("half a step of time gave {outcome:?}"));
    drop(context);
    require(clock.timers() == 0, || format!("timers that are left: {}", clock.timers()));
}

/// A child that is made while its parent is called off is called off, and waits for nothing.
fn child_cancelled_with_parent<F: Family>() {
    let clock = Clock::manual();
    let parent = Context::background(&clock).child();
    let (cause, ()) = together(|| F::child(&parent).wait(), || parent.cancel());
    require(cause == Cause::Cancelled, || format!("the child was cancelled because of {cause}"));
}

/// The first cause stays, whichever comes second.
fn first_cause_stays() {
    let clock = Clock::manual();
    let context = Context::background(&clock).with_timeout(STEP);
    let (seen, ()) = together(
        || {
            context.cancel();
            context.cause()
        },
        || clock.advance(STEP),
    );
    let last = context.cause();
    require(seen.is_some() && seen == last, || format!("the cause was {seen:?}, and then {last:?}"));
    drop(context);
    require(clock.timers() == 0, || format!("timers that are left: {}", clock.timers()));
}

/// Two looks by each thread during a cancel and a timeout: a cause that was seen stays for good.
fn a_cause_never_changes() {
    let clock = Clock::manual();
    let context = Context::background(&clock).with_timeout(STEP);
    let (seen, ()) = together(
        || [context.cause(), context.cause()],
        || {
            clock.advance(STEP);
            context.cancel();
        },
    );
    let last = context.cause();
    require(last == Some(Cause::DeadlineExceeded), || format!("a deadline, then a cancel: the cause is {last:?}"));
    require(seen[0].is_none() || seen[0] == seen[1], || format!("the cause was {:?}, and then {:?}", seen[0], seen[1]));
    require(seen[1].is_none() || seen[1] == last, || format!("the cause was {:?}, and then {last:?}", seen[1]));
}

/// One calls off, one lets the time run out, one waits: all three know of the same cause.
fn three_agree_on_the_cause() {
    let clock = Clock::manual();
    let context = Context::background(&clock).with_timeout(STEP);
    let (cancelled, late, waited) = thread::scope(|scope| {
        let cancel = scope.spawn(|| {
            context.cancel();
            context.cause()
        });
        let deadline = scope.spawn(|| {
            clock.advance(STEP);
            context.cause()
        });
        let wait = scope.spawn(|| context.wait());
        (
            cancel.join().expect("no panic leaves a thread of a check"),
            deadline.join().expect("nor the second"),
            wait.join().expect("nor the third"),
        )
    });
    let agree = [&cancelled, &late].into_iter().all(|seen| seen.as_ref() == Some(&waited));
    require(agree, || format!("three threads saw {cancelled:?}, {late:?} and {waited}"));
    drop(context);
    require(clock.timers() == 0, || format!("timers that are left: {}", clock.timers()));
}

/// Somebody does something, and then lets others know; whoever knows sees what was done, in each of these ways to know it.
fn seen_with_what_was_before<const WAYS: usize>(tell: impl FnOnce() + Send, ways: [&(dyn Fn() -> bool + Sync); WAYS]) {
    let is_done = AtomicBool::new(false);
    let looks = thread::scope(|scope| {
        let is_done = &is_done;
        // Relaxed: what orders the two is under test.
        let lookers = ways.map(|knows| scope.spawn(move || knows().then(|| is_done.load(Ordering::Relaxed))));
        is_done.store(true, Ordering::Relaxed);
        tell();
        lookers.map(|looker| looker.join().expect("no panic leaves a thread of a check"))
    });
    require(!looks.contains(&Some(false)), || format!("who knew did not see what was done before: {looks:?}"));
}

fn a_cancel_shows_what_was_before() {
    let clock = Clock::manual();
    let context = Context::background(&clock).child();
    seen_with_what_was_before(|| context.cancel(), [&|| context.is_cancelled(), &|| context.cause().is_some()]);
}

/// One that nobody waits for is marked without its lock, and one that has a child under it.
fn a_cancelled_child_shows_what_was_before() {
    let clock = Clock::manual();
    let parent = Context::background(&clock);
    let [leaf, knot] = [(); 2].map(|()| parent.child());
    let _grandchild = knot.child();
    seen_with_what_was_before(|| parent.cancel(), [&|| leaf.is_cancelled(), &|| knot.is_cancelled()]);
}

fn a_child_made_cancelled_shows_what_was_before() {
    let clock = Clock::manual();
    let parent = Context::background(&clock);
    let leaf = parent.child();
    seen_with_what_was_before(|| parent.cancel(), [&|| leaf.child().is_cancelled()]);
}

fn the_time_shows_what_was_before() {
    let clock = Clock::manual();
    let start = clock.now();
    seen_with_what_was_before(|| clock.advance(STEP), [&|| clock.now() > start]);
}

fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("context", property, claim);
    let stops = new("every_worker_stops", "every worker stops, with its step and the cause; nobody is left behind")
        .on("Context", every_worker_stops::<StepRunner>)
        .loom_bound(3);
    let where_it_is = new("a_worker_stops_where_it_is", "a worker called off in a step says so, and its timer is gone")
        .on("Context", a_worker_stops_where_it_is::<StepRunner>)
        .loom_bound(3);
    let child = new("child_cancelled_with_parent", "a child made during its parent's cancel is cancelled")
        .on("Context", child_cancelled_with_parent::<OwnChildren>);
    vec![
        stops.twin("DoneLookedAtOnlyBetweenSteps", every_worker_stops::<DoneLookedAtOnlyBetweenSteps>),
        stops,
        where_it_is.twin("TimerOutlivesItsContext", a_worker_stops_where_it_is::<TimerOutlivesItsContext>),
        where_it_is,
        new("a_step_that_ends_after_a_cancel_does_not_count", "a cancel counts more than the end of a step after it")
            .on("Context", a_step_that_ends_after_a_cancel_does_not_count::<StepRunner>)
            .loom_bound(3),
        new("a_deadline_stops_the_work", "a deadline stops the work, and no timer is left")
            .on("Context", a_deadline_stops_the_work::<StepRunner>)
            .quick_loom_bound(3),
        child.twin("ChildOutlivesItsParent", child_cancelled_with_parent::<ChildOutlivesItsParent>),
        child,
        new("first_cause_stays", "a cancel and a deadline at once: the first cause stays")
            .on("Context", first_cause_stays),
        new("a_cause_never_changes", "a deadline and then a cancel: whoever saw the cause sees it again")
            .on("Context", a_cause_never_changes),
        new("three_agree_on_the_cause", "whoever cancels, whoever is late and whoever waits see one cause")
            .on("Context", three_agree_on_the_cause)
            .loom_bound(3)
            .quick_loom_bound(2),
        new("a_cancel_shows_what_was_before", "who knows of a cancel, or why, sees what was done before it")
            .on("Context", a_cancel_shows_what_was_before)
            .loom_bound(3),
        new(
            "a_cancelled_child_shows_what_was_before",
            "who knows of it by a child sees what was done before the cancel",
        )
        .on("Context", a_cancelled_child_shows_what_was_before)
        .loom_bound(3),
        new("a_child_made_cancelled_shows_what_was_before", "so does who makes a child that is cancelled already")
            .on("Context", a_child_made_cancelled_shows_what_was_before),
        new("the_time_shows_what_was_before", "who knows the time sees what was done before it was moved there")
            .on("Clock", the_time_shows_what_was_before),
    ]
}
