//! A random walk over command lines: flags, values, files and environment as nobody would put them together.
//!
//! What a program takes is read from its own help. Whatever it is given, it ends by itself, with one of the codes of
//! [`exit`](mod@crate::exit), and says no more than three lines on standard error, besides those about work that
//! takes long, which are few where there is no terminal. A step is a function of its number.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

/// What a program may take that was asked for something small, on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(60);
/// Lines that a program has for what it has to say on standard error.
const SAID: usize = 3;
/// And for how far it is.
const PROGRESS: usize = 40;
/// How often a program is looked at.
const POLL: Duration = Duration::from_millis(1);

/// Values that break something somewhere.
const ODD: &[&str] = &[
    "",
    "-",
    "--",
    ".",
    "..",
    "f",
    "g",
    "./f",
    "f/",
    "no/such/dir/f",
    "/no/such/f",
    "folder",
    "folder/f",
    "text",
    "object.json",
    "/dev/null",
    "/dev/full",
    "/dev/stdout",
    "/dev/fd/77",
    "/proc/self/mem",
    "0",
    "1",
    "2",
    "-1",
    "+3",
    "65535",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "1e9",
    "0x10",
    "1/1",
    "2/1",
    "1/0",
    "1/18446744073709551615",
    "0s",
    "1ns",
    "2ms",
    "1 ms",
    "-1s",
    "18446744073709551615s",
    "99999999999y",
    "five",
    "null",
    "{}",
    "[]",
    "a\nb\nc\nd",
    "\u{1b}[31m",
    "ä 🦀",
    "%s",
    "$HOME",
    "*",
    "--help",
    "-V",
    "a b",
    "'",
    "\"",
];

/// How many steps a walk has: as many as SELVEDGE_STEPS says, or so many.
pub fn steps(usual: usize) -> usize {
    std::env::var("SELVEDGE_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(usual)
}

/// A program, and what it is given.
#[derive(Debug)]
pub struct Walk<'a> {
    /// Where it is.
    pub program: &'a Path,
    /// Values that mean something to it.
    pub words: &'a [&'a str],
    /// Words by which its lines about work that takes long are known.
    pub progress: &'a [&'a str],
    /// Variables of its environment that it is given in some steps, with values that mean something.
    pub environment: &'a [(&'a str, &'a [&'a str])],
}

/// What a program, or a command of its, takes.
#[derive(Debug, Default)]
struct Help {
    commands: Vec<String>,
    /// Flags, and whether a value follows.
    flags: Vec<(String, bool)>,
    /// What the usage has without brackets around it.
    needed: Vec<String>,
}

impl Walk<'_> {
    /// Goes so many steps, on all cores. `prepare` has the last word on a command, which it is given with the words of its
    /// line.
    ///
    /// # Panics
    ///
    /// If one ends as none may; or if hardly any does what it was asked for, since such a walk shows nothing.
    pub fn go(&self, steps: usize, prepare: impl Fn(&mut Vec<OsString>, &mut Command) + Sync) {
        let (next, helps, done) = (AtomicUsize::new(0), Mutex::default(), AtomicUsize::new(0));
        let work = || {
            loop {
                let step = next.fetch_add(1, Ordering::Relaxed);
                if step >= steps {
                    break;
                }
                let code = self.step(step as u64, &helps, &prepare);
                done.fetch_add(usize::from(code == 0), Ordering::Relaxed);
            }
        };
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| (0..workers).for_each(|_| _ = scope.spawn(work)));
        let done = done.into_inner();
        assert!(done >= steps / 50, "of {steps} steps {done} did something");
    }

    fn step(
        &self,
        number: u64,
        helps: &Mutex<BTreeMap<String, Help>>,
        prepare: &(impl Fn(&mut Vec<OsString>, &mut Command) + Sync),
    ) -> i32 {
        let mut random = Rng::with_seed(number);
        let mut line = self.line(&mut random, helps);
        let folder = tempfile::tempdir().expect("there is room");
        // `..` is a folder of its own, too.
        let place = folder.path().join("a/b");
        fs::create_dir_all(place.join("folder")).expect("there is room");
        fs::write(place.join("text"), "some text\n").expect("there is room");
        fs::write(place.join("object.json"), "{\"schema\":1}").expect("there is room");
        let mut command = Command::new(self.program);
        for (variable, values) in self.environment {
            if random.u8(..) < 40 {
                command.env(variable, self.value(&mut random, values));
            }
        }
        command.current_dir(&place).stdin(Stdio::null());
        prepare(&mut line, &mut command);
        command.args(&line);
        let (code, stdout, stderr) =
            run(&mut command, folder.path()).unwrap_or_else(|| panic!("it hangs: {command:?}"));
        let is_progress = |line: &&str| self.progress.iter().any(|words| line.contains(words));
        let (progress, others): (Vec<&str>, Vec<&str>) = stderr.lines().partition(is_progress);
        // Nobody looks on: however long it works, it has little to say of that.
        let few = others.len() <= SAID && progress.len() <= PROGRESS;
        let sound = !(stdout + &stderr).contains("panicked at");
        assert!(
            [0, 1, 2, 130].contains(&code) && few && sound,
            "step {number} ends with {code}: {command:?}\n{stderr}"
        );
        code
    }

    /// The words of a command line.
    fn line(&self, random: &mut Rng, helps: &Mutex<BTreeMap<String, Help>>) -> Vec<OsString> {
        let mut line: Vec<OsString> = Vec::new();
        let mut path = Vec::new();
        loop {
            let mut helps = helps.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let help = helps.entry(path.join(" ")).or_insert_with(|| Help::read(self.program, &path));
            if !help.commands.is_empty() && random.u8(..) < 240 && path.len() < 3 {
                let command = help.commands[random.usize(..help.commands.len())].clone();
                line.push(command.clone().into());
                path.push(command);
                continue;
            }
            let needed = help.needed.iter().filter(|_| random.u8(..) < 230);
            let needed: Vec<_> = needed.map(|word| (word.clone(), true)).collect();
            let drawn = (0..random.usize(..5)).filter_map(|_| random.choice(&help.flags).cloned());
            for (flag, has_value) in needed.into_iter().chain(drawn.collect::<Vec<_>>()) {
                match (flag.starts_with("--"), has_value == (random.u8(..) < 245)) {
                    (false, _) => line.push(self.value(random, self.words)),
                    (true, false) => line.push(flag.into()),
                    (true, true) if random.bool() => {
                        line.extend([OsString::from(flag), self.value(random, self.words)]);
                    }
                    (true, true) => {
                        let mut both = OsString::from(flag + "=");
                        both.push(self.value(random, self.words));
                        line.push(both);
                    }
                }
            }
            if random.u8(..) < 30 {
                let at = random.usize(..=line.len());
                line.insert(at, self.value(random, &["--nonsense", "-x", "--", "help"]));
            }
            return line;
        }
    }

    /// A value: one of those that mean something, or an odd one.
    fn value(&self, random: &mut Rng, words: &[&str]) -> OsString {
        match random.u8(..) {
            0..128 => random.choice(words).map_or(OsString::new(), OsString::from),
            128..246 => OsString::from(ODD[random.usize(..ODD.len())]),
            246..251 => OsString::from_vec(vec![b'f', 0xff, b'o']),
            _ => OsString::from("x".repeat(1 << random.u32(6..16))),
        }
    }
}

impl Help {
    /// What `-h` says of a program, or of a command of its.
    fn read(program: &Path, path: &[String]) -> Help {
        let output = Command::new(program).args(path).arg("-h").output().expect("the program is built");
        let text = String::from_utf8(output.stdout).expect("it is text");
        let mut help = Help::default();
        let mut section = "";
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match (line.starts_with(' '), words.as_slice()) {
                (false, ["Usage:", usage @ ..]) => help.needed = needed(usage),
                (false, words) => section = words.first().copied().unwrap_or_default(),
                (true, [command, ..])
                    if section == "Commands:" && line.starts_with("  ") && !line.starts_with("   ") =>
                {
                    help.commands.push((*command).to_owned());
                }
                (true, words) if section == "Options:" => {
                    let at = words.iter().position(|word| word.starts_with("--"));
                    let flag = at
                        .map(|at| (words[at].to_owned(), words.get(at + 1).is_some_and(|word| word.starts_with('<'))));
                    help.flags.extend(flag);
                }
                _ => (),
            }
        }
        // `help` takes the names of commands, and has no help of its own.
        assert!(!help.flags.is_empty() || !path.is_empty(), "{program:?} has no help: {text}");
        help
    }
}

/// The flags and places of a usage that are not in brackets.
fn needed(usage: &[&str]) -> Vec<String> {
    let mut needed = Vec::new();
    for (at, word) in usage.iter().enumerate() {
        let belongs = at > 0 && usage[at - 1].starts_with("--");
        if word.starts_with("--") || word.starts_with('<') && !belongs && *word != "<COMMAND>" {
            needed.push((*word).to_owned());
        }
    }
    needed
}

/// How a command ends, and what it says; nothing where it does not end.
fn run(command: &mut Command, folder: &Path) -> Option<(i32, String, String)> {
    let file = |name: &str| fs::File::create(folder.join(name)).expect("there is room");
    let mut child =
        command.stdout(file("stdout")).stderr(file("stderr")).process_group(0).spawn().expect("it is built");
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is ours") {
            break status;
        }
        if began.elapsed() > LIMIT {
            crate::process::kill_group(child.id());
            return None;
        }
        thread::sleep(POLL);
    };
    let text = |name: &str| String::from_utf8_lossy(&fs::read(folder.join(name)).unwrap_or_default()).into_owned();
    let code = status.code().unwrap_or_else(|| -status.signal().unwrap_or_default());
    Some((code, text("stdout"), text("stderr")))
}
