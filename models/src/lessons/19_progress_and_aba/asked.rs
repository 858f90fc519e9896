use selvedge::check::require;

/// There is no slot.
const NONE: u64 = 0xffff_ffff;

/// Free slots, 0 and 1, each with the number of the next.
#[derive(Debug)]
pub struct FreeList {
    head: AtomicU64,
    next: [AtomicU64; 2],
}

impl FreeList {
    /// A list in which 0 is first, and 1 the next.
    fn new() -> Self {
        FreeList { head: AtomicU64::new(0), next: [AtomicU64::new(1), AtomicU64::new(NONE)] }
    }
}

/// One takes a slot. Another takes two, if it gets them, gives the first of them back, and keeps the second.
pub fn program() -> (Option<u64>, Option<u64>, Option<u64>) {
    let list = FreeList::new();
    let take = || {
        let mut head = list.head.load(SeqCst);
        while head != NONE {
            let next = list.next[head as usize].load(SeqCst);
            match list.head.compare_exchange(head, next, SeqCst, SeqCst) {
                Ok(_) => return Some(head),
                Err(changed) => head = changed,
            }
        }
        None
    };
    let give = |slot: u64| {
        let mut head = list.head.load(SeqCst);
        loop {
            list.next[slot as usize].store(head, SeqCst);
            match list.head.compare_exchange(head, slot, SeqCst, SeqCst) {
                Ok(_) => return,
                Err(changed) => head = changed,
            }
        }
    };
    let (one, kept) = thread::scope(|scope| {
        let one = scope.spawn(take);
        let (first, second) = (take(), take());
        first.into_iter().for_each(give);
        (one.join().unwrap(), second)
    });
    (one, kept, take())
}

/// No slot is in two hands.
pub fn check() {
    let list = FreeList::new();
    let (one, kept) = thread::scope(|scope| {
        let one = scope.spawn(|| take(&list));
        let (first, second) = (take(&list), take(&list));
        first.into_iter().for_each(|slot| give(&list, slot));
        (one.join().unwrap(), second)
    });
    let rest = [take(&list), take(&list)];
    let mut slots: Vec<u64> = [one, kept].into_iter().chain(rest).flatten().collect();
    slots.sort_unstable();
    require(slots == [0, 1], || format!("a slot is lost, or in two hands: {slots:?}"));
}
