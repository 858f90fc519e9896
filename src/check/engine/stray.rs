//! Threads that are std's, and panic.
//!
//! No engine knows of them. Their backtrace says which check they belong to, for it names the function that the check
//! stands in; when they were started tells them from threads of an earlier exploration.

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;
use std::thread::{Thread, ThreadId};

use parking_lot::Mutex;

use super::uncaught::Uncaught;

/// The checks that are being explored, by the functions that they stand in.
static RUNNING: Mutex<Vec<&str>> = Mutex::new(Vec::new());

/// What has panicked: in which check, the number of the thread, and what it said.
static STRAYS: Mutex<Vec<(&str, u64, String)>> = Mutex::new(Vec::new());

/// An exploration of a check, while it runs.
#[derive(Debug)]
pub(super) struct Running(&'static str);

impl Running {
    /// Of a check whose type has this name.
    pub(super) fn new(check: &'static str) -> Self {
        let function = function(check);
        RUNNING.lock().push(function);
        Running(function)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = RUNNING.lock();
        let at = running.iter().position(|running| *running == self.0).expect("it runs");
        running.swap_remove(at);
    }
}

/// The function that a closure stands in, or that a check is.
fn function(check: &'static str) -> &'static str {
    check.split("::{{closure}}").next().unwrap_or(check)
}

/// Threads are numbered in the order in which they are started.
fn number(id: ThreadId) -> u64 {
    let digits: String = format!("{id:?}").chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

pub(super) fn observe(info: &PanicHookInfo<'_>) {
    let running = RUNNING.lock().clone();
    if running.is_empty() {
        return;
    }
    let stack = Backtrace::force_capture().to_string();
    let me = std::thread::current();
    let Uncaught { message, location, .. } = Uncaught::of(info);
    let place = location.map(|place| format!(" at {place}")).unwrap_or_default();
    let name = me.name().map(|name| format!(" {name}")).unwrap_or_default();
    let what = format!("a thread of std's{name}, which panicked{place}: {message}");
    // The type name of a function pointer does not say which function it is.
    let is_alone = |function: &str| running.len() == 1 && !function.contains("::");
    let is_in = |function: &&str| stack.contains(&format!("{function}::")) || is_alone(function);
    let mine = running.iter().copied().filter(is_in).map(|function| (function, number(me.id()), what.clone()));
    STRAYS.lock().extend(mine);
}

/// What was started in a check after this thread and has panicked, if anything has.
pub(super) fn since(explorer: &Thread, check: &'static str) -> Option<String> {
    let (explorer, check) = (number(explorer.id()), function(check));
    let strays = STRAYS.lock();
    let (.., what) = strays.iter().find(|(of, stray, _)| *of == check && *stray > explorer)?;
    Some(format!("{what}; start threads with selvedge::sync::thread"))
}
