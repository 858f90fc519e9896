//! Time as a value: a [`Clock`] is passed to code that waits.
//!
//! [`Clock::system`] runs by itself. [`Clock::manual`] moves when a thread calls [`advance`](Clock::advance); in a
//! check the schedule decides *when* that happens, so a timeout fires at every point at which it could. Nothing sleeps
//! in a check.
//!
//! No thread runs behind a timer: on the system's clock the waiting thread has a deadline, on a manual clock the thread
//! that advances it fires the timers. Under an engine the system's clock stands still, and a wait for nothing else is a
//! deadlock.

use std::fmt;
use std::time::Duration;

use self::alarms::{Alarm, Alarms, Fire, Manual};
use super::atomic::{AtomicU64, Ordering};
use super::channel::{Receiver, RecvError, bounded, never};
use super::imp::compound::Entered;
use super::place::own_line;
use super::select::Source;
use super::{Arc, Compound, Mutex, imp};

mod alarms;
mod instant;

pub(super) use alarms::AlarmHandle;
pub use instant::Instant;

/// More nanoseconds than the system's coarse time is late, which is a tick of the kernel: 10 ms at most.
const COARSE_LAG: u64 = 1_000_000_000;

/// Where the time comes from.
///
/// ```
/// use std::time::Duration;
/// use selvedge::sync::time::Clock;
///
/// # selvedge::check::verify(|| {
/// let clock = Clock::manual();
/// let start = clock.now();
/// clock.advance(Duration::from_secs(3600));
/// assert_eq!(clock.now() - start, Duration::from_secs(3600));
/// # });
/// ```
#[derive(Clone)]
pub struct Clock(Option<Arc<Manual>>);

impl Clock {
    /// The time of the machine, monotonic. Under an engine it stands still.
    #[track_caller]
    pub fn system() -> Self {
        if imp::system_time().is_some() { Clock(None) } else { Clock::manual() }
    }

    /// A clock that stands at its beginning until it is [advanced](Clock::advance).
    #[track_caller]
    pub fn manual() -> Self {
        let compound = Compound::new("clock");
        let _call = compound.enter("make");
        let alarms = Mutex::new(Alarms::default());
        Clock(Some(Arc::new(Manual { compound, now: AtomicU64::new(0), advancing: Mutex::new(()), alarms })))
    }

    /// Begins a call of a manual clock.
    #[track_caller]
    fn enter(&self, verb: &'static str) -> Option<Entered> {
        let manual = self.0.as_ref()?;
        // Not in a closure, which would have a line of its own.
        Some(manual.compound.enter(verb))
    }

    pub(super) fn is_manual(&self) -> bool {
        self.0.is_some()
    }

    /// What time it is.
    #[track_caller]
    pub fn now(&self) -> Instant {
        let _call = self.enter("read");
        match &self.0 {
            // Acquire: pairs with the Release in `advance`.
            Some(manual) => Instant(own_line!(manual.now.load(Ordering::Acquire))),
            None => system_now(),
        }
    }

    /// The time now, or up to a tick of the kernel ago: 10 ms at most. On the system's clock that costs a fifth of
    /// [`now`](Self::now).
    #[track_caller]
    #[inline]
    pub fn now_coarse(&self) -> Instant {
        self.coarse().unwrap_or_else(|| self.now())
    }

    /// Whether it is later than `instant`. On the system's clock that costs less than [`now`](Self::now) if the instant
    /// is more than a second away, and no clock is read for one that never comes.
    #[track_caller]
    #[inline]
    pub fn has_passed(&self, instant: Instant) -> bool {
        if instant == Instant::NEVER {
            return false;
        }
        match self.coarse() {
            Some(coarse) if coarse > instant => true,
            Some(coarse) if instant.0 - coarse.0 > COARSE_LAG => false,
            _ => self.now() > instant,
        }
    }

    /// The coarse time, where there is one.
    #[inline]
    fn coarse(&self) -> Option<Instant> {
        if self.0.is_none() { imp::coarse_nanos().map(Instant) } else { None }
    }

    /// Moves a manual clock on, and fires what becomes due on the way, in the order of the deadlines. Of two threads
    /// that advance at once, one waits for the other. A thread that knows the new time sees what was
    /// done before.
    ///
    /// # Panics
    ///
    /// On the system's clock.
    #[track_caller]
    pub fn advance(&self, by: Duration) {
        let manual = self.0.as_ref().expect("only a manual clock can be advanced");
        let _call = manual.compound.enter("advance");
        let _advancing = manual.advancing.lock();
        let mut alarms = manual.alarms.lock();
        let target = Instant(manual.now.load(Ordering::Relaxed)) + by;
        loop {
            let due = alarms.next_due(target);
            let now = due.as_ref().map_or(target, |(at, _)| *at);
            // Release: pairs with the Acquire in `now`. Under the lock, so that a thread that sets an alarm knows
            // whether it is due.
            if now.0 > manual.now.load(Ordering::Relaxed) {
                own_line!(manual.now.store(now.0, Ordering::Release));
            }
            let Some((at, fire)) = due else { return };
            // Without the lock, since an alarm that fires may start or stop timers.
            drop(alarms);
            fire(at);
            alarms = manual.alarms.lock();
        }
    }

    /// Fires once, `duration` from now.
    #[track_caller]
    pub fn after(&self, duration: Duration) -> Timer {
        let _call = self.enter("set a timer on");
        self.at(self.now() + duration)
    }

    /// Fires once, at `deadline`; at once if that has passed.
    #[track_caller]
    pub fn at(&self, deadline: Instant) -> Timer {
        let _call = self.enter("set a timer on");
        Timer { clock: self.clone(), deadline: Due::new(Some(deadline)), bell: self.bell(deadline, None) }
    }

    /// Fires every `period` from now on.
    ///
    /// # Panics
    ///
    /// If the period is zero.
    #[track_caller]
    pub fn ticker(&self, period: Duration) -> Ticker {
        assert!(!period.is_zero(), "a ticker needs a period that is longer than zero");
        let _call = self.enter("set a ticker on");
        let first = self.now() + period;
        let next = (!self.is_manual()).then(|| Mutex::new(first));
        Ticker { period, next, bell: self.bell(first, Some(period)) }
    }

    /// Waits for `duration` to pass.
    #[track_caller]
    pub fn sleep(&self, duration: Duration) {
        let _call = self.enter("sleep on");
        let timer = self.after(duration);
        crate::select! { recv(timer) -> _ => () }
    }

    /// How many timers of a manual clock have not fired yet and are not dropped.
    #[track_caller]
    pub fn timers(&self) -> usize {
        let _call = self.enter("count the timers of");
        self.0.as_ref().map_or(0, |manual| manual.alarms.lock().by_id.len())
    }

    /// A channel that gets a message at the deadline; never on the system's clock, whose waiters have a deadline instead.
    #[track_caller]
    fn bell(&self, deadline: Instant, period: Option<Duration>) -> Bell {
        if !self.is_manual() {
            return Bell { receiver: never(), alarm: None };
        }
        let (sender, receiver) = bounded(1);
        let ring = move |at| {
            // If it is full, the tick that is still in it stands for this one too, as in the document.
            let _ = sender.try_send(at);
        };
        let alarm = self.alarm(deadline, period, Arc::new(Box::new(ring)));
        Bell { receiver, alarm }
    }

    /// Sets an alarm, or fires it at once if it is due. On the system's clock no alarm is set.
    #[track_caller]
    pub(super) fn alarm(&self, deadline: Instant, period: Option<Duration>, fire: Fire) -> Option<AlarmHandle> {
        let manual = self.0.as_ref()?;
        let mut alarms = manual.alarms.lock();
        if period.is_none() && deadline.0 <= manual.now.load(Ordering::Relaxed) {
            drop(alarms);
            fire(deadline);
            return None;
        }
        let id = alarms.next_id;
        alarms.next_id += 1;
        alarms.by_id.insert(id, Alarm { deadline: Some(deadline), period, fire });
        Some(AlarmHandle { manual: Some(Arc::clone(manual)), id })
    }
}

fn system_now() -> Instant {
    Instant::ORIGIN + imp::system_time().expect("a clock of the system is made only where there is one")
}

struct Bell {
    receiver: Receiver<Instant>,
    /// Dropped with it.
    alarm: Option<AlarmHandle>,
}

/// Fires once: the document's `time.After`. Stopped when dropped, or by [`stop`](Self::stop).
///
/// ```
/// use std::time::Duration;
/// use selvedge::sync::{select, time::Clock};
///
/// # selvedge::check::verify(|| {
/// let clock = Clock::manual();
/// let timer = clock.after(Duration::from_millis(100));
/// clock.advance(Duration::from_millis(100));
/// select! { recv(timer) -> at => assert_eq!(at, Ok(clock.now())) }
/// # });
/// ```
#[derive(Debug)]
pub struct Timer {
    clock: Clock,
    /// The deadline on the system's clock: `None` once it has fired, and never once it was stopped.
    deadline: Due,
    bell: Bell,
}

/// When something is due on the system's clock. Only the system's clock reads it, so no engine has to watch it.
type Due = parking_lot::Mutex<Option<Instant>>;

impl Timer {
    /// Stops the timer: it does not fire until it is [reset](Self::reset), and a message that was not received is lost.
    /// Returns whether it would still have fired.
    #[track_caller]
    pub fn stop(&mut self) -> bool {
        let _call = self.clock.enter("stop a timer of");
        let due = self.deadline.get_mut().replace(Instant::NEVER);
        if !self.clock.is_manual() {
            return due.is_some_and(|due| system_now() < due && due < Instant::NEVER);
        }
        let waited = self.bell.alarm.take().is_some_and(AlarmHandle::stop);
        // A message that it has sent is dropped with its channel.
        self.bell.receiver = never();
        waited
    }

    /// Fires once, `duration` from now, instead of at the old time. Returns whether it would still have fired.
    #[track_caller]
    pub fn reset(&mut self, duration: Duration) -> bool {
        let _call = self.clock.enter("reset a timer of");
        let waited = self.stop();
        *self = self.clock.after(duration);
        waited
    }
}

super::select::receives!(Timer);

impl Source for Timer {
    type Item = Instant;

    fn channel(&self) -> &Receiver<Instant> {
        &self.bell.receiver
    }

    fn deadline(&self) -> Option<Instant> {
        // A timer that has fired will not fire again, and that is known at once.
        (!self.clock.is_manual()).then(|| self.deadline.lock().unwrap_or(Instant::ORIGIN))
    }

    fn expire(&self) -> Result<Instant, RecvError> {
        self.deadline.lock().take().ok_or(RecvError)
    }
}

/// Fires again and again: the document's `time.Ticker`. A tick that nobody fetches stands for the later ones too.
/// Stopped when dropped.
///
/// ```
/// use std::time::Duration;
/// use selvedge::sync::{select, time::Clock};
///
/// # selvedge::check::verify(|| {
/// let clock = Clock::manual();
/// let ticker = clock.ticker(Duration::from_secs(5));
/// for _ in 0..3 {
///     clock.advance(Duration::from_secs(5));
///     select! { recv(ticker) -> at => assert_eq!(at, Ok(clock.now())) }
/// }
/// # });
/// ```
pub struct Ticker {
    period: Duration,
    /// When the next tick is due, on the system's clock.
    next: Option<Mutex<Instant>>,
    bell: Bell,
}

super::select::receives!(Ticker);

impl Source for Ticker {
    type Item = Instant;

    fn channel(&self) -> &Receiver<Instant> {
        &self.bell.receiver
    }

    fn deadline(&self) -> Option<Instant> {
        self.next.as_ref().map(|next| *next.lock())
    }

    fn expire(&self) -> Result<Instant, RecvError> {
        let mut next = self.next.as_ref().expect("a deadline has passed").lock();
        let at = *next;
        let late = system_now().saturating_duration_since(at).as_nanos();
        let missed = u32::try_from(late / self.period.as_nanos()).unwrap_or(u32::MAX);
        *next = at + self.period.saturating_mul(missed.saturating_add(1));
        Ok(at)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Clock::manual" } else { "Clock::system" })
    }
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.receiver.fmt(f)
    }
}

impl fmt::Debug for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticker").field("period", &self.period).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;

    const MOMENT: Duration = Duration::from_millis(1);

    #[test]
    fn the_clock_of_the_machine_stands_still_only_under_an_engine() {
        verify(|| {
            let manual = Clock::manual();
            assert!(manual.is_manual() && manual.now() == Instant::ORIGIN);
            assert_eq!(Clock::system().is_manual(), cfg!(any(loom, shuttle)));
        });
    }

    /// However late a tick was fetched, the next one is the first that is still in the future.
    #[test]
    fn the_next_tick_is_less_than_a_period_away() {
        if imp::system_time().is_some() {
            let clock = Clock::system();
            let ticker = clock.ticker(MOMENT);
            crate::select! { recv(ticker) -> at => assert!(at.is_ok_and(|at| at <= clock.now())) }
            let next = ticker.deadline().expect("it is on the system's clock");
            assert!(next <= clock.now() + MOMENT, "{next:?} is too late");
        }
    }

    #[test]
    fn what_never_comes_has_not_passed() {
        verify(|| {
            let clock = Clock::manual();
            clock.advance(Duration::MAX);
            assert!(clock.now() == Instant::NEVER && !clock.has_passed(Instant::NEVER));
            assert!(!Clock::system().has_passed(Instant::NEVER));
        });
    }

    /// The coarse time decides where it can, and the exact one where the instant is near.
    #[test]
    fn an_instant_has_passed_when_it_is_later() {
        verify(|| {
            let clock = Clock::system();
            let now = clock.now();
            assert!(
                !clock.has_passed(now + Duration::from_secs(5)) && !clock.has_passed(now + Duration::from_millis(500))
            );
            if imp::system_time().is_some() {
                clock.sleep(MOMENT);
                assert!(clock.has_passed(now));
            }
        });
    }

    #[test]
    fn a_timer_shows_what_it_waits_for() {
        verify(|| {
            let timer = Clock::manual().after(MOMENT);
            assert!(format!("{timer:?}").contains("Receiver"), "{timer:?}");
        });
    }
}
