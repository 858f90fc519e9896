//! What the facade costs on real threads: nothing. Facade and bare library side by side in one run,
//! in turn, each operation as the median of many batches; the ratio is what counts.
//!
//! `cargo bench -p stress --bench facade`

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a bench measures time and the bare libraries")]

use std::hint::black_box;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Operations in a batch: about a millisecond of them.
const BATCH: u32 = 100_000;
/// Batches of each side, taken in turn so that a slow moment of the machine hits both.
const ROUNDS: usize = 101;

/// Each operation over the facade and over the library that it stands for.
macro_rules! lock {
    ($mutex:ty) => {{
        let lock = <$mutex>::new(0_u64);
        move || *black_box(&lock).lock() += 1
    }};
}

macro_rules! send_and_receive {
    ($bounded:path) => {{
        let (sender, receiver) = $bounded(1);
        move || {
            sender.send(black_box(1_u64)).expect("the receiver is here");
            black_box(receiver.recv().expect("a message was sent"));
        }
    }};
}

macro_rules! add {
    ($atomic:ty) => {{
        let total = <$atomic>::new(0);
        move || _ = black_box(&total).fetch_add(1, Ordering::Relaxed)
    }};
}

fn main() {
    println!("{:<28} {:>10} {:>10} {:>7}  middle half", "operation", "facade ns", "bare ns", "ratio");
    compare("uncontended lock", &mut lock!(selvedge::sync::Mutex<u64>), &mut lock!(parking_lot::Mutex<u64>));
    let ours = &mut send_and_receive!(selvedge::sync::channel::bounded);
    compare("channel send and receive", ours, &mut send_and_receive!(crossbeam_channel::bounded));
    compare("atomic add", &mut add!(selvedge::sync::atomic::AtomicU64), &mut add!(std::sync::atomic::AtomicU64));
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
