//! Wait groups. A thread that counts down what it has not added is handed a ticket; what it has in the end, it gives back then.

use selvedge::sync::WaitGroup;
use selvedge::sync::wait_group::Ticket;

use super::object::{Code, Object, Operation, Seats, operations};

pub struct Group(WaitGroup);

pub struct Own<'a> {
    group: &'a WaitGroup,
    tickets: Vec<Ticket>,
}

const ADD: usize = 0;
const DONE: usize = 1;

/// Whether it counts down what it has not added.
fn needs_a_ticket(ops: &[usize]) -> bool {
    ops.iter().find(|&&op| op == ADD || op == DONE) == Some(&DONE)
}

impl Object for Group {
    const NAME: &'static str = "wait_groups";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.tickets.push(own.group.add()),
        drop(own.tickets.pop()),
        own.group.wait(),
    ];
    const OF_TWO: &'static [usize] = &[0, 1, 2];
    const CODE: Code = Code {
        make: "let own.group = WaitGroup::new();",
        give: |ops| {
            let tickets = if needs_a_ticket(ops) { "vec![own.group.add()]" } else { "Vec::new()" };
            format!("let (own.group, mut own.tickets) = (own.group.clone(), {tickets});")
        },
        give_up: "",
        begin: "",
        end: "drop(own.tickets)",
    };

    type Main = WaitGroup;
    type Given = Vec<Ticket>;
    type Own<'a> = Own<'a>;
    type Left = ();

    fn new(_: Seats) -> (Self, WaitGroup) {
        let group = WaitGroup::new();
        (Group(group.clone()), group)
    }

    fn give(group: &WaitGroup, ops: &[usize]) -> Vec<Ticket> {
        needs_a_ticket(ops).then(|| group.add()).into_iter().collect()
    }

    fn begin(&self, tickets: Vec<Ticket>, _: u64) -> Own<'_> {
        Own { group: &self.0, tickets }
    }

    fn end(_: Own<'_>) {}

    /// It counts down what it has, and not as the last of several things, since it does that anyway.
    fn fits(ops: &[usize]) -> bool {
        let mut has = usize::from(needs_a_ticket(ops));
        for &op in ops {
            match op {
                ADD => has += 1,
                DONE if has == 0 => return false,
                DONE => has -= 1,
                _ => (),
            }
        }
        ops.len() == 1 || ops.last() != Some(&DONE)
    }
}
