//! Names of tasks and objects that are the same in equivalent executions.
//!
//! A number in the order of creation differs between schedules that do the same things in another order. A name stands
//! for a place in the program instead: a task is the n-th child of its parent, an object is the n-th that its task has
//! made, or exists from the beginning and has a key. Names are dense, and outlive an execution; a search that goes on
//! in another process takes them along.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::ids::Name;
pub use super::ids::ObjectName;

/// Every name that was given so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Names {
    /// For each task the names of its children, in the order of their birth.
    children: Vec<Vec<Name>>,
    /// For each task the names of the objects that it made.
    made: Vec<Vec<ObjectName>>,
    objects: u32,
    /// The names of objects that exist from the beginning, by their keys.
    globals: BTreeMap<String, ObjectName>,
    /// For each object, whether its destructor performs an operation or its count was read.
    matters: Vec<bool>,
    /// Each task's parent, and its number among the children of that; main is its own parent.
    parents: Vec<(Name, u32)>,
}

impl Names {
    /// The body of the check.
    pub(crate) const MAIN: Name = Name(0);

    /// The `ordinal`-th child of `parent`, counted from 0 and named in this order.
    pub(crate) fn child(&mut self, parent: Name, ordinal: u32) -> Name {
        if let Some(&name) = self.of(parent).0.get(ordinal as usize) {
            return name;
        }
        let name = Name(self.parents.len() as u32);
        self.parents.push((parent, ordinal));
        self.of(parent).0.push(name);
        name
    }

    /// Orders tasks by their places in the program, whoever was named first: a child after its parent, and siblings as
    /// they are born.
    pub(crate) fn compare(&self, one: Name, other: Name) -> Ordering {
        if one == other {
            return Ordering::Equal;
        }
        let (one, other) = (self.path(one), self.path(other));
        one.len().cmp(&other.len()).then_with(|| one.cmp(&other))
    }

    /// The numbers of a task and its ancestors among their siblings, from main down.
    fn path(&self, mut task: Name) -> SmallVec<[u32; 8]> {
        let mut path = SmallVec::new();
        while task != Names::MAIN {
            let (parent, ordinal) = self.parents[task.index()];
            path.push(ordinal);
            task = parent;
        }
        path.reverse();
        path
    }

    /// The `ordinal`-th object of `maker`, counted from 0 and named in this order.
    pub(crate) fn object(&mut self, maker: Name, ordinal: u32) -> ObjectName {
        if let Some(&name) = self.of(maker).1.get(ordinal as usize) {
            return name;
        }
        let name = self.next_object();
        self.of(maker).1.push(name);
        name
    }

    /// The object with that key, which no task has made.
    pub(crate) fn global(&mut self, key: &str) -> ObjectName {
        if let Some(&name) = self.globals.get(key) {
            return name;
        }
        let name = self.next_object();
        self.globals.insert(key.to_owned(), name);
        name
    }

    fn next_object(&mut self) -> ObjectName {
        let name = ObjectName(self.objects);
        self.objects += 1;
        self.matters.push(false);
        name
    }

    /// Whether a reference count is known to matter.
    pub(crate) fn matters(&self, name: ObjectName) -> bool {
        self.matters[name.index()]
    }

    /// Records that a reference count matters, and returns whether that is new.
    pub(crate) fn set_matters(&mut self, name: ObjectName) -> bool {
        !std::mem::replace(&mut self.matters[name.index()], true)
    }

    /// The children and the objects of a task.
    fn of(&mut self, task: Name) -> (&mut Vec<Name>, &mut Vec<ObjectName>) {
        if self.parents.is_empty() {
            self.parents.push((Names::MAIN, 0));
        }
        let needed = task.index() + 1;
        if self.children.len() < needed {
            self.children.resize_with(needed, Vec::new);
            self.made.resize_with(needed, Vec::new);
        }
        (&mut self.children[task.index()], &mut self.made[task.index()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_depend_on_who_asks_first() {
        let mut names = Names::default();
        let (one, other) = (names.child(Names::MAIN, 0), names.child(Names::MAIN, 1));
        let late = names.object(other, 0);
        let early = names.object(one, 0);
        assert_ne!(late, early);
        assert_eq!((names.child(Names::MAIN, 1), names.object(other, 0)), (other, late));
    }

    #[test]
    fn the_order_of_tasks_does_not_depend_on_who_was_named_first() {
        let (mut names, mut others) = (Names::default(), Names::default());
        let child = names.child(Names::MAIN, 0);
        let all = [child, names.child(Names::MAIN, 1), names.child(child, 0), names.child(child, 1)];
        let child = others.child(Names::MAIN, 0);
        let [first, second] = [0, 1].map(|ordinal| others.child(child, ordinal));
        let same = [child, others.child(Names::MAIN, 1), first, second];
        assert_ne!(all, same);
        for (names, tasks) in [(names, all), (others, same)] {
            assert!(tasks.is_sorted_by(|&one, &other| names.compare(one, other).is_lt()));
            assert!(names.compare(Names::MAIN, tasks[0]).is_lt());
        }
    }

    /// That a count matters is recorded for that count only, and is new once.
    #[test]
    fn each_count_matters_by_itself() {
        let mut names = Names::default();
        let [one, other] = [0, 1].map(|ordinal| names.object(Names::MAIN, ordinal));
        assert_eq!((names.set_matters(other), names.set_matters(other)), (true, false));
        assert_eq!((names.matters(one), names.matters(other)), (false, true));
    }
}
