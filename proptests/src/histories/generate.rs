//! Logs of a made-up system, of any size, with which the checker's speed is measured.
//!
//! Clients take steps in random order: a client invokes an operation, lets it take effect, gets the answer. So about
//! two thirds of them have an operation under way at any time, and half of those have had their effect. Such a log is
//! linearizable by construction; a broken one has a late read that answers a value overwritten long before.

use std::fmt::Write;

use super::Model;

/// What kind of log to make.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The model: a register, or a map of strings.
    pub model: Model,
    /// How many operations are invoked.
    pub operations: usize,
    /// How many clients invoke them.
    pub clients: usize,
    /// How many keys a map has.
    pub keys: usize,
    /// How many values are written to a register.
    pub values: u32,
    /// How many operations of a thousand time out, for a register.
    pub timeouts: u32,
    /// Whether a read is wrong.
    pub broken: bool,
    /// Where the random numbers start.
    pub seed: u64,
}

/// The state of a client.
#[derive(Clone)]
enum Client {
    Idle,
    Invoked(Operation),
    /// With the answer: for a read the value, for a compare-and-swap whether it was equal.
    Effective(Operation, Option<String>),
}

#[derive(Clone)]
struct Operation {
    function: &'static str,
    key: usize,
    value: String,
}

/// How many values of a key are remembered for the wrong read, which is the oldest of them.
const REMEMBERED: usize = 300;

/// Makes up a log.
///
/// # Panics
///
/// If there are no clients, keys or values, or the model is neither a register nor a map.
pub fn generate(shape: &Shape) -> String {
    assert!(matches!(shape.model, Model::Register | Model::Kv), "{:?} is not made up", shape.model);
    let mut random = fastrand::Rng::with_seed(shape.seed);
    let keys = if shape.model == Model::Kv { shape.keys } else { 1 };
    let mut values: Vec<Vec<Option<String>>> = vec![vec![None]; keys];
    let mut clients = vec![Client::Idle; shape.clients];
    // A client whose operation timed out goes on under another number.
    let mut names: Vec<usize> = (0..shape.clients).collect();
    let mut next_name = shape.clients;
    let mut log = String::new();
    let mut broken = !shape.broken;
    let (mut invoked, mut busy) = (0, 0);
    while invoked < shape.operations || busy > 0 {
        let client = random.usize(..shape.clients);
        let name = names[client];
        clients[client] = match std::mem::replace(&mut clients[client], Client::Idle) {
            Client::Idle if invoked == shape.operations => Client::Idle,
            Client::Idle => {
                let operation = draw(shape, &mut random, name, invoked);
                line(&mut log, shape.model, name, ":invoke", &operation, None);
                invoked += 1;
                busy += 1;
                Client::Invoked(operation)
            }
            Client::Invoked(operation) => {
                let values = &mut values[operation.key];
                let late = invoked > shape.operations * 9 / 10;
                let stale = values.first().cloned().flatten();
                let answer = if operation.function == "read" && late && !broken && stale != current(values) {
                    broken = true;
                    stale
                } else {
                    perform(&operation, values)
                };
                if values.len() > REMEMBERED {
                    values.remove(0);
                }
                Client::Effective(operation, answer)
            }
            Client::Effective(operation, answer) => {
                busy -= 1;
                if shape.model == Model::Register && random.u32(..1_000) < shape.timeouts {
                    line(&mut log, shape.model, name, ":info", &operation, None);
                    names[client] = next_name;
                    next_name += 1;
                } else {
                    line(&mut log, shape.model, name, ":ok", &operation, Some(&answer));
                }
                Client::Idle
            }
        };
    }
    log
}

fn draw(shape: &Shape, random: &mut fastrand::Rng, name: usize, number: usize) -> Operation {
    let key = random.usize(..shape.keys);
    let mut value = || random.u32(..shape.values).to_string();
    match shape.model {
        Model::Register => {
            let (from, to) = (value(), value());
            let (function, value) = match random.u32(..3) {
                0 => ("read", "nil".to_owned()),
                1 => ("write", to),
                _ => ("cas", format!("[{from} {to}]")),
            };
            Operation { function, key: 0, value }
        }
        _ => {
            let function = ["read", "read", "append", "append", "append", "put"][random.usize(..6)];
            Operation { function, key, value: format!("x {name} {number} y") }
        }
    }
}

fn current(values: &[Option<String>]) -> Option<String> {
    values.last().cloned().flatten()
}

/// Performs an operation. Returns the value of a read, and for a compare-and-swap `Some` if it was equal.
fn perform(operation: &Operation, values: &mut Vec<Option<String>>) -> Option<String> {
    let now = current(values);
    match operation.function {
        "write" | "put" => values.push(Some(operation.value.clone())),
        "append" => values.push(Some(now.clone().unwrap_or_default() + &operation.value)),
        "cas" => {
            let pair = operation.value.trim_matches(['[', ']']).split_once(' ').expect("it is a pair");
            if now.as_deref() != Some(pair.0) {
                return None;
            }
            values.push(Some(pair.1.to_owned()));
        }
        _ => (),
    }
    now
}

fn line(
    log: &mut String,
    model: Model,
    name: usize,
    kind: &str,
    operation: &Operation,
    answer: Option<&Option<String>>,
) {
    let Operation { function, key, value } = operation;
    let read = answer.cloned().flatten();
    let written = match model {
        Model::Register => {
            let (kind, value) = match (kind, *function) {
                (":info", "read") => (":fail", ":timed-out"),
                (":info", _) => (":info", ":timed-out"),
                (":ok", "read") => (":ok", read.as_deref().unwrap_or("nil")),
                (":ok", "cas") if read.is_none() => (":fail", value.as_str()),
                _ => (kind, value.as_str()),
            };
            writeln!(log, "INFO  jepsen.util - {name}\t{kind}\t:{function}\t{value}")
        }
        _ => {
            let (function, value) = match (*function, kind) {
                ("read", ":ok") => ("get", format!("\"{}\"", read.unwrap_or_default())),
                ("read", _) => ("get", "nil".to_owned()),
                (function, _) => (function, format!("\"{value}\"")),
            };
            writeln!(log, "{{:process {name}, :type {kind}, :f :{function}, :key \"{key}\", :value {value}}}")
        }
    };
    written.expect("a string can always be written to");
}
