//! Channels. A wrong answer: main waits for the first message, and not for the second.

use selvedge::sync::channel::{self, Receiver, Sender};
use selvedge::sync::thread;

/// What can `program` give? Write down every sum that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[0, 1, 2, 3];

/// The sum of what two workers send, 1 and 2, each over an end of the channel of its own.
pub fn collect() -> u32 {
    let (sender, receiver): (Sender<u32>, Receiver<u32>) = channel::unbounded();
    let workers = [1, 2].map(|n| {
        let sender = sender.clone();
        thread::spawn(move || sender.send(n))
    });
    let mut sum = receiver.recv().unwrap();
    while let Ok(n) = receiver.try_recv() {
        sum += n;
    }
    workers.into_iter().for_each(|worker| worker.join().unwrap().unwrap());
    sum
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
