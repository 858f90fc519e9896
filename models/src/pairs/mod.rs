//! Minimal pairs: two small programs that differ in one line, of which one is right and one is not.
//!
//! They are read side by side; the texts are the very files that run. In each pair an exhaustive engine finds no
//! failing execution of the correct program, and one of the broken program (`models/tests/units/pairs.rs`).

/// A program: how it reads, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The file.
    pub text: &'static str,
    /// One execution.
    pub run: fn(),
}

/// Two programs that differ in one line.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// What goes wrong, as an identifier.
    pub name: &'static str,
    /// The defects of the gallery that are instances of it.
    pub defects: &'static [&'static str],
    /// The broken program is only wrong under weak memory: no sequentially consistent engine sees it.
    pub weak_memory_only: bool,
    /// The program that holds.
    pub correct: Program,
    /// The program that does not.
    pub broken: Program,
}

macro_rules! pairs {
    ($($name:ident $(in $weak:ident)? => [$($defect:ident),*]),* $(,)?) => {
        $(mod $name {
            pub mod broken;
            pub mod correct;
        })*

        /// Every pair.
        pub const ALL: &[Pair] = &[$(Pair {
            name: stringify!($name),
            defects: &[$(stringify!($defect)),*],
            weak_memory_only: !stringify!($($weak)?).is_empty(),
            correct: Program {
                text: include_str!(concat!(stringify!($name), "/correct.rs")),
                run: $name::correct::check,
            },
            broken: Program { text: include_str!(concat!(stringify!($name), "/broken.rs")), run: $name::broken::check },
        }),*];
    };
}

pairs! {
    lost_update => [ReadModifyWriteInThreeSteps, LoadThenStore, GetThenSet],
    second_look => [SecondLookForgotten, GetDeletesWithoutRecheck, CleanupLoopInTwoPasses],
    lock_order => [TransferInArgumentOrder, ThreePhilosophers],
    wait_under_if => [WaitUnderIf],
    send_under_the_lock => [SendUnderTheLock],
    leaked_worker => [JanitorWithoutStop],
    publication in weak_memory => [PublishWithRelaxed, DoubleCheckedWithRelaxed, SpinLockReleasedWithRelaxed],
}

impl Pair {
    /// The lines in which the programs differ: their number from 1, the correct one, the broken one.
    pub fn differences(&self) -> impl Iterator<Item = (usize, &'static str, &'static str)> {
        let lines = self.correct.text.lines().zip(self.broken.text.lines()).enumerate();
        lines
            .filter(|(_, (correct, broken))| correct != broken)
            .map(|(at, (correct, broken))| (at + 1, correct, broken))
    }
}
