//! Small programs with timers, weak exchanges, choices and owners: each search comes to the same outcomes, whole, in parts,
//! with nothing pruned, and under `rc11`.

use std::collections::BTreeSet;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict, choose};
use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::channel::{self, Receiver};
use selvedge::sync::{Arc, select, thread};

use super::loops::{atomic, clones};

const MOMENT: Duration = Duration::from_millis(1);

type Outcome = Vec<usize>;

/// What the threads answer.
fn threads<const N: usize>(bodies: [Box<dyn FnOnce() -> usize + Send>; N]) -> Outcome {
    bodies.map(|body| thread::spawn(body)).into_iter().map(|thread| thread.join().unwrap()).collect()
}

macro_rules! threads {
    ($($body:expr),* $(,)?) => { threads([$(Box::new($body)),*]) };
}

fn weak(x: &AtomicUsize, old: usize, new: usize) -> usize {
    x.compare_exchange_weak(old, new, SeqCst, SeqCst).unwrap_or_else(|now| 10 + now)
}

fn a_channel_and_a_time() -> Outcome {
    let (sender, receiver) = channel::bounded(1);
    let theirs = receiver.clone();
    threads![
        move || usize::from(sender.try_send(1).is_ok()),
        move || select! {
            recv(receiver) -> message => message.unwrap_or(3),
            recv(channel::after(MOMENT)) -> _ => 5,
        },
        move || theirs.try_recv().unwrap_or(6),
    ]
}

fn a_rendezvous_and_a_time() -> Outcome {
    let (sender, receiver) = channel::bounded(0);
    let other = sender.clone();
    threads![
        move || usize::from(sender.try_send(1).is_ok()),
        move || usize::from(other.try_send(2).is_ok()),
        move || select! {
            recv(receiver) -> message => message.unwrap_or(3),
            recv(channel::after(MOMENT)) -> _ => 5,
        },
    ]
}

fn two_that_wait_for_each_other_for_a_time() -> Outcome {
    let (sender, receiver) = channel::bounded(0);
    let timer = channel::after(MOMENT);
    threads![move || usize::from(sender.send_timeout(1, MOMENT).is_ok()), move || select! {
        recv(receiver) -> message => message.unwrap_or(3),
        recv(timer) -> _ => 5,
    },]
}

fn a_time_that_two_share() -> Outcome {
    let one = channel::after(MOMENT);
    let other = one.clone();
    let get = |timer: Receiver<_>| usize::from(timer.try_recv().is_ok());
    threads![move || get(one), move || select! {
        recv(other) -> _ => 1,
        default => 0,
    },]
}

fn a_receive_for_a_time_in_a_loop() -> Outcome {
    let (sender, receiver) = channel::bounded(0);
    threads![move || usize::from(sender.send(1).is_ok()), move || loop {
        if let Ok(message) = receiver.recv_timeout(MOMENT) {
            return message;
        }
    }]
}

fn ticks_until_a_flag() -> Outcome {
    let flag = atomic(0);
    let [theirs] = clones(&flag);
    threads![
        move || {
            channel::tick(MOMENT).iter().find(|_| flag.load(SeqCst) == 1);
            1
        },
        move || theirs.swap(1, SeqCst),
    ]
}

fn two_weak_exchanges() -> Outcome {
    let x = atomic(0);
    let [a, b, c] = clones(&x);
    threads![move || 100 * weak(&a, 0, 1) + weak(&a, 1, 2), move || weak(&b, 0, 3), move || c.swap(1, SeqCst),]
}

fn tries_of_three() -> Outcome {
    let x = atomic(0);
    let [a, b, c] = clones(&x);
    let tries = |x: Arc<AtomicUsize>| move || (0..2).filter(|_| weak(&x, 0, 1) > 9).count();
    threads![tries(a), tries(b), move || c.load(SeqCst)]
}

fn either_of_two() -> Outcome {
    let (x, y) = (atomic(0), atomic(0));
    let ([x1, x2], [y1, y2]) = (clones(&x), clones(&y));
    let either = |x: Arc<AtomicUsize>, y: Arc<AtomicUsize>| {
        move || loop {
            if weak(&x, 0, 1) < 9 {
                return 0;
            }
            if weak(&y, 0, 1) < 9 {
                return 1;
            }
        }
    };
    threads![either(x1, y1), either(y2, x2)]
}

fn a_choice_and_a_weak_exchange() -> Outcome {
    let x = atomic(0);
    let [a, b] = clones(&x);
    threads![move || weak(&a, choose(2), 5), move || weak(&b, 0, choose(2))]
}

/// Adds its number to what its owners know, and notes what it found.
struct Owned(usize, Arc<AtomicUsize>);

impl Drop for Owned {
    fn drop(&mut self) {
        self.1.fetch_add(self.0, SeqCst);
    }
}

fn owners_and_a_weak_exchange() -> Outcome {
    let x = atomic(0);
    let [a, b, c] = clones(&x);
    let owned = Arc::new(Owned(1, x));
    let other = Arc::clone(&owned);
    threads![
        move || {
            drop(owned);
            a.load(SeqCst)
        },
        move || {
            drop(other);
            weak(&b, 1, 4)
        },
        move || weak(&c, 0, 2),
    ]
}

fn what_is_unread_after_a_time() -> Outcome {
    let x = atomic(0);
    let [a] = clones(&x);
    let (sender, receiver) = channel::bounded(1);
    threads![move || usize::from(sender.try_send(Owned(1, x)).is_ok()), move || {
        let got = select! {
            recv(receiver) -> message => usize::from(message.is_ok()),
            recv(channel::after(MOMENT)) -> _ => 2,
        };
        drop(receiver);
        10 * got + a.load(SeqCst)
    },]
}

type Program = (&'static str, fn() -> Outcome, bool);

/// Each with its name, and whether `rc11` explores it too, which takes long for some.
const PROGRAMS: &[Program] = &[
    ("a_channel_and_a_time", a_channel_and_a_time, true),
    ("a_rendezvous_and_a_time", a_rendezvous_and_a_time, true),
    ("two_that_wait_for_each_other_for_a_time", two_that_wait_for_each_other_for_a_time, true),
    ("a_time_that_two_share", a_time_that_two_share, true),
    ("a_receive_for_a_time_in_a_loop", a_receive_for_a_time_in_a_loop, false),
    ("ticks_until_a_flag", ticks_until_a_flag, true),
    ("two_weak_exchanges", two_weak_exchanges, true),
    ("tries_of_three", tries_of_three, true),
    ("either_of_two", either_of_two, false),
    ("a_choice_and_a_weak_exchange", a_choice_and_a_weak_exchange, true),
    ("owners_and_a_weak_exchange", owners_and_a_weak_exchange, true),
    ("what_is_unread_after_a_time", what_is_unread_after_a_time, true),
];

fn outcomes(name: &str, explorer: Explorer, program: fn() -> Outcome) -> Result<BTreeSet<Outcome>, Failed> {
    let outcomes = std::sync::Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let seen = std::sync::Arc::clone(&outcomes);
    let report = explorer.scouts(false).run(move || {
        let outcome = program();
        seen.lock().unwrap().insert(outcome);
    });
    let outcomes = outcomes.lock().unwrap().clone();
    if report.verdict == Verdict::Exhausted { Ok(outcomes) } else { Err(format!("{name}: {report}").into()) }
}

fn same((name, program, weak): Program) -> Result<(), Failed> {
    let dpor = || Explorer::new(Engine::Dpor);
    let all = outcomes(name, dpor().unpruned(), program)?;
    let mut searches = vec![("whole", dpor()), ("in parts", dpor().jobs(2))];
    searches.extend(weak.then(|| ("rc11", Explorer::new(Engine::Rc11))));
    for (search, explorer) in searches {
        let found = outcomes(search, explorer, program)?;
        if found != all {
            let missed: Vec<_> = all.difference(&found).collect();
            let invented: Vec<_> = found.difference(&all).collect();
            return Err(format!("{search}: missed: {missed:?}; not expected: {invented:?}").into());
        }
    }
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    PROGRAMS
        .iter()
        .map(|&program| Trial::test(format!("searches_agree_on_{}", program.0), move || same(program)))
        .collect()
}
