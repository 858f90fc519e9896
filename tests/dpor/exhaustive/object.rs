//! What a primitive has to say of itself for its programs to be made, run and printed.

use selvedge::sync::thread;

/// A primitive: what threads can do with an object of its kind.
pub trait Object: Send + Sync + Sized + 'static {
    /// The name of its tests.
    const NAME: &'static str;
    /// What a thread can do.
    const OPERATIONS: &'static [Operation<Self>];
    /// Those that programs over two objects are made of, by their numbers: one of each kind, since there are so many.
    const OF_TWO: &'static [usize] = &[];
    /// How the rest of a program is printed.
    const CODE: Code;
    /// Whether the search promises one execution for each partial order, and none that is blocked.
    const OPTIMAL: bool = true;
    /// Threads of a program over one object, at most.
    const THREADS: usize = 4;
    /// Programs that every run of the tests explores, about, besides the smallest.
    const PART: u64 = 200;

    /// What main holds before it starts the threads, and gives up then.
    type Main;
    /// What main hands to a thread.
    type Given: Send + 'static;
    /// What a thread holds while it runs.
    type Own<'a>;
    /// What it leaves to main, which lets go of it when all have been joined.
    type Left: Send + 'static;

    /// An object of an execution whose threads are started in this order.
    fn new(seats: Seats) -> (Self, Self::Main);
    /// What a thread is handed that does these operations.
    fn give(main: &Self::Main, ops: &[usize]) -> Self::Given;
    /// What a thread begins with; `me` is its number in the program, from 1 on.
    fn begin(&self, given: Self::Given, me: u64) -> Self::Own<'_>;
    /// What it leaves.
    fn end(own: Self::Own<'_>) -> Self::Left;

    /// What can be told of the object in the end.
    fn state(&self) -> Vec<u64> {
        Vec::new()
    }

    /// Whether a thread can do these operations, in this order, and none is the same as nothing.
    fn fits(_ops: &[usize]) -> bool {
        true
    }

    /// The operation with other values, if its values can be exchanged for others.
    fn mirrored(_op: usize) -> Option<usize> {
        None
    }
}

/// What an object says that its threads share by reference: main hands over nothing, and nothing is left.
macro_rules! shared {
    () => {
        type Main = ();
        type Given = ();
        type Left = ();

        fn give((): &(), _: &[usize]) {}

        fn end(_: Self::Own<'_>) {}
    };
}

pub(super) use shared;

/// Something that a thread does.
pub struct Operation<O: Object> {
    /// How it is printed, as something done to what the thread has of its `own`.
    pub code: &'static str,
    /// What it answers.
    pub run: for<'a, 'b> fn(&'a mut O::Own<'b>) -> u64,
}

/// How a program is printed, around its operations. Names of what a thread has begin with `own.`.
pub struct Code {
    /// How main makes the object.
    pub make: &'static str,
    /// How it hands it to a thread that does these operations.
    pub give: fn(&[usize]) -> String,
    /// How it gives up what it has of it.
    pub give_up: &'static str,
    /// What a thread begins with.
    pub begin: &'static str,
    /// What it leaves to main.
    pub end: &'static str,
}

/// Operations, each printed as it is run.
macro_rules! operations {
    ($own:ident: $($code:expr),* $(,)?) => {
        &[$($crate::dpor::exhaustive::object::Operation {
            code: stringify!($code),
            run: |$own| $crate::dpor::exhaustive::object::Answer::number($code),
        }),*]
    };
}

pub(super) use operations;

/// Which thread of the program sits where: seats are taken in the order in which main starts the threads.
#[derive(Clone, Debug)]
pub struct Seats(Vec<usize>);

impl Seats {
    pub fn of(order: &[usize]) -> Self {
        Seats(order.to_vec())
    }

    /// The number of the running thread in the program, from 1 on; 0 for main, and 9 for one that another has started.
    pub fn who(&self) -> u64 {
        let seat = thread::seat();
        seat.checked_sub(1).map_or(0, |seat| self.0.get(seat).map_or(9, |&thread| thread as u64 + 1))
    }
}

/// What an operation answered, as a number.
pub trait Answer {
    fn number(self) -> u64;
}

/// What stands for nothing.
const NOTHING: u64 = 900;

impl Answer for () {
    fn number(self) -> u64 {
        0
    }
}

impl Answer for bool {
    fn number(self) -> u64 {
        self.into()
    }
}

impl Answer for u64 {
    fn number(self) -> u64 {
        self
    }
}

impl Answer for usize {
    fn number(self) -> u64 {
        self as u64
    }
}

impl<T: Answer> Answer for Option<T> {
    fn number(self) -> u64 {
        self.map_or(NOTHING, Answer::number)
    }
}

impl<T: Answer, E: Answer> Answer for Result<T, E> {
    fn number(self) -> u64 {
        self.map_or_else(|error| NOTHING + 1 + error.number(), Answer::number)
    }
}

impl<T: Answer> Answer for (usize, T) {
    fn number(self) -> u64 {
        100 * self.0 as u64 + self.1.number()
    }
}
