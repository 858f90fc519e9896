use selvedge::check::require;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    A,
    B,
}

/// Two threads count to two: each reads the total, and writes one more.
pub fn program() -> u32 {
    let total = AtomicU32::new(0);
    let add = || {
        let read = total.load(SeqCst);
        total.store(read + 1, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
    });
    total.load(SeqCst)
}

/// The schedule loses an update, and no schedule with fewer preemptions does.
pub fn check() {
    let turns = |who| SCHEDULE.iter().filter(|&&turn| turn == who).count();
    require(turns(A) == 2 && turns(B) == 2, || "A and B have two steps each, a read and a write".to_owned());
    let total = AtomicU32::new(0);
    let (turn, next) = (Mutex::new(0), Condvar::new());
    let step = |who, act: &mut dyn FnMut()| {
        let mut turn = turn.lock();
        while SCHEDULE[*turn] != who {
            next.wait(&mut turn);
        }
        act();
        *turn += 1;
        next.notify_all();
    };
    let add = |who| {
        let mut read = 0;
        step(who, &mut || read = total.load(SeqCst));
        step(who, &mut || total.store(read + 1, SeqCst));
    };
    thread::scope(|scope| {
        scope.spawn(|| add(A));
        scope.spawn(|| add(B));
    });
    let total = total.load(SeqCst);
    require(total == 1, || format!("no update is lost: the total is {total}"));
    let preempts = |at: usize| SCHEDULE[at] != SCHEDULE[at - 1] && SCHEDULE[at..].contains(&SCHEDULE[at - 1]);
    let preemptions = (1..SCHEDULE.len()).filter(|&at| preempts(at)).count();
    require(preemptions <= 1, || format!("you preempt {preemptions} times, and fewer are enough"));
}
