//! The pointers of an execution, as numbers.
//!
//! To a machine a pointer is a number that is the same in equivalent executions, which an address is not: it consists
//! of the task that first gave the pointer to an atomic, and how many pointers that task had given before. The number
//! is the same in equivalent executions if tasks share only pointers that they have read from an atomic, or that were
//! in one when the tasks were started. If two tasks give the same pointer to atomics and nothing orders them, either
//! may be the first. A search is not misled by that: a number is only ever compared with what the atomic holds, and who
//! put that there comes before in every schedule in which it is compared. Equal addresses are one pointer, as on real
//! threads: memory that was freed and is used again has its old address, and a compare-exchange cannot tell (the ABA
//! problem). The allocator decides when memory is used again; a check that depends on it takes its nodes from a pool
//! of its own.

use std::collections::HashMap;

use super::ids::Name;

/// A pointer, by the task that first gave it to an atomic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    pub(super) task: Name,
    /// Its number among the task's pointers, from 0.
    pub(super) ordinal: u32,
}

impl Pointer {
    /// The pointer that a number other than 0 stands for.
    pub(crate) fn of(number: u64) -> Self {
        Pointer { task: Name((number >> 32) as u32), ordinal: number as u32 - 1 }
    }

    fn number(self) -> u64 {
        u64::from(self.task.0) << 32 | u64::from(self.ordinal + 1)
    }

    pub(crate) fn words(self, of: &dyn Fn(Name) -> String) -> String {
        format!("{}'s pointer {}", of(self.task), self.ordinal + 1)
    }
}

/// The pointers of an execution, both ways.
#[derive(Debug, Default)]
pub(crate) struct Pointers {
    numbers: HashMap<usize, u64>,
    addresses: HashMap<u64, usize>,
}

impl Pointers {
    /// The number of a pointer, and whether it is new, so that it is `next`. Null is 0.
    pub(super) fn number(&mut self, pointer: *mut (), next: Pointer) -> (u64, bool) {
        if pointer.is_null() {
            return (0, false);
        }
        let address = pointer.expose_provenance();
        if let Some(&number) = self.numbers.get(&address) {
            return (number, false);
        }
        let number = next.number();
        self.numbers.insert(address, number);
        self.addresses.insert(number, address);
        (number, true)
    }

    pub(super) fn pointer(&self, number: u64) -> *mut () {
        self.addresses
            .get(&number)
            .map_or(std::ptr::null_mut(), |&address| std::ptr::with_exposed_provenance_mut(address))
    }

    pub(super) fn clear(&mut self) {
        self.numbers.clear();
        self.addresses.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_known_by_who_gave_it_first() {
        let mut pointers = Pointers::default();
        let [one, other] = [0, 3].map(|task| Pointer { task: Name(task), ordinal: 1 });
        let mut value = 7;
        let address: *mut () = (&raw mut value).cast();
        let (number, new) = pointers.number(address, other);
        assert!(new && Pointer::of(number) == other && pointers.pointer(number) == address);
        assert_eq!(pointers.number(address, one), (number, false));
        assert_eq!(pointers.number(std::ptr::null_mut(), one), (0, false));
        assert!(pointers.pointer(0).is_null());
        assert_eq!(other.words(&|name| format!("T{}", name.0)), "T3's pointer 2");
    }
}
