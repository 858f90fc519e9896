//! A cargo that builds nothing, beside models that were built, as scripts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use selvedge::check::protocol::Listing;

/// A row of a pattern that holds, as the models printed it.
pub fn row() -> String {
    let mut rows = include_str!("../rows.json").lines();
    rows.find(|row| row.contains(r#""verdict":"exhausted""#)).expect("there is one").to_owned()
}

/// A target folder in which everything is built.
#[derive(Debug)]
pub struct Stub {
    folder: tempfile::TempDir,
}

impl Stub {
    /// Of models that do as their script says when they are to run a check; `cargo` does as its own says.
    pub fn new(cargo: &str, run: &str) -> Stub {
        let folder = tempfile::tempdir().expect("there is room");
        let stub = Stub { folder };
        let mut listing = models::catalogue::listing();
        listing.cells.retain(|cell| cell.pattern == "counter" && cell.defect.is_none());
        let Listing { cells, .. } = &listing;
        assert!(cells.len() > 3);
        let write = |name: &str, text: &str| fs::write(stub.path(name), text).expect("there is room");
        write("list.json", &serde_json::to_string(&listing).expect("it is plain"));
        write("row.json", &row());
        stub.script("cargo", cargo);
        for build in ["target", "target/verify/loom", "target/verify/shuttle"] {
            let folder = stub.path("");
            let folder = folder.display();
            let script = format!(
                "case $1 in\nlist) /bin/cat {folder}/list.json ;;\nreplay) /bin/cat {folder}/row.json ;;\n*) {run} ;;\nesac"
            );
            stub.script(&format!("{build}/release/models"), &script);
        }
        stub
    }

    /// One whose checks all hold at once.
    pub fn quick() -> Stub {
        Stub::new("exit 0", "/bin/cat ${0%/target/*}/row.json")
    }

    /// A file in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn script(&self, name: &str, script: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("there is room");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("there is room");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// `verify`, in the folder of the stub.
    pub fn verify(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_verify"));
        command.args(arguments).current_dir(self.folder.path());
        command.env("CARGO", self.path("cargo")).env("CARGO_TARGET_DIR", self.path("target"));
        command
    }

    /// What it says.
    pub fn output(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        said(self.verify(arguments).output().expect("the program is built"))
    }
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
