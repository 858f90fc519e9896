//! The programs of a family in parts, each in a process of its own.
//!
//! An execution that fails is not unwound, and keeps a thread of the machine until its process ends. Many small programs
//! do fail, so a process explores a few hundred of them and tells what it found on its standard output.

use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Instant;

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use super::FAMILIES;
use super::differ::{LEFT_OUT, contains, difference, shrink};
use super::family::{Family, Op, Program};
use super::print;

/// The environment variable that makes a process explore a part: the family, the number of objects, the part, how many there are,
/// and how many programs there are for one that is chosen.
const ASKED: &str = "SELVEDGE_SMALL_PROGRAMS";

/// Operations of a program that every run explores.
const ALWAYS: usize = 3;

/// Programs of one process.
const OF_A_PROCESS: u64 = 500;

/// Of so many programs one is searched in two parts too.
const IN_PARTS: u64 = 8;

/// Smallest differing programs that a failure shows.
const SHOWN: usize = 12;

/// A number for a program that is the same in every build (Fowler, Noll and Vo's FNV-1a).
fn hash(program: &Program) -> u64 {
    let byte = |hash: u64, byte: usize| (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3);
    let body =
        |hash: u64, body: &Vec<Op>| body.iter().fold(byte(hash, 255), |hash, op| byte(byte(hash, op.kind), op.object));
    // The low bits are the last to be mixed.
    let hash = program.iter().fold(0xcbf2_9ce4_8422_2325, body);
    hash ^ hash >> 32
}

fn is_chosen(program: &Program, every: u64) -> bool {
    program.iter().map(Vec::len).sum::<usize>() <= ALWAYS || hash(program).is_multiple_of(every)
}

/// What was found of a family, or of a part of it.
#[derive(Default)]
struct Found {
    explored: u64,
    differing: u64,
    /// How many were too large to be compared.
    left_out: u64,
    /// The smallest programs that differ, each with how, and what it is in words.
    smallest: Vec<(Program, String, String)>,
}

impl Found {
    fn is_known(&self, program: &Program, kind: &str) -> bool {
        self.smallest.iter().any(|(known, how, _)| how == kind && contains(program, known))
    }

    /// Takes in what another part has found.
    fn merge(&mut self, other: Found) {
        self.explored += other.explored;
        self.differing += other.differing;
        self.left_out += other.left_out;
        for (program, kind, text) in other.smallest {
            if !self.is_known(&program, &kind) {
                self.smallest.retain(|(known, how, _)| *how != kind || !contains(known, &program));
                self.smallest.push((program, kind, text));
            }
        }
        self.smallest.sort_by_key(|(program, kind, _)| (kind.clone(), program.concat().len(), program.clone()));
    }

    fn to_json(&self) -> Value {
        let program = |program: &Program| {
            let body = |body: &Vec<Op>| body.iter().map(|op| [op.object, op.kind]).collect::<Vec<_>>();
            program.iter().map(body).collect::<Vec<_>>()
        };
        let smallest: Vec<_> =
            self.smallest.iter().map(|(one, kind, text)| json!([program(one), kind, text])).collect();
        json!({ "explored": self.explored, "left_out": self.left_out, "differing": self.differing, "smallest": smallest })
    }

    fn from_json(text: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(text).ok()?;
        let op = |op: &Value| Some(Op { object: op[0].as_u64()? as usize, kind: op[1].as_u64()? as usize });
        let body = |body: &Value| body.as_array()?.iter().map(op).collect::<Option<Vec<Op>>>();
        let one = |one: &Value| {
            let program = one[0].as_array()?.iter().map(body).collect::<Option<Program>>()?;
            Some((program, one[1].as_str()?.to_owned(), one[2].as_str()?.to_owned()))
        };
        Some(Found {
            explored: value["explored"].as_u64()?,
            differing: value["differing"].as_u64()?,
            left_out: value["left_out"].as_u64()?,
            smallest: value["smallest"].as_array()?.iter().map(one).collect::<Option<_>>()?,
        })
    }
}

/// Explores the programs of one part, of those that are chosen.
fn explore(family: Family, part: u64, parts: u64, every: u64) -> Found {
    let (mut found, mut number) = (Found::default(), 0);
    family.programs(&mut |program| {
        if !is_chosen(&program, every) {
            return;
        }
        number += 1;
        if number % parts != part {
            return;
        }
        found.explored += 1;
        let in_parts = (hash(&program) / every).is_multiple_of(IN_PARTS);
        let Some(difference) = difference(family, &program, in_parts) else { return };
        found.differing += 1;
        if !found.is_known(&program, &format!("{:?}", difference.kind)) {
            let (program, difference) = shrink(family, program, difference);
            let (line, code) = (family.line(&program), print::code(family, &program, &difference.order));
            let text = format!("{:?}: {line}\n  {}\n\n{code}", difference.kind, difference.said);
            found.smallest.push((program, format!("{:?}", difference.kind), text));
        }
    });
    found.left_out = LEFT_OUT.load(Ordering::Relaxed);
    found
}

/// Explores a part, if this process was asked to.
pub fn run_asked_for() -> bool {
    let Ok(asked) = std::env::var(ASKED) else { return false };
    let words: Vec<&str> = asked.split(' ').collect();
    let number = |at: usize| words[at].parse::<u64>().expect("a part is told by numbers");
    let is_it = |family: &Family| family.name == words[0] && family.objects as u64 == number(1);
    let family = FAMILIES.iter().map(|family| family()).find(is_it).expect("a part is one of a family");
    println!("{}", explore(family, number(2), number(3), number(4)).to_json());
    true
}

/// Explores all programs, or a part of them, in processes of their own.
fn explore_all(family: Family, whole: bool) -> Result<(), Failed> {
    let start = Instant::now();
    let mut count = 0;
    family.programs(&mut |_| count += 1);
    let every = if whole { 1 } else { (count / family.part).max(1) };
    let mut chosen = 0;
    family.programs(&mut |program| chosen += u64::from(is_chosen(&program, every)));
    let parts = chosen.div_ceil(OF_A_PROCESS);
    let mut found = Found::default();
    for part in 0..parts {
        let asked = format!("{} {} {part} {parts} {every}", family.name, family.objects);
        let told = Command::new(std::env::current_exe()?).env(ASKED, asked).output()?;
        let error = || format!("part {part} of {parts}: {}", String::from_utf8_lossy(&told.stderr));
        found.merge(Found::from_json(&told.stdout).ok_or_else(error)?);
    }
    let (name, objects, seconds) = (family.name, family.objects, start.elapsed().as_secs_f32());
    let (explored, left_out) = (found.explored, found.left_out);
    eprintln!(
        "{name}, objects {objects}: {count} programs, {explored} of them explored in {seconds:.1} s, {left_out} left out"
    );
    match found.smallest.as_slice() {
        _ if found.explored != chosen => Err(format!("{} of {chosen} were explored", found.explored).into()),
        [] if left_out * 2 > explored => Err(format!("{left_out} of {explored} were too large").into()),
        [] => Ok(()),
        all => {
            let texts: Vec<&str> = all.iter().take(SHOWN).map(|(.., text)| text.as_str()).collect();
            let (differing, smallest) = (found.differing, all.len());
            Err(format!("{differing} of {chosen} programs differ; {smallest} smallest:\n\n{}", texts.join("\n")).into())
        }
    }
}

pub fn trials(family: Family) -> [Trial; 2] {
    let over = if family.objects == 1 { "one" } else { "two" };
    let name = format!("small_programs_over_{over}_{}", family.name);
    [
        Trial::test(format!("{name}_have_all_their_outcomes"), move || explore_all(family, false)),
        Trial::test(format!("{name}_whole"), move || explore_all(family, true)).with_ignored_flag(true),
    ]
}
