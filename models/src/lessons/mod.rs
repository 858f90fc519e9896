//! The lessons: programs that a student predicts, mends and proves, in the order in which they are taken.
//!
//! [`ALL`] is the one list of them. A lesson is a folder of plain files:
//!
//! | file | |
//! |---|---|
//! | `lesson.md` | what it is about, up to the heading [`AFTERWARDS`]; what follows is told when it is solved |
//! | `asked.rs` | what it asks about, and what is checked: the `.rs` files below include it |
//! | `exercise.rs` | what the student gets, in one file with `asked.rs`: it compiles, and fails |
//! | `solution.rs` | what proves it: the engine exhausts it |
//! | `wrong_1.rs`, `wrong_2.rs` .. | what one may well try, and why it is wrong, in its first line |
//! | `hints.md` | under `# Predict` one for the prediction; under `# 1` to `# 3` a question, what is to be done, the answer or nearly |
//!
//! # How a lesson is written
//!
//! 1. Name the one thing that is learnt, and what people believe instead: a row of each table in `README.md`. The section of
//!    the document that it belongs to is one of those in `examples/README.md`.
//! 2. `exercise.rs` is the student's: `PREDICTED`, a list of values that is empty, and the code that is to be mended, up to the
//!    line [`LEAVE`]. `asked.rs` has `program`, of which the student predicts what it can give, and `check`, which fails with
//!    the words of a [`require`](selvedge::check::require), or in a deadlock. What `asked.rs` imports of others is `require`
//!    alone: one of the student's own is then an error of the compiler. All other imports, those for `asked.rs` too, stand at
//!    the top of each answer. `program` uses nothing else of the student's, so that no mending changes what it gives; `PREDICTED` is of what
//!    it gives, or of what prints the same (`&str` for `String`). Where the student is the scheduler there is a `SCHEDULE` too;
//!    of its story only steps on atomics are shown, so what the check does to keep the schedule uses none.
//! 3. Keep it small: two threads and a screen of code, some hundred executions at the most. The solution has to leave the
//!    engine a choice, or it is `VACUOUS`: a solution after which nobody is concurrent any more teaches nothing.
//! 4. The text quotes, in backquotes, the first words of the headline with which the exercise fails. Under [`AFTERWARDS`] it
//!    has a block `text`, with the table of what `program` gives. Leave it empty, and let the engine write it:
//!    `RUSTFLAGS="--cfg shuttle" cargo test -p models --test units lessons -- --ignored`.
//! 5. A wrong answer is one that you have seen. It fails with another headline, or other steps, than the exercise and the other
//!    wrong answers.
//! 6. Add the lesson to the list. `models/tests/units/lessons.rs` tests of this what can be tested, that the numbers of the
//!    folders follow each other, and that the first hints do not give the solution away.
//!
//! `rustfmt` does not find the files by itself: `rustfmt --edition 2024 models/src/lessons/*/*.rs`.

pub mod games;

use std::fmt::Debug;

use selvedge::check::story::Story;
use selvedge::check::{Engine, Explorer, Outcomes, Report, Schedules};

/// The heading of `lesson.md` from which on it is told when the exercise is solved.
pub const AFTERWARDS: &str = "## What came of it\n";

/// The line of an answer from which on it is not the student's.
pub const LEAVE: &str = "// Leave what follows as it is: it is what you are asked about, and what is checked.\n";

/// The file that the answers of a lesson include, by which a place in its program is known.
const ASKED: &str = "asked.rs";

/// Where they do so, at their end.
const INCLUDED: &str = "\ninclude!(\"asked.rs\");\n";

/// The most executions that it takes to know a game.
const PLAYABLE: u64 = 500;

/// A lesson.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// Its folder, as on command lines: `01_two_letters`.
    pub name: &'static str,
    /// Who says what can come of it.
    pub engine: Engine,
    /// The section of the document that it belongs to.
    pub section: &'static str,
    /// `lesson.md`.
    pub text: &'static str,
    /// `hints.md`.
    pub hints: &'static str,
    /// What the student begins with.
    pub exercise: Answer,
    /// What is right.
    pub solution: Answer,
    /// What is not.
    pub wrong: &'static [Answer],
}

/// A file of a lesson that is run.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// `exercise`, `solution`, `wrong_1`.
    pub name: &'static str,
    /// The student's part, up to the line [`LEAVE`].
    pub own: &'static str,
    /// What follows.
    pub asked: &'static str,
    /// What it says that can come of the program, as it prints.
    pub predicted: fn() -> Vec<String>,
    /// What can.
    pub outcomes: fn(&Explorer) -> Table,
    /// Every schedule of it.
    pub schedules: fn(&Explorer) -> Schedules<String>,
    /// One execution of what is to hold.
    pub check: fn(),
}

/// What can come of a program, as it prints.
#[derive(Clone, Debug)]
pub struct Table {
    /// The values.
    pub values: Vec<String>,
    /// Of each, how many executions give it, and one of them.
    pub shown: Vec<(u64, Option<Story>)>,
    /// What was explored.
    pub report: Report,
    /// The whole.
    pub text: String,
}

impl Lesson {
    /// The title: the first line of its text.
    pub fn title(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// What is told before it is solved, and what afterwards.
    pub fn texts(&self) -> (&'static str, &'static str) {
        self.text.split_once(AFTERWARDS).unwrap_or((self.text, ""))
    }

    /// Every schedule of its program, as a game, where there are few enough to be played.
    pub fn game(&self) -> Option<Schedules<String>> {
        let schedules = (self.exercise.schedules)(&Explorer::new(self.engine).limit(PLAYABLE));
        schedules.is_complete().then_some(schedules)
    }

    /// The hint for the prediction, and then those for what is to be mended, in their order.
    pub fn hints(&self) -> impl Iterator<Item = &'static str> {
        self.hints.split("# ").skip(1).map(|hint| hint.split_once('\n').map_or("", |(_, text)| text).trim())
    }

    /// Whether the student is the scheduler: what the check does to keep to their schedule is not to be told.
    pub fn is_played(&self) -> bool {
        self.exercise.own.contains("\npub const SCHEDULE")
    }
}

impl Answer {
    /// How it reads.
    pub fn text(&self) -> String {
        format!("{}\n{}", self.own, self.asked)
    }

    /// The line at which what is asked begins.
    pub fn first_asked(&self) -> usize {
        self.own.lines().count() + 2
    }

    /// Explores what is to hold.
    pub fn explore(&self, engine: Engine) -> Report {
        Explorer::new(engine).run(self.check)
    }
}

/// A file without the line that includes another.
const fn own(file: &'static str) -> &'static str {
    file.split_at(file.len() - INCLUDED.len()).0
}

/// Values as they print.
fn printed<T: Debug>(values: &[T]) -> Vec<String> {
    values.iter().map(|value| format!("{value:?}")).collect()
}

/// What can come of a program, whatever its type.
fn table<T: Debug>(outcomes: Outcomes<T>) -> Table {
    let values = outcomes.values().map(|value| format!("{value:?}")).collect();
    let text = outcomes.to_string();
    let shown = outcomes.rows.into_iter().map(|row| (row.executions, row.story)).collect();
    Table { values, shown, text, report: outcomes.report }
}

macro_rules! answer {
    ($folder:literal, $lesson:ident, $file:ident) => {
        Answer {
            name: stringify!($file),
            own: own(include_str!(concat!($folder, "/", stringify!($file), ".rs"))),
            asked: include_str!(concat!($folder, "/asked.rs")),
            predicted: || printed($lesson::$file::PREDICTED),
            outcomes: |explorer| table(explorer.outcomes($lesson::$file::program)),
            schedules: |explorer| explorer.schedules($lesson::$file::program).map(|value| format!("{value:?}")),
            check: $lesson::$file::check,
        }
    };
}

macro_rules! lessons {
    ($($lesson:ident in $folder:literal under $engine:ident, of $section:literal, wrong: [$($wrong:ident),*];)*) => {
        $(#[path = $folder]
        mod $lesson {
            pub mod exercise;
            pub mod solution;
            $(pub mod $wrong;)*
        })*

        /// Every lesson, in the order in which they are taken.
        pub const ALL: &[Lesson] = &[$(Lesson {
            name: $folder,
            engine: Engine::$engine,
            section: $section,
            text: include_str!(concat!($folder, "/lesson.md")),
            hints: include_str!(concat!($folder, "/hints.md")),
            exercise: answer!($folder, $lesson, exercise),
            solution: answer!($folder, $lesson, solution),
            wrong: &[$(answer!($folder, $lesson, $wrong)),*],
        }),*];
    };
}

lessons! {
    two_letters in "01_two_letters" under Dpor, of "Goroutines", wrong: [wrong_1, wrong_2];
    the_text_is_wrong in "02_the_text_is_wrong" under Dpor, of "Why Concurrency Creates Data Access Problems",
        wrong: [wrong_1, wrong_2];
    you_are_the_scheduler in "03_you_are_the_scheduler" under Dpor, of "Why Concurrency Creates Data Access Problems",
        wrong: [wrong_1, wrong_2];
    sleep_is_no_join in "04_sleep_is_no_join" under Dpor, of "Goroutines", wrong: [wrong_1, wrong_2];
    schedules_and_traces in "05_schedules_and_traces" under Dpor, of "Why Concurrency Creates Data Access Problems",
        wrong: [wrong_1, wrong_2];
    an_atomic_is_no_transaction in "06_an_atomic_is_no_transaction" under Dpor, of "5. Atomic Operations Pattern",
        wrong: [wrong_1, wrong_2, wrong_3];
    lock_order in "07_lock_order" under Dpor, of "Mutexes", wrong: [wrong_1, wrong_2];
    wait_in_a_loop in "08_wait_in_a_loop" under Dpor, of "Channels", wrong: [wrong_1, wrong_2];
    the_lost_wakeup in "09_the_lost_wakeup" under Dpor, of "Best Practices", wrong: [wrong_1, wrong_2];
    readers_and_writers in "10_readers_and_writers" under Dpor, of "1. Read-Write Locks Pattern",
        wrong: [wrong_1, wrong_2];
    check_then_act in "11_check_then_act" under Dpor, of "6. Concurrent Map with Generics", wrong: [wrong_1, wrong_2];
    shards in "12_shards" under Dpor, of "3. Sharded Map Pattern", wrong: [wrong_1, wrong_2];
    versions in "13_versions" under Dpor, of "2. Copy-on-Write Pattern", wrong: [wrong_1, wrong_2];
    channels in "14_channels" under Dpor, of "Channels", wrong: [wrong_1, wrong_2];
    a_pool_that_ends in "15_a_pool_that_ends" under Dpor, of "4. Channel-based Worker Pool Pattern",
        wrong: [wrong_1, wrong_2, wrong_3];
    cancellation in "16_cancellation" under Dpor, of "Context-Based Cancellation Pattern", wrong: [wrong_1, wrong_2];
    what_is_correct in "17_what_is_correct" under Dpor, of "Best Practices", wrong: [wrong_1, wrong_2];
    the_real_cache in "18_the_real_cache" under Dpor, of "Real-World Application", wrong: [wrong_1, wrong_2];
    progress_and_aba in "19_progress_and_aba" under Dpor, of "5. Atomic Operations Pattern", wrong: [wrong_1, wrong_2];
    store_buffering in "20_store_buffering" under Rc11, of "5. Atomic Operations Pattern",
        wrong: [wrong_1, wrong_2, wrong_3];
    publish in "21_publish" under Rc11, of "5. Atomic Operations Pattern", wrong: [wrong_1, wrong_2, wrong_3];
    fences_and_counts in "22_fences_and_counts" under Rc11, of "5. Atomic Operations Pattern",
        wrong: [wrong_1, wrong_2];
    what_a_tool_cannot_see in "23_what_a_tool_cannot_see" under Rc11, of "Best Practices",
        wrong: [wrong_1, wrong_2, wrong_3];
    break_it_and_catch_it in "24_break_it_and_catch_it" under Dpor, of "Best Practices", wrong: [wrong_1, wrong_2];
}
