//! What the facade costs on real threads: nothing. Facade and bare library side by side in one run,
//! in turn, each operation as the median of many batches; the ratio is what counts.
//!
//! `cargo bench -p stress --bench facade`

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a bench measures time and the bare libraries")]

use std::hint::black_box;
use std::time::Instant;

/// Operations in a batch: about a millisecond of them.
const BATCH: u32 = 100_000;
/// Batches of each side, taken in turn so that a slow moment of the machine hits both.
const ROUNDS: usize = 101;

fn main() {
    println!("{:<28} {:>10} {:>10} {:>7}  middle half", "operation", "facade ns", "bare ns", "ratio");
    compare("uncontended lock", &mut facade_lock(), &mut bare_lock());
    compare("channel send and receive", &mut facade_channel(), &mut bare_channel());
    compare("atomic add", &mut facade_add(), &mut bare_add());
}

fn facade_lock() -> impl FnMut() {
    let lock = selvedge::sync::Mutex::new(0_u64);
    move || *black_box(&lock).lock() += 1
}

fn bare_lock() -> impl FnMut() {
    let lock = parking_lot::Mutex::new(0_u64);
    move || *black_box(&lock).lock() += 1
}

fn facade_channel() -> impl FnMut() {
    let (sender, receiver) = selvedge::sync::channel::bounded(1);
    move || {
        sender.send(black_box(1_u64)).expect("the receiver is here");
        black_box(receiver.recv().expect("a message was sent"));
    }
}

fn bare_channel() -> impl FnMut() {
    let (sender, receiver) = crossbeam_channel::bounded(1);
    move || {
        sender.send(black_box(1_u64)).expect("the receiver is here");
        black_box(receiver.recv().expect("a message was sent"));
    }
}

fn facade_add() -> impl FnMut() {
    use selvedge::sync::atomic::{AtomicU64, Ordering};

    let total = AtomicU64::new(0);
    move || _ = black_box(&total).fetch_add(1, Ordering::Relaxed)
}

fn bare_add() -> impl FnMut() {
    use std::sync::atomic::{AtomicU64, Ordering};

    let total = AtomicU64::new(0);
    move || _ = black_box(&total).fetch_add(1, Ordering::Relaxed)
}

fn compare(name: &str, facade: &mut dyn FnMut(), bare: &mut dyn FnMut()) {
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (our, their) = (batch(facade), batch(bare));
        ours.push(our);
        theirs.push(their);
        ratios.push(our / their);
    }
    let (ours, theirs, ratio) = (median(&mut ours), median(&mut theirs), median(&mut ratios));
    let (low, high) = (ratios[ROUNDS / 4], ratios[ROUNDS * 3 / 4]);
    println!("{name:<28} {ours:>10.2} {theirs:>10.2} {ratio:>7.2}  {low:.2} to {high:.2}");
}

/// Nanoseconds an operation.
fn batch(operation: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..BATCH {
        operation();
    }
    start.elapsed().as_nanos() as f64 / f64::from(BATCH)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
