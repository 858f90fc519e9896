//! The alarms of a manual clock: whoever advances it fires them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::instant::Instant;
use crate::sync::atomic::AtomicU64;
use crate::sync::{Arc, Compound, Mutex};

/// What a timer of a manual clock does when its time has come.
pub(super) type Fire = Arc<Box<dyn Fn(Instant) + Send + Sync>>;

pub(super) struct Alarm {
    /// `None` for a ticker whose next tick would come after the last instant.
    pub(super) deadline: Option<Instant>,
    pub(super) period: Option<Duration>,
    pub(super) fire: Fire,
}

#[derive(Default)]
pub(super) struct Alarms {
    pub(super) by_id: BTreeMap<u64, Alarm>,
    pub(super) next_id: u64,
}

impl Alarms {
    /// The alarm that is due first at `now`; it is moved on to its next time, or removed. One tick stands for all that
    /// are due, as on the system's clock: time may jump over any number of ticks.
    pub(super) fn next_due(&mut self, now: Instant) -> Option<(Instant, Fire)> {
        let due = self.by_id.iter().filter(|(_, alarm)| alarm.deadline.is_some_and(|deadline| deadline <= now));
        let (&id, _) = due.min_by_key(|&(&id, alarm)| (alarm.deadline, id))?;
        let alarm = self.by_id.get_mut(&id)?;
        let at = alarm.deadline?;
        let fire = Arc::clone(&alarm.fire);
        match alarm.period {
            Some(period) => alarm.deadline = Some(at.after_ticks(period, now)).filter(|&again| again > now),
            None => drop(self.by_id.remove(&id)),
        }
        Some((at, fire))
    }
}

pub(super) struct Manual {
    pub(super) compound: Compound,
    pub(super) now: AtomicU64,
    /// Held by an advance from its first alarm to its last, and taken before any other lock: when an advance returns,
    /// every alarm that it passed has fired, even if other threads advance too.
    pub(super) advancing: Mutex<()>,
    pub(super) alarms: Mutex<Alarms>,
}

/// An alarm of a manual clock; stopped when dropped.
pub(in crate::sync) struct AlarmHandle {
    /// `None` once it was stopped.
    pub(super) manual: Option<Arc<Manual>>,
    pub(super) id: u64,
}

impl AlarmHandle {
    /// Stops it, and returns whether it would still have fired.
    pub(super) fn stop(mut self) -> bool {
        self.disarm()
    }

    fn disarm(&mut self) -> bool {
        let Some(manual) = self.manual.take() else { return false };
        let _call = manual.compound.end("stop a timer of");
        let stopped = manual.alarms.lock().by_id.remove(&self.id);
        // After the lock, since the drop of what the alarm holds may perform operations.
        stopped.is_some()
    }
}

impl Drop for AlarmHandle {
    fn drop(&mut self) {
        self.disarm();
    }
}
