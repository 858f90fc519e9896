//! The programs of a family, one after the other, from the smallest; and one of them, run.

use std::sync::Arc;

use selvedge::sync::thread;

use super::object::{Code, Object, Seats};
use super::print;
use crate::dpor::compare::Outcome;

/// Operations of a program over one object, of all its threads together.
const OPERATIONS: usize = 5;

/// Operations of each of the two threads of a program over two objects.
const OF_EACH: usize = 3;

/// What a thread does: the number of an operation, and of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Op {
    pub object: usize,
    pub kind: usize,
}

/// What its threads do.
pub type Program = Vec<Vec<Op>>;

/// All programs over so many objects of a kind.
#[derive(Clone, Copy)]
pub struct Family {
    pub name: &'static str,
    pub objects: usize,
    pub optimal: bool,
    pub part: u64,
    threads: usize,
    pub code: &'static Code,
    /// How an operation is printed.
    pub operation: fn(usize) -> &'static str,
    /// Runs a program, whose threads are started in this order.
    pub run: fn(&Program, &[usize], objects: usize) -> Outcome,
    /// Those that threads do.
    alphabet: fn(objects: usize) -> Vec<usize>,
    fits: fn(&[usize]) -> bool,
    mirrored: fn(usize) -> Option<usize>,
}

impl Family {
    pub fn of_one<O: Object>() -> Self {
        Family {
            name: O::NAME,
            objects: 1,
            optimal: O::OPTIMAL,
            part: O::PART,
            threads: O::THREADS,
            code: const { &O::CODE },
            operation: |kind| O::OPERATIONS[kind].code,
            run: run::<O>,
            alphabet: |objects| if objects == 1 { (0..O::OPERATIONS.len()).collect() } else { O::OF_TWO.to_vec() },
            fits: O::fits,
            mirrored: O::mirrored,
        }
    }

    pub fn of_two<O: Object>() -> Self {
        Family { objects: 2, ..Family::of_one::<O>() }
    }

    /// Calls `each` with every program, the smallest first.
    pub fn programs(&self, each: &mut dyn FnMut(Program)) {
        let longest = if self.objects == 1 { OPERATIONS - 1 } else { OF_EACH };
        let bodies = self.bodies(longest);
        let (threads, most) = if self.objects == 1 { (self.threads, OPERATIONS) } else { (2, 2 * OF_EACH) };
        for operations in 2..=most {
            for threads in 2..=threads.min(operations) {
                self.fill(&bodies, threads, operations, &mut Vec::new(), each);
            }
        }
    }

    /// Everything that a thread can do, by its length.
    fn bodies(&self, longest: usize) -> Vec<Vec<Vec<Op>>> {
        let alphabet = (self.alphabet)(self.objects);
        let ops: Vec<Op> =
            (0..self.objects).flat_map(|object| alphabet.iter().map(move |&kind| Op { object, kind })).collect();
        let mut all = vec![vec![Vec::new()]];
        for _ in 0..longest {
            let shorter = all.last().expect("there is the empty one");
            let longer = shorter.iter().flat_map(|body| ops.iter().map(|&op| [&body[..], &[op]].concat())).collect();
            all.push(longer);
        }
        all.iter_mut().for_each(|bodies| bodies.retain(|body| self.body_fits(body)));
        all
    }

    fn body_fits(&self, body: &[Op]) -> bool {
        (0..self.objects).all(|object| {
            let done = on(body, object);
            // Of two objects each thread touches both: otherwise it is a program over one.
            (self.fits)(&done) && (self.objects == 1 || !done.is_empty())
        })
    }

    /// Whether a program is one of the family, in whatever order its threads are.
    pub fn has(&self, program: &Program) -> bool {
        program.len() > 1 && program.iter().all(|body| !body.is_empty() && self.body_fits(body))
    }

    /// Adds threads to a program: the longer come first, and of those with one length the smaller.
    fn fill(
        &self,
        bodies: &[Vec<Vec<Op>>],
        threads: usize,
        operations: usize,
        program: &mut Program,
        each: &mut dyn FnMut(Program),
    ) {
        let Some(others) = threads.checked_sub(1) else {
            if operations == 0 && self.is_canonical(program) {
                each(program.clone());
            }
            return;
        };
        let most = (operations - others).min(bodies.len() - 1);
        for length in (1..=most).rev() {
            for body in &bodies[length] {
                let follows = program.last().is_none_or(|last| (last.len(), body) >= (length, last));
                if follows {
                    program.push(body.clone());
                    self.fill(bodies, others, operations - length, program, each);
                    program.pop();
                }
            }
        }
    }

    /// Whether it comes first of those that differ from it by the names of objects and by values alone.
    fn is_canonical(&self, program: &Program) -> bool {
        let swapped = |op: Op| Some(Op { object: 1 - op.object, ..op });
        let mirrored = |op: Op| Some(Op { kind: (self.mirrored)(op.kind)?, ..op });
        let comes_first = |other: Option<Program>| other.is_none_or(|other| *program <= other);
        comes_first(renamed(program, mirrored))
            && (self.objects == 1
                || comes_first(renamed(program, swapped))
                    && comes_first(renamed(program, |op| mirrored(op).and_then(swapped))))
    }

    /// A program as a line of text.
    pub fn line(&self, program: &Program) -> String {
        let op = |op: &Op| print::in_one_line(&print::named((self.operation)(op.kind), op.object));
        let body = |body: &Vec<Op>| body.iter().map(op).collect::<Vec<_>>().join("; ");
        program.iter().map(body).collect::<Vec<_>>().join(" ‖ ")
    }
}

/// What is done to one of the objects.
pub fn on(body: &[Op], object: usize) -> Vec<usize> {
    body.iter().filter(|op| op.object == object).map(|op| op.kind).collect()
}

/// A program with other operations, its threads in their order.
fn renamed(program: &Program, rename: impl Fn(Op) -> Option<Op>) -> Option<Program> {
    let body = |body: &Vec<Op>| body.iter().map(|&op| rename(op)).collect::<Option<Vec<Op>>>();
    let mut program = program.iter().map(body).collect::<Option<Program>>()?;
    program.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
    Some(program)
}

fn run<O: Object>(program: &Program, order: &[usize], objects: usize) -> Outcome {
    let (shared, mains): (Vec<O>, Vec<O::Main>) = (0..objects).map(|_| O::new(Seats::of(order))).unzip();
    let shared = Arc::new(shared);
    let give = |body: &Vec<Op>| {
        let given = mains.iter().enumerate().map(|(object, main)| O::give(main, &on(body, object)));
        Some(given.collect::<Vec<O::Given>>())
    };
    let mut given: Vec<_> = program.iter().map(give).collect();
    // Before anybody runs, so that there is nothing to it but what the threads have.
    drop(mains);
    let start = |&thread: &usize| {
        let (shared, body) = (Arc::clone(&shared), program[thread].clone());
        let given = given[thread].take().expect("each is started once");
        let does = move || {
            let mut own: Vec<O::Own<'_>> = Vec::new();
            for (object, given) in shared.iter().zip(given) {
                own.push(object.begin(given, thread as u64 + 1));
            }
            let answer = |op: &Op| (O::OPERATIONS[op.kind].run)(&mut own[op.object]);
            let answers: Vec<u64> = body.iter().map(answer).collect();
            (answers, own.into_iter().map(O::end).collect::<Vec<O::Left>>())
        };
        (thread, thread::spawn(does))
    };
    let started: Vec<_> = order.iter().map(start).collect();
    let mut outcome = vec![Vec::new(); program.len()];
    let mut left = Vec::new();
    for (thread, handle) in started {
        let (answers, leaves) = handle.join().expect("a panic is a failure of the program");
        outcome[thread] = answers;
        left.push((thread, leaves));
    }
    // Main lets go of what they leave in the order of the program, which is the same for every order of starting.
    left.sort_by_key(|&(thread, _)| thread);
    drop(left);
    outcome.extend(shared.iter().map(O::state));
    outcome
}
