//! Histories of real systems: their logs, and the systems' specifications.
//!
//! A log is what Jepsen and Knossos write, in EDN (`edn.rs`) or in lines (`lines.rs`). An event is of one kind of four:
//!
//! | type | what it says of the operation of its process |
//! |---|---|
//! | `:invoke` | it began; what a read's invocation says of the value is what it turned out to be, and is not looked at |
//! | `:ok` | it is done, with this value |
//! | `:fail` | it did not happen |
//! | `:info` | it may take effect at any later time, or never; so may one whose end the log does not have |
//!
//! A process has one operation under way. If the operation ended with `:info`, and the process goes on, it counts as
//! another process.

pub mod generate;

mod edn;
mod event;
mod lines;
mod objects;
mod op;
mod recorded;
#[cfg(test)]
mod tests;

pub use event::ReadError;
pub use recorded::Recorded;

use op::Function;

/// What the system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Model {
    /// One register: read, write, cas.
    #[value(alias = "cas-register")]
    Register,
    /// A register for each key: get or read, put or write, cas, and append to a string; an empty one is nil.
    Kv,
    /// A set that grows: add, read.
    Set,
    /// A queue, first in, first out: enqueue, dequeue.
    Queue,
    /// A counter: add, read.
    Counter,
    /// A lock: acquire, release.
    Mutex,
}

impl Model {
    /// The functions of the model, by their names in logs.
    fn functions(self) -> &'static [(&'static str, Function)] {
        match self {
            Model::Register => &[("read", Function::Read), ("write", Function::Write), ("cas", Function::Cas)],
            Model::Kv => &[
                ("get", Function::Read),
                ("put", Function::Write),
                ("append", Function::Append),
                ("cas", Function::Cas),
                ("read", Function::Read),
                ("write", Function::Write),
            ],
            Model::Set | Model::Counter => &[("add", Function::Add), ("read", Function::Read)],
            Model::Queue => &[("enqueue", Function::Enqueue), ("dequeue", Function::Dequeue)],
            Model::Mutex => &[("acquire", Function::Acquire), ("release", Function::Release)],
        }
    }

    /// Reads a log. If it is `keyed`, as that of a [`Kv`](Model::Kv) always is, a value is `[key value]` (as Jepsen's
    /// `independent` writes it) unless there is a `:key` beside it, and each key has an object of its own.
    ///
    /// # Errors
    ///
    /// If a line is not UTF-8; if an event is broken, or cannot have happened; or if the log is not empty, but has no
    /// event.
    pub fn read(self, bytes: &[u8], keyed: bool) -> Result<Recorded<'_>, ReadError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
            ReadError { line, reason: "it is not UTF-8".to_owned() }
        })?;
        let events = if edn::is_it(text) { edn::events(text)? } else { lines::events(text)? };
        if events.is_empty() && !edn::is_it(text) && !text.trim().is_empty() {
            // An empty log is an empty history; this is some other file.
            return Err(ReadError { line: 1, reason: "neither this nor any other line is an event".to_owned() });
        }
        Recorded::new(self, keyed || self == Model::Kv, events)
    }
}
