//! Small programs made up from a seed, over every object of the facade.

use std::cell::OnceCell;
use std::fmt;

use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::channel::{Receiver, Sender, bounded, unbounded};
use selvedge::sync::{Arc, Condvar, Mutex, RwLock, WaitGroup, Weak, select, thread};

/// The channel on which nothing is sent.
pub const TOKEN: usize = 4;

/// What a thread does; the numbers choose the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Load(usize),
    Store(usize),
    Add(usize),
    Exchange(usize),
    Lock(usize),
    LockBoth(usize),
    TryLock(usize),
    Read,
    Write,
    TryRead,
    TryWrite,
    Await,
    NotifyOne,
    NotifyAll,
    SetAndNotify,
    Send(usize),
    TrySend(usize),
    Recv(usize),
    TryRecv(usize),
    Select,
    TrySelect,
    Meet,
    Len(usize),
    DropToken,
    Upgrade,
    Done,
    WaitForAll,
}

/// Operations that act on each other; a program draws from one or two families.
pub type Family = &'static [Op];

/// Every operation.
pub const FAMILIES: [Family; 9] = [
    &[Op::Load(0), Op::Store(0), Op::Add(0), Op::Exchange(0), Op::Load(1), Op::Store(1), Op::Exchange(1)],
    &[Op::Lock(0), Op::TryLock(0), Op::LockBoth(0), Op::LockBoth(1), Op::Lock(1), Op::TryLock(1)],
    &[Op::Read, Op::Write, Op::TryRead, Op::TryWrite],
    &[Op::Await, Op::NotifyOne, Op::NotifyAll, Op::SetAndNotify, Op::Lock(0)],
    &[Op::Send(0), Op::TrySend(0), Op::Recv(0), Op::TryRecv(0), Op::Send(1), Op::Recv(1), Op::TryRecv(1), Op::Len(0)],
    &[Op::Send(2), Op::TrySend(2), Op::Recv(2), Op::TryRecv(2)],
    &[Op::Select, Op::TrySelect, Op::Send(0), Op::Send(1), Op::TrySend(0), Op::Recv(0), Op::Send(2)],
    &[Op::Meet, Op::TrySend(2), Op::TrySend(3), Op::Send(2), Op::Send(3), Op::Recv(2), Op::TryRecv(3)],
    &[Op::DropToken, Op::Upgrade, Op::Recv(TOKEN), Op::TryRecv(TOKEN), Op::Done, Op::WaitForAll],
];

/// A sequence of numbers from a seed (Steele, Lea and Flood's SplitMix, OOPSLA 2014).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

/// One list of operations a thread.
#[derive(Clone, Debug)]
pub struct Program(Vec<Vec<Op>>);

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|thread| write!(f, "{thread:?} || "))
    }
}

impl Program {
    /// Two or three threads of one to three operations.
    pub fn from_seed(seed: u64, families: &[Family]) -> Self {
        let mut numbers = Numbers(seed);
        let families = [families[numbers.below(families.len())], families[numbers.below(families.len())]];
        let threads = 2 + numbers.below(2);
        let longest = if threads == 2 { 3 } else { 2 };
        let thread = |_| {
            (0..1 + numbers.below(longest))
                .map(|_| {
                    let family = families[usize::from(numbers.below(4) == 0)];
                    family[numbers.below(family.len())]
                })
                .collect()
        };
        Program((0..threads).map(thread).collect())
    }

    /// A program given in full.
    pub fn of(threads: &[&[Op]]) -> Self {
        Program(threads.iter().map(|ops| ops.to_vec()).collect())
    }

    /// Whether it may have to choose between arms that are ready.
    pub fn chooses(&self) -> bool {
        self.0.iter().flatten().any(|op| matches!(op, Op::Select | Op::TrySelect | Op::Meet))
    }

    /// Runs it, and returns what each thread saw and what is left.
    pub fn run(&self) -> Vec<Vec<usize>> {
        let objects = Arc::new(Objects::new());
        let channels = Channels::default();
        let (token_sender, token_receiver) = unbounded();
        let token = Arc::new(token_sender);
        let group = WaitGroup::new();
        let own = |(me, ops): (usize, &Vec<Op>)| Own {
            me,
            objects: Arc::clone(&objects),
            ends: channels.ends(ops, &token_receiver),
            token: ops.contains(&Op::DropToken).then(|| Arc::clone(&token)),
            weak: Arc::downgrade(&token),
            group: group.clone(),
            ticket: ops.contains(&Op::Done).then(|| group.add()),
        };
        let owns: Vec<Own> = self.0.iter().enumerate().map(own).collect();
        // Main gives its ends up before anybody runs, which keeps the schedules few.
        drop((token, token_receiver, channels));
        let start = |(mut own, ops): (Own, Vec<Op>)| {
            thread::spawn(move || ops.iter().map(|&op| own.perform(op)).collect::<Vec<_>>())
        };
        let threads: Vec<_> = owns.into_iter().zip(self.0.clone()).map(start).collect();
        let mut outcome: Vec<Vec<usize>> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        outcome.push(objects.atomics.iter().map(|x| x.load(SeqCst)).collect());
        outcome
    }
}

struct Objects {
    atomics: [AtomicUsize; 2],
    mutexes: [Mutex<usize>; 2],
    lock: RwLock<usize>,
    flag: Mutex<bool>,
    wakes: Condvar,
}

impl Objects {
    fn new() -> Self {
        Objects {
            atomics: [AtomicUsize::new(0), AtomicUsize::new(0)],
            mutexes: [Mutex::new(0), Mutex::new(0)],
            lock: RwLock::new(0),
            flag: Mutex::new(false),
            wakes: Condvar::new(),
        }
    }
}

/// One with room for a message, one without a bound, two rendezvous; made where they are used.
#[derive(Default)]
struct Channels([OnceCell<(Sender<usize>, Receiver<usize>)>; 4]);

impl Channels {
    fn get(&self, n: usize) -> &(Sender<usize>, Receiver<usize>) {
        self.0[n].get_or_init(|| match n {
            0 => bounded(1),
            1 => unbounded(),
            _ => bounded(0),
        })
    }

    fn ends(&self, ops: &[Op], token: &Receiver<usize>) -> Ends {
        let mut ends = Ends::default();
        for &op in ops {
            match op {
                Op::Send(n) | Op::TrySend(n) => ends.senders[n] = Some(self.get(n).0.clone()),
                Op::Recv(TOKEN) | Op::TryRecv(TOKEN) => ends.token = Some(token.clone()),
                Op::Recv(n) | Op::TryRecv(n) | Op::Len(n) => ends.receivers[n] = Some(self.get(n).1.clone()),
                Op::Select | Op::TrySelect => {
                    (0..3).for_each(|n| ends.receivers[n] = Some(self.get(n).1.clone()));
                }
                Op::Meet => (2..4).for_each(|n| ends.receivers[n] = Some(self.get(n).1.clone())),
                _ => (),
            }
        }
        ends
    }
}

/// The ends of channels that a thread holds: those that it uses.
#[derive(Default)]
struct Ends {
    senders: [Option<Sender<usize>>; 4],
    receivers: [Option<Receiver<usize>>; 4],
    token: Option<Receiver<usize>>,
}

/// What one thread works with.
struct Own {
    me: usize,
    objects: Arc<Objects>,
    ends: Ends,
    token: Option<Arc<Sender<usize>>>,
    weak: Weak<Sender<usize>>,
    group: WaitGroup,
    ticket: Option<selvedge::sync::wait_group::Ticket>,
}

impl Own {
    fn receiver(&self, n: usize) -> &Receiver<usize> {
        let end = if n == TOKEN { &self.ends.token } else { &self.ends.receivers[n] };
        end.as_ref().expect("a thread has the ends that it uses")
    }

    fn sender(&self, n: usize) -> &Sender<usize> {
        self.ends.senders[n].as_ref().expect("a thread has the ends that it uses")
    }

    /// Does it, and returns what it saw.
    fn perform(&mut self, op: Op) -> usize {
        const NOTHING: usize = 99;
        let objects = &self.objects;
        let value = self.me + 1;
        match op {
            Op::Load(n) => objects.atomics[n].load(SeqCst),
            Op::Store(n) => {
                objects.atomics[n].store(value, SeqCst);
                NOTHING
            }
            Op::Add(n) => objects.atomics[n].fetch_add(value, SeqCst),
            Op::Exchange(n) => objects.atomics[n].compare_exchange(0, value, SeqCst, SeqCst).unwrap_or_else(|old| old),
            Op::Lock(n) => {
                let mut held = objects.mutexes[n].lock();
                *held = *held * 10 + value;
                *held
            }
            Op::LockBoth(n) => {
                let mut first = objects.mutexes[n].lock();
                let second = objects.mutexes[1 - n].lock();
                *first = *first * 10 + value;
                *first * 1000 + *second
            }
            Op::TryLock(n) => objects.mutexes[n].try_lock().map_or(NOTHING, |mut held| {
                *held = *held * 10 + value;
                *held
            }),
            Op::Read => *objects.lock.read(),
            Op::Write => {
                let mut held = objects.lock.write();
                *held = *held * 10 + value;
                *held
            }
            Op::TryRead => objects.lock.try_read().map_or(NOTHING, |held| *held),
            Op::TryWrite => objects.lock.try_write().map_or(NOTHING, |mut held| {
                *held = *held * 10 + value;
                *held
            }),
            Op::Await => {
                let mut set = objects.flag.lock();
                if !*set {
                    objects.wakes.wait(&mut set);
                }
                usize::from(*set)
            }
            Op::NotifyOne => usize::from(objects.wakes.notify_one()),
            Op::NotifyAll => objects.wakes.notify_all(),
            Op::SetAndNotify => {
                *objects.flag.lock() = true;
                objects.wakes.notify_all()
            }
            Op::Send(n) => self.sender(n).send(value).map_or(NOTHING, |()| 1),
            Op::TrySend(n) => {
                self.sender(n).try_send(value).map_or_else(|error| if error.is_full() { 50 } else { NOTHING }, |()| 1)
            }
            Op::Recv(n) => self.receiver(n).recv().unwrap_or(NOTHING),
            Op::TryRecv(n) => {
                self.receiver(n).try_recv().unwrap_or_else(|error| if error.is_empty() { 50 } else { NOTHING })
            }
            Op::Len(n) => self.receiver(n).len(),
            Op::Select => {
                let (a, b, c) = (self.receiver(0), self.receiver(1), self.receiver(2));
                select! {
                    recv(a) -> value => 100 + value.unwrap_or(NOTHING),
                    recv(b) -> value => 200 + value.unwrap_or(NOTHING),
                    recv(c) -> value => 300 + value.unwrap_or(NOTHING),
                }
            }
            Op::TrySelect => {
                let (a, b) = (self.receiver(0), self.receiver(1));
                select! {
                    recv(a) -> value => 100 + value.unwrap_or(NOTHING),
                    recv(b) -> value => 200 + value.unwrap_or(NOTHING),
                    default => NOTHING,
                }
            }
            Op::Meet => {
                let (a, b) = (self.receiver(2), self.receiver(3));
                select! {
                    recv(a) -> value => 300 + value.unwrap_or(NOTHING),
                    recv(b) -> value => 400 + value.unwrap_or(NOTHING),
                }
            }
            Op::DropToken => usize::from(self.token.take().is_some()),
            Op::Upgrade => usize::from(self.weak.upgrade().is_some()),
            Op::Done => usize::from(self.ticket.take().is_some()),
            Op::WaitForAll => {
                self.group.wait();
                NOTHING
            }
        }
    }
}
