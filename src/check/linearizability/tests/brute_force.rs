//! The definition, without any machine: puts the operations in every order, and looks whether one
//! is right.

use crate::check::linearizability::history::Event;
use crate::check::linearizability::{Criterion, History, Next, Outcome, Specification};

/// For each pair of operations whether the first has to come before the second.
pub(super) struct Precedence(Vec<Vec<bool>>);

impl Precedence {
    pub(super) fn new<Op, Ret>(history: &History<Op, Ret>, criterion: Criterion) -> Self {
        let events = history.events();
        let operations = history.operations();
        let place = |event| events.iter().position(|&other| other == event);
        let invoked = |id: usize| place(Event::Invoked(id as u32)).expect("it was invoked");
        let returned = |id: usize| place(Event::Returned(id as u32));
        let under_way_at = |moment: usize| {
            (0..operations.len()).any(|id| invoked(id) < moment && returned(id).is_none_or(|at| at >= moment))
        };
        let before = |a: usize, b: usize| {
            let Some(end) = returned(a).filter(|&end| end < invoked(b)) else {
                // An operation that never returned still comes before later operations of its process, if there are
                // any.
                return false;
            };
            let barrier = || events[end..invoked(b)].contains(&Event::Barrier);
            match criterion {
                Criterion::Linearizable => true,
                Criterion::SequentiallyConsistent => operations[a].process == operations[b].process || barrier(),
                // A moment is the place before an event.
                Criterion::QuiescentlyConsistent => (end + 1..=invoked(b)).any(|moment| !under_way_at(moment)),
            }
        };
        let all = 0..operations.len();
        Precedence(all.clone().map(|a| all.clone().map(|b| before(a, b)).collect()).collect())
    }
}

/// Whether some order explains the history.
pub(super) fn has_an_explanation<S: Specification>(
    specification: &S,
    history: &History<S::Op, S::Ret>,
    criterion: Criterion,
) -> bool {
    let operations = history.operations();
    let blocked_rightly = |state: &S::State| {
        operations.iter().all(|operation| {
            let mut next = Next::new();
            specification.step(state, &operation.op, None, &mut next);
            !matches!(operation.outcome, Outcome::Blocked) || !next.stays && next.states.is_empty()
        })
    };
    let is_right = |order: &[usize], state: &S::State| {
        let returned = |id: usize| matches!(operations[id].outcome, Outcome::Returned(_));
        (0..operations.len()).all(|id| order.contains(&id) || !returned(id)) && blocked_rightly(state)
    };
    let precedence = Precedence::new(history, criterion);
    extend(specification, history, &precedence, &is_right, &mut Vec::new(), &specification.initial())
}

/// Whether some order has all of what `must` be in it.
pub(super) fn explains<S: Specification>(
    specification: &S,
    history: &History<S::Op, S::Ret>,
    criterion: Criterion,
    must: impl Fn(usize) -> bool,
) -> bool {
    let precedence = Precedence::new(history, criterion);
    let all = 0..history.operations().len();
    let is_right = |order: &[usize], _: &S::State| all.clone().all(|id| order.contains(&id) || !must(id));
    extend(specification, history, &precedence, &is_right, &mut Vec::new(), &specification.initial())
}

fn extend<S: Specification>(
    specification: &S,
    history: &History<S::Op, S::Ret>,
    precedence: &Precedence,
    is_right: &dyn Fn(&[usize], &S::State) -> bool,
    order: &mut Vec<usize>,
    state: &S::State,
) -> bool {
    let operations = history.operations();
    let step = |id: usize| {
        let mut next = Next::new();
        specification.step(state, &operations[id].op, operations[id].outcome.ret(), &mut next);
        next.states.extend(next.stays.then(|| state.clone()));
        next.states
    };
    if is_right(order, state) {
        return true;
    }
    for id in 0..operations.len() {
        let blocked = matches!(operations[id].outcome, Outcome::Blocked);
        let is_next = |other: usize| order.contains(&other) || !precedence.0[other][id];
        if blocked || order.contains(&id) || !(0..operations.len()).all(is_next) {
            continue;
        }
        for after in step(id) {
            order.push(id);
            let explained = extend(specification, history, precedence, is_right, order, &after);
            order.pop();
            if explained {
                return true;
            }
        }
    }
    false
}

/// Whether `order` is an explanation, of all or of what `must` be in it.
pub(super) fn is_an_explanation<S: Specification>(
    specification: &S,
    history: &History<S::Op, S::Ret>,
    criterion: Criterion,
    order: &[usize],
    must: impl Fn(usize) -> bool,
) -> bool {
    let operations = history.operations();
    let precedence = Precedence::new(history, criterion);
    let in_time = |at: usize| order[at + 1..].iter().all(|&later| !precedence.0[later][order[at]]);
    let whole = (0..operations.len()).all(|id| order.contains(&id) || !must(id));
    // An operation that is left out must not have to come before one that is in the order.
    let closed = (0..operations.len()).all(|id| {
        let pending = !matches!(operations[id].outcome, Outcome::Returned(_));
        order.contains(&id) || pending || order.iter().all(|&other| !precedence.0[id][other])
    });
    let mut states = vec![specification.initial()];
    for &id in order {
        let mut next = Next::new();
        let mut after = Vec::new();
        for state in &states {
            specification.step(state, &operations[id].op, operations[id].outcome.ret(), &mut next);
            after.extend(std::mem::take(&mut next.stays).then(|| state.clone()));
            after.append(&mut next.states);
        }
        states = after;
    }
    (0..order.len()).all(in_time) && whole && closed && !states.is_empty()
}
