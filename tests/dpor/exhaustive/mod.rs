//! Every small program over a primitive, up to renaming: `dpor` finds what the search that prunes nothing finds.
//!
//! A program is up to four threads of together up to five operations on one object, or two threads of up to three
//! operations each on two objects, of which each is touched by both. Main starts the threads in some order, and joins
//! them; what each operation answered, and what is left, is the outcome. Of every program `dpor` has
//! - the outcomes of the search that prunes nothing, and a failure exactly where that has one;
//! - as many executions as there are partial orders, none of them blocked;
//! - whether it is searched whole or in parts, and in whichever order the threads are started.
//!
//! Programs that differ in nothing but the order of their threads, the names of their objects, or values that can be
//! exchanged for each other, are one program. It is explored with its threads started as they are sorted and the other way
//! round; if it has no more than three operations, in every order.
//!
//! A run of the tests takes the smallest programs, and of the others a part that is chosen by a hash. All of them are
//! explored by `cargo test --release -p tests-dpor -- --ignored whole`, with `RUSTFLAGS="--cfg shuttle"`.
//!
//! A primitive is one file beside this one and a line in [`FAMILIES`].

mod arc;
mod atomic;
mod barrier;
mod channel;
mod choice;
mod condvar;
mod differ;
mod family;
mod locks;
mod object;
mod once;
mod parts;
mod pointer;
mod print;
mod select;
mod semaphore;
mod threads;
mod unread;
mod upgrades;
mod wait_group;

use libtest_mimic::Trial;

use self::family::Family;

/// Which programs there are, of which primitives.
const FAMILIES: &[fn() -> Family] = &[
    Family::of_one::<atomic::Atomic>,
    Family::of_two::<atomic::Atomic>,
    Family::of_one::<pointer::Pointers>,
    Family::of_one::<choice::Choices>,
    Family::of_two::<choice::Choices>,
    Family::of_one::<locks::Exclusive>,
    Family::of_two::<locks::Exclusive>,
    Family::of_one::<locks::Shared>,
    Family::of_two::<locks::Shared>,
    Family::of_one::<condvar::Sleepers>,
    Family::of_two::<condvar::Sleepers>,
    Family::of_one::<channel::Channel<{ channel::UNBOUNDED }>>,
    Family::of_one::<channel::Channel<1>>,
    Family::of_two::<channel::Channel<1>>,
    Family::of_one::<channel::Channel<0>>,
    Family::of_two::<channel::Channel<0>>,
    Family::of_one::<unread::Unread>,
    Family::of_one::<select::Select<false, { channel::UNBOUNDED }, 1>>,
    Family::of_one::<select::Select<false, 1, 0>>,
    Family::of_one::<select::Select<false, 0, 0>>,
    Family::of_one::<select::Select<true, 1, 1>>,
    Family::of_one::<select::Select<true, 1, 0>>,
    Family::of_one::<select::Select<true, 0, 0>>,
    Family::of_one::<arc::Owners<false>>,
    Family::of_two::<arc::Owners<false>>,
    Family::of_one::<arc::Owners<true>>,
    Family::of_two::<arc::Owners<true>>,
    Family::of_one::<semaphore::Permits>,
    Family::of_two::<semaphore::Permits>,
    Family::of_one::<wait_group::Group>,
    Family::of_two::<wait_group::Group>,
    Family::of_one::<threads::Children>,
    Family::of_one::<once::Written>,
    Family::of_two::<once::Written>,
    Family::of_one::<barrier::Crossing>,
    Family::of_two::<barrier::Crossing>,
    Family::of_one::<upgrades::Upgrades>,
];

pub use self::parts::run_asked_for;

/// Of each family, the part that every run explores; and all of it, where that is asked for.
pub fn trials() -> Vec<Trial> {
    FAMILIES.iter().map(|family| family()).flat_map(parts::trials).collect()
}
