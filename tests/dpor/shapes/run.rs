//! One execution of a program that grows.

use selvedge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use selvedge::sync::channel::{Receiver, Sender, unbounded};
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::thread::JoinHandle;
use selvedge::sync::{Arc, Mutex, MutexGuard, Weak, thread};

use super::{Do, Program};
use crate::dpor::compare::Outcome;

/// What stands for nothing, and for a panic.
const NOTHING: u64 = 900;
const PANICKED: u64 = 901;

struct Shared {
    atomics: [AtomicU64; 2],
    locks: [Mutex<u64>; 2],
}

/// A value whose destructor adds to an atomic: another number for main, each of the threads that it starts, and all others.
struct Loud(std::sync::Arc<Shared>);

impl Drop for Loud {
    fn drop(&mut self) {
        self.0.atomics[0].fetch_add(10_u64.pow(1 + thread::seat().min(7) as u32), SeqCst);
    }
}

/// What a thread has. It is dropped in this order where the thread ends.
struct Own {
    shared: std::sync::Arc<Shared>,
    answers: Vec<u64>,
    senders: Vec<Sender<Loud>>,
    receiver: Option<Receiver<Loud>>,
    owners: Vec<Arc<Loud>>,
    weak: Option<Weak<Loud>>,
    children: Vec<JoinHandle<(Vec<u64>, Loud)>>,
    values: Vec<Loud>,
}

/// Whether a block, or one inside of it, does one of these.
fn does(block: &[Do], wanted: fn(&Do) -> bool) -> bool {
    block.iter().any(|one| {
        wanted(one)
            || match one {
                Do::Branch(_, one, other) => does(one, wanted) || does(other, wanted),
                Do::Locked(_, inner) | Do::HandedOn(_, inner) | Do::Panics(_, inner) | Do::Spawn(inner) => {
                    does(inner, wanted)
                }
                _ => false,
            }
    })
}

fn sends(one: &Do) -> bool {
    matches!(one, Do::Send | Do::TrySend | Do::CloneSender | Do::DropSender)
}

fn receives(one: &Do) -> bool {
    matches!(one, Do::Recv | Do::TryRecv | Do::DropReceiver)
}

fn owns(one: &Do) -> bool {
    matches!(one, Do::CloneOwner | Do::DropOwner)
}

/// Runs it, and returns what each thread saw that main has started, with what it was told by those that it joined; and what is
/// left.
pub fn run(program: &Program) -> Outcome {
    let shared = std::sync::Arc::new(Shared {
        atomics: [AtomicU64::new(0), AtomicU64::new(0)],
        locks: [Mutex::new(0), Mutex::new(0)],
    });
    let (sender, receiver) = unbounded();
    let owner = Arc::new(Loud(std::sync::Arc::clone(&shared)));
    let main = Own {
        shared: std::sync::Arc::clone(&shared),
        answers: Vec::new(),
        senders: vec![sender],
        receiver: Some(receiver),
        weak: Some(Arc::downgrade(&owner)),
        owners: vec![owner],
        children: Vec::new(),
        values: Vec::new(),
    };
    let owns: Vec<Own> = program.iter().map(|block| main.of_a_child(block)).collect();
    // Before anybody runs, so that there is nothing to it but what the threads have.
    drop(main);
    let threads: Vec<_> = owns.into_iter().zip(program).map(|(own, block)| own.start(block)).collect();
    let (mut outcome, values): (Outcome, Vec<Loud>) =
        threads.into_iter().map(|thread| thread.join().expect("a panic is a failure of the program")).unzip();
    drop(values);
    outcome.push(shared.atomics.iter().map(|x| x.load(SeqCst)).collect());
    outcome
}

impl Own {
    /// What a thread has that does this: of what its parent has, what it uses.
    fn of_a_child(&self, block: &[Do]) -> Own {
        let sender = self.senders.first().filter(|_| does(block, sends)).cloned();
        Own {
            shared: std::sync::Arc::clone(&self.shared),
            answers: Vec::new(),
            senders: sender.into_iter().collect(),
            receiver: self.receiver.as_ref().filter(|_| does(block, receives)).cloned(),
            owners: self.owners.first().filter(|_| does(block, owns)).cloned().into_iter().collect(),
            weak: self.weak.as_ref().filter(|_| does(block, |one| *one == Do::Upgrade)).cloned(),
            children: Vec::new(),
            values: Vec::new(),
        }
    }

    fn start(mut self, block: &[Do]) -> JoinHandle<(Vec<u64>, Loud)> {
        let block = block.to_vec();
        thread::spawn(move || {
            self.act(&block);
            (std::mem::take(&mut self.answers), self.loud())
        })
    }

    fn loud(&self) -> Loud {
        Loud(std::sync::Arc::clone(&self.shared))
    }

    fn act(&mut self, block: &[Do]) {
        block.iter().for_each(|one| self.perform(one));
    }

    fn perform(&mut self, one: &Do) {
        let shared = std::sync::Arc::clone(&self.shared);
        let answer = match one {
            Do::Load(x) => shared.atomics[*x].load(SeqCst),
            Do::Store(x, value) => {
                shared.atomics[*x].store(*value, SeqCst);
                return;
            }
            Do::Add(x) => shared.atomics[*x].fetch_add(1, SeqCst),
            Do::Branch(x, if_zero, otherwise) => {
                let read = shared.atomics[*x].load(SeqCst);
                self.act(if read == 0 { if_zero } else { otherwise });
                read
            }
            Do::Locked(lock, inner) => {
                let mut held = shared.locks[*lock].lock();
                *held += 1;
                self.act(inner);
                *held
            }
            Do::HandedOn(lock, inner) => self.take_over(shared.locks[*lock].lock(), inner),
            Do::TryLock(lock) => shared.locks[*lock].try_lock().map_or(NOTHING, |mut held| {
                *held += 1;
                *held
            }),
            Do::Panics(lock, inner) => catch_unwind(|| {
                let mut held = shared.locks[*lock].lock();
                *held += 10;
                self.act(inner);
                panic!("as it is to");
            })
            .map_or(PANICKED, |never: u64| never),
            Do::Spawn(inner) => {
                self.children.push(self.of_a_child(inner).start(inner));
                return;
            }
            Do::Join | Do::JoinAndDrop => {
                let Some(child) = self.children.pop() else { return };
                let (told, value) = child.join().expect("a panic is a failure of the program");
                self.answers.extend(told);
                if *one == Do::Join {
                    self.values.push(value);
                }
                return;
            }
            Do::IsFinished => self.children.last().map_or(NOTHING, |child| child.is_finished().into()),
            Do::LetGo => return drop(self.children.pop()),
            Do::Send => self.senders.last().map_or(NOTHING, |end| end.send(self.loud()).is_ok().into()),
            Do::TrySend => self.senders.last().map_or(NOTHING, |end| end.try_send(self.loud()).is_ok().into()),
            Do::Recv => self.receiver.as_ref().map_or(NOTHING, |end| end.recv().is_ok().into()),
            Do::TryRecv => self.receiver.as_ref().map_or(NOTHING, |end| match end.try_recv() {
                Ok(_) => 1,
                Err(error) => 2 + u64::from(error.is_empty()),
            }),
            Do::CloneSender => return self.senders.extend(self.senders.last().cloned()),
            Do::DropSender => return drop(self.senders.pop()),
            Do::DropReceiver => return drop(self.receiver.take()),
            Do::CloneOwner => return self.owners.extend(self.owners.last().cloned()),
            Do::DropOwner => return drop(self.owners.pop()),
            Do::Upgrade => {
                let upgraded = self.weak.as_ref().and_then(Weak::upgrade);
                let there = upgraded.is_some();
                self.owners.extend(upgraded);
                there.into()
            }
        };
        self.answers.push(answer);
    }

    /// Does something while it holds what another function has locked, and lets go of it.
    fn take_over(&mut self, mut held: MutexGuard<'_, u64>, inner: &[Do]) -> u64 {
        *held += 100;
        self.act(inner);
        *held
    }
}
