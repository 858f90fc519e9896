//! The counts of `tests/litmus`, under both models: none is missing, none is found twice, none is blocked.

use super::super::Model;
use super::litmus::{self, Litmus, Op};
use super::program::{Instruction, Program};
use super::runner::{Turn, explore};

fn program(litmus: &Litmus) -> Program {
    let instruction = |op: &Op| match *op {
        Op::Load(x, ordering) => Instruction::Load(x, ordering),
        Op::Store(x, value, ordering) => Instruction::Store(x, value, ordering),
        Op::FetchAdd(x, value, ordering) => Instruction::Add(x, value, ordering),
        Op::Swap(x, value, ordering) => Instruction::Swap(x, value, ordering),
        Op::Fence(ordering) => Instruction::Fence(ordering),
    };
    let threads = litmus.threads.iter().map(|ops| ops.iter().map(instruction).collect()).collect();
    Program::of(threads, litmus.variables.len())
}

#[test]
fn litmus_programs_have_as_many_executions_as_are_published() {
    for litmus in litmus::all() {
        let program = program(&litmus);
        for turn in Turn::ALL {
            for (model, published) in [(Model::Sc, litmus.sc), (Model::Rc11, litmus.rc11)] {
                let found = explore(&program, model, turn);
                let counts = (found.executions.len() as u64, found.repeated, found.blocked);
                assert_eq!(counts, (published, 0, 0), "{} under {model:?}, {turn:?}", litmus.name);
            }
        }
    }
}
