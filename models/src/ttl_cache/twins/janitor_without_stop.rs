//! **Wrong:** the janitor only waits for the next tick.
//!
//! **From:** the document's `NewCache`, whose cleanup goroutine can never be stopped.
//!
//! **Shortest interleaving:** the cache is dropped · the janitor waits for a tick.
//!
//! **Seen by** every engine, in every schedule, as a leaked worker. A test on real threads passes:
//! the process ends and takes the janitor along.

use std::time::Duration;

use selvedge::sync::time::Clock;
use selvedge::sync::{select, thread};

use crate::ttl_cache::Janitor;

/// A cache that starts a janitor, and keeps no means to stop it.
#[derive(Debug)]
pub struct JanitorWithoutStop {}

impl Janitor for JanitorWithoutStop {
    fn start(clock: &Clock) -> Self {
        let ticker = clock.ticker(Duration::from_secs(1));
        let janitor = thread::Builder::new().name("janitor".to_owned());
        let started = janitor.spawn(move || {
            loop {
                select! { recv(ticker) -> _ => () }
            }
        });
        started.expect("the machine has a thread to spare");
        JanitorWithoutStop {}
    }
}
