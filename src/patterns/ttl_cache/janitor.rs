//! The janitor: the document's `cleanupLoop`, with an end.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use crate::sync::channel::{Sender, bounded};
use crate::sync::select;
use crate::sync::thread::{self, JoinHandle};
use crate::sync::time::Clock;

/// A thread that sweeps; stopped and waited for when dropped.
pub(super) struct Janitor {
    /// Closed to stop the thread; taken by the drop.
    stop: Option<Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Janitor {
    #[track_caller]
    pub(super) fn start(clock: &Clock, period: Duration, sweep: impl Fn() + Send + 'static) -> io::Result<Self> {
        // Closed, and never sent on. A rendezvous would be somewhere to wait, and more to explore.
        let (stop, stopped) = bounded(1);
        // Before the thread: time may move on before it runs.
        let ticker = clock.ticker(period);
        let thread = thread::Builder::new().name("janitor".to_owned()).spawn(move || {
            loop {
                select! {
                    recv(stopped) -> _ => return,
                    recv(ticker) -> _ => sweep(),
                }
            }
        })?;
        Ok(Janitor { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the janitor panics only where a key's hash or drop does");
        }
    }
}
