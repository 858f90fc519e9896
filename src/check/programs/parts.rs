//! What programs are made of: operations with their arguments and weights, beginnings, and final operations.

use std::fmt::Debug;

use super::program::Program;

/// What programs are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts<Op> {
    /// The operations.
    pub kinds: Vec<Kind<Op>>,
    /// The operations before the threads: at least one beginning, which may be empty.
    pub before: Vec<Vec<Op>>,
    /// What comes after.
    pub after: Vec<Op>,
}

/// An operation with each of its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind<Op> {
    /// How often it is drawn, relative to the other weights.
    pub weight: u32,
    /// The operation with its arguments, the simplest first; there is one at least.
    pub operations: Vec<Op>,
}

impl<Op> Default for Parts<Op> {
    fn default() -> Self {
        Parts { kinds: Vec::new(), before: vec![Vec::new()], after: Vec::new() }
    }
}

impl<Op: Clone + Debug> Parts<Op> {
    /// The same in the words of the operations, whatever their type is.
    pub fn words(&self) -> Parts<String> {
        let all = |ops: &Vec<Op>| ops.iter().map(|op| format!("{op:?}")).collect::<Vec<_>>();
        let kind = |kind: &Kind<Op>| Kind { weight: kind.weight, operations: all(&kind.operations) };
        Parts {
            kinds: self.kinds.iter().map(kind).collect(),
            before: self.before.iter().map(all).collect(),
            after: all(&self.after),
        }
    }

    /// The program whose operations have these [words](Program::words), so that it can be kept in a file that outlives
    /// changes of these parts. Takes time linear in the parts and the program.
    ///
    /// # Errors
    ///
    /// Names the first operation that does not exist.
    ///
    /// ```
    /// use selvedge::check::programs::{Kind, Parts, Program};
    ///
    /// let parts = Parts { kinds: vec![Kind { weight: 1, operations: vec![Some(1), None] }], ..Parts::default() };
    /// let program = Program { before: vec![], parallel: vec![vec![None], vec![Some(1)]], after: vec![] };
    /// assert_eq!(parts.read(&program.words()).as_ref(), Ok(&program));
    /// let other = Program { before: vec![Some(2)], ..program };
    /// assert_eq!(parts.read(&other.words()).unwrap_err(), "there is no operation Some(2)");
    /// ```
    pub fn read(&self, words: &Program<String>) -> Result<Program<Op>, String> {
        let kinds = self.kinds.iter().map(|kind| &kind.operations);
        let all: Vec<&Op> = kinds.chain(&self.before).chain([&self.after]).flatten().collect();
        let one = |words: &String| {
            let found = all.iter().find(|op| format!("{op:?}") == *words);
            found.map(|&op| op.clone()).ok_or_else(|| format!("there is no operation {words}"))
        };
        let several = |ops: &Vec<String>| ops.iter().map(one).collect::<Result<Vec<Op>, String>>();
        Ok(Program {
            before: several(&words.before)?,
            parallel: words.parallel.iter().map(several).collect::<Result<_, _>>()?,
            after: several(&words.after)?,
        })
    }
}
