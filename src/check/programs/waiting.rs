//! Whether a thread of a program may rightly wait for ever.

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::program::Program;
use crate::check::linearizability::{Next, Specification};

/// Whether some order of the operations, one after another, ends where threads are left and none of their operations is
/// enabled. What comes before and after the threads has to be enabled.
///
/// The time and the memory are bounded by the number of states times the number of ways to be part of the way through
/// each thread.
pub(super) fn may_wait_for_ever<S: Specification>(specification: &S, program: &Program<S::Op>) -> bool {
    let after = |state: &S::State, op: &S::Op| {
        let mut next = Next::new();
        specification.step(state, op, None, &mut next);
        let Next { stays, states } = next;
        stays.then(|| state.clone()).into_iter().chain(states).collect::<Vec<_>>()
    };
    let start = program
        .before
        .iter()
        .fold(vec![specification.initial()], |states, op| states.iter().flat_map(|state| after(state, op)).collect());
    let mut seen = HashSet::<_, FixedState>::default();
    let mut left: Vec<_> = start.into_iter().map(|state| (vec![0; program.parallel.len()], state)).collect();
    while let Some((places, state)) = left.pop() {
        let threads = || places.iter().enumerate().filter(|&(thread, &place)| place < program.parallel[thread].len());
        let more: Vec<_> = threads()
            .flat_map(|(thread, &place)| {
                let mut places = places.clone();
                places[thread] += 1;
                after(&state, &program.parallel[thread][place]).into_iter().map(move |state| (places.clone(), state))
            })
            .collect();
        if more.is_empty() && threads().next().is_some() {
            return true;
        }
        if seen.insert((places, state)) {
            left.extend(more);
        }
    }
    false
}
