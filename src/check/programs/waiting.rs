//! Which threads of a program may rightly wait for ever.

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::program::Program;
use crate::check::linearizability::{Next, Specification};

/// Which threads may wait for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    Nobody,
    /// A thread.
    Thread,
    /// The thread that performs the operations before and after the threads, so that the program may never end.
    Main,
}

/// Performs the operations in every order, one after another, while they are enabled.
///
/// Time and memory are bounded by the number of states times the number of combinations of places in the threads.
pub(super) fn waiting<S: Specification>(specification: &S, ops: &[S::Op], program: &Program<usize>) -> Waiting {
    let step = |state: &S::State, op: &usize| {
        let mut next = Next::new();
        specification.step(state, &ops[*op], None, &mut next);
        let Next { stays, states } = next;
        stays.then(|| state.clone()).into_iter().chain(states).collect::<Vec<_>>()
    };
    // The states after some operations in order; `None` if one of them may have to wait.
    let alone = |start: S::State, ops: &[usize]| {
        ops.iter().try_fold(vec![start], |states, op| {
            let next: Vec<Vec<S::State>> = states.iter().map(|state| step(state, op)).collect();
            next.iter().all(|states| !states.is_empty()).then(|| next.concat())
        })
    };
    let Some(start) = alone(specification.initial(), &program.before) else { return Waiting::Main };
    let mut seen = HashSet::<_, FixedState>::default();
    let mut left: Vec<_> = start.into_iter().map(|state| (vec![0; program.parallel.len()], state)).collect();
    let mut found = Waiting::Nobody;
    while let Some((places, state)) = left.pop() {
        let threads = || places.iter().enumerate().filter(|&(thread, &place)| place < program.parallel[thread].len());
        let more: Vec<_> = threads()
            .flat_map(|(thread, &place)| {
                let mut places = places.clone();
                places[thread] += 1;
                step(&state, &program.parallel[thread][place]).into_iter().map(move |state| (places.clone(), state))
            })
            .collect();
        if more.is_empty() && threads().next().is_some() {
            found = Waiting::Thread;
        } else if more.is_empty() && alone(state.clone(), &program.after).is_none() {
            return Waiting::Main;
        }
        if seen.insert((places, state)) {
            left.extend(more);
        }
    }
    found
}
