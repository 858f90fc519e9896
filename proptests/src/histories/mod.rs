//! Histories of real systems: their logs, and what the systems should have done.

pub mod generate;
mod kv;
mod log;
mod register;
#[cfg(test)]
mod tests;

pub use log::ReadError;

use selvedge::check::linearizability::{Answer, Checker};

/// What the system is, and with that how its logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Model {
    /// One register with compare-and-swap, in the format of Jepsen's etcd logs.
    Register,
    /// A map of strings with append, one EDN map a line.
    Kv,
}

/// What was read, ready to be judged.
#[derive(Debug)]
pub enum Recorded<'a> {
    /// See [`Model::Register`].
    Register(register::History),
    /// See [`Model::Kv`].
    Kv(kv::History<'a>),
}

impl Model {
    /// Reads a log.
    ///
    /// # Errors
    ///
    /// If a line of it is not UTF-8; if one that should be an event is broken, or cannot have
    /// happened; or if there is no event in it, and yet something.
    pub fn read(self, bytes: &[u8]) -> Result<Recorded<'_>, ReadError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
            ReadError { line, reason: "it is not UTF-8".to_owned() }
        })?;
        match self {
            Model::Register => register::read(text).map(Recorded::Register),
            Model::Kv => kv::read(text).map(Recorded::Kv),
        }
    }
}

impl Recorded<'_> {
    /// How many operations were invoked.
    pub fn operations(&self) -> usize {
        match self {
            Recorded::Register(history) => history.operations().len(),
            Recorded::Kv(history) => history.operations().len(),
        }
    }

    /// Whether it has an explanation.
    pub fn judge(&self, checker: &Checker) -> Answer {
        match self {
            Recorded::Register(history) => checker.check(&register::Register, history),
            Recorded::Kv(history) => checker.check_by_key(&kv::Value::default(), history, |op| op.key),
        }
    }

    /// Who asked what in operation `number`, and what was answered.
    ///
    /// # Panics
    ///
    /// If there is no such operation.
    pub fn describe(&self, number: usize) -> String {
        let (op, process, outcome) = match self {
            Recorded::Register(history) => {
                let operation = &history.operations()[number];
                (operation.op.to_string(), operation.process, register::outcome(&operation.outcome))
            }
            Recorded::Kv(history) => {
                let operation = &history.operations()[number];
                (operation.op.to_string(), operation.process, kv::outcome(&operation.outcome))
            }
        };
        format!("process {}: {op}: {outcome}", log::process_in_the_log(process))
    }
}
