//! What three tasks of a program can do to an object of each kind, depending on what they have done before.

use super::super::*;
use crate::check::story::Ordering::SeqCst;

/// The acts that a task may do next, given what it has done.
type Acts = fn(Name, &[(Act, Effect)]) -> Vec<Act>;

/// How an object is used.
pub struct Player {
    pub name: &'static str,
    pub start: fn() -> State,
    /// How many acts come before the pair that is tried.
    pub depth: usize,
    pub acts: Acts,
}

/// An entry for each machine with something to ask.
pub const PLAYERS: &[Player] = &[
    Player { name: "atomic", depth: 3, start: || atomic::Atomic { value: 0, number: BYTE }.into(), acts: atomic_acts },
    Player { name: "barrier", depth: 3, start: || barrier::Barrier::new(2).into(), acts: barrier_acts },
    Player { name: "condvar", depth: 3, start: || condvar::Condvar::default().into(), acts: condvar_acts },
    Player { name: "count", depth: 2, start: || count::Count { owners: 3, weak: 3 }.into(), acts: count_acts },
    Player { name: "moments", depth: 3, start: || moments::Moments.into(), acts: moments_acts },
    Player { name: "mutex", depth: 3, start: || mutex::Mutex::default().into(), acts: mutex_acts },
    Player { name: "once", depth: 3, start: || once::Once::New.into(), acts: once_acts },
    Player { name: "parker", depth: 3, start: || thread::Thread::default().into(), acts: parker_acts },
    Player { name: "unbounded queue", depth: 2, start: || queue(None), acts: queue_acts },
    Player { name: "queue for one", depth: 2, start: || queue(Some(1)), acts: queue_acts },
    Player { name: "time", depth: 3, start: || time(queue::Tells::Once), acts: time_acts },
    Player { name: "ticks", depth: 3, start: || time(queue::Tells::Again), acts: time_acts },
    Player { name: "rendezvous", depth: 3, start: rendezvous, acts: rendezvous_acts },
    Player { name: "rwlock", depth: 3, start: || rwlock::RwLock::default().into(), acts: rwlock_acts },
    Player { name: "upgrades", depth: 2, start: || rwlock::RwLock::default().into(), acts: upgrading_acts },
    Player { name: "semaphore", depth: 3, start: || semaphore::Semaphore::new(2).into(), acts: semaphore_acts },
    Player { name: "thread", depth: 3, start: || thread::Thread::default().into(), acts: thread_acts },
    Player { name: "wait group", depth: 3, start: || wait_group::WaitGroup::default().into(), acts: wait_group_acts },
];

const BYTE: atomic::Number = atomic::Number { name: "u8", bits: 8, signed: false };

/// How often a task had this effect.
fn count(past: &[(Act, Effect)], effect: impl Into<Effect>) -> usize {
    let effect = effect.into();
    past.iter().filter(|&&(_, did)| did == effect).count()
}

/// How often it did such an act.
fn did(past: &[(Act, Effect)], act: impl Into<Act>) -> usize {
    let act = act.into();
    past.iter().filter(|&&(one, _)| one == act).count()
}

fn acts<T: Into<Act>>(acts: impl IntoIterator<Item = T>) -> Vec<Act> {
    acts.into_iter().map(Into::into).collect()
}

/// The act, with the task in it renamed.
pub fn renamed(act: Act, name: impl Fn(Name) -> Name) -> Act {
    match act {
        Act::RwLock(rwlock::Act::ReadUnlock(task)) => rwlock::Act::ReadUnlock(name(task)).into(),
        Act::Rendezvous(rendezvous::Act::Withdraw(task)) => rendezvous::Act::Withdraw(name(task)).into(),
        other => other,
    }
}

fn atomic_acts(_: Name, _: &[(Act, Effect)]) -> Vec<Act> {
    use atomic::{Act::*, Update::*};
    let exchange = |expected, new| Exchange { expected, new, success: SeqCst, failure: SeqCst };
    acts([
        Load(SeqCst),
        Store(1, SeqCst),
        Update(Swap, 2, SeqCst),
        Update(Add, 1, SeqCst),
        exchange(0, 1),
        exchange(1, 0),
    ])
}

fn barrier_acts(_: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use barrier::{Act::*, Effect};
    match past.last() {
        Some((_, super::Effect::Barrier(Effect::Arrived { .. }))) => acts([GoOn]),
        _ => acts([Arrive]),
    }
}

fn condvar_acts(_: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use condvar::{Act::*, Effect};
    match past.last() {
        Some((_, last)) if *last == Effect::Sleep.into() => acts([Wake, WakeOrTimeOut]),
        _ => acts([Sleep, NotifyOne, NotifyAll]),
    }
}

fn count_acts(_: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use count::{Act::*, Effect};
    let gone = count(past, Effect::Dropped) + count(past, Effect::DroppedLast);
    let owners = 1 + count(past, Effect::Cloned) + count(past, Effect::Upgraded) - gone;
    let weak = 1 + count(past, Effect::Downgraded) - count(past, Effect::WeakDropped);
    let mut all = Vec::new();
    if owners > 0 {
        all.extend([Clone, Drop, IntoInner, TryUnwrap, Downgrade, OwnerCount, WeakCount, GetMut]);
    }
    if weak > 0 {
        all.extend([DropWeak, Upgrade]);
    }
    acts(all)
}

fn moments_acts(_: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use moments::Act::*;
    acts([if past.len().is_multiple_of(2) { Invoke } else { Respond }])
}

fn mutex_acts(_: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use mutex::{Act::*, Effect};
    if count(past, Effect::Acquire) > count(past, Effect::Release) {
        acts([TryLock, IsFree, Unlock { changed: true }])
    } else {
        acts([Lock, TryLock, IsFree])
    }
}

fn once_acts(_: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use once::{Act::*, Effect};
    match past.last() {
        Some((_, super::Effect::Once(Effect::Begun { .. }))) => acts([Complete, Poison, GiveUp]),
        _ => acts([Begin { force: false }, Begin { force: true }, Wait { force: false }, Wait { force: true }, IsDone]),
    }
}

fn parker_acts(me: Name, _: &[(Act, Effect)]) -> Vec<Act> {
    use thread::Act::*;
    if me == Name(0) { acts([Park, ParkTimeout, Unpark]) } else { acts([Unpark]) }
}

/// With three ends on each side.
fn queue(capacity: Option<u32>) -> State {
    let mut queue = queue::Queue::new(capacity);
    for act in [queue::Act::CloneSender, queue::Act::CloneReceiver].repeat(2) {
        queue.take(act, queue::Effect::Cloned, Name(0));
    }
    queue.into()
}

/// With three receivers.
fn time(tells: queue::Tells) -> State {
    let mut time = queue::Queue::telling(tells);
    (0..2).for_each(|_| time.take(queue::Act::CloneReceiver, queue::Effect::Cloned, Name(0)));
    time.into()
}

/// Those of a receiver.
fn time_acts(me: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    let sends = |act: &Act| {
        use queue::Act::{CloneSender, DropSender, Look};
        act.sends() || [Look { sends: true }, CloneSender, DropSender].map(Act::from).contains(act)
    };
    queue_acts(me, past).into_iter().filter(|act| !sends(act)).collect()
}

fn queue_acts(_: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use queue::Act::*;
    let gone = DropReceiver { watched: true };
    let mut all = Vec::new();
    if did(past, CloneSender) + 1 > did(past, DropSender) {
        all.extend([Send, TrySend, Len, Look { sends: true }, Ready { sends: true }, CloneSender, DropSender]);
    }
    if did(past, CloneReceiver) + 1 > did(past, gone) {
        all.extend([Recv, TryRecv, Look { sends: false }, Ready { sends: false }, CloneReceiver, gone]);
    }
    acts(all)
}

/// With three ends on each side.
fn rendezvous() -> State {
    let mut rendezvous = rendezvous::Rendezvous::new();
    for act in [rendezvous::Act::CloneSender, rendezvous::Act::CloneReceiver].repeat(2) {
        rendezvous.take(act, rendezvous::Effect::Cloned, Name(0));
    }
    rendezvous.into()
}

fn rendezvous_acts(_: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use rendezvous::{Act::*, Effect};
    match past.last() {
        Some((_, last)) if *last == Effect::Offer.into() => return acts([AwaitTaker]),
        // If it waits at both ends, it may be met at either.
        Some((_, super::super::Effect::Rendezvous(Effect::Arrive(ends)))) => {
            return acts([if ends.receives { AwaitGiver } else { AwaitTaker }]);
        }
        Some((_, super::super::Effect::Rendezvous(Effect::Take { later: true, .. }))) => return acts([AwaitGiver]),
        _ => (),
    }
    let both = did(past, DropSender) + did(past, DropReceiver) == 0;
    let selects = |sends, receives| Arrive { ends: Ends { sends, receives }, elsewhere: true };
    let mut all = Vec::new();
    if both {
        all.extend([selects(true, false), selects(false, true), selects(true, true)]);
    }
    if did(past, CloneSender) + 1 > did(past, DropSender) {
        all.extend([Send, TrySend, Len, Look { sends: true }, Ready { sends: true }, DropSender]);
    }
    if did(past, CloneReceiver) + 1 > did(past, DropReceiver) {
        all.extend([Recv, TryRecv, Look { sends: false }, Ready { sends: false }, DropReceiver]);
    }
    acts(all)
}

fn rwlock_acts(me: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use rwlock::{Act::*, Effect};
    let reads = count(past, Effect::Enter) > count(past, Effect::Leave);
    let writes = count(past, Effect::Drained) + count(past, Effect::ShutEmpty) > count(past, Effect::Open);
    let shut = TryShut { at_once: false };
    match past.last() {
        Some((did, last)) if *last == Effect::Shut.into() => {
            acts([if *did == shut.into() { DrainOrGiveUp } else { Drain }])
        }
        _ if writes => acts([WriteUnlock { changed: true }]),
        _ if reads => acts([TryRead, TryWrite, ReadUnlock(me)]),
        _ => acts([Read, TryRead, Write { at_once: false }, TryWrite, shut]),
    }
}

/// Readers that become writers, and the other way round.
fn upgrading_acts(me: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use rwlock::{Act::*, Effect};
    let all = |effects: &[Effect]| effects.iter().map(|&effect| count(past, effect)).sum::<usize>();
    let reads = all(&[Effect::Enter, Effect::Downgrade, Effect::Unseat]) > count(past, Effect::Leave);
    let writes = all(&[Effect::Drained, Effect::ShutEmpty, Effect::UpgradeEmpty])
        > all(&[Effect::Open, Effect::Downgrade, Effect::DowngradeToSeat]);
    let seated = all(&[Effect::EnterSeat, Effect::DowngradeToSeat])
        > all(&[Effect::LeaveSeat, Effect::Upgrade, Effect::UpgradeEmpty, Effect::Unseat]);
    match past.last() {
        Some((did, last)) if *last == Effect::Shut.into() || *last == Effect::Upgrade.into() => {
            acts([if *did == (TryShut { at_once: false }).into() { DrainOrGiveUp } else { Drain }])
        }
        _ if writes => acts([
            WriteUnlock { changed: true },
            Downgrade { changed: false },
            DowngradeToUpgradable { changed: false },
            IsFree,
        ]),
        _ if seated => acts([UpgradableUnlock, Upgrade { at_once: false }, TryUpgrade, LeaveSeat]),
        _ if reads => acts([ReadUnlock(me), TryWrite, IsFreeOfWriters]),
        _ => acts([
            Read,
            Write { at_once: false },
            UpgradableRead,
            TryUpgradableRead,
            IsFree,
            TryShut { at_once: false },
        ]),
    }
}

fn semaphore_acts(_: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use semaphore::{Act::*, Effect};
    let acquired = [true, false].map(|last| count(past, Effect::Acquired { last }));
    let holds = acquired[0] + acquired[1] > count(past, Effect::Released);
    let more = if holds { Release(1) } else { Release(2) };
    acts([Acquire, TryAcquire, more, Close, Available])
}

fn thread_acts(me: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use thread::{Act::*, Effect};
    match me {
        Name(0) => match past {
            [] => acts([Return, Exit]),
            [(_, did)] if *did == Effect::Returned.into() => acts([Exit]),
            _ => Vec::new(),
        },
        _ => acts([Join, AwaitReturn, IsFinished]),
    }
}

fn wait_group_acts(_: Name, past: &[(Act, Effect)]) -> Vec<Act> {
    use wait_group::{Act::*, Effect};
    let open = count(past, Effect::Added) > count(past, Effect::Done);
    if open { acts([Add, Done, Wait]) } else { acts([Add, Wait]) }
}
