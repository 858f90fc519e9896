//! A workload with its types hidden: its driver need not know operations or answers.

use std::fmt::Debug;

use fastrand::Rng;
use selvedge::check::linearizability::{Answer, Checker, Counterexample, History, Outcome};
use selvedge::sync::{Arc, Mutex};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Op, Plan, Ret, Workload};

/// Steps after which the checker gives up on a history.
const BUDGET: u64 = 2_000_000;
/// Operations that a counterexample shows of each kind.
const SHOWN: usize = 6;

/// An operation of a recorded history, in the nanoseconds of the round.
#[derive(Debug, Serialize, Deserialize)]
struct Call<Op, Ret> {
    thread: usize,
    op: Op,
    invoked: u64,
    ret: Ret,
    returned: u64,
}

/// The judgment of a history.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// Some order of the operations explains it.
    Explained,
    /// The checker gave up.
    Undecided,
    /// No order explains it.
    Broken {
        /// Which operation is unexplained, and what is known about it.
        why: String,
        /// The history, for [`Entry::judge`].
        history: Value,
    },
}

/// An object in a round of operations.
pub trait Round: Send + Sync {
    /// Draws the operation of a thread that has performed so many, and performs it. In a round whose history is recorded
    /// it is, with the time of `now` before and after it.
    ///
    /// # Errors
    ///
    /// What cannot be.
    fn step(&self, thread: usize, number: u32, random: &mut Rng, now: &dyn Fn() -> u64) -> Result<(), String>;

    /// What must hold when all threads have stopped.
    ///
    /// # Errors
    ///
    /// What does not.
    fn verify(&self) -> Result<(), String>;

    /// Judges the recorded history.
    fn judge(&self) -> Judged;
}

/// A structure's workload, or that of a broken twin.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The module of the pattern.
    pub pattern: &'static str,
    /// The type that operations are performed on.
    pub subject: &'static str,
    /// Whether it is a twin, in which something has to break.
    pub is_twin: bool,
    operations: u32,
    start: fn(Plan) -> Arc<Box<dyn Round>>,
    draw: fn(&Plan, usize) -> Box<dyn Iterator<Item = String>>,
    judge: fn(&Plan, Value) -> Result<Judged, String>,
}

impl Entry {
    /// The workload of a pattern, which has to hold.
    pub(crate) fn new<W: Workload>(pattern: &'static str, subject: &'static str) -> Self {
        Entry {
            pattern,
            subject,
            is_twin: false,
            operations: W::OPERATIONS,
            start: |plan| {
                let calls = no_calls(plan.threads);
                Arc::new(Box::new(Running { object: W::start(&plan), plan, calls }))
            },
            draw: |plan, thread| {
                let (plan, mut random) = (plan.clone(), plan.random(thread));
                Box::new((0..).map(move |number| format!("{:?}", W::draw(&plan, number, &mut random))))
            },
            judge: |plan, history| {
                let calls = serde_json::from_value(history).map_err(|error| format!("this is no history: {error}"))?;
                Ok(judge(calls, &|checker, history| checker.check_by_key(&W::specification(plan), history, W::part)))
            },
        }
    }

    /// The workload of a broken twin.
    pub(crate) fn twin<W: Workload>(pattern: &'static str, subject: &'static str) -> Self {
        Entry { is_twin: true, ..Entry::new::<W>(pattern, subject) }
    }

    /// The plan of a round.
    pub fn plan(&self, seed: u64, round: u64, threads: usize) -> Plan {
        Plan::new(seed, round, threads, self.operations)
    }

    /// The object of a round, before the first operation.
    pub fn start(&self, plan: Plan) -> Arc<Box<dyn Round>> {
        (self.start)(plan)
    }

    /// The operations of a thread in words, one after another and without end.
    pub fn draw(&self, plan: &Plan, thread: usize) -> impl Iterator<Item = String> + use<> {
        (self.draw)(plan, thread)
    }

    /// Judges a history that was recorded before.
    ///
    /// # Errors
    ///
    /// If it is not a history of this workload.
    pub fn judge(&self, plan: &Plan, history: Value) -> Result<Judged, String> {
        (self.judge)(plan, history)
    }
}

impl Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.pattern, self.subject)
    }
}

struct Running<W: Workload> {
    object: W,
    plan: Plan,
    /// The calls that each thread has recorded.
    calls: Box<[Mutex<Calls<W>>]>,
}

type Calls<W> = Vec<Call<Op<W>, Ret<W>>>;

/// Empty records for so many threads.
fn no_calls<T>(threads: usize) -> Box<[Mutex<Vec<T>>]> {
    (0..threads).map(|_| Mutex::default()).collect()
}

impl<W: Workload> Round for Running<W> {
    fn step(&self, thread: usize, number: u32, random: &mut Rng, now: &dyn Fn() -> u64) -> Result<(), String> {
        let op = W::draw(&self.plan, number, random);
        if !self.plan.recorded {
            return self.object.perform(thread, &op).map(drop);
        }
        let invoked = now();
        let ret = self.object.perform(thread, &op)?;
        let returned = now();
        self.calls[thread].lock().push(Call { thread, op, invoked, ret, returned });
        Ok(())
    }

    fn verify(&self) -> Result<(), String> {
        self.object.verify()
    }

    fn judge(&self) -> Judged {
        let calls = self.calls.iter().flat_map(|calls| std::mem::take(&mut *calls.lock())).collect();
        judge(calls, &|checker, history| checker.check_by_key(&W::specification(&self.plan), history, W::part))
    }
}

/// Whether `check` finds an explanation. Compiled once for all twins of a structure.
fn judge<Op, Ret>(calls: Vec<Call<Op, Ret>>, check: &dyn Fn(&Checker, &History<Op, Ret>) -> Answer) -> Judged
where
    Op: Debug + Serialize,
    Ret: Debug + Serialize,
{
    // As the history numbers them.
    let mut times: Vec<Time> = calls.iter().map(|call| (call.invoked, call.thread, call.returned)).collect();
    times.sort_unstable();
    let saved = serde_json::to_value(&calls).expect("operations and answers are plain values");
    let intervals = calls.into_iter().map(|call| (call.thread, call.op, call.invoked, Some((call.returned, call.ret))));
    let history = match History::from_intervals(intervals) {
        Ok(history) => history,
        Err(error) => return Judged::Broken { why: format!("this is no history: {error}"), history: saved },
    };
    match check(&Checker::new().budget(BUDGET), &history) {
        Answer::Linearizable(_) => Judged::Explained,
        Answer::Undecided { .. } => Judged::Undecided,
        Answer::NotLinearizable(why) => Judged::Broken { why: tell(&history, &times, &why), history: saved },
    }
}

/// When an operation was invoked, by which thread, and when it returned.
type Time = (u64, usize, u64);

/// The unexplained operation, the operations at the same time, and those before it.
fn tell<Op: Debug, Ret: Debug>(history: &History<Op, Ret>, times: &[Time], why: &Counterexample) -> String {
    let operations = history.operations();
    let words = |&number: &usize| {
        let operation = &operations[number];
        let answer = match &operation.outcome {
            Outcome::Returned(ret) => format!(" = {ret:?}"),
            _ => String::new(),
        };
        format!("{:?}{answer} in thread {}", operation.op, operation.process)
    };
    let (invoked, _, returned) = times[why.misfit];
    let meanwhile = (0..operations.len()).filter(|&other| other != why.misfit);
    let meanwhile = meanwhile.filter(|&other| times[other].0 <= returned && invoked <= times[other].2);
    let list = |numbers: &[usize]| numbers.iter().map(words).collect::<Vec<_>>().join(", ");
    let meanwhile: Vec<usize> = meanwhile.take(SHOWN).collect();
    let before = &why.explained[why.explained.len().saturating_sub(SHOWN)..];
    let mut text = format!("not linearizable: {} has no place in any order", words(&why.misfit));
    for (title, numbers) in
        [("at the same time", meanwhile.as_slice()), ("the longest order before it ends in", before)]
    {
        if !numbers.is_empty() {
            text += &format!("\n  {title}: {}", list(numbers));
        }
    }
    text
}
