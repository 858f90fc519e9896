//! Stress: programs that are too large to be explored, each of which is drawn, run once on real threads, and judged.
//!
//! A program is a function of the explorer's seed and of its number, so that the same seed gives the same programs. How their
//! operations interleave is the machine's.

#![allow(clippy::disallowed_types, reason = "who draws stands outside of the executions, and measures real time")]

use std::time::{Duration, Instant};

use fastrand::Rng;

use super::program::Program;
use super::untyped::Untyped;
use super::{Explored, Parts};
use crate::check::config::Config;
use crate::check::progress::{Listener, Progress};
use crate::check::verdict::Verdict;

/// How often the listener is told.
const SECOND: Duration = Duration::from_secs(1);

impl Untyped<'_> {
    /// Draws as many programs as the explorer runs executions, each of so many threads, with up to so many operations each, and
    /// runs each once.
    pub(super) fn stress(&self, threads: usize, operations: usize, config: &Config) -> Explored<usize> {
        let (start, mut explored) = (Instant::now(), Explored::of(config));
        let once = Config { executions: 1, listener: None, ..config.clone() };
        let mut next_told = SECOND;
        while explored.failing.is_none() {
            let elapsed = start.elapsed();
            match config.enough(explored.programs, elapsed) {
                // What came of the programs is their verdict.
                Some(Verdict::Sampled) => break,
                Some(cut) => {
                    explored.report.verdict = cut;
                    break;
                }
                None => (),
            }
            if let Some(Listener(listener)) = config.listener.as_ref().filter(|_| elapsed >= next_told) {
                let per_second = explored.programs as f64 / elapsed.as_secs_f64();
                listener(Progress { executions: explored.programs, per_second, whole: Some(config.executions) });
                next_told += SECOND;
            }
            let mut random = Rng::with_seed(config.seed ^ (explored.programs + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let program = draw(self.parts, threads, operations, &mut random);
            let report = self.run(&program, &once);
            explored.add(program, report);
        }
        explored
    }
}

/// A program of so many threads, which have as many operations as one another.
fn draw(parts: &Parts<usize>, threads: usize, operations: usize, random: &mut Rng) -> Program<usize> {
    let weights: u32 = parts.kinds.iter().map(|kind| kind.weight).sum();
    let length = random.usize(1..=operations);
    let operation = |random: &mut Rng| {
        let mut left = random.u32(..weights);
        let drawn = parts.kinds.iter().find(|kind| match left.checked_sub(kind.weight) {
            Some(less) => {
                left = less;
                false
            }
            None => true,
        });
        let operations = &drawn.expect("the number is less than all weights").operations;
        operations[random.usize(..operations.len())]
    };
    let before = parts.before[random.usize(..parts.before.len())].clone();
    let parallel = (0..threads).map(|_| (0..length).map(|_| operation(random)).collect()).collect();
    Program { before, parallel, after: parts.after.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    /// Operations that wait cannot be judged on real threads, and are drawn until the time is up all the same.
    #[test]
    #[cfg(not(any(loom, shuttle)))]
    fn what_cannot_be_judged_comes_to_an_end_too() {
        use super::super::Programs;
        use crate::check::environment::UNLIMITED;
        use crate::check::linearizability::{Next, Specification};
        use crate::check::{Engine, Explorer};

        struct Never;

        impl Specification for Never {
            type State = ();
            type Op = ();
            type Ret = ();

            fn initial(&self) {}

            fn step(&self, (): &(), (): &(), _: Option<&()>, _: &mut Next<()>) {}
        }

        let programs = Programs::new(Never, || (), |(), ()| ()).operations([()]).unblock(|(), ()| ());
        let explorer = Explorer::new(Engine::Threads).executions(UNLIMITED).time_limit(Duration::from_millis(20));
        assert!(matches!(programs.stress(2, 1, &explorer).report.verdict, Verdict::Vacuous { .. }));
    }

    #[test]
    fn operations_come_as_often_as_they_weigh() {
        let kind = |weight, operations: &[usize]| Kind { weight, operations: operations.to_vec() };
        let parts = Parts { kinds: vec![kind(1, &[0]), kind(3, &[1, 2])], ..Parts::default() };
        let programs: Vec<_> = (0..200).map(|seed| draw(&parts, 3, 20, &mut Rng::with_seed(seed))).collect();
        assert_eq!(programs[7], draw(&parts, 3, 20, &mut Rng::with_seed(7)));
        let all: Vec<usize> = programs.iter().flat_map(|program| program.operations().copied()).collect();
        let share = |op: usize| all.iter().filter(|other| **other == op).count() as f64 / all.len() as f64;
        assert!((share(0) - 0.25).abs() < 0.02 && (share(1) - share(2)).abs() < 0.04, "{} {}", share(0), share(1));
        assert!(programs.iter().all(|program| program.parallel.len() == 3 && program.parallel[0].len() <= 20));
    }
}
