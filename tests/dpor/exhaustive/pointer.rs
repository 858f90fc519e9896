//! Pointers that no atomic had when the threads were started: which of them an atomic gets first differs between schedules.

use std::ptr::null_mut;

use selvedge::sync::atomic::{AtomicPtr, Ordering::SeqCst};

use super::object::{Answer, Code, Object, Operation, Seats, operations, shared};

static PLACES: [u8; 2] = [0; 2];

/// What is pointed to.
const A: *mut u8 = (&raw const PLACES).cast_mut().cast();
const B: *mut u8 = A.wrapping_add(1);

pub struct Pointers {
    x: AtomicPtr<u8>,
    y: AtomicPtr<u8>,
}

pub struct Own<'a> {
    x: &'a AtomicPtr<u8>,
    y: &'a AtomicPtr<u8>,
}

impl Answer for *mut u8 {
    fn number(self) -> u64 {
        [null_mut(), A, B].iter().position(|&known| known == self).expect("there are no others") as u64
    }
}

impl Object for Pointers {
    const NAME: &'static str = "pointers";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.x.load(SeqCst),
        own.x.store(A, SeqCst),
        own.x.store(B, SeqCst),
        own.x.compare_exchange(null_mut(), A, SeqCst, SeqCst),
        own.x.compare_exchange(A, B, SeqCst, SeqCst),
        own.y.swap(A, SeqCst),
        own.y.compare_exchange(A, null_mut(), SeqCst, SeqCst),
    ];
    const PART: u64 = 200;
    const THREADS: usize = 3;
    const CODE: Code = Code {
        make: "let [own.x, own.y] = [(); 2].map(|()| Arc::new(AtomicPtr::new(null_mut())));",
        give: |_| "let [own.x, own.y] = [&own.x, &own.y].map(Arc::clone);".to_owned(),
        give_up: "",
        begin: "",
        end: "()",
    };

    shared!();
    type Own<'a> = Own<'a>;

    fn new(_: Seats) -> (Self, ()) {
        (Pointers { x: AtomicPtr::new(null_mut()), y: AtomicPtr::new(null_mut()) }, ())
    }

    fn begin(&self, (): (), _: u64) -> Own<'_> {
        Own { x: &self.x, y: &self.y }
    }

    fn state(&self) -> Vec<u64> {
        [&self.x, &self.y].map(|x| x.load(SeqCst).number()).to_vec()
    }
}
