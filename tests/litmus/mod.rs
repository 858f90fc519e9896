//! Litmus tests with published counts: `litmus.tsv`, read, and run through the facade.
//!
//! A line has a name, how many execution graphs are consistent under sequential consistency and under RC11, and the
//! program: threads separated by `|`, operations by spaces. `x=1.rel` is a store, `x.acq` a load, `x+=1.rlx` a fetch_add,
//! `x<-1.rlx` a swap, and `fence.sc` a fence. All variables start at 0.

use std::collections::BTreeMap;

use selvedge::sync::atomic::{AtomicU64, Ordering, fence};
use selvedge::sync::{Arc, thread};

/// An operation of a thread; variables are numbers, from 0 on in the order in which the program names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Load(usize, Ordering),
    Store(usize, u64, Ordering),
    FetchAdd(usize, u64, Ordering),
    Swap(usize, u64, Ordering),
    Fence(Ordering),
}

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Litmus {
    pub name: String,
    /// How many executions there are under sequential consistency.
    pub sc: u64,
    /// And under RC11.
    pub rc11: u64,
    pub threads: Vec<Vec<Op>>,
    /// What the program calls its variables.
    pub variables: Vec<String>,
}

/// All lines of the file.
///
/// # Panics
///
/// Names the line that cannot be read.
pub fn all() -> Vec<Litmus> {
    let lines = include_str!("litmus.tsv").lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| Litmus::read(line).unwrap_or_else(|| panic!("this is no litmus test: {line}"));
    lines.skip(1).map(read).collect()
}

impl Litmus {
    /// `None` where the line cannot be read.
    pub fn read(line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        let (name, sc, rc11) = (fields.next()?.to_owned(), fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let mut variables = BTreeMap::new();
        let mut thread = |text: &str| text.split_whitespace().map(|op| read_op(op, &mut variables)).collect();
        let threads = fields.next()?.split('|').map(&mut thread).collect::<Option<_>>()?;
        let mut variables: Vec<(String, usize)> = variables.into_iter().collect();
        variables.sort_by_key(|&(_, number)| number);
        let variables = variables.into_iter().map(|(name, _)| name).collect();
        fields.next().is_none().then_some(Litmus { name, sc, rc11, threads, variables })
    }

    /// Runs the program; what each of its operations has read, thread by thread, and nothing for those that do not.
    pub fn run(&self) -> Vec<Vec<u64>> {
        let variables: Arc<[AtomicU64]> = self.variables.iter().map(|_| AtomicU64::new(0)).collect::<Vec<_>>().into();
        let start = |ops: &Vec<Op>| {
            let (variables, ops) = (Arc::clone(&variables), ops.clone());
            thread::spawn(move || ops.iter().filter_map(|op| op.run(&variables)).collect())
        };
        let threads: Vec<_> = self.threads.iter().map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    }
}

impl Op {
    /// What it reads, if it reads.
    fn run(self, variables: &[AtomicU64]) -> Option<u64> {
        match self {
            Op::Load(x, ordering) => Some(variables[x].load(ordering)),
            Op::FetchAdd(x, value, ordering) => Some(variables[x].fetch_add(value, ordering)),
            Op::Swap(x, value, ordering) => Some(variables[x].swap(value, ordering)),
            Op::Store(x, value, ordering) => {
                variables[x].store(value, ordering);
                None
            }
            Op::Fence(ordering) => {
                fence(ordering);
                None
            }
        }
    }
}

fn read_op(text: &str, variables: &mut BTreeMap<String, usize>) -> Option<Op> {
    let (what, ordering) = text.rsplit_once('.')?;
    let ordering = match ordering {
        "rlx" => Ordering::Relaxed,
        "rel" => Ordering::Release,
        "acq" => Ordering::Acquire,
        "acqrel" => Ordering::AcqRel,
        "sc" => Ordering::SeqCst,
        _ => return None,
    };
    if what == "fence" {
        return Some(Op::Fence(ordering));
    }
    let mut variable = |name: &str| {
        let next = variables.len();
        let fits = name.chars().all(char::is_alphanumeric) && name.starts_with(char::is_alphabetic);
        fits.then(|| *variables.entry(name.to_owned()).or_insert(next))
    };
    // The longer signs first: `=` is a part of `+=`.
    if let Some((name, value)) = what.split_once("+=") {
        return Some(Op::FetchAdd(variable(name)?, value.parse().ok()?, ordering));
    }
    if let Some((name, value)) = what.split_once("<-") {
        return Some(Op::Swap(variable(name)?, value.parse().ok()?, ordering));
    }
    match what.split_once('=') {
        Some((name, value)) => Some(Op::Store(variable(name)?, value.parse().ok()?, ordering)),
        None => Some(Op::Load(variable(what)?, ordering)),
    }
}
