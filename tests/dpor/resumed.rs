//! A search that is cut, and goes on from its file, ends as one that was not; and a file that is of no use
//! is told by one line.

use std::fs;
use std::path::PathBuf;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Report, Verdict};

use crate::dpor::programs;
use crate::generated::{FAMILIES, Op, Program, TOKEN};

type Check = Box<dyn Fn() + Send + Sync>;

/// Executions of a search that is small enough to be run again in pieces.
const LARGEST: u64 = 2_000;

/// How many times in a row a search may be cut.
const CUTS: usize = 3_000;

fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("selvedge-{}-{name}", std::process::id()))
}

/// Programs whose searches differ in what they have to keep: wakeup trees, choices, counts that matter,
/// spin loops, condition variables.
fn check(number: usize) -> Check {
    let program = |threads: &[&[Op]]| {
        let program = Program::of(threads);
        Box::new(move || drop(program.run()))
    };
    match number {
        0 => Box::new(|| programs::inc(3)),
        1 => Box::new(|| programs::lastzero(5)),
        2 => Box::new(|| programs::handover(1)),
        3 => program(&[&[Op::DropToken], &[Op::Upgrade, Op::TryRecv(TOKEN)], &[Op::DropToken]]),
        4 => program(&[&[Op::Send(0), Op::Send(1)], &[Op::TrySelect], &[Op::TrySelect]]),
        _ => Box::new(|| programs::spin(2)),
    }
}

const CHECKS: usize = 6;

/// Runs the search to its end, each time up to the next of the limits.
fn in_pieces(explorer: &Explorer, limits: &[u64], check: impl Fn() -> Check) -> Result<Report, Failed> {
    for limit in limits.iter().cycle().take(CUTS) {
        let report = explorer.clone().limit(*limit).run(check());
        if !matches!(&report.verdict, Verdict::Cut { limit } if limit.starts_with("the limit of")) {
            return Ok(report);
        }
    }
    Err(format!("not done after {CUTS} cuts").into())
}

fn counts(report: &Report) -> (Verdict, u64, u64, Option<bool>) {
    (report.verdict.clone(), report.executions, report.blocked, report.sc_suffices)
}

fn a_search_that_was_cut_ends_as_one_that_was_not() -> Result<(), Failed> {
    let explorer = || Explorer::new(Engine::Dpor);
    let searches = [
        ("whole", explorer()),
        ("in-two-threads", explorer().jobs(2)),
        ("shard", explorer().shard(1, 3)),
        ("bounded", explorer().bound(Some(1))),
        ("unpruned", explorer().unpruned()),
    ];
    for (name, explorer) in searches {
        for number in 0..CHECKS {
            let whole = explorer.clone().limit(LARGEST).run(check(number));
            if matches!(whole.verdict, Verdict::Cut { .. }) {
                // Of some programs there are too many schedules to run them one by one.
                continue;
            }
            for limits in [&[1, 4, 2][..], &[7, 30]] {
                let file = file(name);
                // All schedules one by one would take long in the smallest pieces.
                if whole.executions + whole.blocked > 200 * limits[0] {
                    continue;
                }
                let pieces = in_pieces(&explorer.clone().resume(&file), limits, || check(number)).map_err(|error| {
                    format!("{name}, program {number}, {limits:?}: {}, of {whole}", error.message().unwrap_or_default())
                })?;
                if counts(&pieces) != counts(&whole) {
                    return Err(format!("{name}, program {number}, {limits:?}: {pieces:?}, and not {whole:?}").into());
                }
                let left = fs::read_dir(std::env::temp_dir())?.filter_map(Result::ok);
                let mine = left.filter(|entry| {
                    file.file_name()
                        .is_some_and(|name| entry.file_name().to_string_lossy().starts_with(&*name.to_string_lossy()))
                });
                if let Some(entry) = mine.into_iter().next() {
                    return Err(format!("{:?} is left", entry.path()).into());
                }
            }
        }
    }
    Ok(())
}

fn generated_programs_go_on_too() -> Result<(), Failed> {
    for seed in 0..20 {
        let program = || {
            let program = Program::from_seed(seed, &FAMILIES);
            Box::new(move || drop(program.run())) as Check
        };
        let explorer = Explorer::new(Engine::Dpor);
        let whole = explorer.clone().limit(300).run(program());
        if whole.verdict != Verdict::Exhausted {
            continue;
        }
        let pieces = in_pieces(&explorer.resume(file("generated")), &[3, 50], program)?;
        if counts(&pieces) != counts(&whole) {
            return Err(format!("{}: {pieces:?}, and not {whole:?}", Program::from_seed(seed, &FAMILIES)).into());
        }
    }
    Ok(())
}

fn a_file_of_no_use_is_told() -> Result<(), Failed> {
    let path = file("useless");
    let explorer = Explorer::new(Engine::Dpor).resume(&path).limit(20);
    let refused = |report: Report, why: &str| match &report.verdict {
        Verdict::Cut { limit } if limit.contains(why) && limit.lines().count() == 1 => Ok(()),
        _ => Err(Failed::from(format!("{report}, and not {why}"))),
    };
    explorer.run(|| programs::inc(3));
    let written = fs::read_to_string(&path)?;

    // Another program, another search, another build, half a file.
    refused(explorer.run(|| programs::lastzero(5)), "is of another program")?;
    refused(explorer.run(|| programs::ainc(2)), "is of another program")?;
    refused(explorer.clone().unpruned().run(|| programs::inc(3)), "is of another search")?;
    fs::write(&path, written.replacen("\"program\":", "\"program\":0,\"was\":", 1))?;
    refused(explorer.run(|| programs::inc(3)), "was written by another build of this program")?;
    fs::write(&path, &written[..written.len() / 2])?;
    refused(explorer.run(|| programs::inc(3)), "is damaged")?;
    // Some other file, and one without an end.
    fs::write(&path, "[]")?;
    refused(explorer.run(|| programs::inc(3)), "holds no search")?;
    #[cfg(target_os = "linux")]
    refused(Explorer::new(Engine::Dpor).resume("/dev/full").run(|| programs::inc(3)), "holds no search")?;
    fs::remove_file(&path)?;
    refused(Explorer::new(Engine::Dpor).resume("/no/such/folder/file").run(|| programs::inc(3)), "failed to write")?;
    refused(Explorer::new(Engine::Dpor).resume("/").run(|| programs::inc(3)), "failed to read")?;

    // What was written stays of use.
    fs::write(&path, written)?;
    let report = explorer.limit(u64::MAX).run(|| programs::inc(3));
    if (&report.verdict, report.executions) == (&Verdict::Exhausted, 36) {
        Ok(())
    } else {
        Err(report.to_string().into())
    }
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_search_that_was_cut_ends_as_one_that_was_not", a_search_that_was_cut_ends_as_one_that_was_not),
        Trial::test("generated_programs_go_on_too", generated_programs_go_on_too),
        Trial::test("a_file_of_no_use_is_told", a_file_of_no_use_is_told),
    ]
}
