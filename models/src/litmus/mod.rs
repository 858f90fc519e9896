//! Litmus programs: the smallest in which a memory model shows, and what the engines allow of each.
//!
//! The shapes and their names are those of the literature (Alglave, Maranget and Tautschnig, "Herding cats", TOPLAS
//! 2014). What loom and SC allow is not written by hand: `loom.txt` and `dpor.txt` are printed by the engines, each in
//! its build, and a test compares them there (`models/tests/units/litmus.rs`).
//!
//! | what loom's silence means | |
//! |---|---|
//! | in general | C11 forbids the outcome |
//! | where every access is SeqCst | nothing: loom takes them for acquire and release, and SC decides |
//! | where there is one variable | nothing that SC would not say as well: C11's coherence is SC for each variable, and SC decides |
//! | where threads would read what is written after they have read, as in load buffering | nothing: loom performs one operation after another. That outcome is [`Litmus::unexplored`] |

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use selvedge::check::protocol::litmus::{Allowed, Outcome, Seen, Table};
use selvedge::sync::atomic::{AtomicU32, Ordering, fence};
use selvedge::sync::thread;

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Writes a value to a variable.
    Write(usize, u32, Ordering),
    /// Reads a variable into the next register.
    Read(usize, Ordering),
    /// A fence.
    Fence(Ordering),
}
use Step::{Fence, Read, Write};

/// Variables of a program.
pub const VARIABLES: usize = 2;

/// A litmus program.
#[derive(Clone, Debug)]
pub struct Litmus {
    /// The shape.
    pub shape: &'static str,
    /// The orderings.
    pub orderings: &'static str,
    /// The threads.
    pub threads: Vec<Vec<Step>>,
    /// The outcome that C11 allows and loom does not explore, if there is one.
    pub unexplored: Option<Outcome>,
}

impl Litmus {
    /// `shape/orderings`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.shape, self.orderings)
    }

    /// Whether the outcome is what the variables hold in the end: there is no read.
    pub fn ends_in_variables(&self) -> bool {
        !self.threads.iter().flatten().any(|step| matches!(step, Read(..)))
    }

    /// Runs the program once, on threads of the facade and the calling thread.
    pub fn run(&self) -> Outcome {
        let variables: [AtomicU32; VARIABLES] = std::array::from_fn(|_| AtomicU32::new(0));
        let all = |steps: &[Step]| -> Outcome {
            steps.iter().filter_map(|&step| perform(step, |at| &variables[at])).collect()
        };
        let (first, others) = self.threads.split_first().expect("a program has threads");
        // This thread is the first of them: an engine has one thread less to interleave.
        let read: Outcome = thread::scope(|scope| {
            let others: Vec<_> = others.iter().map(|steps| scope.spawn(move || all(steps))).collect();
            let mut read = all(first);
            others.into_iter().for_each(|thread| read.extend(thread.join().expect("it does not panic")));
            read
        });
        match self.ends_in_variables() {
            true => variables.iter().map(|variable| variable.load(Ordering::Relaxed)).collect(),
            false => read,
        }
    }

    /// Every outcome that an engine shows, or that loom does not explore, with the models that allow it.
    ///
    /// loom explores programs of four threads up to a bound on preemptions. No forbidden outcome rests on that bound:
    /// `iriw` shows every outcome under loom as it is, and for the others SC decides.
    pub fn allowed(&self) -> BTreeMap<Outcome, Allowed> {
        let [loom, sc] = [LOOM, DPOR].map(|file| outcomes(file, &self.name()));
        let all = loom.iter().chain(&sc).chain(&self.unexplored);
        all.map(|outcome| (outcome.clone(), self.worth(outcome, &loom, &sc))).collect()
    }

    /// A table of the outcomes that came beside those that may come.
    pub fn table(&self, mut counts: BTreeMap<Outcome, u64>) -> Table {
        let mut allowed = self.allowed();
        counts.keys().for_each(|outcome| _ = allowed.entry(outcome.clone()).or_insert(Allowed::nowhere()));
        let rows = allowed.into_iter().map(|(outcome, allowed)| {
            let count = counts.remove(&outcome).unwrap_or(0);
            Seen { outcome, count, allowed }
        });
        let rows: Vec<Seen> = rows.collect();
        let titles = match self.ends_in_variables() {
            true => (0..VARIABLES).map(|variable| name_of(variable).to_string()).collect(),
            false => (0..rows[0].outcome.len()).map(|register| format!("r{register}")).collect(),
        };
        Table { name: self.name(), program: self.to_string(), titles, rows }
    }

    fn worth(&self, outcome: &Outcome, loom: &BTreeSet<Outcome>, sc: &BTreeSet<Outcome>) -> Allowed {
        let (loom, sc) = (loom.contains(outcome), sc.contains(outcome));
        let accesses = self.threads.iter().flatten().filter_map(|step| match *step {
            Write(at, _, ordering) | Read(at, ordering) => Some((at, ordering)),
            Fence(_) => None,
        });
        let accesses: Vec<(usize, Ordering)> = accesses.collect();
        let strong = accesses.iter().all(|&(_, ordering)| ordering == Ordering::SeqCst);
        let by_c11 = match () {
            () if strong || accesses.iter().all(|&(at, _)| at == accesses[0].0) => Some(sc),
            () if !loom && self.unexplored.as_ref() == Some(outcome) => None,
            () => Some(loom || sc),
        };
        Allowed { loom, sc, by_c11 }
    }
}

/// Performs a step, and returns what it reads.
#[inline]
pub fn perform<'a>(step: Step, variable: impl FnOnce(usize) -> &'a AtomicU32) -> Option<u32> {
    match step {
        Write(at, value, ordering) => variable(at).store(value, ordering),
        Read(at, ordering) => return Some(variable(at).load(ordering)),
        Fence(ordering) => fence(ordering),
    }
    None
}

impl fmt::Display for Litmus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut register = 0;
        let mut words = |step: &Step| match step {
            Write(at, value, _) => format!("{} = {value}", name_of(*at)),
            Read(at, _) => {
                register += 1;
                format!("r{} = {}", register - 1, name_of(*at))
            }
            Fence(_) => "fence".to_owned(),
        };
        let threads: Vec<String> =
            self.threads.iter().map(|steps| steps.iter().map(&mut words).collect::<Vec<_>>().join("; ")).collect();
        f.write_str(&threads.join(" | "))
    }
}

/// The name of a variable.
pub fn name_of(variable: usize) -> char {
    ['x', 'y'][variable]
}

/// The outcomes of each program under loom: printed by loom.
pub const LOOM: &str = include_str!("loom.txt");
/// The outcomes under `dpor`, which are those that sequential consistency allows: printed by `dpor`.
pub const DPOR: &str = include_str!("dpor.txt");

/// A program's line of such a file.
pub fn line<'a>(name: &str, outcomes: impl Iterator<Item = &'a Outcome>) -> String {
    let outcomes: Vec<String> = outcomes.map(|outcome| text(outcome)).collect();
    format!("{name}: {}\n", outcomes.join(", "))
}

/// An outcome as it is shown.
pub fn text(outcome: &[u32]) -> String {
    outcome.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
}

/// The outcomes that a file has for a program.
fn outcomes(file: &str, name: &str) -> BTreeSet<Outcome> {
    let line = file.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let number = |text: &str| text.parse().expect("an outcome is numbers");
    let outcome = |text: &str| text.split(' ').map(number).collect();
    line.into_iter().flat_map(|line| line.split(", ").map(outcome)).collect()
}

/// Every program.
pub fn all() -> Vec<Litmus> {
    use Ordering::{Acquire, Relaxed, Release, SeqCst};
    type Orderings = (&'static str, Ordering, Ordering);
    const RELAXED: Orderings = ("relaxed", Relaxed, Relaxed);
    const ACQUIRE_RELEASE: Orderings = ("acquire_release", Release, Acquire);
    const SEQ_CST: Orderings = ("seq_cst", SeqCst, SeqCst);
    let mut all = Vec::new();
    // Adds a shape with each of some orderings of its writes and reads.
    let mut add =
        |shape, orderings: &[Orderings], unexplored: Option<&[u32]>, make: &dyn Fn(_, _) -> Vec<Vec<Step>>| {
            let litmus = |&(orderings, write, read): &Orderings| Litmus {
                shape,
                orderings,
                threads: make(write, read),
                unexplored: unexplored.map(<[u32]>::to_vec),
            };
            all.extend(orderings.iter().map(litmus));
        };
    const X: usize = 0;
    const Y: usize = 1;
    add("store_buffering", &[RELAXED, ACQUIRE_RELEASE, SEQ_CST], None, &|w, r| {
        vec![vec![Write(X, 1, w), Read(Y, r)], vec![Write(Y, 1, w), Read(X, r)]]
    });
    add("store_buffering", &[("seq_cst_fences", Relaxed, Relaxed)], None, &|w, r| {
        vec![vec![Write(X, 1, w), Fence(SeqCst), Read(Y, r)], vec![Write(Y, 1, w), Fence(SeqCst), Read(X, r)]]
    });
    add("message_passing", &[RELAXED, ACQUIRE_RELEASE, SEQ_CST], None, &|w, r| {
        vec![vec![Write(X, 1, w), Write(Y, 1, w)], vec![Read(Y, r), Read(X, r)]]
    });
    let load_buffering = |w, r| vec![vec![Read(X, r), Write(Y, 1, w)], vec![Read(Y, r), Write(X, 1, w)]];
    // Each reads what the other writes after its read.
    add("load_buffering", &[RELAXED], Some(&[1, 1]), &load_buffering);
    add("load_buffering", &[ACQUIRE_RELEASE, SEQ_CST], None, &load_buffering);
    add("2+2w", &[RELAXED, ACQUIRE_RELEASE, SEQ_CST], None, &|w, _| {
        vec![vec![Write(X, 1, w), Write(Y, 2, w)], vec![Write(Y, 1, w), Write(X, 2, w)]]
    });
    add("iriw", &[RELAXED, ACQUIRE_RELEASE, SEQ_CST], None, &|w, r| {
        vec![vec![Write(X, 1, w)], vec![Write(Y, 1, w)], vec![Read(X, r), Read(Y, r)], vec![Read(Y, r), Read(X, r)]]
    });
    add("coherence", &[RELAXED], None, &|w, r| {
        vec![vec![Write(X, 1, w), Write(X, 2, w)], vec![Read(X, r), Read(X, r)]]
    });
    add("coherence_of_two_writers", &[RELAXED], None, &|w, r| {
        vec![vec![Write(X, 1, w)], vec![Write(X, 2, w)], vec![Read(X, r), Read(X, r)], vec![Read(X, r), Read(X, r)]]
    });
    all
}
