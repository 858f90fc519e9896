//! `cargo verify` as a program: its arguments, and how it ends. Nothing is built here: a [`stub`] stands for cargo and
//! for the models.

#![cfg(unix)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

mod interrupted;
mod refused;
mod run;
mod stub;
mod walk;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use stub::Stub;

/// `verify`, in the folder of the stub.
fn verify(stub: &Stub, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verify"));
    stub.stands_for_all(command.args(arguments).current_dir(stub.path("")));
    command
}

/// What it says.
fn output(stub: &Stub, arguments: &[&str]) -> (Option<i32>, String, String) {
    said(verify(stub, arguments).output().expect("the program is built"))
}

/// The code with which a process has ended, and what it has said.
pub fn said(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A failure that was saved.
pub fn saved() -> serde_json::Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("ci/ is in the workspace");
    let file = root.join("models/regressions/account-opposite_transfers_end-TransferInArgumentOrder-shuttle.json");
    serde_json::from_str(&fs::read_to_string(file).expect("it is there")).expect("it is JSON")
}
