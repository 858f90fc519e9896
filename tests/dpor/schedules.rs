//! The graph of all schedules, against the search that walks them one after the other, and against bounded ones.

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Schedules, Verdict};
use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{Arc, Condvar, Mutex, channel, select, thread};

/// Each is too quick to be done by any other.
type Program = (&'static str, fn() -> u32);

const PROGRAMS: &[Program] = &[
    ("two_count", || count(2)),
    ("three_count", || count(3)),
    ("two_locks", two_locks),
    ("a_wait_that_may_be_in_vain", a_wait_that_may_be_in_vain),
    ("a_spin", a_spin),
    ("two_arms", two_arms),
    ("shared_ownership", shared_ownership),
    ("nobody_else", || 1),
];

fn count(threads: usize) -> u32 {
    let total = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| total.store(total.load(SeqCst) + 1, SeqCst));
        }
    });
    total.load(SeqCst)
}

fn two_locks() -> u32 {
    let (one, other) = (Mutex::new(0), Mutex::new(0));
    thread::scope(|scope| {
        scope.spawn(|| *one.lock() = *other.lock() + 1);
        scope.spawn(|| *one.lock() += 2);
        *other.lock() += 3;
    });
    one.into_inner() * 10 + other.into_inner()
}

fn a_wait_that_may_be_in_vain() -> u32 {
    let (lock, changed) = (Mutex::new(0), Condvar::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            *lock.lock() += 1;
            changed.notify_one();
        });
        let mut seen = lock.lock();
        if *seen == 0 {
            changed.wait(&mut seen);
        }
        *seen += 2;
        *seen
    })
}

fn a_spin() -> u32 {
    let (ready, total) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            total.store(1, SeqCst);
            ready.store(1, SeqCst);
            total.store(2, SeqCst);
        });
        while ready.load(SeqCst) == 0 {
            thread::yield_now();
        }
        total.load(SeqCst)
    })
}

fn two_arms() -> u32 {
    let (one, first) = channel::bounded(1);
    let (other, second) = channel::bounded(1);
    let worker = thread::spawn(move || one.send(1).unwrap());
    other.send(2).unwrap();
    let got = select! { recv(first) -> got => got.unwrap(), recv(second) -> got => got.unwrap() };
    worker.join().unwrap();
    got
}

fn shared_ownership() -> u32 {
    let shared = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || theirs.fetch_add(1, SeqCst));
    let owners = Arc::strong_count(&shared) as u32;
    worker.join().unwrap();
    owners * 10 + shared.load(SeqCst)
}

/// How many ways lead from the beginning to an end.
fn ways(schedules: &Schedules<u32>) -> u64 {
    fn from(at: usize, schedules: &Schedules<u32>, known: &mut Vec<Option<u64>>) -> u64 {
        if let Some(ways) = known[at] {
            return ways;
        }
        let moment = &schedules.moments[at];
        let on: u64 = moment.moves.iter().map(|next| from(next.to, schedules, known)).sum();
        let ways = on + u64::from(moment.value.is_some());
        known[at] = Some(ways);
        ways
    }
    from(0, schedules, &mut vec![None; schedules.moments.len()])
}

/// As many ways as the search that prunes nothing runs, and the same values, of each the fewest preemptions.
fn is_all_there_is(program: fn() -> u32) -> Result<(), Failed> {
    let explorer = Explorer::new(Engine::Dpor);
    let schedules = explorer.schedules(program);
    let all = explorer.clone().unpruned().outcomes(program);
    let (values, counted) = (all.values().copied().collect::<Vec<_>>(), all.report.executions + all.report.blocked);
    if (schedules.is_complete(), &schedules.values, ways(&schedules)) != (true, &values, counted) {
        return Err(format!("{} ways to {:?}, and {counted} to {values:?}", ways(&schedules), schedules.values).into());
    }
    let ends = schedules.moments.iter().filter(|moment| moment.value.is_some()).count() as u64;
    if ends != schedules.report.executions || ends != all.report.executions {
        return Err(format!("{ends} ends of {} and {} traces", schedules.report, all.report).into());
    }
    let fewest = schedules.fewest_preemptions();
    for bound in 0..=fewest.iter().flatten().max().copied().unwrap_or_default() {
        let bounded: Vec<u32> = explorer.clone().bound(bound).outcomes(program).values().copied().collect();
        let within = fewest.iter().zip(&values).filter(|(fewest, _)| fewest.is_some_and(|fewest| fewest <= bound));
        let within: Vec<u32> = within.map(|(_, &value)| value).collect();
        if bounded != within {
            return Err(format!("{bounded:?} with {bound} preemptions at the most, and {within:?}").into());
        }
    }
    Ok(())
}

/// What is not all there is does not say that it is.
fn a_part_is_not_the_whole() -> Result<(), Failed> {
    let explorer = Explorer::new(Engine::Dpor);
    let cut = explorer.clone().limit(2).schedules(|| count(3));
    assert!(matches!(cut.report.verdict, Verdict::Cut { .. }) && !cut.is_complete(), "{}", cut.report);
    let failed = explorer.schedules(|| {
        let total = count(2);
        assert_eq!(total, 2);
        total
    });
    assert!(matches!(failed.report.verdict, Verdict::Failed(_)) && !failed.is_complete(), "{}", failed.report);
    Ok(())
}

/// Who waits is told, and what an object is.
fn a_moment_is_told() -> Result<(), Failed> {
    let schedules = Explorer::new(Engine::Dpor).schedules(two_locks);
    let told: Vec<&str> =
        schedules.moments.iter().flat_map(|moment| &moment.waits).map(|(_, words)| words.as_str()).collect();
    assert!(told.contains(&"waits to lock one, A has it"), "{told:?}");
    let one = schedules.objects.iter().position(|object| object.name == "one").ok_or("it has its name")?;
    assert!(schedules.moments.iter().any(|moment| moment.states[one].as_deref() == Some("held by A")));
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    let all = PROGRAMS
        .iter()
        .map(|&(name, program)| Trial::test(format!("schedules::{name}"), move || is_all_there_is(program)));
    let rest = [
        Trial::test("schedules::a_part_is_not_the_whole", a_part_is_not_the_whole),
        Trial::test("schedules::a_moment_is_told", a_moment_is_told),
    ];
    all.chain(rest).collect()
}
