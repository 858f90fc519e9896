//! Random programs over atomics, locks and a condition variable, in which nothing is weaker than SeqCst: the same outcomes as
//! under `dpor`, in as many executions; and a failure where there is one.

use std::collections::BTreeSet;
use std::sync::Arc;

use fastrand::Rng;
use selvedge::check::{Engine, Explorer, Report, Verdict};
use selvedge::sync::atomic::AtomicUsize;
use selvedge::sync::atomic::Ordering::SeqCst;
use selvedge::sync::{Condvar, Mutex, thread};

/// What a thread does, to an object of that number.
#[derive(Clone, Copy, Debug)]
enum Op {
    Load(usize),
    Store(usize),
    Add(usize),
    Exchange(usize),
    Lock(usize),
    TryLock(usize),
    /// The other one inside of it.
    LockBoth(usize),
    /// Waits until the flag is set.
    Await,
    /// Waits for one notification, whoever it comes from.
    Wait,
    NotifyOne,
    NotifyAll,
    SetAndNotify,
}

const OPS: [&[Op]; 3] = [
    &[Op::Load(0), Op::Store(0), Op::Add(0), Op::Exchange(0), Op::Load(1), Op::Store(1), Op::Lock(0), Op::TryLock(0)],
    &[Op::Lock(0), Op::TryLock(0), Op::LockBoth(0), Op::LockBoth(1), Op::Lock(1), Op::TryLock(1), Op::Load(0)],
    &[Op::Await, Op::Wait, Op::NotifyOne, Op::NotifyAll, Op::SetAndNotify, Op::TryLock(2), Op::Store(0), Op::Load(0)],
];

type Program = Vec<Vec<Op>>;

fn random(rng: &mut Rng) -> Program {
    let ops = OPS[rng.usize(0..OPS.len())];
    let count = rng.usize(2..=3);
    (0..count).map(|_| (0..rng.usize(1..=5 - count)).map(|_| ops[rng.usize(0..ops.len())]).collect()).collect()
}

#[derive(Default)]
struct Objects {
    atomics: [AtomicUsize; 2],
    /// The last is the flag's.
    locks: [Mutex<usize>; 3],
    condvar: Condvar,
}

impl Objects {
    fn perform(&self, op: Op, me: usize) -> usize {
        let enter = |value: &mut usize| {
            *value = 4 * *value + me;
            *value
        };
        match op {
            Op::Load(at) => self.atomics[at].load(SeqCst),
            Op::Store(at) => {
                self.atomics[at].store(me, SeqCst);
                0
            }
            Op::Add(at) => self.atomics[at].fetch_add(me, SeqCst),
            Op::Exchange(at) => self.atomics[at].compare_exchange(0, me, SeqCst, SeqCst).unwrap_or_else(|read| read),
            Op::Lock(at) => enter(&mut self.locks[at].lock()),
            Op::TryLock(at) => self.locks[at].try_lock().map_or(0, |mut value| enter(&mut value)),
            Op::LockBoth(at) => {
                let _first = self.locks[at].lock();
                enter(&mut self.locks[1 - at].lock())
            }
            Op::Await => {
                let mut flag = self.locks[2].lock();
                self.condvar.wait_while(&mut flag, |flag| *flag == 0);
                *flag
            }
            Op::Wait => {
                let mut flag = self.locks[2].lock();
                self.condvar.wait(&mut flag);
                *flag
            }
            Op::NotifyOne => usize::from(self.condvar.notify_one()),
            Op::NotifyAll => self.condvar.notify_all(),
            Op::SetAndNotify => {
                *self.locks[2].lock() = me;
                usize::from(self.condvar.notify_one())
            }
        }
    }
}

/// What each thread has got.
type Outcome = Vec<Vec<usize>>;

fn explore(engine: Engine, program: &Program) -> (Report, BTreeSet<Outcome>) {
    let outcomes = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let (theirs, program) = (Arc::clone(&outcomes), program.clone());
    let report = Explorer::new(engine).simplify(false).run(move || {
        let objects = Arc::new(Objects::default());
        let start = |(number, ops): (usize, &Vec<Op>)| {
            let (objects, ops) = (Arc::clone(&objects), ops.clone());
            thread::spawn(move || ops.iter().map(|&op| objects.perform(op, number + 1)).collect::<Vec<_>>())
        };
        let threads: Vec<_> = program.iter().enumerate().map(start).collect();
        let outcome: Outcome = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        theirs.lock().unwrap().insert(outcome);
    });
    let outcomes = outcomes.lock().unwrap().clone();
    (report, outcomes)
}

/// What both engines say of so many programs is the same.
fn compare(programs: usize, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    for _ in 0..programs {
        let program = random(&mut rng);
        let [(weak, theirs), (strong, ours)] = [Engine::Rc11, Engine::Dpor].map(|engine| explore(engine, &program));
        let context = format!("{program:?}: {weak}, but {strong}");
        match &strong.verdict {
            Verdict::Failed(_) => assert!(matches!(weak.verdict, Verdict::Failed(_)), "{context}"),
            verdict => {
                assert_eq!(
                    (&weak.verdict, weak.executions, weak.blocked),
                    (verdict, strong.executions, 0),
                    "{context}"
                );
                assert_eq!(theirs, ours, "{context}");
            }
        }
    }
}

#[test]
fn random_programs_with_objects_have_as_many_executions_as_under_dpor() {
    compare(60, 5);
}

/// As many as `SELVEDGE_PROGRAMS` says.
#[test]
#[ignore = "takes minutes"]
fn many_random_programs_with_objects_have_as_many_executions_as_under_dpor() {
    let programs = std::env::var("SELVEDGE_PROGRAMS").map_or(2_000, |text| text.parse().expect("a number of programs"));
    compare(programs, 6);
}
