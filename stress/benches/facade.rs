//! What the facade costs on real threads: nothing. Facade and bare library side by side in one run,
//! in turn, each operation as the median of many batches; the ratio is what counts.
//!
//! `cargo bench -p stress --bench facade`

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a bench measures time and the bare libraries")]

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long a batch takes, about.
const BATCH: Duration = Duration::from_millis(1);
/// Batches of each side, taken in turn so that a slow moment of the machine hits both.
const ROUNDS: usize = 101;

mod facade {
    pub use selvedge::sync::atomic::{AtomicPtr, AtomicU64, fence};
    pub use selvedge::sync::channel::{Receiver, bounded, unbounded};
    pub use selvedge::sync::select::Select;
    pub use selvedge::sync::{
        Arc, Backoff, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, UnsafeCell, select, thread,
        thread_local,
    };
}

/// What the facade stands for on real threads.
mod bare {
    pub use std::cell::UnsafeCell;
    pub use std::sync::atomic::{AtomicPtr, AtomicU64, fence};
    pub use std::sync::{Arc, Barrier, LazyLock, Once, OnceLock};
    pub use std::{thread, thread_local};

    pub use crossbeam_channel::{Receiver, Select, bounded, select, unbounded};
    pub use crossbeam_utils::Backoff;
    pub use parking_lot::{Condvar, Mutex, RwLock};
}

/// Its name, what it is an operation of, and itself.
type Operation = (&'static str, &'static str, Box<dyn FnMut()>);

fn operation(name: &'static str, of: &'static str, operation: impl FnMut() + 'static) -> Operation {
    (name, of, Box::new(operation))
}

/// The same operations over one of the two, as one thread meets them.
macro_rules! operations {
    ($name:ident, $library:ident) => {
        fn $name() -> Vec<Operation> {
            use std::any::{type_name, type_name_of_val};
            use std::sync::atomic::Ordering::{Relaxed, SeqCst};

            use $library::*;

            $library::thread_local! {
                static LOCAL: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
            }
            static LAZY: LazyLock<u64> = LazyLock::new(|| 1);

            let (mutex, tried) = (Mutex::new(0_u64), Mutex::new(0_u64));
            let (read, written, upgraded) = (RwLock::new(0_u64), RwLock::new(0_u64), RwLock::new(0_u64));
            let condvar = Condvar::new();
            let (total, swapped, pointed) =
                (AtomicU64::new(0), AtomicU64::new(0), AtomicPtr::new(&raw mut *Box::leak(Box::new(0_u64))));
            let cell = UnsafeCell::new(0_u64);
            let (once, given, alone, one) = (Once::new(), OnceLock::new(), Barrier::new(1), Arc::new(()));
            once.call_once(|| ());
            given.set(1_u64).expect("it is new");
            let (sender, receiver) = bounded(1);
            let (endless, end) = unbounded();
            let (never, nothing) = bounded::<u64>(1);
            let [arms, more, others] = [(); 3].map(|()| [bounded(1), bounded::<u64>(1)]);
            vec![
                operation("Mutex::lock", type_name::<Mutex<u64>>(), move || *black_box(&mutex).lock() += 1),
                operation("Mutex::try_lock", type_name::<Mutex<u64>>(), move || {
                    *black_box(&tried).try_lock().expect("it is free") += 1
                }),
                operation("RwLock::read", type_name::<RwLock<u64>>(), move || _ = black_box(*black_box(&read).read())),
                operation("RwLock::write", type_name::<RwLock<u64>>(), move || *black_box(&written).write() += 1),
                operation("RwLock::upgradable_read", type_name::<RwLock<u64>>(), move || {
                    _ = black_box(*black_box(&upgraded).upgradable_read())
                }),
                operation("Condvar::notify_one, nobody waits", type_name::<Condvar>(), move || {
                    _ = black_box(&condvar).notify_one()
                }),
                operation("AtomicU64::fetch_add", type_name::<AtomicU64>(), move || {
                    _ = black_box(&total).fetch_add(1, Relaxed)
                }),
                operation("AtomicU64::compare_exchange", type_name::<AtomicU64>(), move || {
                    _ = black_box(black_box(&swapped).compare_exchange(0, 0, SeqCst, SeqCst))
                }),
                operation("AtomicPtr::load", type_name::<AtomicPtr<u64>>(), move || {
                    _ = black_box(black_box(&pointed).load(SeqCst))
                }),
                operation("fence", type_name_of_val(&fence), || fence(SeqCst)),
                // SAFETY: nobody else has the cell.
                operation("UnsafeCell::get", type_name::<UnsafeCell<u64>>(), move || unsafe {
                    *black_box(&cell).get() += 1
                }),
                operation("Arc, a clone that is dropped", type_name::<Arc<()>>(), move || {
                    drop(Arc::clone(black_box(&one)))
                }),
                operation("Once::call_once, called", type_name::<Once>(), move || {
                    black_box(&once).call_once(|| unreachable!())
                }),
                operation("OnceLock::get", type_name::<OnceLock<u64>>(), move || {
                    _ = black_box(black_box(&given).get())
                }),
                operation("LazyLock, made", type_name::<LazyLock<u64>>(), || _ = black_box(**black_box(&LAZY))),
                operation("Barrier::wait, of one", type_name::<Barrier>(), move || _ = black_box(&alone).wait()),
                operation("thread_local!", type_name_of_val(&LOCAL), || {
                    LOCAL.with(|local| local.set(black_box(local.get() + 1)))
                }),
                operation("Backoff::spin", type_name::<Backoff>(), || Backoff::new().spin()),
                operation("bounded, send and recv", type_name::<Receiver<u64>>(), move || {
                    sender.send(black_box(1_u64)).expect("the receiver is here");
                    black_box(receiver.recv().expect("a message was sent"));
                }),
                operation("unbounded, send and recv", type_name::<Receiver<u64>>(), move || {
                    endless.send(black_box(1_u64)).expect("the receiver is here");
                    black_box(end.recv().expect("a message was sent"));
                }),
                operation("try_recv, empty", type_name::<Receiver<u64>>(), move || {
                    black_box(&never);
                    black_box(nothing.try_recv()).expect_err("nothing was sent");
                }),
                operation("select! of two, one of them ready", type_name::<Select<'_>>(), move || {
                    arms[0].0.send(black_box(1_u64)).expect("the receiver is here");
                    select! {
                        recv(arms[0].1) -> message => assert!(message.is_ok()),
                        recv(arms[1].1) -> message => assert!(message.is_ok()),
                    }
                }),
                operation("Select of two, one of them ready", type_name::<Select<'_>>(), move || {
                    more[0].0.send(black_box(1_u64)).expect("the receiver is here");
                    let receivers: [&Receiver<u64>; 2] = [&more[0].1, &more[1].1];
                    let mut select = Select::new();
                    for receiver in receivers {
                        select.recv(receiver);
                    }
                    let operation = select.select();
                    let index = operation.index();
                    assert!(operation.recv(receivers[index]).is_ok());
                }),
                operation("select! with a default, none ready", type_name::<Select<'_>>(), move || {
                    select! {
                        recv(others[0].1) -> message => assert!(message.is_ok()),
                        recv(others[1].1) -> message => assert!(message.is_ok()),
                        default => (),
                    }
                }),
                operation("unpark and park", type_name_of_val(&thread::park), || {
                    thread::current().unpark();
                    thread::park();
                }),
                operation("yield_now", type_name_of_val(&thread::yield_now), thread::yield_now),
                operation("spawn and join", type_name::<thread::JoinHandle<()>>(), || {
                    thread::spawn(|| ()).join().expect("it does not panic")
                }),
                operation("scope, a spawn", type_name::<thread::ScopedJoinHandle<'_, ()>>(), || {
                    thread::scope(|scope| {
                        scope.spawn(|| ());
                    });
                }),
            ]
        }
    };
}

operations!(over_the_facade, facade);
operations!(over_what_is_bare, bare);

fn main() {
    println!("{:<36} {:>10} {:>10} {:>7}  {:<14} both", "operation", "facade ns", "bare ns", "ratio", "middle half");
    for ((name, ours, mut facade), (_, theirs, mut bare)) in over_the_facade().into_iter().zip(over_what_is_bare()) {
        let both = if ours == theirs { ours } else { "" };
        println!("{name:<36} {} {both}", compare(&mut facade, &mut bare));
    }
}

fn compare(facade: &mut dyn FnMut(), bare: &mut dyn FnMut()) -> String {
    let size = size(bare);
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Each side goes first as often as the other.
        let (our, their) = if round % 2 == 0 {
            let our = batch(facade, size);
            (our, batch(bare, size))
        } else {
            let their = batch(bare, size);
            (batch(facade, size), their)
        };
        ours.push(our);
        theirs.push(their);
        ratios.push(our / their);
    }
    let (ours, theirs, ratio) = (median(&mut ours), median(&mut theirs), median(&mut ratios));
    let (low, high) = (ratios[ROUNDS / 4], ratios[ROUNDS * 3 / 4]);
    format!("{ours:>10.2} {theirs:>10.2} {ratio:>7.2}  {low:.2} to {high:.2}  ")
}

/// How many operations make a batch.
fn size(operation: &mut dyn FnMut()) -> u32 {
    let (start, mut done) = (Instant::now(), 0);
    while start.elapsed() < BATCH / 4 {
        operation();
        done += 1;
    }
    // Looking at the time took a part of it: in a batch there are a few times as many.
    done * 4
}

/// Nanoseconds an operation.
fn batch(operation: &mut dyn FnMut(), size: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..size {
        operation();
    }
    start.elapsed().as_nanos() as f64 / f64::from(size)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
