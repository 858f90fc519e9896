//! A program, and how it is shown: as a table, a column a thread.

use std::fmt;

/// Columns in front of the table.
const GUTTER: usize = 8;

/// A program: the operations before, in parallel, and after.
///
/// ```
/// use selvedge::check::programs::Program;
///
/// let parallel = vec![vec!["get", "put"], vec!["remove"]];
/// let program = Program { before: vec!["put"], parallel, after: vec!["get"] };
/// let table = r#"
/// before  "put"
///         A      B
///         "get"  "remove"
///         "put"
/// after   "get""#;
/// assert_eq!(program.to_string(), table.trim_start());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Program<Op> {
    /// What one thread performs before the others are started.
    pub before: Vec<Op>,
    /// What each thread performs.
    pub parallel: Vec<Vec<Op>>,
    /// What one thread performs after the others have ended.
    pub after: Vec<Op>,
}

impl<Op> Program<Op> {
    /// The same program with each operation replaced by what `show` makes of it, in order.
    pub(super) fn map<T>(&self, mut show: impl FnMut(&Op) -> T) -> Program<T> {
        let mut all = |ops: &[Op]| ops.iter().map(&mut show).collect();
        let before = all(&self.before);
        let parallel = self.parallel.iter().map(|ops| all(ops)).collect();
        Program { before, parallel, after: all(&self.after) }
    }

    /// Its operations, in order.
    pub(super) fn operations(&self) -> impl Iterator<Item = &Op> {
        self.before.iter().chain(self.parallel.iter().flatten()).chain(&self.after)
    }

    /// The same program with operations replaced by their numbers: they are counted from 0, in order.
    pub(super) fn numbers(&self) -> Program<usize> {
        let mut numbers = 0..;
        self.map(|_| numbers.next().expect("there are more"))
    }
}

impl<Op: fmt::Debug> Program<Op> {
    /// The program in words, as a [file](super::Parts::read) keeps it.
    pub fn words(&self) -> Program<String> {
        self.map(|op| format!("{op:?}"))
    }
}

impl<Op: fmt::Debug> fmt::Display for Program<Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&table(&self.words()).join("\n"))
    }
}

/// The name of the thread in a report.
pub(super) fn letter(thread: usize) -> char {
    char::from(b'A' + thread as u8 % 26)
}

/// The lines of a table.
pub(super) fn table(program: &Program<String>) -> Vec<String> {
    let alone = |title: &str, cells: &[String]| -> Vec<String> {
        let title = |at| if at == 0 { title } else { "" };
        cells.iter().enumerate().map(|(at, cell)| format!("{:GUTTER$}{cell}", title(at))).collect()
    };
    let columns = program.parallel.iter().enumerate().map(|(thread, cells)| {
        let cells: Vec<String> = std::iter::once(letter(thread).to_string()).chain(cells.iter().cloned()).collect();
        let width = cells.iter().map(|cell| cell.chars().count()).max().unwrap_or_default() + 2;
        (cells, width)
    });
    let columns: Vec<(Vec<String>, usize)> = columns.collect();
    let height = columns.iter().map(|(cells, _)| cells.len()).max().unwrap_or_default();
    let row = |at: usize| {
        let cell = |(cells, width): &(Vec<String>, usize)| {
            format!("{:width$}", cells.get(at).map(String::as_str).unwrap_or_default())
        };
        let row: String = columns.iter().map(cell).collect();
        format!("{:GUTTER$}{row}", "").trim_end().to_owned()
    };
    let parallel = (0..height).map(row);
    alone("before", &program.before).into_iter().chain(parallel).chain(alone("after", &program.after)).collect()
}
