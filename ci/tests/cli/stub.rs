//! A cargo that builds nothing, beside models that were built, as scripts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// A row of a pattern that holds, as the models printed it.
pub fn row() -> String {
    let mut rows = include_str!("../rows.json").lines();
    rows.find(|row| row.contains(r#""verdict":"exhausted""#)).expect("there is one").to_owned()
}

/// The last of the checks.
pub const LAST: &str = "counter/wait_group_sees_the_total";

/// A target folder in which everything is built.
#[derive(Debug)]
pub struct Stub {
    folder: tempfile::TempDir,
}

impl Stub {
    /// A stub whose models run the script `run` for a check, and whose cargo runs the script `cargo`.
    pub fn new(cargo: &str, run: &str) -> Stub {
        let folder = tempfile::tempdir().expect("there is room");
        let stub = Stub { folder };
        let mut listing = models::catalogue::listing();
        let checks = ["counter/mutex_total_is_exact", LAST];
        listing.cells.retain(|cell| checks.contains(&cell.check.as_str()) && cell.defect.is_none());
        listing.litmus = 0;
        let write = |name: &str, text: &str| fs::write(stub.path(name), text).expect("there is room");
        write("list.json", &serde_json::to_string(&listing).expect("it is plain"));
        write("row.json", &row());
        // What its flags are for is asked first.
        stub.script(
            "cargo",
            &format!("case $1 in -vV) echo 'release: 1.90.0'; echo 'host: stub'; exit ;; esac\n{cargo}"),
        );
        let builds =
            [("target", None), ("target/verify/loom", Some("loom")), ("target/verify/shuttle", Some("shuttle"))];
        for (build, cfg) in builds {
            let folder = stub.path("");
            let folder = folder.display();
            let script = format!(
                "case $1 in\nlist) /bin/cat {folder}/list.json ;;\nreplay) /bin/cat {folder}/row.json ;;\nlitmus) echo '[]' > $5 ;;\n*) {run} ;;\nesac"
            );
            for program in ["models", "programs", "stress"] {
                stub.script(&format!("{build}/{}/{program}", ci::builds::profile(cfg)), &script);
            }
        }
        stub
    }

    /// A stub whose checks all hold at once.
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

    /// Lets a command find the stub's programs, and nothing else on this machine.
    pub fn stands_for_all(&self, command: &mut Command) {
        let given: Vec<_> = command.get_envs().map(|(name, _)| name.to_owned()).collect();
        for (name, value) in [("CARGO", "cargo"), ("CARGO_TARGET_DIR", "target"), ("PATH", "bin")] {
            if !given.iter().any(|given| given == name) {
                command.env(name, self.path(value));
            }
        }
    }

    /// Interrupts a command when a process running [`WORKS`] has reported that it works. Returns the exit code and the
    /// output.
    pub fn interrupt(&self, command: &mut Command, signal: &str) -> (Option<i32>, String, String) {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program is built");
        let file = self.path("pids");
        assert!(comes_true(|| file.exists()), "nothing is at work");
        let killed = Command::new("/bin/kill").args([signal, &child.id().to_string()]).status();
        assert!(killed.expect("there is a kill").success());
        let output = child.wait_with_output().expect("it is ours");
        let numbers = fs::read_to_string(file).expect("it is there");
        let gone = || numbers.split_whitespace().all(|number| !is_alive(number));
        // A process that was killed takes a moment to go.
        assert!(comes_true(gone), "one of {numbers} is left behind");
        let text = |bytes| String::from_utf8(bytes).expect("it is text");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }
}

/// The script of a process that has a child, and does not end.
pub const WORKS: &str = "folder=${0%/cargo}; folder=${folder%/target/*}; /bin/sleep 600 & \
    echo $$ $! > $folder/part; /bin/mv $folder/part $folder/pids; wait";

/// Whether something is true, now or within a while.
fn comes_true(mut is_so: impl FnMut() -> bool) -> bool {
    (0..6_000).any(|_| {
        let so = is_so();
        thread::sleep(Duration::from_millis(if so { 0 } else { 10 }));
        so
    })
}

/// Whether there is such a process, and it is no zombie.
fn is_alive(number: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}
