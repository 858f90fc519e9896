//! How programs that fail shrink.
//!
//! proptest's own vectors first lose elements and then shrink the rest, each element once and by itself. That leaves
//! programs too large: that one thread can do what two did shows only when few operations are left, and a key may have
//! to change in two operations at once. So from each failing program all simpler ones are tried again, until none
//! fails: then nothing can be taken away from the program.

use proptest::strategy::ValueTree;
use selvedge::check::programs::Program;

/// A program, and the simpler ones.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The operations, each with its arguments.
    kinds: Vec<Vec<String>>,
    /// The simplest failing program so far.
    failing: Program<String>,
    /// The programs that are simpler than that; the next to be tried is the last.
    simpler: Vec<Program<String>>,
    current: Program<String>,
}

impl Tree {
    /// Begins with a program, whose operations with their arguments are `kinds`.
    pub(super) fn new(program: Program<String>, kinds: Vec<Vec<String>>) -> Self {
        Tree { kinds, failing: program.clone(), simpler: Vec::new(), current: program }
    }

    /// Goes on to the next simpler program, if there is one, and to the failing one if not.
    fn next(&mut self) -> bool {
        let next = self.simpler.pop();
        let more = next.is_some();
        self.current = next.unwrap_or_else(|| self.failing.clone());
        more
    }

    /// All programs that are simpler than the failing one, by large steps first. Each has fewer threads, or fewer
    /// operations, or fewer of them in parallel, or an operation that is declared earlier in place of another.
    fn all_simpler(&self) -> Vec<Program<String>> {
        let program = &self.failing;
        let mut all = Vec::new();
        let mut with = |change: &dyn Fn(&mut Program<String>)| {
            let mut simpler = program.clone();
            change(&mut simpler);
            all.push(simpler);
        };
        let threads = 0..program.parallel.len();
        if threads.len() > 2 {
            threads.clone().for_each(|thread| with(&|program| _ = program.parallel.remove(thread)));
            for (one, other) in threads.clone().flat_map(|one| threads.clone().map(move |other| (one, other))) {
                if one != other {
                    with(&|program| {
                        let moved = program.parallel[other].clone();
                        program.parallel[one].extend(moved);
                        program.parallel.remove(other);
                    });
                }
            }
        }
        (0..program.before.len()).for_each(|at| with(&|program| _ = program.before.remove(at)));
        (0..program.after.len()).for_each(|at| with(&|program| _ = program.after.remove(at)));
        for thread in threads.filter(|&thread| program.parallel[thread].len() > 1) {
            (0..program.parallel[thread].len()).for_each(|at| with(&|program| _ = program.parallel[thread].remove(at)));
            with(&|program| {
                let first = program.parallel[thread].remove(0);
                program.before.push(first);
            });
            with(&|program| {
                let last = program.parallel[thread].pop();
                program.after.splice(0..0, last);
            });
        }
        // Replaces an argument in all operations at once, since they may have to agree.
        let arguments = 0..self.kinds.iter().map(Vec::len).max().unwrap_or_default();
        for (of, to) in arguments.flat_map(|of| (0..of).map(move |to| (of, to))) {
            with(&|program| {
                for op in operations(program) {
                    let kind = self.kinds.iter().find(|kind| kind.get(of) == Some(op));
                    *op = kind.map_or_else(|| op.clone(), |kind| kind[to].clone());
                }
            });
        }
        let declared: Vec<&String> = self.kinds.iter().flatten().collect();
        for (at, op) in operations(&mut program.clone()).enumerate() {
            let earlier = declared.iter().position(|declared| *declared == op).unwrap_or_default();
            for simpler in &declared[..earlier] {
                with(&|program| _ = operations(program).nth(at).map(|op| op.clone_from(simpler)));
            }
        }
        all.retain(|simpler| simpler != program);
        all
    }
}

/// All operations of a program.
fn operations(program: &mut Program<String>) -> impl Iterator<Item = &mut String> {
    let Program { before, parallel, after } = program;
    before.iter_mut().chain(parallel.iter_mut().flatten()).chain(after)
}

impl ValueTree for Tree {
    type Value = Program<String>;

    fn current(&self) -> Program<String> {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        self.failing = self.current.clone();
        self.simpler = self.all_simpler();
        self.simpler.reverse();
        self.next()
    }

    fn complicate(&mut self) -> bool {
        self.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(operations: &[&str]) -> Vec<String> {
        operations.iter().map(|&op| op.to_owned()).collect()
    }

    /// The program to which a program shrinks, if `fails` says which fail.
    fn shrunk(program: Program<String>, fails: impl Fn(&Program<String>) -> bool) -> Program<String> {
        let kinds = vec![words(&["get 1", "get 2", "get 3"]), words(&["set 1", "set 2", "set 3"])];
        let mut tree = Tree::new(program, kinds);
        let mut more = tree.simplify();
        while more {
            more = if fails(&tree.current()) { tree.simplify() } else { tree.complicate() };
        }
        assert!(fails(&tree.current()), "what is left fails");
        tree.current()
    }

    fn large() -> Program<String> {
        let parallel = [&["get 2", "set 3"][..], &["set 1", "get 1", "set 2"], &["get 3", "get 1"]].map(words).to_vec();
        Program { before: words(&["set 2", "get 2"]), parallel, after: words(&["get 1", "get 3"]) }
    }

    #[test]
    fn nothing_that_matters_not_is_left() {
        let smallest = Program { before: vec![], parallel: vec![words(&["get 1"]), words(&["get 1"])], after: vec![] };
        assert_eq!(shrunk(large(), |_| true), smallest);
    }

    #[test]
    fn a_thread_does_what_two_did() {
        let fails = |program: &Program<String>| program.parallel.concat().len() >= 4;
        let program = shrunk(large(), fails);
        assert_eq!((program.parallel.len(), program.parallel.concat()), (2, words(&["get 1"; 4])));
    }

    #[test]
    fn what_need_not_be_in_parallel_is_not() {
        let parallel = vec![words(&["get 3", "get 2", "get 1"]), words(&["set 1"])];
        let program = Program { before: vec![], parallel, after: vec![] };
        let order = words(&["get 3", "get 2", "get 1", "set 1"]);
        let fails = |program: &Program<String>| {
            let all = [program.before.clone(), program.parallel.concat(), program.after.clone()].concat();
            order.iter().all(|op| all.contains(op))
        };
        let program = shrunk(program, fails);
        assert_eq!(program.parallel.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
        assert_eq!(program.before, words(&["get 3", "get 2"]));
    }

    #[test]
    fn keys_that_have_to_agree_change_together() {
        let same =
            |one: &String, other: &String| one.starts_with("set") && other.starts_with("get") && one[4..] == other[4..];
        let fails = |program: &Program<String>| {
            let pairs = |one: &Vec<String>, other: &Vec<String>| {
                one.iter().any(|one| other.iter().any(|other| same(one, other)))
            };
            program.parallel.iter().any(|one| program.parallel.iter().any(|other| one != other && pairs(one, other)))
        };
        let parallel = vec![words(&["get 2", "set 3"]), words(&["get 3", "get 2"])];
        let program = shrunk(Program { before: vec![], parallel, after: vec![] }, fails);
        assert_eq!(program.parallel, [words(&["set 1"]), words(&["get 1"])]);
    }
}
