//! A worker takes tasks until there are no more.

use selvedge::sync::{channel, thread};

pub fn check() {
    let (sender, tasks) = channel::unbounded();
    let worker = thread::Builder::new().name("worker".to_owned());
    worker.spawn(move || tasks.iter().sum::<u32>()).expect("the machine has a thread to spare");
    sender.send(1).expect("the worker is there");
    drop(sender);
}
