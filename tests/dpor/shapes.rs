//! Random programs of shapes that grow: threads that start threads and return values, destructors that do something, ends and
//! owners that are cloned and dropped, guards that another function lets go of, panics that are caught, branches on what was
//! read, and four threads and more of one operation. `dpor` finds in each what the search that prunes nothing finds.

mod run;

use libtest_mimic::{Failed, Trial};

use crate::dpor::compare::{Kind, Search};
use crate::generated::Numbers;

/// Executions of the search that does not prune, past which a program is not small.
const LIMIT: u64 = 3_000;

/// Programs of one test, of one that is run where it is asked for, and tests.
const PROGRAMS: u64 = 60;
const MANY: u64 = 1_500;
const TESTS: u64 = 6;

/// What a thread does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Do {
    Load(usize),
    Store(usize, u64),
    Add(usize),
    /// Does the one if what is read is 0, and else the other.
    Branch(usize, Vec<Do>, Vec<Do>),
    /// Does something under a lock.
    Locked(usize, Vec<Do>),
    /// Takes a lock, and hands the guard to another function that does something and lets go of it.
    HandedOn(usize, Vec<Do>),
    TryLock(usize),
    /// Does something under a lock, and panics there; the panic is caught.
    Panics(usize, Vec<Do>),
    /// Starts a thread, which returns a value whose destructor does something.
    Spawn(Vec<Do>),
    /// Joins the thread started last, and keeps its value until the end.
    Join,
    /// Joins it, and drops its value at once.
    JoinAndDrop,
    IsFinished,
    /// Lets go of the thread started last.
    LetGo,
    Send,
    TrySend,
    Recv,
    TryRecv,
    CloneSender,
    DropSender,
    DropReceiver,
    CloneOwner,
    DropOwner,
    Upgrade,
}

use Do::*;

/// What the threads do that main starts and joins.
pub type Program = Vec<Vec<Do>>;

/// What programs of a shape are made of; an empty block is filled.
type Shape = &'static [Do];

const SHAPES: [Shape; 7] = [
    &[Load(0), Store(0, 1), Add(0), Branch(0, Vec::new(), Vec::new()), Branch(1, Vec::new(), Vec::new()), Store(1, 1)],
    &[Spawn(Vec::new()), Spawn(Vec::new()), Join, JoinAndDrop, IsFinished, LetGo, Load(0), Add(0)],
    &[Locked(0, Vec::new()), HandedOn(0, Vec::new()), TryLock(0), Panics(0, Vec::new()), Load(0), Store(0, 2)],
    &[Send, TrySend, Recv, TryRecv, CloneSender, DropSender, DropReceiver],
    &[CloneOwner, DropOwner, DropOwner, Upgrade, Load(0), Store(0, 3)],
    &[HandedOn(1, Vec::new()), Locked(0, Vec::new()), DropOwner, TryLock(1), TrySend],
    &[Panics(1, Vec::new()), DropOwner, TryRecv, Spawn(Vec::new()), JoinAndDrop, Add(1)],
];

/// A program of two shapes: a few threads of a few operations, or more threads of one.
fn program(seed: u64) -> Program {
    let mut numbers = Numbers(seed);
    let shapes = [SHAPES[numbers.below(SHAPES.len())], SHAPES[numbers.below(SHAPES.len())]];
    let (threads, most) = match numbers.below(4) {
        0 => (4 + numbers.below(2), 1),
        1 => (3, 2),
        _ => (2, 3),
    };
    (0..threads).map(|_| block(&mut numbers, &shapes, most, 2)).collect()
}

fn block(numbers: &mut Numbers, shapes: &[Shape; 2], most: usize, depth: usize) -> Vec<Do> {
    (0..1 + numbers.below(most))
        .map(|_| {
            let shape = shapes[usize::from(numbers.below(4) == 0)];
            let inner = |numbers: &mut Numbers| match depth {
                0 => Vec::new(),
                _ if numbers.below(4) == 0 => Vec::new(),
                _ => block(numbers, shapes, 1, depth - 1),
            };
            match &shape[numbers.below(shape.len())] {
                &Branch(x, ..) => Branch(x, inner(numbers), inner(numbers)),
                &Locked(lock, _) => Locked(lock, inner(numbers)),
                &HandedOn(lock, _) => HandedOn(lock, inner(numbers)),
                &Panics(lock, _) => Panics(lock, inner(numbers)),
                Spawn(_) => Spawn(inner(numbers)),
                other => other.clone(),
            }
        })
        .collect()
}

/// How the searches differ, and what they say; nothing where the program is too large or they do not.
fn difference(program: &Program) -> Result<Option<(Kind, String)>, TooLarge> {
    let run = || {
        let program = program.clone();
        move || run::run(&program)
    };
    let all = Search::unpruned(LIMIT, run());
    if all.is_cut() {
        return Err(TooLarge);
    }
    let differs = |jobs| {
        let search = Search::pruned(jobs, run());
        Some((search.differs_from(&all, true)?, search.beside(&all)))
    };
    Ok(differs(1).or_else(|| differs(2)))
}

/// Of a program with more executions than are worth it.
struct TooLarge;

/// Each way to take away a thread, a statement, or what is around a block.
fn smaller(program: &Program) -> Vec<Program> {
    let with = |at: usize, block: Vec<Do>| {
        let mut other = program.clone();
        other[at] = block;
        other
    };
    let without = |at: usize| [&program[..at], &program[at + 1..]].concat();
    let shorter = |at: usize| shorter(&program[at]).into_iter().map(move |block| with(at, block));
    (0..program.len()).map(without).chain((0..program.len()).flat_map(shorter)).filter(|one| !one.is_empty()).collect()
}

fn shorter(block: &[Do]) -> Vec<Vec<Do>> {
    let replaced = |at: usize, by: Vec<Do>| [&block[..at], &by, &block[at + 1..]].concat();
    let mut all = Vec::new();
    for (at, one) in block.iter().enumerate() {
        all.push(replaced(at, Vec::new()));
        let mut inside = |inner: &Vec<Do>, wrap: &dyn Fn(Vec<Do>) -> Do| {
            all.push(replaced(at, inner.clone()));
            all.extend(shorter(inner).into_iter().map(|inner| replaced(at, vec![wrap(inner)])));
        };
        match one {
            &Branch(x, ref one, ref other) => {
                inside(one, &|one| Branch(x, one, other.clone()));
                inside(other, &|other| Branch(x, one.clone(), other));
            }
            &Locked(lock, ref inner) => inside(inner, &|inner| Locked(lock, inner)),
            &HandedOn(lock, ref inner) => inside(inner, &|inner| HandedOn(lock, inner)),
            &Panics(lock, ref inner) => inside(inner, &|inner| Panics(lock, inner)),
            Spawn(inner) => inside(inner, &Spawn),
            _ => (),
        }
    }
    all
}

/// Takes away what it can while the searches differ in the same way.
fn shrink(mut program: Program, kind: Kind) -> (Program, String) {
    let differs = |program: &Program| difference(program).ok().flatten().filter(|(other, _)| *other == kind);
    let mut said = differs(&program).map(|(_, said)| said).unwrap_or_default();
    while let Some((next, words)) =
        smaller(&program).into_iter().find_map(|one| differs(&one).map(|(_, words)| (one, words)))
    {
        (program, said) = (next, words);
    }
    (program, said)
}

/// Programs in which the two searches differed once, made smaller.
fn regressions() -> Vec<Program> {
    vec![
        vec![vec![DropOwner], vec![DropOwner], vec![DropOwner]],
        vec![vec![Spawn(vec![]), Load(0)], vec![Load(0)]],
        vec![vec![Branch(0, vec![Store(0, 1)], vec![Store(0, 2)])], vec![Store(0, 1)], vec![Load(0)], vec![Load(0)]],
    ]
}

fn compare(programs: impl Iterator<Item = Program>) -> Result<u64, Failed> {
    let (mut compared, mut kinds, mut differing) = (0, Vec::new(), 0);
    for program in programs {
        let Ok(difference) = difference(&program) else { continue };
        compared += 1;
        let Some((kind, _)) = difference else { continue };
        differing += 1;
        if kinds.len() < 8 {
            let (program, said) = shrink(program, kind);
            let text = format!("{kind:?}: {program:?}\n  {said}");
            if !kinds.contains(&text) {
                kinds.push(text);
            }
        }
    }
    if differing == 0 {
        return Ok(compared);
    }
    kinds.sort_by_key(String::len);
    Err(format!("{differing} of {compared} programs differ, such as\n{}", kinds.join("\n")).into())
}

pub fn trials() -> Vec<Trial> {
    let random = |seeds: std::ops::Range<u64>| {
        let count = seeds.end - seeds.start;
        let compared = compare(seeds.map(program))?;
        if compared * 2 > count { Ok(()) } else { Err(format!("only {compared} of {count} were small enough").into()) }
    };
    let test = |block: u64| {
        Trial::test(format!("programs_that_grow_{block}_have_all_their_outcomes"), move || {
            random(block * PROGRAMS..(block + 1) * PROGRAMS)
        })
    };
    let many = |block: u64| {
        let start = TESTS * PROGRAMS + block * MANY;
        Trial::test(format!("many_programs_that_grow_{block}"), move || random(start..start + MANY))
            .with_ignored_flag(true)
    };
    let regressions =
        Trial::test("programs_that_grew_and_differed_once", || compare(regressions().into_iter()).map(drop));
    (0..TESTS).map(test).chain((0..4).map(many)).chain([regressions]).collect()
}
